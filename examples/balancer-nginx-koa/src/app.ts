/** The application: what you would write. */
import { type DecisionEvent, fromNginx, mtls } from '@peercert/koa';
import Koa from 'koa';

export interface AppOptions {
  /** PEM: whose clients come in. */
  readonly clientsCa: string;
  /** PEM: nginx forwards the client's own certificate and nothing else. */
  readonly intermediates: string;
  /** The address of nginx, as Node sees it. The balancer never speaks to Node. */
  readonly nginx: string;
  /** Hears of every request. */
  readonly audit: (entry: AuditEntry) => void;
}

/** Who asked for what. A serial number identifies a certificate only together with its issuer (RFC 5280 4.1.2.2). */
export interface AuditEntry {
  readonly request: string;
  readonly address: string | undefined;
  readonly outcome: string;
  readonly issuer?: string;
  readonly serialNumber?: string | undefined;
}

export function createApp({ clientsCa, intermediates, nginx, audit }: AppOptions): Koa {
  const app = new Koa();
  app.use(
    mtls({
      source: fromNginx({ trustedProxies: [nginx], verifiedBy: 'peercert' }),
      trust: { anchors: clientsCa, intermediates },
      onDecision: (event) => audit(auditEntry(event)),
    }),
  );
  app.use((ctx) => {
    ctx.body = { hello: ctx.state.mtls.client?.id };
  });
  return app;
}

function auditEntry({ decision, requestTarget, clientAddress }: DecisionEvent): AuditEntry {
  const entry = { request: requestTarget, address: clientAddress };
  switch (decision.outcome) {
    case 'allow': {
      const { issuer, serialNumber } = decision.client;
      return { ...entry, outcome: 'allow', issuer: String(issuer), serialNumber };
    }
    case 'deny':
      return { ...entry, outcome: decision.reason.code };
    case 'anonymous':
      return { ...entry, outcome: 'anonymous' };
  }
}
