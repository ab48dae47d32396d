import type { Reason } from '../reasons.ts';

let isTold = false;

/**
 * Some builds of Node (24.21, 26.8.0, 26.8.1) show the leaf alone once they have verified a handshake against `ca`
 * (https://github.com/nodejs/node/issues/65579). What the operator can do about it goes to the log, and once to the warnings
 * of the process.
 */
export function explainHiddenIntermediates(refusal: Extract<Reason, { code: 'issuer_unknown' }>): Reason {
  const remedy =
    `Node ${process.versions.node} verified this client in the handshake and may hide the intermediates that it sent: give ` +
    'mtls() trust: { anchors, intermediates }, or create the TLS server with ca: [] and give mtls() trust: { anchors }';
  if (!isTold) {
    isTold = true;
    process.emitWarning(remedy, { code: 'PEERCERT_HIDDEN_INTERMEDIATES' });
  }
  return { code: refusal.code, detail: { ...refusal.detail, remedy } };
}
