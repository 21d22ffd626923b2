import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, Unreachable } from '../src/api';
import type { OutgoingMessage } from '../src/model';
import { Outbox } from '../src/outbox';

const say = (id: string): OutgoingMessage => ({ client_message_id: id, text: id });

function outboxWith(post: (message: OutgoingMessage) => Promise<unknown>) {
  const hooks = { post: vi.fn(post), onChange: vi.fn(), onSent: vi.fn(), onGone: vi.fn() };
  return { outbox: new Outbox(hooks, { firstMs: 100, longestMs: 1000 }), hooks };
}

const deliveries = (outbox: Outbox) => outbox.entries.map(({ delivery }) => delivery);

describe('Outbox', () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  it('sends one after another, in order', async () => {
    const answers: (() => void)[] = [];
    const { outbox, hooks } = outboxWith(() => new Promise<void>((resolve) => { answers.push(resolve); }));
    outbox.add(say('a'));
    outbox.add(say('b'));
    await vi.advanceTimersByTimeAsync(0);
    expect(hooks.post.mock.calls.map(([message]) => message.text)).toEqual(['a']);
    expect(deliveries(outbox)).toEqual(['sending', 'queued']);
    answers[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(hooks.post.mock.calls.map(([message]) => message.text)).toEqual(['a', 'b']);
    expect(deliveries(outbox)).toEqual(['sent', 'sending']);
  });

  it('sends again with the same id what the network lost, and keeps the order', async () => {
    let down = true;
    const { outbox, hooks } = outboxWith(() => (down ? Promise.reject(new Unreachable()) : Promise.resolve()));
    outbox.add(say('a'));
    outbox.add(say('b'));
    await vi.advanceTimersByTimeAsync(0);
    expect(deliveries(outbox)).toEqual(['queued', 'queued']);
    down = false;
    await vi.advanceTimersByTimeAsync(1000);
    const ids = hooks.post.mock.calls.map(([message]) => message.client_message_id);
    expect(ids).toEqual(['a', 'a', 'b']);
    expect(deliveries(outbox)).toEqual(['sent', 'sent']);
  });

  it('waits as long as the server asks', async () => {
    let refused = false;
    const { outbox, hooks } = outboxWith(() => {
      if (refused) {
        return Promise.resolve();
      }
      refused = true;
      return Promise.reject(new ApiError(429, 'too_many_requests', 'Bitte warten.', {}, 5000));
    });
    outbox.add(say('a'));
    await vi.advanceTimersByTimeAsync(4900);
    expect(hooks.post).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(deliveries(outbox)).toEqual(['sent']);
  });

  it('does not repeat what the server refused, but goes on with the next', async () => {
    const { outbox } = outboxWith(({ text }) =>
      text === 'a'
        ? Promise.reject(new ApiError(422, 'invalid', 'Bitte prüfen.', { text: 'Zu lang.' }))
        : Promise.resolve(),
    );
    outbox.add(say('a'));
    outbox.add(say('b'));
    await vi.advanceTimersByTimeAsync(5000);
    expect(deliveries(outbox)).toEqual(['failed', 'sent']);
    expect(outbox.entries[0]?.problem).toBe('Zu lang.');
    expect(outbox.unsent.map(({ text }) => text)).toEqual(['a']);
  });

  it('sends a refused message again when the citizen asks', async () => {
    let allowed = false;
    const { outbox } = outboxWith(() => (allowed ? Promise.resolve() : Promise.reject(new ApiError(409, 'x', ''))));
    outbox.add(say('a'));
    await vi.advanceTimersByTimeAsync(0);
    allowed = true;
    outbox.retry('a');
    await vi.advanceTimersByTimeAsync(0);
    expect(deliveries(outbox)).toEqual(['sent']);
  });

  it('gives up when the conversation is gone', async () => {
    const { outbox, hooks } = outboxWith(() => Promise.reject(new ApiError(401, 'unauthorized', '')));
    outbox.add(say('a'));
    await vi.advanceTimersByTimeAsync(0);
    expect(hooks.onGone).toHaveBeenCalledOnce();
    expect(outbox.entries).toEqual([]);
  });
});
