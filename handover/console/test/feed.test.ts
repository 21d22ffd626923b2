import { describe, expect, it, vi } from 'vitest';
import { Feed, type FeedListener } from '../src/feed';
import type { StaffEvent } from '../src/model';
import { aHandover, NOW } from './builders';

const TIMING = { firstRetryMs: 1, longestRetryMs: 2, silenceMs: 40 };
const event = (seq: number): StaffEvent => ({ type: 'handover', seq, at: NOW, handover: aHandover() });
const frame = (seq: number): string =>
  `id: ${String(seq)}\nevent: handover\ndata: ${JSON.stringify(event(seq))}\n\n`;

/** A line that says these chunks and then ends, or stays silent. */
function line(chunks: readonly string[], ends = true): Response {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      chunks.forEach((chunk) => { controller.enqueue(new TextEncoder().encode(chunk)); });
      if (ends) {
        controller.close();
      }
    },
  });
  return new Response(stream, { status: 200 });
}

function aListener() {
  const seen: number[] = [];
  const connections: string[] = [];
  return {
    seen,
    connections,
    position: () => seen.at(-1) ?? 0,
    onEvent: (received: StaffEvent) => {
      if (received.type !== 'typing') {
        seen.push(received.seq);
      }
    },
    onConnection: (connection: string) => { connections.push(connection); },
    onUnauthorized: vi.fn<() => void>(),
    onGap: vi.fn(() => Promise.resolve()),
  } satisfies FeedListener & Record<string, unknown>;
}

describe('the staff feed', () => {
  it('goes on after the last event it has seen, even if a frame comes in pieces', async () => {
    const whole = frame(1);
    const fetch = vi
      .fn<typeof globalThis.fetch>()
      .mockResolvedValueOnce(line([whole.slice(0, 20), whole.slice(20)]))
      .mockRejectedValueOnce(new TypeError('Failed to fetch'))
      .mockResolvedValueOnce(line([': ping\n\n', frame(2)], false));
    const listener = aListener();
    const feed = new Feed('api/v1/events', listener, fetch, TIMING);
    feed.start();
    await vi.waitFor(() => { expect(listener.seen).toEqual([1, 2]); });
    feed.stop();

    expect(fetch.mock.calls.slice(0, 3).map(([url]) => url)).toEqual([
      'api/v1/events?after=0',
      'api/v1/events?after=1',
      'api/v1/events?after=1',
    ]);
    expect(listener.connections.slice(0, 4)).toEqual(['live', 'offline', 'offline', 'live']);
  });

  it('gives up a line that stays silent', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>(
      (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => { reject(new Error('aborted')); });
        }),
    );
    const feed = new Feed('events', aListener(), fetch, TIMING);
    feed.start();
    await vi.waitFor(() => { expect(fetch.mock.calls.length).toBeGreaterThan(1); });
    feed.stop();
  });

  it('stops when the session is over', async () => {
    const fetch = vi.fn<typeof globalThis.fetch>().mockResolvedValue(new Response('{}', { status: 401 }));
    const listener = aListener();
    new Feed('events', listener, fetch, TIMING).start();
    await vi.waitFor(() => { expect(listener.onUnauthorized).toHaveBeenCalledOnce(); });
    expect(fetch).toHaveBeenCalledOnce();
  });

  it('asks for a new snapshot when the server has forgotten its position', async () => {
    const fetch = vi
      .fn<typeof globalThis.fetch>()
      .mockResolvedValueOnce(new Response('{}', { status: 410 }))
      .mockResolvedValue(line([], false));
    const listener = aListener();
    const feed = new Feed('events', listener, fetch, TIMING);
    feed.start();
    await vi.waitFor(() => { expect(listener.onGap).toHaveBeenCalledOnce(); });
    feed.stop();
  });

  it('skips what it does not know', async () => {
    const strange = ['data: {\n\n', 'event: erased\ndata: {}\n\n', 'data: {"type":"later","seq":9}\n\n'];
    const fetch = vi.fn<typeof globalThis.fetch>().mockResolvedValue(line([...strange, frame(1)], false));
    const listener = aListener();
    const feed = new Feed('events', listener, fetch, TIMING);
    feed.start();
    await vi.waitFor(() => { expect(listener.seen).toEqual([1]); });
    feed.stop();
  });
});
