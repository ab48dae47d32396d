import { type Certificate, type Outcome, parseCertificatePem } from '@peercert/core';
import { toPem } from '@peercert/pki';
import { decodePem, decodePemBundle, encodePem } from '../core.ts';
import { mutateText } from '../mutation/text.ts';
import { ensure, sameBytes, type Target, text } from '../target.ts';
import type { World } from '../world.ts';

type Decoded = ReturnType<typeof decodePem>;

interface PemResult {
  readonly strict: Decoded;
  readonly bundle: Decoded;
  readonly certificate: Outcome<Certificate>;
}

/** The textual encoding (RFC 7468), against a regular expression and Node's own lenient decoder. */
export function pemTarget({ certificates }: World): Target<string, PemResult> {
  const [one, two, three] = certificates.map((certificate) => toPem(certificate));
  return {
    name: 'pem',
    seeds: [
      ...[one, two, three, `${one}${two}`, `# trusted\n${one}\n# other\n${two}`, `${one}`.replaceAll('\n', '\r\n')],
      ...[
        toPem(Uint8Array.of(0x30, 0), 'PRIVATE KEY'),
        `${one}`.trimEnd(),
        `\ufeff${one}`,
        toPem(new Uint8Array()),
        toPem(new Uint8Array(200)),
      ],
    ].filter((seed) => seed !== undefined),
    mutate: (input, random, other) => mutateText(input, random, other, pieces),
    run: (input) => ({
      strict: decodePem(input, 'CERTIFICATE'),
      bundle: decodePemBundle(input, 'CERTIFICATE'),
      certificate: parseCertificatePem(input),
    }),
    judge(input, { strict, bundle, certificate }) {
      if (strict.ok) {
        ensure(bundle.ok && same(strict.value, bundle.value), 'strict PEM is another bundle');
        const written = strict.value.map((block) => encodePem(block, 'CERTIFICATE')).join('');
        const again = decodePem(written, 'CERTIFICATE');
        ensure(again.ok && same(strict.value, again.value), 'PEM that was written again is other PEM');
      }
      if (bundle.ok) judgeBlocks(input, bundle.value);
      if (certificate.ok) {
        ensure(strict.ok && strict.value.length === 1, 'a certificate comes from PEM of several blocks');
        ensure(
          sameBytes(strict.value[0] as Uint8Array, certificate.value.der),
          'a certificate comes from another block',
        );
      }
      return `${outcome(strict)} ${outcome(bundle)} ${certificate.ok}`;
    },
    ...text,
  };
}

const pieces = [
  '-----BEGIN CERTIFICATE-----',
  '-----END CERTIFICATE-----',
  '-----BEGIN CERTIFICATE-----\n',
  '\n-----END CERTIFICATE-----\n',
  '-----BEGIN TRUSTED CERTIFICATE-----\n',
  '-----BEGIN PRIVATE KEY-----\n',
  '-----BEGIN',
  '-----',
  '----',
  'Proc-Type: 4,ENCRYPTED\n',
  ...['\n', '\n\n', '\r', '\r\n', ' ', '\t', '\v', '=', '==', 'MAA=', 'A', '\0', '\ufeff', '\u2028', '#'],
];

/** What any lenient reader finds between boundaries. */
function judgeBlocks(input: string, blocks: readonly Uint8Array[]): void {
  const found = [
    ...input.matchAll(/(?<![^\n])-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]*?)-----END CERTIFICATE-----/g),
  ];
  const theirs = found.map(([, body = '']) => Uint8Array.from(Buffer.from(body, 'base64')));
  ensure(same(blocks, theirs), 'a lenient reader finds other blocks', () => `${blocks.length}, not ${theirs.length}`);
}

function same(left: readonly Uint8Array[], right: readonly Uint8Array[]): boolean {
  return left.length === right.length && left.every((one, index) => sameBytes(one, right[index] as Uint8Array));
}

function outcome(decoded: Decoded): string {
  return decoded.ok ? `${Math.min(decoded.value.length, 3)} blocks` : decoded.rule;
}
