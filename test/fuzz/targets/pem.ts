import { type Certificate, type Outcome, parseCertificatePem } from '@peercert/core';
import { toPem } from '@peercert/pki';
import { decodePem, encodePem, readPemFile } from '../core.ts';
import { mutateText } from '../mutation/text.ts';
import { ensure, sameBytes, type Target, text } from '../target.ts';
import type { World } from '../world.ts';

type Decoded = ReturnType<typeof decodePem>;
type Block = Extract<PemResult['file'], { ok: true }>['value'][number];

interface PemResult {
  readonly strict: Decoded;
  readonly file: ReturnType<typeof readPemFile>;
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
        JSON.stringify(`${one}${two}`),
        `${one}${two}`.replaceAll('\n', ' '),
        `${one}${two}`.replaceAll('\n', ''),
        `${one}${two}`.replace(/^/gm, '  '),
        toPem(new Uint8Array()),
        toPem(new Uint8Array(200)),
      ],
    ].filter((seed) => seed !== undefined),
    mutate: (input, random, other) => mutateText(input, random, other, pieces),
    run: (input) => ({
      strict: decodePem(input, 'CERTIFICATE'),
      file: readPemFile(input),
      certificate: parseCertificatePem(input),
    }),
    judge(input, { strict, file, certificate }) {
      if (strict.ok) {
        ensure(file.ok && same(strict.value, octetsOf(file.value)), 'strict PEM is another file');
        const written = strict.value.map((block) => encodePem(block, 'CERTIFICATE')).join('');
        const again = decodePem(written, 'CERTIFICATE');
        ensure(again.ok && same(strict.value, again.value), 'PEM that was written again is other PEM');
      }
      if (file.ok) judgeBlocks(input, octetsOf(file.value.filter(isNoKey)));
      if (certificate.ok) {
        ensure(strict.ok && strict.value.length === 1, 'a certificate comes from PEM of several blocks');
        ensure(
          sameBytes(strict.value[0] as Uint8Array, certificate.value.der),
          'a certificate comes from another block',
        );
      }
      return `${outcome(strict)} ${outcome(file)} ${certificate.ok}`;
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
  ...[
    '\n',
    '\n\n',
    '\r',
    '\r\n',
    ' ',
    '\t',
    '\v',
    '=',
    '==',
    'MAA=',
    'A',
    '\0',
    '\ufeff',
    '\u2028',
    '#',
    '"',
    '\\n',
    '\\',
  ],
];

/** What any lenient reader finds between boundaries, but for those that are commented out. */
function judgeBlocks(input: string, blocks: readonly Uint8Array[]): void {
  const text = input.replace(/^[ \t]*[#;][#; \t]*-----(?:BEGIN|END) [!-,.-~ ]+-----[ \t]*$/gm, '');
  const found = [
    ...text.matchAll(/-----BEGIN ((?!(?:[!-,.-~ ]* )?PRIVATE KEY-)[!-,.-~ ]+)-----([^-]*)-----END \1-----/g),
  ];
  const theirs = found.map(([, , body = '']) => Uint8Array.from(Buffer.from(body.replace(/\\[nr]/g, ''), 'base64')));
  ensure(same(blocks, theirs), 'a lenient reader finds other blocks', () => `${blocks.length}, not ${theirs.length}`);
}

const isNoKey = ({ label }: Block): boolean => !/(?:^| )PRIVATE KEY$/.test(label);
const octetsOf = (blocks: readonly Block[]): readonly Uint8Array[] => blocks.map(({ octets }) => octets);

function same(left: readonly Uint8Array[], right: readonly Uint8Array[]): boolean {
  return left.length === right.length && left.every((one, index) => sameBytes(one, right[index] as Uint8Array));
}

type Read = { readonly ok: true; readonly value: readonly unknown[] } | { readonly ok: false; readonly rule: string };

function outcome(decoded: Read): string {
  return decoded.ok ? `${Math.min(decoded.value.length, 3)} blocks` : decoded.rule;
}
