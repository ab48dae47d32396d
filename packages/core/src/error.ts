import { type Reason, type ReasonCode, reasons } from './reasons.ts';

const errorBrand: unique symbol = Symbol.for('peercert.error') as never;
const failureBrand: unique symbol = Symbol.for('peercert.failure') as never;

/** How a denial is told to the client, beside its reason. */
export interface DenialSettings {
  /** The `WWW-Authenticate` value of a 401. Default `ClientCertificate`. */
  readonly challenge: string;
  /** The client is connected directly, so that its connection may end with the denial. Default `false`. */
  readonly isDirect?: boolean;
}

/**
 * The one error by which a request is refused. What a framework's error handler prints of it is what the client may
 * see: the title of the reason. `reason` and `cause` hold the detail for the log and are not enumerable; the stack has
 * no frames, because development handlers print it to the client.
 */
export class ClientCertificateError extends Error {
  override readonly name: 'ClientCertificateError' = 'ClientCertificateError';
  readonly code: ReasonCode;
  /** The HTTP status of the reason. */
  readonly status: number;
  readonly statusCode: number;
  /** Response headers: `Cache-Control`, and `WWW-Authenticate` or `Retry-After` where the status asks for them. */
  readonly headers: Readonly<Record<string, string>>;
  /** The message may be shown to the client. */
  readonly expose: true = true;
  /** What the client's operator can do next. Static text, fit for the client. */
  readonly hint: string;
  declare readonly reason: Reason;
  /** The connection ends with the answer: whoever comes so would come again. Not enumerable. */
  declare readonly endsConnection: boolean;

  constructor(reason: Reason, settings: DenialSettings = { challenge: 'ClientCertificate' }) {
    const entry = reasons[reason.code];
    super(entry.title);
    this.code = reason.code;
    this.status = entry.status;
    this.statusCode = entry.status;
    this.headers = responseHeaders(reason, settings);
    this.hint = entry.hint;
    Object.defineProperties(this, {
      name: { enumerable: false },
      reason: { value: reason },
      endsConnection: { value: settings.isDirect === true && entry.endsConnection === true },
      stack: { value: `ClientCertificateError: ${entry.title}` },
      [errorBrand]: { value: true },
    });
  }
}

Object.freeze(ClientCertificateError.prototype);

/** Recognises a denial from any copy of this package, ESM or CommonJS. */
export function isClientCertificateError(value: unknown): value is ClientCertificateError {
  return typeof value === 'object' && value !== null && (value as { [errorBrand]?: unknown })[errorBrand] === true;
}

/** All that a client learns of a failure, whichever it is. */
const failureText = 'The server failed to authenticate the client; its log says why';

/**
 * A mistake in the set-up or in Peercert itself, met while a request was decided: always a 500, never a pass. What a
 * framework's error handler prints of it is what the client may see: one sentence, and no frames. The `cause`, which is
 * not enumerable, holds the explanation for the log: for a mistake in the set-up an Error whose message names the fix,
 * else what was thrown.
 */
export class PeercertFailure extends Error {
  override readonly name: 'PeercertFailure' = 'PeercertFailure';
  readonly code: 'setup' | 'internal';
  readonly status: 500 = 500;
  readonly statusCode: 500 = 500;
  readonly expose: false = false;

  /** @param explanation for the log: what is wrong, and what to write instead */
  constructor(code: 'setup' | 'internal', explanation: string, cause?: unknown) {
    super(failureText);
    this.code = code;
    const isThrown = code === 'internal' && cause !== undefined;
    Object.defineProperties(this, {
      name: { enumerable: false },
      cause: { value: isThrown ? cause : new Error(explanation, cause === undefined ? {} : { cause }) },
      stack: { value: `PeercertFailure: ${failureText}` },
      [failureBrand]: { value: true },
    });
  }
}

Object.freeze(PeercertFailure.prototype);

/** Recognises a failure from any copy of this package, ESM or CommonJS. */
export function isPeercertFailure(value: unknown): value is PeercertFailure {
  return typeof value === 'object' && value !== null && (value as { [failureBrand]?: unknown })[failureBrand] === true;
}

/** The 500 for an exception that no stage foresaw, which stays on `cause`. */
export function internalFailure(cause: unknown): PeercertFailure {
  return isPeercertFailure(cause) ? cause : new PeercertFailure('internal', 'What was thrown is undefined', cause);
}

function responseHeaders(reason: Reason, settings: DenialSettings): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { 'Cache-Control': 'no-store' };
  const { status } = reasons[reason.code];
  if (status === 401) {
    headers['WWW-Authenticate'] =
      reason.code === 'token_invalid' || reason.code === 'token_binding_mismatch'
        ? 'Bearer error="invalid_token"'
        : settings.challenge;
  }
  if ('retryAfterSeconds' in reason.detail) headers['Retry-After'] = String(reason.detail.retryAfterSeconds);
  return Object.freeze(headers);
}
