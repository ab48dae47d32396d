import { fromApache } from '@peercert/core';
import { apache } from './kinds.ts';
import { itHoldsBehind } from './suite.ts';

const unverified = '401 proxy_verification_failed';

itHoldsBehind({
  kind: apache,
  source: fromApache,
  sourceName: 'apache',
  forge: ({ clients }) => ({
    'X-SSL-Client-Cert': clients.admin.certificatePem.trimEnd().replaceAll('\n', ' '),
    'X-SSL-Client-Verify': 'SUCCESS',
  }),
  badCertificate: 'handshake',
  forwardsChain: false,
  // Apache drops whatever the client names there, also what its own configuration has set.
  namedInConnection: { 'X-SSL-Client-Cert': '400 header_malformed', 'X-SSL-Client-Verify': '400 header_malformed' },
  unverified: {
    changes: [['SSLVerifyClient       optional', 'SSLVerifyClient optional_no_ca']],
    outcomes: {
      admin: '200 admin',
      nobody: '401 certificate_missing',
      stranger: unverified,
      namesake: unverified,
      expired: 'handshake',
    },
  },
});
