import { type DerReader, tag } from './der.ts';
import { DerError } from './der-rules.ts';

/** RFC 5280 4.1.2.5.1 and 4.1.2.5.2: the exact forms of UTCTime and GeneralizedTime. */

const daysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Two decimal digits, or -1. */
function pair(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - 0x30;
  const units = (bytes[at + 1] as number) - 0x30;
  return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? tens * 10 + units : -1;
}

/** Consumes `GeneralizedTime` in the form YYYYMMDDHHMMSSZ. Returns milliseconds since the epoch. */
export function readGeneralizedTime(reader: DerReader, expected: number = tag.generalizedTime): number {
  const start = checkGeneralizedTime(reader, expected);
  return milliseconds(fullYear(reader.bytes, start), reader.bytes, start + 4);
}

/** Consumes the same for whoever does not need the value. Returns where its content begins. */
export function checkGeneralizedTime(reader: DerReader, expected: number = tag.generalizedTime): number {
  const start = reader.readContent(expected);
  if (reader.offset - start !== 15) throw new DerError('der_time');
  checkFromMonth(fullYear(reader.bytes, start), reader.bytes, start + 4);
  return start;
}

/**
 * Consumes `Time`: UTCTime in the form YYMMDDHHMMSSZ, where years from 50 are of the twentieth century, or
 * GeneralizedTime. Returns milliseconds since the epoch.
 */
export function readTime(reader: DerReader): number {
  if (reader.peek() !== tag.utcTime) return readGeneralizedTime(reader);
  const start = checkTime(reader);
  return milliseconds(shortYear(reader.bytes, start), reader.bytes, start + 2);
}

/** Consumes the same for whoever does not need the value. Returns where its content begins. */
export function checkTime(reader: DerReader): number {
  if (reader.peek() !== tag.utcTime) return checkGeneralizedTime(reader);
  const start = reader.readContent(tag.utcTime);
  if (reader.offset - start !== 13) throw new DerError('der_time');
  checkFromMonth(shortYear(reader.bytes, start), reader.bytes, start + 2);
  return start;
}

/** Of four digits; -1 when they are none. */
function fullYear(bytes: Uint8Array, at: number): number {
  const century = pair(bytes, at);
  const rest = pair(bytes, at + 2);
  return century < 0 || rest < 0 ? -1 : century * 100 + rest;
}

/** Of two digits; -1 when they are none. */
function shortYear(bytes: Uint8Array, at: number): number {
  const year = pair(bytes, at);
  return year < 0 ? -1 : year + (year >= 50 ? 1900 : 2000);
}

/** The time from the month on, which both forms share: MMDDHHMMSSZ. */
function checkFromMonth(year: number, bytes: Uint8Array, at: number): void {
  const month = pair(bytes, at);
  const day = pair(bytes, at + 2);
  const hour = pair(bytes, at + 4);
  const minute = pair(bytes, at + 6);
  const second = pair(bytes, at + 8);
  const isMonth = month >= 1 && month <= 12;
  const lastDay = !isMonth ? 0 : month === 2 && isLeap(year) ? 29 : (daysInMonth[month - 1] as number);
  const isDay = year >= 0 && day >= 1 && day <= lastDay;
  const isTime = hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59;
  if (!isDay || !isTime || bytes[at + 10] !== 0x5a) throw new DerError('der_time');
}

/** Of a time that was checked, from the month on. */
function milliseconds(year: number, bytes: Uint8Array, at: number): number {
  const month = pair(bytes, at);
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  const leapDay = month > 2 && isLeap(year) ? 1 : 0;
  const days = past * 365 + leapDays + (daysBeforeMonth[month - 1] as number) + leapDay + pair(bytes, at + 2) - 1;
  const minutes = pair(bytes, at + 4) * 60 + pair(bytes, at + 6);
  // 719,162 days lie between 0001-01-01 and 1970-01-01.
  return ((days - 719_162) * 1_440 + minutes) * 60_000 + pair(bytes, at + 8) * 1_000;
}
