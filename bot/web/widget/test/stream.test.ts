import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Api } from '../src/api';
import { pauseMs } from '../src/backoff';
import type { StreamedEvent } from '../src/model';
import { ConversationStream } from '../src/stream';
import { message } from './builders';
import { FakeServer } from './fake-server';

const TIMING = { firstMs: 100, longestMs: 1000, silenceMs: 5000, pollMs: 300 };

function follow(server: FakeServer) {
  let position = 0;
  const got: StreamedEvent[] = [];
  const connected: boolean[] = [];
  const onGone = vi.fn();
  const stream = new ConversationStream(
    new Api('https://bot.example', server.fetch),
    { id: 'c1', token: 'secret' },
    {
      position: () => position,
      onEvent: (event) => {
        got.push(event);
        if ('seq' in event) {
          position = event.seq;
        }
      },
      onConnected: (value) => connected.push(value),
      onGone,
    },
    TIMING,
  );
  stream.start();
  return { stream, got, connected, onGone, seqs: () => got.map((event) => ('seq' in event ? event.seq : event.type)) };
}

describe('ConversationStream', () => {
  let server: FakeServer;
  beforeEach(() => {
    vi.useFakeTimers();
    server = new FakeServer();
    server.events = [message(1), message(2)];
  });
  afterEach(() => { vi.useRealTimers(); });
  const settle = () => vi.advanceTimersByTimeAsync(10);

  it('brings what was missed, then what comes', async () => {
    const { seqs, stream } = follow(server);
    await settle();
    server.say('neu');
    await settle();
    expect(seqs()).toEqual([1, 2, 3]);
    stream.stop();
  });

  it('sends the token in a header and never in the address', async () => {
    const { stream } = follow(server);
    await settle();
    const [call] = server.called('GET', '/events');
    expect(call?.headers.get('Authorization')).toBe('Bearer secret');
    expect(JSON.stringify(server.calls.map(({ path }) => path))).not.toContain('secret');
    stream.stop();
  });

  it('reconnects from the last number', async () => {
    const { seqs, stream, connected } = follow(server);
    await settle();
    server.cut();
    server.events.push(message(3));
    await vi.advanceTimersByTimeAsync(200);
    const positions = server.called('GET', '/events').map(({ headers }) => headers.get('Last-Event-ID'));
    expect(positions).toEqual(['0', '2']);
    expect(seqs()).toEqual([1, 2, 3]);
    expect(connected).toEqual([true, false, true]);
    stream.stop();
  });

  it('reads frames that arrive in pieces, and passes over what is no JSON', async () => {
    const { seqs, stream } = follow(server);
    await settle();
    const frame = `id: 3\nevent: message\ndata: ${JSON.stringify(message(3, { text: 'Grüße' }))}\n\n`;
    server.send(frame.slice(0, 40));
    server.send(frame.slice(40));
    server.send(': ping\n\nevent: message\ndata: kaputt\n\nevent: typing\ndata: {"type":"typing","author":"bot"}\n\n');
    await settle();
    expect(seqs()).toEqual([1, 2, 3, 'typing']);
    stream.stop();
  });

  it('tells of an erasure', async () => {
    const { seqs, stream } = follow(server);
    await settle();
    server.send('event: erased\ndata: {}\n\n');
    await settle();
    expect(seqs()).toEqual([1, 2, 'erased']);
    stream.stop();
  });

  it('gives up a line that has gone silent', async () => {
    const { stream, connected } = follow(server);
    await settle();
    await vi.advanceTimersByTimeAsync(4000);
    server.send(': ping\n\n');
    await vi.advanceTimersByTimeAsync(4000);
    expect(connected).toEqual([true]);
    await vi.advanceTimersByTimeAsync(1500);
    expect(connected).toEqual([true, false, true]);
    stream.stop();
  });

  it('asks for lists where streams are held back', async () => {
    server.buffering = true;
    const { stream, seqs } = follow(server);
    await vi.advanceTimersByTimeAsync(2 * TIMING.silenceMs + 2000);
    server.events.push(message(3));
    await vi.advanceTimersByTimeAsync(400);
    expect(seqs()).toEqual([1, 2, 3]);
    stream.stop();
  });

  it('stops where the conversation is gone', async () => {
    server.gone = true;
    const { onGone } = follow(server);
    await vi.advanceTimersByTimeAsync(5000);
    expect(onGone).toHaveBeenCalledOnce();
    expect(server.called('GET', '/events')).toHaveLength(1);
  });

  it('tries at once when it is woken', async () => {
    server.down = true;
    const { stream, connected } = follow(server);
    await vi.advanceTimersByTimeAsync(5000);
    server.down = false;
    stream.retryNow();
    await settle();
    expect(connected.at(-1)).toBe(true);
    stream.stop();
  });

  it('says nothing after it was stopped', async () => {
    const { stream, got } = follow(server);
    await settle();
    stream.stop();
    server.events.push(message(3));
    await vi.advanceTimersByTimeAsync(5000);
    expect(got).toHaveLength(2);
    expect(server.called('GET', '/events')).toHaveLength(1);
  });
});

describe('pauseMs', () => {
  const backoff = { firstMs: 500, longestMs: 20_000 };

  it('doubles up to its limit', () => {
    expect([1, 2, 3, 10].map((failures) => pauseMs(failures, backoff, () => 0.5))).toEqual([500, 1000, 2000, 20_000]);
  });

  it('spreads by half in both directions', () => {
    expect(pauseMs(1, backoff, () => 0)).toBe(250);
    expect(pauseMs(1, backoff, () => 1)).toBe(750);
  });
});
