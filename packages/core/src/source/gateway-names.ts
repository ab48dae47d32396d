import { refuseUnknownKeys } from '../option-keys.ts';
import { createNameSource } from './forwarded-name.ts';
import {
  compileHeaderNames,
  compileVerifier,
  type HeaderSourceOptions,
  sourceKeys,
  type VerifiedByProxy,
} from './header-options.ts';
import type { Source } from './presented.ts';

/** `issuer: false`, `serialNumber: false`: the gateway does not forward them. */
export type GatewayNamesOptions = HeaderSourceOptions &
  VerifiedByProxy & {
    readonly headers?: {
      readonly subject?: string;
      readonly issuer?: string | false;
      readonly serialNumber?: string | false;
      readonly verify?: string;
    };
  };

/**
 * A gateway that forwards names and serial number instead of the certificate: `X-Client-S-DN`, `X-Client-I-DN`,
 * `X-Client-Serial` and `X-Client-Verify`, as nginx writes `$ssl_client_s_dn`, `$ssl_client_i_dn`, `$ssl_client_serial`
 * and `$ssl_client_verify`. Such a client satisfies rules on subject and issuer, never pins, SAN rules, token binding or
 * revocation.
 */
export function fromGatewayNames(options: GatewayNamesOptions): Source {
  const where = 'fromGatewayNames()';
  refuseUnknownKeys(options, [...sourceKeys, 'headers'], where);
  compileVerifier(options, 'proxy', where);
  const names = {
    subject: 'X-Client-S-DN',
    issuer: 'X-Client-I-DN',
    serialNumber: 'X-Client-Serial',
    verify: 'X-Client-Verify',
  };
  const headers = compileHeaderNames(names, options.headers, ['issuer', 'serialNumber'], where);
  return createNameSource({
    name: 'gateway-names',
    where,
    options,
    subject: headers.subject as string,
    issuer: headers.issuer,
    serialNumber: headers.serialNumber === undefined ? undefined : { header: headers.serialNumber, form: 'hex' },
    verdict: [{ header: headers.verify as string, verified: ['SUCCESS'], absent: ['NONE'] }],
  });
}
