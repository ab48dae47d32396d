// docs/proxies.md shows the files that the tests of the proxies run, and sources that can be made.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { theCompany } from '../proxies/company.ts';
import { folder } from '../proxies/configuration.ts';
import { codeOfPage, evaluate, page } from './page.ts';
import { recipes } from './recipes.ts';

const examples = join(folder, '..', '..', 'examples');
const files = [
  ...readdirSync(folder).map((name) => join(folder, name)),
  join(examples, 'balancer-nginx-koa', 'haproxy.cfg'),
  join(examples, 'balancer-nginx-koa', 'nginx.conf'),
];

describe('docs/proxies.md', () => {
  it.each(files)('shows %s byte for byte', (file) => {
    expect(page).toContain(`\n${readFileSync(file, 'utf8')}\`\`\`\n`);
  });

  it('shows no other configuration', () => {
    const blocks = [...page.matchAll(/^```(?:nginx|haproxy|apache|caddyfile)\n(.*?)^```$/gms)].map(([, text]) => text);
    expect(new Set(blocks)).toEqual(new Set(files.map((file) => readFileSync(file, 'utf8'))));
  });

  it.each(codeOfPage)('shows a source for %s that can be made', async (_, code) => {
    const { internal } = await theCompany();
    const sources = [evaluate(code, ['10.0.0.0/24'], internal.certificatePem)].flat();
    expect(sources).toEqual(sources.map(() => expect.objectContaining({ present: expect.any(Function) })));
  });

  it('leads to a section for whatever is in front of an app', () => {
    const anchors = [...page.matchAll(/\]\(#([a-z0-9-]+)\)/g)].map(([, anchor]) => anchor);
    const headings = [...page.matchAll(/^#{2,3} (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    expect(anchors.filter((anchor) => !headings.includes(anchor ?? ''))).toEqual([]);
    expect(new Set(headings).size).toBe(headings.length);
  });

  it('has a sample for every recipe', () => {
    const everythingElse = page.slice(page.indexOf('## Everything else'), page.indexOf('## Two hops'));
    const headings = [...everythingElse.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading);
    expect(headings).toHaveLength(8);
    expect(headings.filter((heading) => !recipes.some(({ name }) => name.startsWith(heading)))).toEqual([]);
  });
});
