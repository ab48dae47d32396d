import type { ClientCertificateError } from './error.ts';

/** A refusal as an HTTP response (RFC 9457). */
export interface ProblemResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

/** The problem document of a denial: title and hint of its reason, and the dates of the client's own certificate. */
export function problemResponse(error: ClientCertificateError): ProblemResponse {
  const { code, status, message: title, hint, reason } = error;
  return {
    status,
    headers: { ...error.headers, 'Content-Type': 'application/problem+json' },
    body: JSON.stringify({ type: `urn:peercert:reason:${code}`, title, status, code, hint, ...ownDates(reason) }),
  };
}

function ownDates(reason: ClientCertificateError['reason']): { notBefore?: Date; notAfter?: Date } {
  if (reason.code === 'certificate_expired' && reason.detail.index === 0) return { notAfter: reason.detail.notAfter };
  if (reason.code === 'certificate_not_yet_valid' && reason.detail.index === 0) {
    return { notBefore: reason.detail.notBefore };
  }
  return {};
}
