import { matchesPeerName, type PeerName, type VerifiedPath } from '@peercert/core';
import type { ConformanceCase, Profile, Verdict } from './case.ts';
import { crlRefusal } from './crl.ts';
import { accept, answer, clientAuth, serverAuth } from './path-question.ts';

/** A case of x509-limbo, as far as it is read here. */
interface LimboCase {
  readonly id: string;
  readonly validation_kind: 'CLIENT' | 'SERVER';
  readonly trusted_certs: readonly string[];
  readonly untrusted_intermediates: readonly string[];
  readonly peer_certificate: string;
  readonly validation_time: string | null;
  readonly signature_algorithms: readonly string[];
  readonly key_usage: readonly string[];
  readonly extended_key_usage: readonly string[];
  readonly max_chain_depth: number | null;
  readonly expected_peer_name: LimboName | null;
  readonly expected_peer_names: readonly LimboName[];
  readonly expected_result: 'SUCCESS' | 'FAILURE';
  readonly crls: readonly string[];
}

interface LimboName {
  readonly kind: 'DNS' | 'IP' | 'RFC822';
  readonly value: string;
}

export function limboCases(corpus: string, file: { readonly testcases: readonly LimboCase[] }): ConformanceCase[] {
  return file.testcases.map((limbo) => {
    const { id, expected_result, signature_algorithms } = limbo;
    return {
      corpus,
      id,
      namespace: id.split('::', 1)[0] as string,
      expected: expected_result === 'SUCCESS' ? 'accept' : 'reject',
      ...(signature_algorithms.length > 0 ? { notYet: 'a choice of signature algorithms' } : {}),
      judge: (profile, trace) => judge(limbo, profile, trace),
    };
  });
}

function judge(limbo: LimboCase, profile: Profile, trace: Parameters<ConformanceCase['judge']>[1]): Verdict {
  const { max_chain_depth: maxDepth, validation_time: time } = limbo;
  const timeMs = time === null ? Date.now() : Date.parse(time);
  return answer(
    {
      presented: [limbo.peer_certificate, ...limbo.untrusted_intermediates],
      anchors: limbo.trusted_certs,
      timeMs,
      // Peercert's own ceiling is 50.
      ...(maxDepth === null ? {} : { maxDepth: Math.min(maxDepth, 50) }),
      settings: { profile, purposes: purposesOf(limbo), ...(trace === undefined ? {} : { trace }) },
    },
    (path) =>
      keyUsageRefusal(limbo, path) ??
      peerNameRefusal(limbo, path) ??
      crlRefusal(limbo.crls, path, timeMs, profile) ??
      accept(path),
  );
}

const purposeOids: Readonly<Record<string, string>> = { clientAuth, serverAuth };

/** The purposes that a case lists; without any, the one that its kind of validation is for. */
function purposesOf({ extended_key_usage: listed, validation_kind: kind }: LimboCase): readonly string[] {
  if (listed.length === 0) return [kind === 'CLIENT' ? clientAuth : serverAuth];
  return listed.map((name) => {
    const oid = purposeOids[name];
    if (oid === undefined) throw new Error(`limbo asks for the extended key usage ${name}, which is not known here`);
    return oid;
  });
}

/** RFC 5280 4.2.1.3: bits that the peer needs, where its certificate limits them. */
function keyUsageRefusal(
  { key_usage: needed }: LimboCase,
  { certificates: [leaf] }: VerifiedPath,
): Verdict | undefined {
  const bits: ReadonlySet<string> | undefined = leaf?.keyUsage;
  const missing = bits === undefined ? undefined : needed.find((bit) => !bits.has(bit));
  return missing === undefined ? undefined : { accepted: false, why: `key_usage_missing ${missing}`, account: missing };
}

const peerNameKinds = { DNS: 'dNSName', IP: 'iPAddress', RFC822: 'rfc822Name' } as const;

/** A server is sought under one name; of a client every name that is expected must be found. */
function peerNameRefusal(limbo: LimboCase, { certificates: [leaf] }: VerifiedPath): Verdict | undefined {
  const { expected_peer_name: sought, expected_peer_names: names } = limbo;
  const expected = (sought === null ? names : [sought]).map(
    ({ kind, value }): PeerName => ({ kind: peerNameKinds[kind], value }),
  );
  const missing = expected.find((name) => leaf === undefined || !matchesPeerName(leaf, name));
  return missing === undefined ? undefined : { accepted: false, why: 'peer_name_mismatch', account: missing };
}
