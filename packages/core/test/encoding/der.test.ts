import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerReader, equalRanges, isAscending, tag } from '../../src/encoding/der.ts';
import { DerError, derRules } from '../../src/encoding/der-rules.ts';
import {
  bitString,
  boolean,
  element,
  explicit,
  hex,
  integer,
  join,
  nothing,
  oid,
  sequence,
  set,
  utf8,
} from './der-writer.ts';

const reader = (octets: string | Uint8Array): DerReader =>
  new DerReader(typeof octets === 'string' ? hex(octets) : octets);

function ruleOf(action: () => unknown): DerError['rule'] | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof DerError) return error.rule;
    throw error;
  }
}

describe('lengths', () => {
  const lengthRule = (octets: string): DerError['rule'] | undefined => ruleOf(() => reader(octets).readContent(0x04));

  it('is read in the short form up to 127 octets and in the long form from 128 on', () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536, 70_000]) {
      const read = reader(element(0x04, new Uint8Array(length)));
      const start = read.readContent(0x04);
      expect(read.offset - start).toBe(length);
      expect(read.isDone).toBe(true);
    }
  });

  it('is refused in the indefinite form', () => {
    expect(lengthRule('04 80 00 00')).toBe('der_indefinite_length');
  });

  it('is refused in the long form where the short one does', () => {
    expect(lengthRule(`04 81 7f ${'00'.repeat(127)}`)).toBe('der_length_not_minimal');
    expect(lengthRule(`04 81 80 ${'00'.repeat(128)}`)).toBeUndefined();
  });

  it('is refused with a leading zero octet', () => {
    expect(lengthRule(`04 82 00 80 ${'00'.repeat(128)}`)).toBe('der_length_not_minimal');
    expect(lengthRule('04 81 00')).toBe('der_length_not_minimal');
  });

  it('is refused beyond four octets', () => {
    expect(lengthRule('04 85 01 00 00 00 00')).toBe('der_length_too_large');
    expect(lengthRule('04 84 01 00 00 00')).toBe('der_truncated');
    expect(lengthRule('04 84 ff ff ff ff')).toBe('der_truncated');
  });

  it('is refused where fewer octets follow', () => {
    expect(lengthRule('04')).toBe('der_truncated');
    expect(lengthRule('04 01')).toBe('der_truncated');
    expect(lengthRule('04 02 00')).toBe('der_truncated');
    expect(lengthRule('04 81')).toBe('der_truncated');
    expect(lengthRule('04 82 01')).toBe('der_truncated');
    expect(lengthRule('')).toBe('der_truncated');
  });

  it('may not reach beyond the element around it', () => {
    const read = reader('30 03 04 02 00 00');
    read.enter(tag.sequence);
    expect(ruleOf(() => read.readContent(0x04))).toBe('der_truncated');
  });
});

describe('tags', () => {
  it('are refused when another one was expected', () => {
    expect(ruleOf(() => reader('02 01 00').readContent(0x04))).toBe('der_unexpected_tag');
  });

  it('are refused above 30, which take several octets', () => {
    expect(ruleOf(() => reader('1f 1f 00').readContent(0x04))).toBe('der_high_tag_number');
    expect(ruleOf(() => reader('bf 1f 00').skip())).toBe('der_high_tag_number');
    expect(ruleOf(() => reader('9f 1f 00').readAny())).toBe('der_high_tag_number');
    expect(ruleOf(() => reader('bf 1f 00').readAny())).toBe('der_high_tag_number');
    expect(ruleOf(() => reader('1f 1f 00').readAny())).toBe('der_high_tag_number');
  });

  it('can be looked at without consuming', () => {
    const read = reader('05 00');
    expect(read.peek()).toBe(tag.null);
    expect(read.offset).toBe(0);
    read.readNull();
    expect(read.peek()).toBe(-1);
  });
});

describe('constructed elements', () => {
  it('are entered and left', () => {
    const read = reader(join(sequence(integer(1), sequence(integer(2))), nothing));
    const outer = read.enter(tag.sequence);
    expect(read.readNumber()).toBe(1);
    const inner = read.enter(tag.sequence);
    expect(read.isDone).toBe(false);
    expect(read.readNumber()).toBe(2);
    expect(read.isDone).toBe(true);
    read.leave(inner);
    read.leave(outer);
    read.readNull();
    expect(read.isDone).toBe(true);
  });

  it('are refused with something left inside', () => {
    const read = reader(sequence(nothing));
    const outer = read.enter(tag.sequence);
    expect(ruleOf(() => read.leave(outer))).toBe('der_trailing_data');
  });

  it('are refused empty where one element at least must be', () => {
    expect(ruleOf(() => reader(sequence()).enterNonEmpty(tag.sequence))).toBe('der_empty_sequence');
    expect(ruleOf(() => reader(sequence(nothing)).enterNonEmpty(tag.sequence))).toBeUndefined();
  });

  it('are skipped as a whole', () => {
    const read = reader(join(sequence(nothing), nothing));
    expect(read.skip()).toBe(0);
    expect(read.offset).toBe(4);
    expect(ruleOf(() => reader('').skip())).toBe('der_truncated');
  });
});

describe('BOOLEAN', () => {
  it('is 00 or FF', () => {
    expect(reader('01 01 00').readBoolean()).toBe(false);
    expect(reader('01 01 ff').readBoolean()).toBe(true);
  });

  it.each([
    ['01 01 01', 'der_boolean_true'],
    ['01 01 fe', 'der_boolean_true'],
    ['01 00', 'der_boolean'],
    ['01 02 ff ff', 'der_boolean'],
    ['01 02 00 00', 'der_boolean'],
  ])('is refused as %s', (octets, rule) => {
    expect(ruleOf(() => reader(octets).readBoolean())).toBe(rule);
  });

  it('is false by default, which is then not written out', () => {
    expect(reader('').readDefaultFalse()).toBe(false);
    expect(reader(nothing).readDefaultFalse()).toBe(false);
    expect(reader(boolean(true)).readDefaultFalse()).toBe(true);
    expect(ruleOf(() => reader(boolean(false)).readDefaultFalse())).toBe('der_default_encoded');
  });
});

describe('INTEGER', () => {
  it.each(['02 01 00', '02 01 7f', '02 02 00 80', '02 02 ff 7f', '02 01 80', '02 02 01 00', '02 02 80 00'])(
    'is read when minimal: %s',
    (octets) => {
      const read = reader(octets);
      expect(read.readInteger()).toBe(2);
      expect(read.isDone).toBe(true);
    },
  );

  it.each(['02 02 00 00', '02 02 00 7f', '02 02 ff 80', '02 02 ff ff', '02 03 00 00 80'])(
    'is refused with a redundant octet: %s',
    (octets) => {
      expect(ruleOf(() => reader(octets).readInteger())).toBe('der_integer_not_minimal');
    },
  );

  it('is refused without octets', () => {
    expect(ruleOf(() => reader('02 00').readInteger())).toBe('der_integer_empty');
  });

  it('is refused when negative where it must not be', () => {
    expect(ruleOf(() => reader('02 01 80').readUnsigned())).toBe('der_integer_negative');
    expect(ruleOf(() => reader('02 01 ff').readUnsigned())).toBe('der_integer_negative');
  });

  it('loses the leading zero octet of an unsigned value, but not the only one', () => {
    expect(reader('02 02 00 80').readUnsigned()).toBe(3);
    expect(reader('02 01 00').readUnsigned()).toBe(2);
    expect(reader('02 01 7f').readUnsigned()).toBe(2);
  });

  it('is a number up to 2^31 - 1', () => {
    for (const value of [0, 1, 127, 128, 255, 256, 65_535, 65_536, 0x7fffffff]) {
      expect(reader(integer(value)).readNumber()).toBe(value);
    }
    expect(ruleOf(() => reader(integer(0x80000000)).readNumber())).toBe('der_integer_too_large');
    expect(ruleOf(() => reader(integer(2n ** 40n)).readNumber())).toBe('der_integer_too_large');
    expect(ruleOf(() => reader(integer(2n ** 64n)).readNumber())).toBe('der_integer_too_large');
  });

  it('is a number up to the given maximum', () => {
    expect(reader(integer(10)).readNumber(10)).toBe(10);
    expect(ruleOf(() => reader(integer(11)).readNumber(10))).toBe('der_integer_too_large');
  });

  it('is read under an implicit tag', () => {
    expect(reader('80 01 05').readNumber(undefined, 0x80)).toBe(5);
    expect(ruleOf(() => reader('02 01 05').readNumber(undefined, 0x80))).toBe('der_unexpected_tag');
  });
});

describe('BIT STRING', () => {
  it.each(['03 01 00', '03 02 00 ff', '03 02 01 fe', '03 02 07 80', '03 03 04 ff f0'])('is read: %s', (octets) => {
    const read = reader(octets);
    expect(read.readBitString()).toBe(2);
    expect(read.isDone).toBe(true);
  });

  it.each(['03 00', '03 02 08 00', '03 01 01', '03 01 07', '03 02 ff 00'])(
    'is refused with a wrong count of unused bits: %s',
    (octets) => {
      expect(ruleOf(() => reader(octets).readBitString())).toBe('der_bit_string');
    },
  );

  it.each(['03 02 01 01', '03 02 07 c0', '03 03 04 ff f8'])('is refused with unused bits set: %s', (octets) => {
    expect(ruleOf(() => reader(octets).readBitString())).toBe('der_bit_string_padding');
  });

  it('holds whole octets where it must', () => {
    expect(reader('03 02 00 ff').readBitStringOctets()).toBe(3);
    expect(ruleOf(() => reader('03 02 01 fe').readBitStringOctets())).toBe('der_bit_string_not_octets');
  });

  it('is entered when it holds DER', () => {
    const read = reader(join(bitString(integer(7)), nothing));
    const outer = read.enterBitString();
    expect(read.readNumber()).toBe(7);
    read.leave(outer);
    read.readNull();
    const trailing = reader(bitString(integer(7), nothing));
    const end = trailing.enterBitString();
    trailing.readNumber();
    expect(ruleOf(() => trailing.leave(end))).toBe('der_trailing_data');
  });
});

describe('named bit lists', () => {
  it('are read with bit 0 on top', () => {
    expect(reader('03 02 07 80').readNamedBits()).toBe(0x8000);
    expect(reader('03 02 00 01').readNamedBits()).toBe(0x0100);
    expect(reader('03 03 07 01 80').readNamedBits()).toBe(0x0180);
    expect(reader('03 03 00 00 01').readNamedBits()).toBe(0x0001);
    expect(reader('03 01 00').readNamedBits()).toBe(0);
    expect(reader('81 02 06 40').readNamedBits(0x81)).toBe(0x4000);
  });

  it.each(['03 02 00 80', '03 02 06 80', '03 02 07 00', '03 03 00 80 00', '03 02 00 00'])(
    'are refused with zero bits at the end: %s',
    (octets) => {
      expect(ruleOf(() => reader(octets).readNamedBits())).toBe('der_named_bits_not_minimal');
    },
  );

  it('are refused beyond 16 bits', () => {
    expect(ruleOf(() => reader('03 04 00 00 00 01').readNamedBits())).toBe('der_integer_too_large');
  });
});

describe('NULL', () => {
  it('has no content', () => {
    expect(ruleOf(() => reader('05 00').readNull())).toBeUndefined();
    expect(ruleOf(() => reader('05 01 00').readNull())).toBe('der_null');
  });
});

describe('OBJECT IDENTIFIER', () => {
  it.each(['06 01 2a', '06 03 55 1d 11', '06 02 81 00', `06 13 ${'ff'.repeat(18)} 7f`])('is read: %s', (octets) => {
    const read = reader(octets);
    expect(read.readObjectIdentifier()).toBe(2);
    expect(read.isDone).toBe(true);
  });

  it.each(['06 00', '06 01 80', '06 02 2a 80', '06 02 2a ff', '06 02 80 01', '06 03 2a 80 01', '06 04 2a 81 01 ff'])(
    'is refused empty, cut off or padded: %s',
    (octets) => {
      expect(ruleOf(() => reader(octets).readObjectIdentifier())).toBe('der_oid');
    },
  );

  it('is refused with an arc beyond the one of a UUID', () => {
    expect(ruleOf(() => reader(`06 15 2a ${'ff'.repeat(19)} 7f`).readObjectIdentifier())).toBe('der_oid_arc_too_large');
    expect(ruleOf(() => reader(`06 14 2a ${'ff'.repeat(18)} 7f`).readObjectIdentifier())).toBeUndefined();
    expect(ruleOf(() => reader(`06 16 ${'ff'.repeat(18)} 7f 83 01 01`).readObjectIdentifier())).toBeUndefined();
  });
});

describe('elements without a schema', () => {
  const anyRule = (octets: Uint8Array | string): DerError['rule'] | undefined =>
    ruleOf(() => {
      const read = reader(octets);
      read.readAny();
      if (!read.isDone) throw new DerError('der_trailing_data');
    });

  it('are read when everything in them is DER', () => {
    expect(
      anyRule(sequence(boolean(true), integer(-5), oid('1.2.3'), nothing, utf8('ü'), set(bitString([1])))),
    ).toBeUndefined();
    expect(anyRule(explicit(3, nothing, explicit(1)))).toBeUndefined();
    expect(anyRule('0a 01 05')).toBeUndefined();
    expect(anyRule('80 02 01 02')).toBeUndefined();
    expect(anyRule('17 00')).toBeUndefined();
  });

  it.each([
    ['30 03 01 01 01', 'der_boolean_true'],
    ['30 04 02 02 00 01', 'der_integer_not_minimal'],
    ['30 03 0a 01', 'der_truncated'],
    ['30 04 0a 02 00 01', 'der_integer_not_minimal'],
    ['30 04 03 02 01 01', 'der_bit_string_padding'],
    ['30 03 05 01 00', 'der_null'],
    ['30 04 06 02 2a 80', 'der_oid'],
    ['30 80 00 00', 'der_indefinite_length'],
    ['', 'der_truncated'],
    ['30 02 00 00', 'der_unexpected_tag'],
    ['30 02 10 00', 'der_unexpected_tag'],
    ['30 02 11 00', 'der_unexpected_tag'],
    ['24 02 04 00', 'der_unexpected_tag'],
    ['2c 02 0c 00', 'der_unexpected_tag'],
    ['a0 03 01 01 05', 'der_boolean_true'],
  ] as const)('are refused otherwise: %s', (octets, rule) => {
    expect(anyRule(octets)).toBe(rule);
  });

  it('are bounded in depth', () => {
    const nested = (depth: number): Uint8Array => (depth === 0 ? nothing : sequence(nested(depth - 1)));
    expect(anyRule(nested(16))).toBeUndefined();
    expect(anyRule(nested(17))).toBe('der_too_deep');
    expect(anyRule(nested(5_000))).toBe('der_too_deep');
  });
});

describe('ranges of octets', () => {
  it('ascend as X.690 11.6 compares them', () => {
    const ascending = (left: string, right: string): boolean => {
      const [first, second] = [hex(left), hex(right)];
      const bytes = join(first, second);
      return isAscending(bytes, 0, first.length, first.length, bytes.length);
    };
    expect(ascending('01 02', '01 03')).toBe(true);
    expect(ascending('01 03', '01 02')).toBe(false);
    expect(ascending('01', '01 00')).toBe(true);
    expect(ascending('01 00', '01')).toBe(false);
    expect(ascending('01', '01')).toBe(true);
    expect(ascending('02', '01 05')).toBe(false);
    expect(ascending('00 ff ff', '01')).toBe(true);
  });

  it('are equal octet for octet', () => {
    const bytes = hex('01 02 01 02 01 03 01');
    expect(equalRanges(bytes, 0, 2, 2, 4)).toBe(true);
    expect(equalRanges(bytes, 0, 2, 4, 6)).toBe(false);
    expect(equalRanges(bytes, 0, 2, 6, 7)).toBe(false);
    expect(equalRanges(bytes, 0, 0, 3, 3)).toBe(true);
  });
});

describe('the reader as a whole', () => {
  it('throws nothing but its own rules, whatever the octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => {
        const rule = ruleOf(() => reader(octets).readAny());
        expect(rule === undefined || rule in derRules).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads back every element that is written minimally', () => {
    const tree = fc.letrec<{ node: Uint8Array; leaf: Uint8Array }>((tie) => ({
      leaf: fc.oneof(
        fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(integer),
        fc.boolean().map(boolean),
        fc.uint8Array({ maxLength: 200 }).map((octets) => element(0x04, octets)),
        fc.constant(nothing),
      ),
      node: fc.oneof(
        { depthSize: 'small' },
        tie('leaf'),
        fc.array(tie('node'), { maxLength: 4 }).map((children) => sequence(...children)),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (octets) => {
        const read = reader(octets);
        expect(read.readAny()).toBe(0);
        expect(read.offset).toBe(octets.length);
      }),
    );
  });
});
