// As under Jest with jsdom: the modules of Node come from one realm, and the program with all its packages runs in another, whose
// Uint8Array, Date, Error and Promise are not theirs.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';

const { folder } = inject('consumer');

/** Loads CommonJS into a realm of its own, as Jest does. */
const runner = `
const { readFileSync } = require('node:fs');
const { builtinModules, createRequire } = require('node:module');
const { dirname } = require('node:path');
const vm = require('node:vm');
const shared = ['AbortController', 'AbortSignal', 'Buffer', 'TextDecoder', 'TextEncoder', 'URL', 'URLSearchParams', 'clearImmediate',
  'clearInterval', 'clearTimeout', 'console', 'crypto', 'performance', 'process', 'queueMicrotask', 'setImmediate', 'setInterval',
  'setTimeout'];
const realm = vm.createContext(Object.fromEntries(shared.map((name) => [name, globalThis[name]])));
vm.runInContext('globalThis.global = globalThis', realm);
const loaded = new Map();
function load(file) {
  let module = loaded.get(file);
  if (module === undefined) {
    module = { exports: {} };
    loaded.set(file, module);
    const source = readFileSync(file, 'utf8');
    if (file.endsWith('.json')) module.exports = vm.runInContext('(' + source + ')', realm);
    else {
      const names = ['module', 'exports', 'require', '__filename', '__dirname'];
      const body = vm.compileFunction(source, names, { filename: file, parsingContext: realm });
      const outer = createRequire(file);
      const inner = (name) => {
        if (name.startsWith('node:') || builtinModules.includes(name) || name === 'express') return outer(name);
        const own = /^@peercert\\/(\\w+)$/.exec(name);
        return load(own === null ? outer.resolve(name) : __dirname + '/node_modules/' + name + '/dist/cjs/index.js');
      };
      body.call(module.exports, module, module.exports, inner, file, dirname(file));
    }
  }
  return module.exports;
}
load(__dirname + '/realm-program.cjs');
`;

const program = `
const https = require('node:https');
const fs = require('node:fs');
const express = require('express');
const core = require('@peercert/core');
const { mtls, clientOf } = require('@peercert/express');
const { createEndpoint, fromFile } = require('@peercert/server');
const pki = require('@peercert/pki');
const testing = require('@peercert/testing');

async function main() {
  const seen = { isOtherRealm: !(Buffer.alloc(1) instanceof Uint8Array) };
  const root = await pki.createRootAuthority({ subject: 'CN=Root' });
  const issuing = await root.issueAuthority({ subject: 'CN=Issuing' });
  const impostor = await pki.createRootAuthority({ subject: 'CN=Root' });
  const clients = {
    alice: await issuing.issueClient({ subject: 'CN=alice' }),
    revoked: await root.issueClient({ subject: 'CN=revoked' }),
    forged: await impostor.issueClient({ subject: 'CN=alice' }),
    nobody: null,
  };
  fs.writeFileSync('realm-root.pem', root.certificatePem);
  const crl = root.issueCrl({ entries: [{ serialNumber: clients.revoked.serialNumber, revocationDate: new Date(0) }] });
  const octets = (der) => ({ buffer: Buffer.from(der), own: new Uint8Array(der) });
  const identity = await issuing.issueServer({ dnsNames: ['localhost'] });
  for (const kind of ['buffer', 'own']) {
    const endpoint = createEndpoint({
      certificate: octets(Buffer.from(identity.chainPem))[kind],
      key: octets(Buffer.from(identity.privateKeyPem))[kind],
      trust: { anchors: kind === 'own' ? fromFile('realm-root.pem') : octets(root.certificateDer)[kind] },
      revocation: { methods: ['crl'], scope: 'leaf', crls: { sources: [octets(crl.crlDer)[kind], octets(issuing.issueCrl().crlDer)[kind]] } },
      check: () => fs.promises.access('realm-root.pem').then(() => true),
    });
    const app = express();
    app.use(mtls(endpoint.mtls));
    app.get('/', (req, res) => res.json({ id: clientOf(req).id, sans: clientOf(req).sans.length }));
    const server = endpoint.createServer(app);
    await new Promise((resolve) => server.listen(0, 'localhost', resolve));
    for (const [who, credential] of Object.entries(clients)) {
      const url = 'https://localhost:' + server.address().port;
      const answer = await testing.requestAs(url, { credential, ca: root.certificatePem });
      seen[kind + ' ' + who] = answer.status === 200 ? answer.json().id : answer.json().code;
    }
    server.close();
    endpoint.close();
    seen[kind + ' reads'] = core.parseCertificate(octets(clients.alice.certificateDer)[kind]).ok;
  }
  for (const [name, view] of [['DataView', DataView], ['Float64Array', Float64Array]]) {
    try {
      core.parseCertificate(new view(new ArrayBuffer(64)));
      seen[name] = 'read';
    } catch (error) {
      seen[name] = error.name;
    }
  }
  console.log(JSON.stringify(seen));
}
main();
`;

describe('a program in another realm than the modules of Node', () => {
  it('is answered as everywhere else', () => {
    writeFileSync(join(folder, 'realm.cjs'), runner);
    writeFileSync(join(folder, 'realm-program.cjs'), program);
    const output = execFileSync(process.execPath, ['realm.cjs'], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
    const answers = {
      alice: 'alice',
      revoked: 'certificate_revoked',
      forged: 'signature_invalid',
      nobody: 'certificate_missing',
    };
    const expected = Object.entries({ ...answers, reads: true });
    expect(JSON.parse(output)).toEqual({
      isOtherRealm: true,
      ...Object.fromEntries(
        ['buffer', 'own'].flatMap((kind) => expected.map(([name, value]) => [`${kind} ${name}`, value])),
      ),
      DataView: 'TypeError',
      Float64Array: 'TypeError',
    });
  });
});
