import { EventEmitter, once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { endWith, framedChannel, plainChannel, webSocketChannel } from '../../src/upgrade/channel.ts';
import { listening } from './world.ts';

describe('a WebSocket of its own', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  class Fake extends EventEmitter {
    readonly calls: string[] = [];
    close(code?: number, reason?: string): void {
      this.calls.push(`close ${code} ${reason}`);
    }
    terminate(): void {
      this.calls.push('terminate');
    }
  }

  it('closes by a close frame, and its messages reach nobody any more', () => {
    const ws = new Fake();
    const heard: unknown[] = [];
    ws.on('message', (data) => heard.push(data));
    webSocketChannel(ws, 2_000).close(1008, 'certificate_revoked');
    ws.emit('message', 'after');
    expect(heard).toEqual([]);
    ws.emit('close');
    vi.advanceTimersByTime(10_000);
    expect(ws.calls).toEqual(['close 1008 certificate_revoked']);
  });

  it('is cut off when the peer does not answer in time', () => {
    const ws = new Fake();
    webSocketChannel(ws, 2_000).close(1008, 'certificate_revoked');
    vi.advanceTimersByTime(1_999);
    expect(ws.calls).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(ws.calls).toEqual(['close 1008 certificate_revoked', 'terminate']);
  });

  it('is cut off when it cannot be closed', () => {
    const ws = new Fake();
    ws.close = () => {
      throw new Error('not open');
    };
    webSocketChannel(ws, 2_000).close(1008, 'certificate_revoked');
    expect(ws.calls).toEqual(['terminate']);
  });
});

function fail(message: string): never {
  throw new Error(message);
}

describe('a connection', () => {
  /** Both ends of one. */
  async function pair(): Promise<{ ours: Socket; theirs: Socket }> {
    const server = createServer({ allowHalfOpen: true });
    const port = await listening(server);
    const theirs = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const [ours] = (await once(server, 'connection')) as [Socket];
    theirs.on('error', () => undefined);
    ours.on('error', () => undefined);
    return { ours, theirs };
  }

  it('gets its last words though the peer has sent what nobody reads', async () => {
    const { ours, theirs } = await pair();
    theirs.write('x'.repeat(100_000));
    plainChannel(ours, (reason) => `bye ${reason}`, 2_000).close(1008, 'certificate_revoked');
    expect(await text(theirs)).toBe('bye certificate_revoked');
    theirs.end();
    await once(ours, 'close');
  });

  it('gets them though the peer has ended its side before', async () => {
    const { ours, theirs } = await pair();
    theirs.end();
    await once(ours.resume(), 'end');
    framedChannel(ours, 2_000).close(1008, 'gone');
    const [frame] = (await once(theirs, 'data')) as [Buffer];
    expect(frame).toEqual(Buffer.from([0x88, 6, 0x03, 0xf0, ...Buffer.from('gone')]));
  });

  it('is gone at once where there is nothing to say', async () => {
    const { ours, theirs } = await pair();
    plainChannel(ours, undefined, 2_000).close(1008, 'certificate_revoked');
    expect(ours.destroyed).toBe(true);
    expect(await text(theirs)).toBe('');
    const silent = await pair();
    plainChannel(silent.ours, () => undefined, 2_000).close(1008, 'certificate_revoked');
    expect(silent.ours.destroyed).toBe(true);
  });

  it.each<[string, () => unknown]>([
    ['throw', () => fail('no words')],
    ['are no octets', () => 42],
    ['are a promise', async () => 'bye'],
  ])('is gone at once where its last words %s, with a warning of the process', async (_, farewell) => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { ours } = await pair();
    plainChannel(ours, farewell as () => string, 2_000).close(1008, 'certificate_revoked');
    expect(ours.destroyed).toBe(true);
    expect(warnings).toHaveBeenCalledOnce();
    warnings.mockRestore();
  });

  it('is gone when the time is up, whatever the peer does', async () => {
    const { ours } = await pair();
    endWith(ours, 'bye', 50);
    expect(ours.destroyed).toBe(false);
    await once(ours, 'close');
  });

  it('that cannot be written to is gone at once', async () => {
    const { ours } = await pair();
    ours.end();
    endWith(ours, 'bye', 60_000);
    expect(ours.destroyed).toBe(true);
  });
});
