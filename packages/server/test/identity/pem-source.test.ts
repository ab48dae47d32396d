import { fromFile } from '@peercert/core';
import { createRootAuthority } from '@peercert/pki';
import { describe, expect, it } from 'vitest';
import { type PemSource, readPem, readText } from '../../src/identity/pem-source.ts';
import { temporaryFolder } from './temporary-folder.ts';

const root = await createRootAuthority({ subject: 'CN=Root' });
const block = '-----BEGIN THING-----\nAAAA\n-----END THING-----\n';

/** The message with which a source is refused. */
function refusal(source: PemSource, option = 'certificate'): string {
  try {
    readPem(source, option);
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return (error as Error).message;
  }
  throw new Error('it was read');
}

describe('a PEM source', () => {
  it('is text, octets or a file', () => {
    const path = temporaryFolder().write('a.pem', block);
    const blocks = [{ label: 'THING', text: block, octets: Buffer.alloc(3) }];
    expect(readPem(block, 'key')).toEqual({ name: 'key (given as text)', path: undefined, blocks });
    expect(readPem(Buffer.from(block), 'key').blocks).toEqual(blocks);
    expect(readPem(fromFile(path), 'key')).toEqual({ name: `key ${path}`, path, blocks });
  });

  it('may have text around its blocks, CRLF, blanks behind a boundary and a byte order mark', () => {
    const text = `\uFEFF-----BEGIN A-----\r\nAA==\r\n-----END A----- \r\nsubject=CN=a\r\n\r\n${block}`;
    expect(readPem(Buffer.from(text), 'key').blocks).toEqual([
      { label: 'A', text: '-----BEGIN A-----\nAA==\n-----END A-----\n', octets: Buffer.alloc(1) },
      { label: 'THING', text: block, octets: Buffer.alloc(3) },
    ]);
  });

  it('is taken from the contents that were read already, even of a file that is gone', () => {
    const path = '/nowhere/tls.crt';
    expect(readPem(fromFile(path), 'key', new Map([[path, Buffer.from(block)]])).blocks[0]?.text).toBe(block);
  });

  it('is refused by the name of its file when the file is not there, or a directory', () => {
    const { path } = temporaryFolder();
    expect(refusal(fromFile(`${path}/tls.crt`))).toBe(
      `certificate ${path}/tls.crt cannot be read (ENOENT): there is no such file; a relative path starts at the working directory of the process`,
    );
    expect(refusal(fromFile(path))).toBe(
      `certificate ${path} cannot be read (EISDIR): this is a directory; name the file in it`,
    );
  });

  it.each(['', ' \r\n\n'])('is refused when it is empty: %j', (content) => {
    const path = temporaryFolder().write('tls.crt', content);
    expect(refusal(fromFile(path))).toBe(
      `certificate ${path} is empty: write the file elsewhere and rename it into place when it is whole`,
    );
    expect(refusal(content, 'key')).toMatch(/^key \(given as text\) is empty: was the variable of the environment set/);
  });

  it('is refused when it is cut off', () => {
    const path = temporaryFolder().write('tls.crt', `${block}-----BEGIN CERTIFICATE-----\nMIIB`);
    expect(refusal(fromFile(path))).toBe(
      `certificate ${path} is cut off: "-----BEGIN CERTIFICATE-----" has no end; write the file elsewhere and rename it into place when it is whole`,
    );
  });

  it.each([
    ['-----END A-----\n', '"-----END A-----" is out of place, for no such block is open'],
    ['-----BEGIN A-----\nAA==\n-----END B-----\n', '"-----END B-----" is out of place: "-----BEGIN A-----" has no end'],
    [
      '-----BEGIN A-----\nAA==\n-----BEGIN A-----\nAA==\n-----END A-----\n',
      '"-----BEGIN A-----" is out of place: "-----BEGIN A-----" has no end',
    ],
  ])('is refused when its boundaries do not match: %j', (text, line) => {
    expect(refusal(text)).toBe(`certificate (given as text) is damaged: ${line}`);
  });

  it('is refused with a hint when it is a path, DER, or no PEM at all', () => {
    expect(refusal('tls.crt')).toBe(
      'certificate (given as text) has no "-----BEGIN" line: is it a path? Then write fromFile("tls.crt")',
    );
    expect(refusal('some\ntext')).toBe('certificate (given as text) has no "-----BEGIN" line: it is not PEM');
    expect(refusal(Buffer.from('tls.crt'))).toBe(
      'certificate (given as text) is the path of another file, not a content: name that file, or put what it holds here',
    );
  });

  it.each<[string, PemSource, string]>([
    ['a variable that is not set', 'undefined', 'is the text "undefined": was the variable of the environment set'],
    ['DER of a certificate', Buffer.from(root.certificateDer), 'is a certificate: are certificate and key swapped?'],
    ['base64 of PEM', Buffer.from(root.privateKeyPem).toString('base64'), 'is the base64 of PEM'],
    ['base64 alone', root.privateKeyPem.replace(/-----.*-----|\n/g, ''), 'is base64 without "-----BEGIN ...-----"'],
    ['a page', '<html><title>Log in</title></html>', 'is HTML or XML'],
    [
      'a store of Java',
      Buffer.from('feedfeed00000002', 'hex'),
      'is a key store of Java (JKS): make it PKCS #12 with keytool',
    ],
    ['a path', '/run/secrets/key', 'has no "-----BEGIN" line: is it a path? Then write fromFile(path)'],
  ])('is refused by what it is where a key was asked for: %s', (_, source, words) => {
    const read = (): unknown => readPem(source, 'key', undefined, 'key');
    expect(read).toThrow(TypeError);
    expect(read).toThrow(`key (given as text) ${words}`);
  });

  it('is refused when it is far larger than any chain', () => {
    expect(refusal('x'.repeat(1_048_577))).toBe(
      'certificate (given as text) is larger than 1 MiB: this is another file',
    );
    expect(readText('x'.repeat(1_048_576), 'key').text).toHaveLength(1_048_576);
  });

  it.each([undefined, null, 7, {}, ['a']])('is refused when it is %j', (source) => {
    expect(() => readPem(source as never, 'key')).toThrow(/^key: expected text or fromFile\('...'\), got /);
    expect(() => readPem(source as never, 'key')).toThrow(TypeError);
  });
});
