import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileExcludedPaths } from '../src/excluded-path.ts';

const isExcluded = compileExcludedPaths(['/healthz', '/public/', '/.well-known/security.txt', '/v1/(a)~b']);

describe('excluded paths', () => {
  it.each([
    '/healthz',
    '/healthz?',
    '/healthz?probe=1',
    '/healthz?next=/../admin',
    '/healthz?a=%2e;b\\c//d',
    '/healthz?a?b',
    '/public/',
    '/public/a',
    '/public/a/b/',
    '/public/..a/...',
    "/public/a-b_c.d~e!$&'()*+,=:@",
    '/.well-known/security.txt',
    '/v1/(a)~b',
  ])('%s is excluded', (target) => {
    expect(isExcluded(target)).toBe(true);
  });

  it.each([
    '/',
    '/Healthz',
    '/healthz/',
    '/healthzz',
    '/healthz/../admin',
    '/admin/../healthz',
    '/./healthz',
    '//healthz',
    '/healthz//',
    '/healthz%20',
    '/%68ealthz',
    '/healthz%2f..%2fadmin',
    '/healthz;v=1',
    '/healthz#x',
    '/healthz?a#/../admin',
    '/healthz\\',
    '\\healthz',
    'healthz',
    '',
    '*',
    'http://localhost/healthz',
    'https://a@localhost/healthz',
    'localhost:443',
    ' /healthz',
    '/healthz ',
    '/public',
    '/public?/',
    '/PUBLIC/a',
    '/public/..',
    '/public/.',
    '/public/../admin',
    '/public/./a',
    '/public/a/..',
    '/public/a/../../admin',
    '/public/a/.',
    '/public//admin',
    '/public//',
    '/public/%2e%2e/admin',
    '/public/%2E%2E/admin',
    '/public/%252e%252e/admin',
    '/public/..;/admin',
    '/public/a;b',
    '/public/..\\admin',
    '/public/\\..\\admin',
    '/public/a#b',
    '/public/.\t./admin',
    '/public/.\n./admin',
    '/public/\u0000',
    '/public/\uff0e\uff0e/admin',
    '/public/a b',
    '/public/é',
    '/public/{a}',
    '/x/public/a',
  ])('%j is not excluded', (target) => {
    expect(isExcluded(target)).toBe(false);
  });

  it('match a target only where a URL reader and the plain text agree on the path', () => {
    const part = fc.constantFrom(
      'public',
      'admin',
      '.',
      '..',
      '',
      '%2e',
      ';',
      '\\',
      '#',
      '?',
      'a',
      '\t',
      'é',
      ':',
      '@',
    );
    const target = fc
      .array(fc.tuple(fc.constantFrom('/', ''), part), { maxLength: 8 })
      .map((parts) => parts.flat().join(''));
    fc.assert(
      fc.property(target, (tail) => {
        const raw = `/public/${tail}`;
        if (!isExcluded(raw)) return;
        const { pathname, hash } = new URL(raw, 'http://service.example');
        expect(pathname).toBe(raw.split('?', 1)[0]);
        expect(pathname.startsWith('/public/')).toBe(true);
        expect(hash).toBe('');
      }),
      { numRuns: 5_000 },
    );
  });

  it('match nothing but the entries and what lies under those that end in a slash, whatever the target', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webPath(),
          fc.string().map((tail) => `/public/${tail}`),
        ),
        (raw) => {
          const [path = ''] = raw.split('?', 1);
          const allowed =
            ['/healthz', '/.well-known/security.txt', '/v1/(a)~b'].includes(path) || path.startsWith('/public/');
          const doubtful = /[%\\;]|\/\/|\/\.\.?(?:\/|$)/.test(path) || raw.includes('#');
          if (!allowed || doubtful) expect(isExcluded(raw)).toBe(false);
          else if (/^[\w/.~-]*$/.test(path)) expect(isExcluded(raw)).toBe(true);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('take no longer for a long target', () => {
    expect(isExcluded(`/public/${'a/'.repeat(50_000)}%`)).toBe(false);
    expect(isExcluded(`/public/${'a'.repeat(100_000)}`)).toBe(true);
  });

  it.each([
    ['healthz', "is not a path: write it as requests do, such as '/healthz'"],
    ['', 'is not a path'],
    ['http://localhost/healthz', 'is not a path'],
    [/healthz/, 'is not a path'],
    [undefined, 'is not a path'],
    ['/', "'/' excludes every path"],
    ['/public/*', "there are no wildcards; end the entry in '/'"],
    ['/a?b', 'no request matches'],
    ['/a#b', 'no request matches'],
    ['/a%20b', 'no request matches'],
    ['/a;b', 'no request matches'],
    ['/a\\b', 'no request matches'],
    ['//a', 'no request matches'],
    ['/a//', 'no request matches'],
    ['/a/../b', 'no request matches'],
    ['/a/.', 'no request matches'],
    ['/ä', 'no request matches'],
    ['/a b', 'no request matches'],
  ])('refuse the entry %j', (entry, message) => {
    expect(() => compileExcludedPaths(['/healthz', entry as string])).toThrow(TypeError);
    expect(() => compileExcludedPaths(['/healthz', entry as string])).toThrow(message);
    expect(() => compileExcludedPaths(['/healthz', entry as string])).toThrow('exclude[1]');
  });

  it('refuse an empty list and what is no list', () => {
    expect(() => compileExcludedPaths([])).toThrow('exclude: an empty list excludes nothing');
    expect(() => compileExcludedPaths('/healthz' as never)).toThrow(
      "exclude: expected a list of paths such as ['/healthz', '/public/']",
    );
  });

  it('are read once: changing the list later changes nothing', () => {
    const entries = ['/healthz'];
    const excluded = compileExcludedPaths(entries);
    entries.push('/admin');
    expect(excluded('/admin')).toBe(false);
  });
});
