/** Which rule of the encoding was broken, with its section of X.690. Nobody reads on: what follows could mean anything. */
export const derRules = {
  der_truncated: { section: 'X.690 8.1.3', explanation: 'An element is missing, or longer than what holds it' },
  der_trailing_data: { section: 'X.690 8.1.3', explanation: 'Octets follow where an element should have ended' },
  der_unexpected_tag: { section: 'X.690 8.1.2', explanation: 'An element of another type was expected here' },
  der_high_tag_number: { section: 'X.690 8.1.2.4', explanation: 'A tag number above 30, which no field of X.509 uses' },
  der_indefinite_length: { section: 'X.690 10.1', explanation: 'A length of the indefinite form' },
  der_length_not_minimal: { section: 'X.690 10.1', explanation: 'A length with more octets than it needs' },
  der_length_too_large: { section: 'X.690 8.1.3', explanation: 'A length of more than four octets' },
  der_too_deep: { section: 'X.690 8.1.4', explanation: 'Elements nested deeper than any real value' },
  der_boolean: { section: 'X.690 8.2.1', explanation: 'A BOOLEAN that is not one octet' },
  der_integer_empty: { section: 'X.690 8.3.1', explanation: 'An INTEGER without octets' },
  der_integer_not_minimal: { section: 'X.690 8.3.2', explanation: 'An INTEGER with a redundant leading octet' },
  der_integer_negative: { section: 'RFC 5280 A.1', explanation: 'A negative INTEGER where none is allowed' },
  der_integer_too_large: { section: 'RFC 5280 A.1', explanation: 'An INTEGER beyond the range of its field' },
  der_bit_string: { section: 'X.690 8.6.2', explanation: 'A BIT STRING whose count of unused bits is wrong' },
  der_bit_string_padding: { section: 'X.690 11.2.1', explanation: 'A BIT STRING whose unused bits are not zero' },
  der_bit_string_not_octets: { section: 'RFC 5280 4.1', explanation: 'A BIT STRING of octets that has unused bits' },
  der_null: { section: 'X.690 8.8.2', explanation: 'A NULL with content' },
  der_oid: { section: 'X.690 8.19', explanation: 'An OBJECT IDENTIFIER that is empty, cut off or padded' },
  der_oid_arc_too_large: { section: 'X.667 6.3', explanation: 'An arc of an OBJECT IDENTIFIER beyond 133 bits' },
  der_empty_sequence: { section: 'RFC 5280 A.1', explanation: 'A SEQUENCE or SET without the element it must have' },
  der_string: { section: 'X.690 8.23', explanation: 'A character string that is not in its own character set' },
  der_string_control: {
    section: 'RFC 5280 4.1.2.4',
    explanation: 'A character string with NUL or a control character',
  },
  der_time: { section: 'RFC 5280 4.1.2.5', explanation: 'A time that is not in the one form allowed, or no real date' },
} as const;

export type DerRule = keyof typeof derRules;

/**
 * Rules that choose one of several spellings of one value. What breaks them is BER (X.690 section 8), which says what it
 * means: no two readers can take two values from it, and signatures and thumbprints are over the octets as they are. A
 * reader for a profile takes note of it; every other reader refuses it.
 *
 * Spellings that stay refused, because readers in use differ about them or do not take them at all: lengths of more octets than needed and of
 * the indefinite form, INTEGERs with redundant octets, padded OBJECT IDENTIFIERs, strings in pieces, times without seconds
 * or with an offset, and unused bits that are set (some readers take them for bits of the list).
 */
export const derDeviations = {
  der_boolean_true: { section: 'X.690 11.1', explanation: 'A BOOLEAN whose true is not FF' },
  der_default_encoded: { section: 'X.690 11.5', explanation: 'A DEFAULT value that is written out' },
  der_named_bits_not_minimal: { section: 'X.690 11.2.2', explanation: 'A named bit list with trailing zero bits' },
  der_set_order: { section: 'X.690 11.6', explanation: 'A SET OF whose elements are not in ascending order' },
  der_empty_list: { section: 'RFC 5280 A.1', explanation: 'A list without the element that it must have' },
  der_string_printable: {
    section: 'X.680 41.4',
    explanation: 'A PrintableString or NumericString with other characters of ASCII than its own',
  },
} as const;

export type DerDeviation = keyof typeof derDeviations;

/** Carries the broken rule up to the parser that turns it into an outcome; it never leaves this package. */
export class DerError extends Error {
  readonly rule: DerRule | DerDeviation;
  constructor(rule: DerRule | DerDeviation) {
    super({ ...derRules, ...derDeviations }[rule].explanation);
    this.rule = rule;
  }
}
