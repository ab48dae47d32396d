/** What a TLS client presents. Every certificate of `@peercert/pki` is one. */
export interface Credential {
  /** PEM, the certificate first, then the intermediates to present with it. */
  readonly chainPem: string;
  /** PKCS #8 PEM without a passphrase. */
  readonly privateKeyPem: string;
}
