import type { Outcome } from '../reasons.ts';
import type { RequestFacts } from './facts.ts';
import { compileForwarding, type HeaderSourceOptions } from './header-options.ts';
import { type ReadHeader, readHeaderValues } from './header-values.ts';
import type { Presented, Source } from './presented.ts';
import { PresentedMemory } from './presented-memory.ts';

/** A source of headers, but for what its headers mean. */
export interface HeaderSourceParts {
  readonly name: string;
  /** The call as the programmer writes it, for messages: `fromNginx()`. */
  readonly where: string;
  readonly options: HeaderSourceOptions;
  readonly verifiedBy: 'peercert' | 'proxy';
  readonly headers: readonly ReadHeader[];
  /** The headers that say who the client is, as they are to be spelt in `Vary`. */
  readonly vary: readonly string[];
  /** Headers that it does not read, and that only its proxies may write all the same. */
  readonly alsoReserved?: readonly string[];
  /** Headers that look like its own, and that not even its proxies write. */
  readonly foreign?: readonly string[];
  /** What the configuration of the proxy says when it is right, for the log. */
  readonly setUp?: string;
  /** Gets the values in the order of `headers`. Its answer depends on nothing else. */
  readonly read: (values: readonly (string | undefined)[]) => Outcome<Presented> | undefined;
}

/** Asks first whether the peer is a trusted proxy: what anyone else writes is not even looked at. */
export function createHeaderSource(parts: HeaderSourceParts): Source {
  const { name, verifiedBy, headers, read, alsoReserved = [], foreign = [] } = parts;
  const reserved = [...headers.map((header) => header.name), ...alsoReserved];
  const forwarding = compileForwarding(parts.options, reserved, parts.vary, foreign, parts.where, parts.setUp);
  const { trustedProxies } = forwarding;
  const memory = new PresentedMemory();

  function readOnce(values: readonly (string | undefined)[]): Outcome<Presented> | undefined {
    if (values[0] === undefined) return read(values);
    const known = memory.get(values);
    if (known !== undefined) return { ok: true, value: known };
    const presented = read(values);
    if (presented?.ok) memory.set(values, presented.value);
    return presented;
  }

  return Object.freeze({
    name,
    verifiedBy,
    forwarding,
    present(facts: RequestFacts): Outcome<Presented> | undefined {
      if (!trustedProxies.includesPeerOf(facts)) return undefined;
      const values = readHeaderValues(facts.rawHeaders, headers);
      return values.ok ? readOnce(values.value) : values;
    },
  });
}
