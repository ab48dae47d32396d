import { isIPv6 } from 'node:net';

/**
 * `URI` (RFC 3986 appendix A) with a scheme and a scheme-specific part, as RFC 5280 4.2.1.6 asks: not relative, not
 * empty, every character one that a URI may have and in a place where it may stand.
 */
export function isAbsoluteUri(text: string): boolean {
  const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/.exec(text)?.[0];
  if (scheme === undefined || scheme.length === text.length) return false;
  const rest = text.slice(scheme.length);
  if (!rest.startsWith('//')) return pathQueryFragment.test(rest);
  const authorityEnd = rest.slice(2).search(/[/?#]/);
  const end = authorityEnd === -1 ? rest.length : authorityEnd + 2;
  return isAuthority(rest.slice(2, end)) && pathQueryFragment.test(rest.slice(end));
}

const pathQueryFragment =
  /^(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?(?:#(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?$/;

const userInformation = /^(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*$/;
const registeredName = /^(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$/;
const futureAddress = /^v[0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+$/i;

/** 3.2: `[ userinfo "@" ] host [ ":" port ]`. */
function isAuthority(authority: string): boolean {
  const at = authority.indexOf('@');
  if (at !== -1 && !userInformation.test(authority.slice(0, at))) return false;
  const host = authority.slice(at + 1).replace(/:[0-9]*$/, '');
  const literal = /^\[(.*)\]$/.exec(host)?.[1];
  if (literal === undefined) return registeredName.test(host);
  return futureAddress.test(literal) || (isIPv6(literal) && !literal.includes('%'));
}
