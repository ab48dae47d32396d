// Programs that use every entry, made one file by the bundlers that people use, and run: a real server, real clients.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { packageNames } from '../boundaries/sources.ts';
import { bundlers } from './bundlers.ts';

const { folder } = inject('consumer');

/** Every answer of every framework, as one line of JSON, with what each entry exports. */
const program = `
async function answers() {
  const authority = await testing.createTestAuthority();
  const stranger = await (await testing.createTestAuthority({ name: 'Stranger' })).client({ cn: 'alice' });
  const alice = await authority.client({ cn: 'alice' });
  const clients = { alice, stranger, nobody: null };
  const options = { trust: { anchors: authority.caPem } };
  const answered = {};
  async function ask(name, app) {
    for (const [who, client] of Object.entries(clients)) {
      const { status } = await testing.asClient(app, client).get('/');
      answered[name + ' ' + who] = status;
    }
  }
  const expressApp = express();
  expressApp.use(adapters.express.mtls(options));
  expressApp.get('/', (req, res) => res.json(adapters.express.clientOf(req).commonName));
  expressApp.use((error, _req, res, _next) => res.status(error.status ?? 500).end());
  await ask('express', expressApp);
  const fastifyApp = fastify();
  await fastifyApp.register(adapters.fastify.mtls, options);
  fastifyApp.get('/', (request) => adapters.fastify.clientOf(request).commonName);
  await ask('fastify', fastifyApp);
  const koaApp = new Koa();
  koaApp.silent = true;
  koaApp.use(adapters.koa.mtls(options));
  koaApp.use((ctx) => { ctx.body = adapters.koa.clientOf(ctx).commonName; });
  await ask('koa', koaApp);
  await testing.closeAll();

  const identity = await authority.server();
  const endpoint = server.createEndpoint({
    certificate: identity.chainPem,
    key: identity.privateKeyPem,
    trust: { anchors: authority.caPem },
  });
  const endpointApp = express();
  endpointApp.use(adapters.express.mtls(endpoint.mtls));
  endpointApp.get('/', (req, res) => res.end());
  const listener = endpoint.createServer(endpointApp);
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  for (const [who, credential] of Object.entries(clients)) {
    const url = 'https://localhost:' + listener.address().port;
    const { status } = await testing.requestAs(url, { credential, ca: authority.caPem });
    answered['endpoint ' + who] = status;
  }
  await new Promise((resolve) => listener.close(resolve));
  endpoint.close();
  answered.parsed = core.parseCertificate(pki.derFromPem(alice.certificatePem)[0]).ok;
  return answered;
}
answers().then((answered) => console.log(JSON.stringify(answered)));
`;
const names = [...packageNames];
const adapters = ['express', 'fastify', 'koa'];
const local = (name: string): string => (adapters.includes(name) ? `peercert_${name}` : name);
const collected = `const adapters = { ${adapters.map((name) => `${name}: ${local(name)}`).join(', ')} };\n`;

const imported = `${names.map((name) => `import * as ${local(name)} from '@peercert/${name}';`).join('\n')}
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
${collected}${program}`;

const required = `${names.map((name) => `const ${local(name)} = require('@peercert/${name}');`).join('\n')}
const express = require('express');
const fastify = require('fastify');
const Koa = require('koa');
${collected}${program}`;

/** A dependency that is CommonJS and whose guards stand behind the \`mtls()\` of the program. */
const guards = `module.exports = {
${adapters.map((name) => `  ${name}: require('@peercert/${name}').clientOf,`).join('\n')}
};`;
const collectedFromBoth = `import guards from './guards.cjs';
for (const [name, clientOf] of Object.entries(guards)) adapters[name] = { ...adapters[name], clientOf };\n`;

function run(file: string): unknown {
  const output = execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
  return JSON.parse(output);
}

let expected: unknown;
beforeAll(() => {
  writeFileSync(join(folder, 'all.mjs'), imported);
  writeFileSync(join(folder, 'all.cjs'), required);
  writeFileSync(join(folder, 'mixed.mjs'), imported.replace('answers().', `${collectedFromBoth}answers().`));
  writeFileSync(join(folder, 'guards.cjs'), guards);
  expected = run('all.mjs');
});

describe('a program that uses every package', () => {
  it('lets its own client in, and no other', () => {
    expect(expected).toMatchObject({
      'express alice': 200,
      'express stranger': 401,
      'express nobody': 401,
      'fastify alice': 200,
      'fastify stranger': 401,
      'fastify nobody': 401,
      'koa alice': 200,
      'koa stranger': 401,
      'koa nobody': 401,
      'endpoint alice': 200,
      'endpoint stranger': 401,
      'endpoint nobody': 401,
      parsed: true,
    });
    expect(run('all.cjs')).toEqual(expected);
  });

  it.each(bundlers)('does the same when bundled by %s: %s', async (name, entry, bundle) => {
    const file = await bundle({ entry, folder, name: `${entry} ${name}`.replaceAll(/\W+/g, '-') });
    expect(run(file)).toEqual(expected);
  });
});
