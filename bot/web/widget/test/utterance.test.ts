import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ApiError, Unreachable } from '../src/api';
import { Utterance } from '../src/voice/utterance';
import { FakeSocket } from './fake-socket';

const ACCESS = { id: 'c1', token: 'secret' };

describe('an utterance on its way', () => {
  let utterance: Utterance;
  let socket: FakeSocket;

  beforeEach(() => {
    vi.useFakeTimers();
    utterance = new Utterance('https://bot.example', ACCESS, (url) => new FakeSocket(url) as unknown as WebSocket);
    socket = FakeSocket.last;
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('has no token in its address', () => {
    expect(socket.url).toBe('wss://bot.example/api/v1/conversations/c1/listen');
    socket.accept();
    expect(socket.sent).toEqual([{ type: 'start', token: 'secret' }]);
  });

  it('loses nothing of what was said before the line stood', async () => {
    const first = Int16Array.of(1, 2);
    utterance.send(first);
    socket.accept();
    utterance.send(Int16Array.of(3));
    utterance.end();
    expect(socket.sent.slice(1)).toEqual([first, Int16Array.of(3), { type: 'end' }]);
    socket.answer({ type: 'caption', text: 'Hallo', confidence: 0.9 });
    await expect(utterance.caption).resolves.toMatchObject({ text: 'Hallo', confidence: 0.9 });
    expect(socket.closed).toBe(true);
  });

  it('fails with what the server says', async () => {
    socket.answer({ type: 'error', code: 'nothing_heard', message: 'Nichts.' });
    await expect(utterance.caption).rejects.toMatchObject({ code: 'nothing_heard', message: 'Nichts.' });
  });

  it('knows that its conversation is gone', async () => {
    socket.answer({ type: 'error', code: 'unauthorized', message: '' });
    const error = await utterance.caption.catch((reason: unknown) => reason);
    expect((error as ApiError).conversationGone).toBe(true);
  });

  it('fails where the line breaks', async () => {
    socket.close();
    await expect(utterance.caption).rejects.toBeInstanceOf(Unreachable);
  });

  it('does not wait for ever', async () => {
    socket.accept();
    utterance.end();
    await vi.advanceTimersByTimeAsync(20_000);
    await expect(utterance.caption).rejects.toBeInstanceOf(Unreachable);
  });
});
