/**
 * How a name of a certificate lies to the subtrees of one list. A permitted list asks for `inside`, an excluded list for
 * `outside`; each of the other answers is refused by both, so that what cannot be told is never let through.
 *
 * - `overlapping`: the name stands for several names, some of them inside and some not (a wildcard dNSName);
 * - `unintelligible`: the name is not in the form on which RFC 5280 4.2.1.10 defines the comparison;
 * - `unsupported`: no comparison is defined for names of this kind, or a base of the list is not in a defined form.
 */
export type Relation = 'inside' | 'outside' | 'overlapping' | 'unintelligible' | 'unsupported';
