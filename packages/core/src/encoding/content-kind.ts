import { Buffer } from 'node:buffer';
import { decodeBase64 } from './base64.ts';
import { type DerKind, derKindOf } from './der-kind.ts';
import { isPathText, unsetText } from './option-text.ts';
import { decodeText } from './text-octets.ts';

/**
 * What a content is that is not what an option asks for, and the command that makes of it what is asked for. The words
 * follow a name: `trust.anchors: the file /etc/ca.p12 ...`. They never quote the content, which may be a key.
 */

/** What an option asks for. */
export type Wanted = 'certificates' | 'key' | 'lists';

type Kind =
  | DerKind
  | 'parameters'
  | 'openSshKey'
  | 'sshKey'
  | 'pgp'
  | 'keyStore'
  | 'base64OfPem'
  | 'base64OfDer'
  | 'hexOfDer'
  | 'zip'
  | 'gzip'
  | 'json'
  | 'markup'
  | 'manifest'
  | 'encryptedFile'
  | 'lfsPointer'
  | 'commentedOut'
  | 'path'
  | 'utf16';

/** For each kind what it is, and what to do about it: in general, or for what is asked for. */
interface Words {
  readonly is: string;
  readonly remedy: string | Partial<Readonly<Record<Wanted, string>>>;
}

const takeOut = 'take it out, and keep it where nobody but its server can read it';
const isThisTheRightFile = 'look at the file: it is not what the option asks for';

const words: Readonly<Record<Kind, Words>> = {
  certificate: {
    is: 'a certificate',
    remedy: {
      certificates: 'write it as PEM with openssl x509 -in FILE -inform DER -out cert.pem',
      key: 'are certificate and key swapped?',
      lists: "give the authority's revocation list; certificates of authorities belong into trust.anchors",
    },
  },
  list: {
    is: 'a revocation list (CRL)',
    remedy: {
      certificates: 'give it to revocation.crls.sources; certificates belong here',
      lists: 'write it as PEM with openssl crl -in FILE -inform DER -out list.pem',
      key: isThisTheRightFile,
    },
  },
  request: {
    is: 'a certificate request (CSR), which is what is sent to the authority',
    remedy: {
      certificates: 'give the certificate that it answers with',
      key: 'the key was written beside it when it was made',
      lists: isThisTheRightFile,
    },
  },
  key: {
    is: 'a private key',
    remedy: {
      certificates: takeOut,
      lists: takeOut,
      key: 'write it as PEM with openssl pkey -in FILE -inform DER -out key.pem',
    },
  },
  encryptedKey: {
    is: 'an encrypted private key',
    remedy: {
      certificates: takeOut,
      lists: takeOut,
      key: 'write it as PEM with openssl pkcs8 -in FILE -inform DER -topk8 -v2 aes-256-cbc -out key.pem, and set the option passphrase',
    },
  },
  publicKey: {
    is: 'a public key',
    remedy: {
      certificates: 'give the certificate that it is in',
      key: 'give the private half',
      lists: isThisTheRightFile,
    },
  },
  parameters: {
    is: 'parameters of keys',
    remedy: 'take that block out',
  },
  pkcs7: {
    is: 'PKCS #7 (.p7b, .p7c)',
    remedy: {
      certificates:
        'write its certificates as PEM with openssl pkcs7 -in FILE -print_certs -out certs.pem (with -inform DER where the file is not text)',
      lists:
        'write its lists as PEM with openssl pkcs7 -in FILE -print_certs -out lists.pem (with -inform DER where the file is not text)',
      key: 'no such file holds a key',
    },
  },
  pkcs12: {
    is: 'PKCS #12 (.p12, .pfx)',
    remedy: {
      certificates:
        'write its certificates as PEM with openssl pkcs12 -in FILE -nokeys -out certs.pem (with -legacy where OpenSSL 3 does not know its cipher)',
      key: 'write its key as PEM with openssl pkcs12 -in FILE -nocerts -nodes -out key.pem (with -legacy where OpenSSL 3 does not know its cipher)',
      lists: isThisTheRightFile,
    },
  },
  keyStore: {
    is: 'a key store of Java (JKS)',
    remedy: {
      certificates: 'write its certificates as PEM with keytool -list -rfc -keystore FILE > certs.pem',
      key: 'make it PKCS #12 with keytool -importkeystore -srckeystore FILE -destkeystore store.p12 -deststoretype PKCS12, then write its key with openssl pkcs12 -in store.p12 -nocerts -nodes -out key.pem',
      lists: isThisTheRightFile,
    },
  },
  ocspResponse: {
    is: 'an answer of an OCSP responder',
    remedy: isThisTheRightFile,
  },
  openSshKey: {
    is: 'a private key of OpenSSH',
    remedy: { certificates: takeOut, lists: takeOut, key: 'convert it with ssh-keygen -p -m PKCS8 -f FILE' },
  },
  sshKey: {
    is: 'a key of SSH, which no certificate of TLS has',
    remedy: isThisTheRightFile,
  },
  pgp: { is: 'of PGP', remedy: isThisTheRightFile },
  base64OfPem: {
    is: 'the base64 of PEM, as it stands in the data of a Secret of Kubernetes',
    remedy: 'decode it with base64 -d FILE > decoded.pem, or in the program with Buffer.from(text, "base64")',
  },
  base64OfDer: {
    is: 'base64 without "-----BEGIN ...-----" and "-----END ...-----" lines',
    remedy: {
      certificates: 'add them with base64 -d FILE | openssl x509 -inform DER -out cert.pem',
      key: 'add them with base64 -d FILE | openssl pkey -inform DER -out key.pem',
      lists: 'add them with base64 -d FILE | openssl crl -inform DER -out list.pem',
    },
  },
  hexOfDer: {
    is: 'hexadecimal digits',
    remedy: {
      certificates: 'write it as PEM with xxd -r -p FILE | openssl x509 -inform DER -out cert.pem',
      key: 'write it as PEM with xxd -r -p FILE | openssl pkey -inform DER -out key.pem',
      lists: 'write it as PEM with xxd -r -p FILE | openssl crl -inform DER -out list.pem',
    },
  },
  zip: { is: 'a ZIP archive', remedy: 'unpack it with unzip FILE' },
  gzip: { is: 'compressed with gzip', remedy: 'unpack it with gzip -d FILE, or tar -xzf FILE' },
  json: {
    is: 'JSON',
    remedy: 'take the PEM out of it: jq -r .NAME FILE > out.pem writes a text value with its line ends',
  },
  markup: {
    is: 'HTML or XML, not what was to be downloaded',
    remedy: 'it may be a page for logging in or of an error: download it again, and look at what came',
  },
  manifest: {
    is: 'a manifest of Kubernetes',
    remedy: "take the value out of it: kubectl get secret NAME -o jsonpath='{.data.ca\\.crt}' | base64 -d > ca.pem",
  },
  encryptedFile: { is: 'encrypted by Ansible Vault, SOPS or age', remedy: 'decrypt it when it is deployed' },
  lfsPointer: { is: 'a pointer of Git LFS', remedy: 'fetch the file with git lfs pull' },
  commentedOut: {
    is: 'PEM whose lines begin with "#" or ";" and count as comments',
    remedy: 'take these signs away from all of its lines',
  },
  path: {
    is: 'the path of another file, not a content',
    remedy: 'name that file, or put what it holds here',
  },
  utf16: {
    is: 'UTF-16 that was read in another encoding, or has no byte order mark',
    remedy: 'give fromFile(path) or the octets of the file, or save it as UTF-8',
  },
};

const labels: readonly (readonly [RegExp, Kind])[] = [
  [/^(?:X\.?509 |TRUSTED )?CERTIFICATE$/, 'certificate'],
  [/^(?:X509 )?CRL$/, 'list'],
  [/CERTIFICATE REQUEST$/, 'request'],
  [/^(?:OPENSSH|SSH2 ENCRYPTED) PRIVATE KEY$/, 'openSshKey'],
  [/^ENCRYPTED PRIVATE KEY$/, 'encryptedKey'],
  [/^PGP /, 'pgp'],
  [/PRIVATE KEY$/, 'key'],
  [/^SSH2 PUBLIC KEY$/, 'sshKey'],
  [/PUBLIC KEY$/, 'publicKey'],
  [/PARAMETERS$/, 'parameters'],
  [/^(?:PKCS7|PKCS #7 SIGNED DATA|CMS)$/, 'pkcs7'],
  [/^PKCS12$/, 'pkcs12'],
  [/^AGE ENCRYPTED FILE$/, 'encryptedFile'],
];

/** A block of PEM that the option does not ask for. Holds: "holds a private key: ...". */
export function nameOfBlock(label: string, wanted: Wanted): string {
  const kind = labels.find(([pattern]) => pattern.test(label))?.[1];
  return kind === undefined ? `holds a "-----BEGIN ${label}-----" block: take it out` : `holds ${said(kind, wanted)}`;
}

/** DER that is not what the option asks for; `undefined` where it seems to be just that, or nothing known. */
export function nameOfDer(octets: Uint8Array, wanted: Wanted): string | undefined {
  const kind = derKindOf(octets);
  if (kind === undefined || kind === (wanted === 'certificates' ? 'certificate' : wanted === 'lists' ? 'list' : '')) {
    return undefined;
  }
  return `is ${said(kind, wanted)}`;
}

/** Of a file without a block of PEM, by its beginning; `undefined` for what is nothing known. */
export function nameOfContent(octets: Uint8Array, wanted: Wanted): string | undefined {
  const binary = binaryKindOf(octets);
  if (binary !== undefined) return `is ${said(binary, wanted)}`;
  const text = decodeText(octets) ?? Buffer.from(octets).toString('latin1');
  const unset = unsetText(text);
  if (unset !== undefined) return unset;
  const kind = textKindOf(text);
  return kind && `is ${said(kind, wanted)}`;
}

/** By so much of a content it is told what it is. */
export const beginningLength = 4_096;

/**
 * What is wrong with a file of PEM, told by what it is where it has no block, and where it is JSON: in that a block may
 * stand, as a text behind others.
 */
export function detailOfFile(
  { detail, rule }: { readonly rule: string; readonly detail: string },
  beginning: Uint8Array,
  wanted: Wanted,
): string {
  const named = nameOfContent(beginning.subarray(0, beginningLength), wanted);
  const isJson = named !== undefined && named === `is ${said('json', wanted)}`;
  return named !== undefined && (rule === 'pem_empty' || isJson) ? named : detail;
}

function said(kind: Kind, wanted: Wanted): string {
  const { is, remedy } = words[kind];
  return `${is}: ${typeof remedy === 'string' ? remedy : (remedy[wanted] ?? isThisTheRightFile)}`;
}

function binaryKindOf(octets: Uint8Array): Kind | undefined {
  const start = Buffer.from(octets.subarray(0, 4)).toString('hex');
  if (start === 'feedfeed' || start === 'cececece') return 'keyStore';
  if (start === '504b0304') return 'zip';
  if (start.startsWith('1f8b')) return 'gzip';
  return derKindOf(octets);
}

const texts: readonly (readonly [RegExp, Kind])[] = [
  [/-\0-\0-\0-\0|\0-\0-\0-\0-/, 'utf16'],
  [/^(?:ssh-|ecdsa-sha2-|PuTTY-User-Key-File-|---- BEGIN SSH2 )/, 'sshKey'],
  [/^(?:\$ANSIBLE_VAULT;|age-encryption\.org\/|ENC\[AES256_GCM)/, 'encryptedFile'],
  [/^version https:\/\/git-lfs\./, 'lfsPointer'],
  [/^<(?:!|\?|[a-z])/i, 'markup'],
  // Each comment ends with its line: one that could end at any blank would be read in 2^n ways.
  [/^(?:-{3}\s+)?(?:#[^\r\n]*[\r\n]\s*)*(?:apiVersion|kind):/, 'manifest'],
  [/^[[{]/, 'json'],
  [/^[#;][ \t]*-----BEGIN /m, 'commentedOut'],
];

function textKindOf(text: string): Kind | undefined {
  const trimmed = text.trim();
  const known = texts.find(([pattern]) => pattern.test(trimmed))?.[1];
  if (known !== undefined) return known;
  const compact = trimmed.replace(/\\[nr]|[\s"']/g, '');
  if (/^(?:30:?8[0-4]:?)(?:[0-9a-f]{2}:?){20,}$/i.test(compact)) return 'hexOfDer';
  // `-----BEGIN` at each of its three places in a group, behind a byte order mark among them.
  if (/^(?:LS0tLS1CRUdJT|77u\/LS0tLS1CRUdJT|Ci0tLS0tQkVHSU)/.test(compact)) return 'base64OfPem';
  if (/^[A-Za-z0-9+/_-]{40,}={0,2}$/.test(compact)) {
    const start = decodeBase64(compact.replaceAll('-', '+').replaceAll('_', '/').slice(0, 40));
    if (start?.[0] === 0x30) return 'base64OfDer';
  }
  return isPathText(trimmed) ? 'path' : undefined;
}
