import type { FormRule } from './malformed.ts';

/** What is known to break a rule, and what mends it: for whoever reads the log. Only what was seen. */
export const knownCauses: { readonly [Rule in FormRule]?: string } = {
  der_truncated: 'A file or header that was cut off. Whole, it is what `openssl x509 -noout` reads.',
  der_trailing_data:
    'Several certificates in one file of DER, or an end of line behind it: `openssl x509 -outform der` writes the first alone.',
  der_time:
    'Times without seconds, or with a zone other than Z, come from tools of one’s own: the authority has to write it as YYMMDDHHMMSSZ.',
  ec_parameters:
    '`openssl ecparam -param_enc explicit` writes such keys, and OpenSSL builds no path over them either: make the key with `-param_enc named_curve` and have it certified.',
  ec_point:
    '`openssl ec -conv_form hybrid` writes such keys: write the key with `-conv_form uncompressed` and have it certified again.',
};
