import type { MtlsOptions, Source } from '@peercert/core';

/**
 * Lets sources of headers read those of one upgrade once, however often it is decided: to decode what a proxy forwarded
 * takes many times as long as to look it up, and the headers of an upgrade never change.
 */
export function withLastingSources(options: MtlsOptions): MtlsOptions {
  const { source } = options;
  if (source === undefined) return options;
  return { ...options, source: isList(source) ? source.map(lasting) : lasting(source) };
}

function isList(source: Source | readonly Source[]): source is readonly Source[] {
  return Array.isArray(source);
}

function lasting(source: Source): Source {
  const forwarding = source?.forwarding;
  if (forwarding === undefined) return source;
  const readings = new WeakMap<Parameters<Source['present']>[0], ReturnType<Source['present']>>();
  const present: Source['present'] = (facts) => {
    // A proxy may be known by a certificate of its own, which expires as any other: it is asked about each time.
    if (!forwarding.trustedProxies.includesPeerOf(facts)) return undefined;
    if (!readings.has(facts)) readings.set(facts, source.present(facts));
    return readings.get(facts);
  };
  return Object.create(source, { present: { value: present } });
}
