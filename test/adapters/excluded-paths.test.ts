import { describe, expect, it } from 'vitest';
import { outcomeOf, startApi } from './api.ts';
import { frameworks } from './frameworks/all.ts';

/** Targets that some reader of URLs takes for an excluded path, or takes out of one. */
const tricks: readonly string[] = [
  '/healthz/../admin',
  '/admin/../healthz',
  '/healthz/.',
  '/healthz/',
  '/healthz/deeper',
  '//healthz',
  '/healthz//',
  '/./healthz',
  '/%68ealthz',
  '/healthz%2f..%2fadmin',
  '/healthz%00',
  '/%2e/healthz',
  '/public/%2e%2e/admin',
  '/public/..%2fadmin',
  '/public/../admin',
  '/public//../admin',
  '/public/./../admin',
  '/public/..;/admin',
  '/public/..\\admin',
  '\\healthz',
  '/healthz;/admin',
  '/healthz;v=1',
  '/healthz#/admin',
  '/HEALTHZ',
  '/public',
  'http://localhost/healthz',
  'https://localhost/healthz',
  '*',
];

describe.each(frameworks)('$name', (framework) => {
  const options = { exclude: ['/healthz', '/public/'] };

  it.each(['/healthz', '/healthz?verbose=1', '/public/logo'])('asks nobody for a certificate at %s', async (path) => {
    const api = await startApi(framework, { mtls: options });
    const answer = await api.get(undefined, path);
    expect(outcomeOf(answer)).toBe('200 ok');
    expect(answer.json).toMatchObject({ id: null, outcome: 'anonymous' });
  });

  it('knows nobody at an excluded path, not even a client with a certificate', async () => {
    const api = await startApi(framework, { mtls: options });
    expect((await api.get('admin', '/healthz')).json).toMatchObject({ id: null, outcome: 'anonymous' });
  });

  // The :path of HTTP/2 is a path; nghttp2 itself turns away whatever does not begin with a slash.
  const possible = tricks.filter((target) => framework.protocol === 'http/1.1' || target.startsWith('/'));

  it.each(possible)('is not led out of the guarded paths by %s', async (target) => {
    const api = await startApi(framework, { mtls: options });
    const answer = await api.get(undefined, target);
    // A target that Node or the framework itself turns away never reaches a handler either.
    expect(answer.status === 400 ? '401 certificate_missing' : outcomeOf(answer)).toBe('401 certificate_missing');
  });
});
