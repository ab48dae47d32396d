/** What is wrong with a server's own certificate or key, though it works. */
export type IdentityEvent = KeyFileExposedEvent | ServerCertificateExpiringEvent;

/** The mode of a key file lets others than its owner at the key. */
export interface KeyFileExposedEvent {
  readonly type: 'key_file_exposed';
  /** The file itself, symbolic links followed. */
  readonly path: string;
  /** Octal, as `chmod` takes it: `0644`. */
  readonly mode: string;
  readonly hint: string;
}

/** The server's own certificate, or one that it sends along, ends within 30 days. */
export interface ServerCertificateExpiringEvent {
  readonly type: 'server_certificate_expiring';
  /** Place in the chain: 0 is the server's own. */
  readonly index: number;
  /** RFC 4514 text. */
  readonly subject: string;
  /** `x5t#S256` (RFC 8705). */
  readonly thumbprint: string;
  readonly notAfter: Date;
  /** Whole days that are left; 0 also for one that has ended. */
  readonly daysLeft: number;
  /** Where the certificate was read. `undefined` when it was given as text. */
  readonly path: string | undefined;
}
