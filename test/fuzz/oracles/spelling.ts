/** Deviations after which octets are not DER any more, or not the ones that the model of them is written as. */
const spellings: ReadonlySet<string> = new Set([
  'der_boolean_true',
  'der_default_encoded',
  'der_empty_list',
  'der_named_bits_not_minimal',
  'der_set_order',
  'other_name',
]);

export function isSpeltOtherwise({ deviations }: { readonly deviations: readonly string[] }): boolean {
  return deviations.some((deviation) => spellings.has(deviation));
}
