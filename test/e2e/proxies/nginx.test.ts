import { fromNginx } from '@peercert/core';
import { nginx } from './kinds.ts';
import { itHoldsBehind } from './suite.ts';

const unverified = '401 proxy_verification_failed';

itHoldsBehind({
  kind: nginx,
  source: fromNginx,
  sourceName: 'nginx',
  forge: ({ clients }) => ({
    'X-SSL-Client-Cert': encodeURIComponent(clients.admin.certificatePem),
    'X-SSL-Client-Verify': 'SUCCESS',
  }),
  badCertificate: '400 of the proxy',
  forwardsChain: false,
  namedInConnection: { 'X-SSL-Client-Cert': '200 admin', 'X-SSL-Client-Verify': '200 admin' },
  unverified: {
    changes: [['ssl_verify_client      optional;', 'ssl_verify_client optional_no_ca;']],
    outcomes: {
      admin: '200 admin',
      nobody: '401 certificate_missing',
      stranger: unverified,
      namesake: unverified,
      expired: '400 of the proxy',
    },
  },
});
