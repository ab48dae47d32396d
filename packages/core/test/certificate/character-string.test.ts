import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCharacters, textAt } from '../../src/certificate/character-string.ts';
import { ProfileReader } from '../../src/certificate/profile-reader.ts';
import { DerError } from '../../src/encoding/der.ts';
import { attributeTypes } from '../../src/policy/attribute.ts';
import { element, set } from '../encoding/der-writer.ts';
import { attribute, certificate, name } from './template.ts';

const stringTags = [0x0c, 0x12, 0x13, 0x14, 0x16, 0x1c, 0x1e] as const;
const strings = fc.tuple(
  fc.constantFrom(...stringTags),
  fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 6 }).map((text) => new Uint8Array(Buffer.from(text))),
    // Controls beside characters of two and four octets.
    fc
      .array(fc.constantFrom(0, 0x0a, 0x41, 0xd8, 0xdc, 0x10, 0xc3, 0xa4, 0xff), { maxLength: 8 })
      .map((octets) => Uint8Array.from(octets)),
  ),
);

it('a string that is kept as octets has no text, and any other string has one', () => {
  fc.assert(
    fc.property(strings, ([tag, content]) => {
      const der = element(tag, content);
      let read: ReturnType<typeof readCharacters> | 'refused';
      try {
        read = readCharacters(new ProfileReader(der), tag);
      } catch (error) {
        expect(error).toBeInstanceOf(DerError);
        read = 'refused';
      }
      if (typeof read !== 'number') expect(textAt(der, 0, der.length)).toBeUndefined();
      else expect(textAt(der, 0, der.length)).not.toMatch(/\p{Cc}/u);
    }),
    { numRuns: 3_000 },
  );
});

it('a string is never kept as octets in a certificate that node:crypto cannot read', () => {
  fc.assert(
    fc.property(strings, ([tag, content]) => {
      const value = element(tag, content);
      let isRefused = false;
      try {
        readCharacters(new ProfileReader(value), tag);
      } catch {
        isRefused = true;
      }
      if (isRefused) return;
      const subject = name(set(attribute(attributeTypes.commonName, value)));
      expect(() => new X509Certificate(certificate({ subject }))).not.toThrow();
    }),
    { numRuns: 500 },
  );
});
