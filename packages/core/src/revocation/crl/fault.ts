import { MalformedError } from '../../certificate/malformed.ts';
import { placeOf } from '../../certificate/malformed-detail.ts';
import { TracingReader } from '../../certificate/tracing-reader.ts';
import { DerError } from '../../encoding/der.ts';
import { readCrlLayout } from './layout.ts';
import { CrlError, type CrlRule, crlRules } from './rules.ts';

/** Lists that are larger are not read a second time at once: the rule alone has to do. */
const largestAtOnce = 262_144;

/** What is wrong with a list, for whoever gave it: the rule in words, its place, and the octets there. */
export function faultOf(der: Uint8Array, rule: CrlRule): string {
  const { section, explanation } = crlRules[rule];
  const fault = `breaks ${rule} (${section}: ${explanation})`;
  const tracer = new TracingReader(der);
  if (der.length > largestAtOnce || brokenRule(der, tracer) !== rule) return fault;
  // What shows only once the whole list is read has no place of its own.
  if (tracer.offset === der.length && rule.startsWith('crl_')) return fault;
  const seen = rule === 'der_trailing_data' ? { at: tracer.offset, isBehind: false } : tracer.last;
  const { octets, offset, place } = placeOf(der, seen, 'list');
  return `${fault}; place: ${place}, offset ${offset}: ${octets}`;
}

function brokenRule(der: Uint8Array, tracer: TracingReader): CrlRule | undefined {
  try {
    const reading = readCrlLayout(der, tracer);
    while (reading.next().done !== true);
    return undefined;
  } catch (error) {
    if (error instanceof DerError || error instanceof MalformedError || error instanceof CrlError) return error.rule;
    throw error;
  }
}
