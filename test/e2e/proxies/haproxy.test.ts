import { fromHaproxy } from '@peercert/core';
import { haproxy } from './kinds.ts';
import { itHoldsBehind } from './suite.ts';

const unverified = '401 proxy_verification_failed';

itHoldsBehind({
  kind: haproxy,
  source: fromHaproxy,
  sourceName: 'haproxy',
  forge: ({ clients }) => ({
    'X-SSL-Client-Cert': Buffer.from(clients.admin.certificateDer).toString('base64'),
    'X-SSL-Client-Chain': '',
    'X-SSL-Client-Verify': '0',
    'X-SSL-Client-Used': '1',
  }),
  badCertificate: 'handshake',
  forwardsChain: true,
  namedInConnection: {
    'X-SSL-Client-Cert': '200 admin',
    'X-SSL-Client-Verify': '200 admin',
    'X-SSL-Client-Used': '200 admin',
  },
  unverified: {
    changes: [['verify optional', 'verify optional ca-ignore-err all crt-ignore-err all']],
    outcomes: {
      admin: '200 admin',
      nobody: '401 certificate_missing',
      stranger: unverified,
      namesake: unverified,
      expired: unverified,
    },
  },
});
