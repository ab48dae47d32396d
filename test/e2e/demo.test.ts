// The demo as a newcomer runs it: its table, its exit code, and the commands that it prints for pasting.
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tool } from '../tools.ts';

const root = join(import.meta.dirname, '..', '..');
const demo = join(root, 'examples', 'demo', 'dist', 'main.js');
const openssl = tool('openssl');
const curl = tool('curl');

const frameworks = ['Express', 'Fastify', 'Koa'];

const opensslStory = [
  'two plain openssl commands, GET /profile: 200',
  'two plain openssl commands, GET /vault: 401 extended_key_usage_missing',
];

/** What every framework must answer. */
const story = [
  'admin, GET /admin/status: 200',
  'admin, GET /partner/data: 403 identity_not_allowed',
  'partner, GET /partner/data: 200',
  'partner, GET /admin/status: 403 role_missing',
  'frontend, GET /profile: 200',
  'frontend, GET /vault: 200',
  'frontend, GET /admin/status: 403 role_missing',
  'mobile, GET /certificate: 200',
  'intermediate of its own, GET /profile: 200',
  ...opensslStory,
  'no certificate, GET /health: 200',
  'no certificate, GET /profile: 401 certificate_missing',
  'no certificate, GET /profile, resumed session: 401 certificate_missing',
  'unknown authority, GET /profile: 401 issuer_unknown',
  'expired, GET /profile: 401 certificate_expired',
  'not yet valid, GET /profile: 401 certificate_not_yet_valid',
  'serverAuth only, GET /profile: 401 extended_key_usage_missing',
  'pinned, GET /payments: 200',
  'same name, not pinned, GET /payments: 403 pin_mismatch',
  'wrong address range, GET /office: 403 address_denied',
  'CN "x,OU=Administrators", GET /admin/status: 403 role_missing',
  'OU=Administrators by partner, GET /admin/status: 403 role_missing',
  'admin, coming back, GET /admin/status, resumed session: 200',
  'expires while connected, GET /profile, same connection: 401 certificate_expired',
  'revoked, GET /ledger: 401 certificate_revoked',
  'revoked, GET /transfers: 401 certificate_revoked',
  'not revoked, GET /ledger: 200',
  'not revoked, GET /transfers: 200',
  'not revoked, GET /treasury: 503 revocation_unavailable',
  'not revoked, GET /lobby: 200',
  'lost while connected, GET /profile, same connection: 401 certificate_revoked',
  'lost while on a WebSocket, GET /feed, WebSocket: 1008 certificate_revoked',
  'its authority is removed, GET /profile, same connection: 401 issuer_unknown',
  'server certificate rotates, GET /profile, same connection, every request: 200',
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'peercert-demo-test-'));
  execFileSync(join(root, 'node_modules', '.bin', 'tsc'), ['-b', join(root, 'examples', 'demo')], { stdio: 'inherit' });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(openssl !== undefined)('the demo', () => {
  let result: Result;

  beforeAll(async () => {
    result = await runDemo();
  });

  it('exits with 0 and counts every row', () => {
    const count = story.length * frameworks.length;
    expect(result.code).toBe(0);
    expect(result.output.trimEnd().split('\n').at(-1)).toBe(`${count} passed, 0 failed`);
  });

  it.each(frameworks)('has every client in its table, answered as it must be by %s', (framework) => {
    expect(storyOf(result.output, framework)).toEqual(story);
  });

  it('tells each client that is denied, and no other, what to do next', () => {
    for (const group of readTable(result.output)) {
      // In a close frame there is no room for more than the reason.
      const isDenied = group.rows.some(({ status }) => status !== '200' && status !== '1008');
      expect(group.hint, group.client).toMatch(isDenied ? /^[A-Z].{30,}\.$/ : /^$/);
    }
  });

  it('prints plain lines of at most 120 columns where no terminal reads them', () => {
    const lines = result.output.split('\n');
    expect(lines.filter((line) => line.length > 120)).toEqual([]);
    expect(result.output).not.toContain('\u001b');
  });
});

describe('the demo on a machine without openssl', () => {
  it('names the rows that were not run, and runs the others', async () => {
    const { code, output } = await runDemo([], { PATH: join(folder, 'nothing') });
    const others = story.filter((row) => !opensslStory.includes(row));
    expect(code).toBe(0);
    expect(storyOf(output, 'Koa')).toEqual(others);
    expect(output).toContain(
      'Not run, because openssl is not installed: two plain openssl commands, GET /profile and GET /vault\n' +
        `${others.length * 3} passed, 0 failed, 6 skipped\n`,
    );
  });
});

describe.runIf(openssl !== undefined)('the demo with a client that is not who it should be', () => {
  it('exits with 1 and says what was expected and what came', async () => {
    // An openssl whose second command signs with the wrong key.
    const signsItself = `exec ${openssl} req -x509 -key client.key -subj /CN=self-made -out client.pem`;
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'openssl'), `#!/bin/sh\n[ "$1" = x509 ] && ${signsItself}\nexec ${openssl} "$@"\n`, {
      mode: 0o755,
    });
    const { code, output } = await runDemo([], { PATH: `${bin}:${process.env['PATH']}` });
    expect(code).toBe(1);
    for (const framework of frameworks) {
      expect(output).toContain(
        `Wrong: two plain openssl commands, GET /profile, ${framework}: expected 200, got 401 issuer_unknown\n`,
      );
    }
    expect(output).toContain(`${story.length * 3 - 6} passed, 6 failed\n`);
  });
});

describe('the demo with an option that it does not have', () => {
  it('says which it has and exits with 2', async () => {
    const { code, errors } = await runDemo(['--server']);
    expect(code).toBe(2);
    expect(errors).toBe('usage: npm run demo [-- --serve]\n');
  });
});

describe.runIf(curl !== undefined)('the demo that goes on serving', () => {
  let child: ChildProcess;
  let output = '';
  /** A name that a shell would not leave in one piece. */
  let temporary: string;

  beforeAll(async () => {
    temporary = join(folder, "it's temporary");
    mkdirSync(temporary);
    child = spawn(process.execPath, [demo, '--serve'], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('close', () => reject(new Error(`the demo ended early:\n${output}`)));
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.includes('Ctrl-C')) resolve();
      });
    });
  });

  afterAll(() => {
    child.kill('SIGKILL');
  });

  it('prints commands for each framework that do what it says when they are pasted', async () => {
    const commands = readCommands(output);
    expect(commands).toHaveLength(3 * 11);
    expect(commands.filter(({ promised }) => promised === '200')).toHaveLength(3 * 5);
    for (const { caption, promised, command } of commands) {
      const { head, body } = await paste(command);
      const [status, reason] = promised.split(' ');
      expect(head, caption).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      if (reason === undefined) continue;
      expect(head, caption).toContain('application/problem+json');
      const problem: unknown = JSON.parse(body);
      expect(problem, caption).toMatchObject({ type: `urn:peercert:reason:${reason}`, status: Number(status) });
      expect(problem, caption).toHaveProperty('hint', expect.stringMatching(/^[A-Z].{30,}\.$/));
    }
  });

  it('ends when it is interrupted, and takes the certificates with it', async () => {
    expect(readdirSync(temporary)).toEqual([expect.stringMatching(/^peercert-demo-/)]);
    child.removeAllListeners('close');
    child.kill('SIGINT');
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

interface Result {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

function runDemo(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Result> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, encoding: 'utf8' as const };
    const child = execFile(process.execPath, [demo, ...args], options, (_, output, errors) =>
      resolve({ code: child.exitCode ?? 1, output, errors }),
    );
  });
}

/** The lines of one request: its client and hint, and what each framework answered. */
interface Group {
  readonly client: string;
  readonly request: string;
  readonly hint: string;
  readonly rows: readonly { readonly framework: string; readonly status: string; readonly reason: string }[];
}

function readTable(output: string): readonly Group[] {
  const [head = '', rule, ...lines] = output.slice(0, output.indexOf('\n\n')).split('\n');
  expect(rule).toMatch(/^[- ]+$/);
  const starts = ['CLIENT', 'FRAMEWORK', 'STATUS', 'REASON', 'HINT'].map((name) => head.indexOf(name));
  const table = lines.map((line) => starts.map((start, index) => line.slice(start, starts[index + 1])));
  const firsts = table.flatMap(([client = ''], index) => (/^\S/.test(client) ? [index] : []));
  return firsts.map((first, index) => {
    const group = table.slice(first, firsts[index + 1]);
    const column = (number: number): string[] => group.map((cells) => cells[number]?.trim() ?? '');
    const [client = '', ...request] = column(0);
    const [, names = [], statuses = [], codes = []] = [0, 1, 2, 3].map(column);
    return {
      client,
      request: request.join(' ').trim(),
      hint: column(4).join(' ').trim(),
      rows: names
        .map((framework, row) => ({ framework, status: statuses[row] ?? '', reason: codes[row] ?? '' }))
        .filter(({ framework }) => framework !== ''),
    };
  });
}

/** The table in the form of `story`, as one framework tells it. */
function storyOf(output: string, framework: string): readonly string[] {
  return readTable(output).flatMap(({ client, request, rows }) =>
    rows
      .filter((row) => row.framework === framework)
      .map(({ status, reason }) => `${client}, ${request}: ${status} ${reason}`.trim()),
  );
}

interface Command {
  readonly caption: string;
  /** `401 certificate_missing`. */
  readonly promised: string;
  readonly command: string;
}

function readCommands(output: string): readonly Command[] {
  return [...output.matchAll(/^ {2}(.+, GET .+: (.+))\n( {2}curl .+)$/gm)].map(
    ([, caption = '', promised = '', command = '']) => ({ caption, promised, command }),
  );
}

function paste(command: string): Promise<{ readonly head: string; readonly body: string }> {
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', command], (error, output) => {
      const [head = '', body = ''] = output.split('\r\n\r\n');
      if (error === null) resolve({ head, body });
      else reject(error);
    });
  });
}
