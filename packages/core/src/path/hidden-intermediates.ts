import type { Certificate } from '../certificate/model.ts';
import type { Reason } from '../reasons.ts';
import type { PresentedHandshake } from '../source/presented.ts';
import { hidesIntermediates } from '../source/tls-socket.ts';
import type { TrustSnapshot } from './trust-store.ts';

// Some builds of Node show the leaf alone once they have verified a handshake against `ca`
// (https://github.com/nodejs/node/issues/65579). No other call of Node has what the client sent then, and Node's own verdict
// lets nobody in (docs/decisions/0006): what the operator can do goes to the log, and once to the warnings of the process.

let isTold = false;

function tell(version: string, what: string): string {
  const remedy =
    `Node ${version} ${what}: give mtls() trust: { anchors, intermediates }, or create the TLS server without ca or with ca: [] ` +
    'and give mtls() trust: { anchors }';
  if (!isTold) {
    isTold = true;
    process.emitWarning(remedy, { code: 'PEERCERT_HIDDEN_INTERMEDIATES' });
  }
  return remedy;
}

/**
 * With the first certificate that such a Node hands over, whoever's it is: the clients that it will refuse may come at night.
 * Where the intermediates are given, or no anchor allows any, there is nothing to warn of.
 */
export function warnOfHiddenIntermediates(
  { mayHideIntermediates, server }: PresentedHandshake,
  { anchors, intermediates }: TrustSnapshot,
  version: string = process.versions.node,
): void {
  if (isTold || !hidesIntermediates(version)) return;
  const { ca } = server;
  const hasAuthorities = ca !== undefined && ca !== null && !(Array.isArray(ca) && ca.length === 0);
  if (!mayHideIntermediates && !hasAuthorities) return;
  if (intermediates.all.length > 0 || anchors.all.every(allowsNone)) return;
  tell(
    version,
    'hides the intermediates of each client that it verifies in the handshake, so that such clients are refused',
  );
}

function allowsNone({ basicConstraints }: Certificate): boolean {
  return basicConstraints?.pathLenConstraint === 0;
}

export function explainHiddenIntermediates(refusal: Extract<Reason, { code: 'issuer_unknown' }>): Reason {
  const remedy = tell(
    process.versions.node,
    'verified this client in the handshake and may hide the intermediates that it sent',
  );
  return { code: refusal.code, detail: { ...refusal.detail, remedy } };
}
