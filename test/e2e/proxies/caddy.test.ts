import { fromCaddy } from '@peercert/core';
import { caddy } from './kinds.ts';
import { itHoldsBehind } from './suite.ts';

itHoldsBehind({
  kind: caddy,
  source: fromCaddy,
  sourceName: 'caddy',
  forge: ({ clients }) => ({ 'X-SSL-Client-Cert': Buffer.from(clients.admin.certificateDer).toString('base64') }),
  badCertificate: 'handshake',
  forwardsChain: false,
  namedInConnection: { 'X-SSL-Client-Cert': '200 admin' },
  unverified: {
    changes: [['mode verify_if_given', 'mode request']],
    outcomes: {
      admin: '200 admin',
      nobody: '401 certificate_missing',
      stranger: '401 issuer_unknown',
      namesake: '401 signature_invalid',
      expired: '401 certificate_expired',
    },
  },
});
