import type { PathSettings, VerifiedPath } from '@peercert/core';
import type { ConformanceCase, Verdict } from './case.ts';
import { accept, answer, clientAuth, serverAuth } from './path-question.ts';

/** A chain of BoringSSL's pki/testdata/verify_certificate_chain_unittest. */
interface ChainCase {
  readonly id: string;
  /** PEM, the leaf first, the trust anchor last. */
  readonly chain: readonly string[];
  readonly lastCertTrust: string;
  readonly keyPurpose: string;
  readonly validationTime: string;
  readonly digestPolicy: string;
  readonly expectedValid: boolean;
  readonly settings: Readonly<Record<string, string>>;
}

export function chainCases(corpus: string, file: { readonly cases: readonly ChainCase[] }): ConformanceCase[] {
  return file.cases.map((chain) => {
    const missing = unsupported(chain);
    return {
      corpus,
      id: chain.id,
      namespace: 'boringssl',
      expected: chain.expectedValid ? 'accept' : 'reject',
      ...(missing === undefined ? {} : { notYet: missing }),
      judge: (profile, trace) =>
        answer(
          {
            presented: chain.chain.length === 1 ? chain.chain : chain.chain.slice(0, -1),
            anchors: chain.chain.slice(-1),
            timeMs: Date.parse(chain.validationTime),
            settings: { profile, ...settingsOf(chain), ...(trace === undefined ? {} : { trace }) },
          },
          (path) => policyRefusal(chain, path) ?? accept(path),
        ),
    };
  });
}

const purposes: Readonly<Record<string, Pick<PathSettings, 'purposes' | 'extendedKeyUsage'>>> = {
  ANY_EKU: { purposes: [], extendedKeyUsage: 'optional' },
  SERVER_AUTH: { purposes: [serverAuth], extendedKeyUsage: 'optional' },
  CLIENT_AUTH: { purposes: [clientAuth], extendedKeyUsage: 'optional' },
  SERVER_AUTH_STRICT: { purposes: [serverAuth], extendedKeyUsage: 'required' },
  CLIENT_AUTH_STRICT: { purposes: [clientAuth], extendedKeyUsage: 'required' },
};

const trustedAsLeaf: ReadonlySet<string> = new Set(['TRUSTED_LEAF', 'TRUSTED_ANCHOR_OR_LEAF']);

function unsupported({ keyPurpose, lastCertTrust, chain }: ChainCase): string | undefined {
  if (purposes[keyPurpose] === undefined) return `the purpose ${keyPurpose}`;
  // BoringSSL can trust a certificate to issue, to be the peer, or both; here an anchor is trusted as what it is.
  if (chain.length === 1) return trustedAsLeaf.has(lastCertTrust) ? undefined : 'an anchor that may not be the leaf';
  return lastCertTrust.startsWith('TRUSTED_ANCHOR') ? undefined : `a last certificate that is ${lastCertTrust}`;
}

/** BoringSSL's test delegate takes RSA keys of 1,024 bits, and SHA-1 where the digest policy is weak. */
function settingsOf({ keyPurpose, digestPolicy, settings }: ChainCase): Partial<PathSettings> {
  const policies = settings['initial_policies'] ?? settings['user_initial_policy_set'];
  return {
    ...purposes[keyPurpose],
    minimumRsaBits: 1024,
    allowedWeakAlgorithms: new Set(
      digestPolicy.startsWith('WEAK_ALLOWED_SHA1') ? ['sha1WithRSAEncryption', 'ecdsa-with-SHA1'] : [],
    ),
    initialPolicySet: policies === undefined ? 'any' : new Set(oidsOf(policies)),
    initialExplicitPolicy: settings['initial_explicit_policy'] === 'true',
    initialPolicyMappingInhibit: settings['initial_policy_mapping_inhibit'] === 'true',
    initialAnyPolicyInhibit: settings['initial_any_policy_inhibit'] === 'true',
  };
}

function policyRefusal({ settings }: ChainCase, { userConstrainedPolicies }: VerifiedPath): Verdict | undefined {
  const expected = settings['expected_user_constrained_policy_set'];
  const actual = userConstrainedPolicies === 'any' ? ['2.5.29.32.0'] : [...userConstrainedPolicies];
  return expected === undefined || String(actual.toSorted()) === String(oidsOf(expected).toSorted())
    ? undefined
    : { accepted: false, why: 'policies_differ', account: actual };
}

function oidsOf(list: string): string[] {
  return list.split(/[\s,]+/).filter((oid) => oid !== '');
}
