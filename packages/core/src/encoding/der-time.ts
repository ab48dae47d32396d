import { type DerReader, tag } from './der.ts';
import { DerError } from './der-rules.ts';

/** RFC 5280 4.1.2.5.1 and 4.1.2.5.2: the exact forms of UTCTime and GeneralizedTime. */

const daysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Two decimal digits, or NaN. */
function pair(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - 0x30;
  const units = (bytes[at + 1] as number) - 0x30;
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : Number.NaN;
}

/** Consumes `GeneralizedTime` in the form YYYYMMDDHHMMSSZ. Returns milliseconds since the epoch. */
export function readGeneralizedTime(reader: DerReader, expected: number = tag.generalizedTime): number {
  const start = reader.readContent(expected);
  if (reader.offset - start !== 15) throw new DerError('der_time');
  return milliseconds(pair(reader.bytes, start) * 100 + pair(reader.bytes, start + 2), reader.bytes, start + 4);
}

/**
 * Consumes `Time`: UTCTime in the form YYMMDDHHMMSSZ, where years from 50 are of the twentieth century, or
 * GeneralizedTime. Returns milliseconds since the epoch.
 */
export function readTime(reader: DerReader): number {
  if (reader.peek() !== tag.utcTime) return readGeneralizedTime(reader);
  const start = reader.readContent(tag.utcTime);
  if (reader.offset - start !== 13) throw new DerError('der_time');
  const year = pair(reader.bytes, start);
  return milliseconds(year + (year >= 50 ? 1900 : 2000), reader.bytes, start + 2);
}

/** The time from the month on, which both forms share: MMDDHHMMSSZ. */
function milliseconds(year: number, bytes: Uint8Array, at: number): number {
  const month = pair(bytes, at);
  const day = pair(bytes, at + 2);
  const hour = pair(bytes, at + 4);
  const minute = pair(bytes, at + 6);
  const second = pair(bytes, at + 8);
  const lastDay = month === 2 && isLeap(year) ? 29 : (daysInMonth[month - 1] ?? 0);
  // Written so that NaN, which compares false with everything, is refused.
  const isReal = year >= 0 && month >= 1 && day >= 1 && day <= lastDay && hour <= 23 && minute <= 59 && second <= 59;
  if (!isReal || bytes[at + 10] !== 0x5a) throw new DerError('der_time');
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  const leapDay = month > 2 && isLeap(year) ? 1 : 0;
  const days = past * 365 + leapDays + (daysBeforeMonth[month - 1] as number) + leapDay + day - 1;
  // 719,162 days lie between 0001-01-01 and 1970-01-01.
  return (((days - 719_162) * 24 + hour) * 60 + minute) * 60_000 + second * 1_000;
}
