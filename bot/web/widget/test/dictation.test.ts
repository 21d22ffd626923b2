import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../src/api';
import { Dictation, HOLD_MS, TAIL_MS } from '../src/voice/dictation';
import type { Hearing } from '../src/voice/microphone';
import { Utterance } from '../src/voice/utterance';
import { FakeSocket } from './fake-socket';

describe('dictation', () => {
  let dictation: Dictation;
  let hearing: Hearing;
  let allow: () => Promise<void>;
  let open: number;
  let heard: string[];
  let gone: boolean;

  const settle = () => vi.advanceTimersByTimeAsync(0);
  const hold = async (ms: number) => {
    dictation.press();
    await vi.advanceTimersByTimeAsync(ms);
    dictation.release();
  };
  const agreed = async () => {
    dictation.release();
    await dictation.agree();
  };

  beforeEach(() => {
    vi.useFakeTimers();
    open = 0;
    heard = [];
    gone = false;
    allow = () => Promise.resolve();
    dictation = new Dictation({
      open: async (wanted) => {
        await allow();
        hearing = wanted;
        open += 1;
        return { stop: () => { open -= 1; } };
      },
      utter: () => new Utterance('https://bot.example', { id: 'c1', token: 't' }, (url) => new FakeSocket(url) as unknown as WebSocket),
      heard: (text) => { heard.push(text); },
      told: (error) => (error instanceof ApiError ? error.message : ''),
      onChange: () => undefined,
      onGone: () => { gone = true; },
      limitMs: () => 5000,
    });
    FakeSocket.opened.length = 0;
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('opens nothing before the citizen has agreed', async () => {
    await hold(10);
    expect(dictation.phase).toBe('asking');
    expect([open, FakeSocket.opened.length]).toEqual([0, 0]);
    dictation.decline();
    expect([dictation.phase, dictation.consented]).toEqual(['idle', false]);
    await hold(10);
    expect(dictation.phase).toBe('asking');
  });

  it('asks at the release, so that a key that is held down answers nothing', () => {
    dictation.press();
    expect(dictation.phase).toBe('idle');
    dictation.release();
    expect(dictation.phase).toBe('asking');
  });

  it('lets go of the microphone once the browser has allowed it', async () => {
    await agreed();
    expect([open, dictation.phase, dictation.outcome?.key]).toEqual([0, 'idle', 'speak_how']);
  });

  it('records as long as the button is held, and a little longer', async () => {
    await agreed();
    await hold(HOLD_MS + 100);
    FakeSocket.last.accept();
    expect(dictation.phase).toBe('recognising');
    expect(open).toBe(1);
    hearing.onSound(Int16Array.of(7));
    await vi.advanceTimersByTimeAsync(TAIL_MS);
    expect(open).toBe(0);
    expect(FakeSocket.last.sent).toEqual([{ type: 'start', token: 't' }, Int16Array.of(7), { type: 'end' }]);
    FakeSocket.last.answer({ type: 'caption', text: 'Guten Tag', confidence: 0.9 });
    await settle();
    expect(heard).toEqual(['Guten Tag']);
    expect(dictation.outcome).toEqual({ kind: 'understood', key: 'speak_understood', text: 'Guten Tag' });
  });

  it('goes on after a short press until the next one', async () => {
    await agreed();
    await hold(HOLD_MS - 100);
    await vi.advanceTimersByTimeAsync(1000);
    expect(dictation.phase).toBe('recording');
    await hold(10);
    expect(dictation.phase).toBe('recognising');
  });

  it('says in words that it is not sure', async () => {
    await agreed();
    await hold(HOLD_MS);
    FakeSocket.last.answer({ type: 'caption', text: 'Guten Tag', confidence: 0.5 });
    await settle();
    expect(dictation.outcome?.kind).toBe('unsure');
  });

  it('ends by itself, and says so, where it lasts too long', async () => {
    await agreed();
    dictation.press();
    await vi.advanceTimersByTimeAsync(4999);
    expect(dictation.phase).toBe('recording');
    await vi.advanceTimersByTimeAsync(1);
    expect([dictation.phase, dictation.outcome?.key]).toEqual(['recognising', 'speak_limit']);
  });

  it('drops what was said when it is taken back', async () => {
    await agreed();
    dictation.press();
    await settle();
    dictation.cancel();
    expect([open, dictation.phase, FakeSocket.last.closed]).toEqual([0, 'idle', true]);
    await settle();
    expect([heard, dictation.outcome]).toEqual([[], null]);
  });

  it('closes a microphone that opens after it was taken back', async () => {
    await agreed();
    let permit = (): void => undefined;
    allow = () => new Promise((resolve) => { permit = resolve; });
    dictation.press();
    dictation.cancel();
    permit();
    await settle();
    expect([open, dictation.phase]).toEqual([0, 'idle']);
  });

  it('takes a release before the microphone is open for a mistake', async () => {
    await agreed();
    allow = () => new Promise((resolve) => { setTimeout(resolve, 2000); });
    await hold(HOLD_MS + 100);
    expect([dictation.phase, dictation.outcome?.key]).toEqual(['idle', 'speak_how']);
    await vi.advanceTimersByTimeAsync(3000);
    expect(open).toBe(0);
  });

  it.each([
    ['NotAllowedError', 'speak_denied'],
    ['NotFoundError', 'speak_no_microphone'],
    ['AbortError', 'speak_failed'],
  ])('says what a %s means', async (name, key) => {
    allow = () => Promise.reject(new DOMException('', name));
    await agreed();
    expect(dictation.outcome).toEqual({ kind: 'problem', key, text: '' });
    await hold(HOLD_MS);
    expect(dictation.outcome?.key).toBe(key);
  });

  it('stops at once when the server refuses', async () => {
    await agreed();
    dictation.press();
    await settle();
    FakeSocket.last.answer({ type: 'error', code: 'too_many_requests', message: 'Zu oft.' });
    await settle();
    expect([open, dictation.phase, dictation.outcome?.text]).toEqual([0, 'idle', 'Zu oft.']);
    await hold(HOLD_MS);
    FakeSocket.last.answer({ type: 'error', code: 'unauthorized', message: '' });
    await settle();
    expect(gone).toBe(true);
  });

  it('ends with its microphone', async () => {
    await agreed();
    dictation.press();
    await settle();
    hearing.onEnded();
    expect(dictation.phase).toBe('recognising');
  });

  it('asks again in another conversation', async () => {
    await agreed();
    dictation.clear();
    await hold(10);
    expect(dictation.phase).toBe('asking');
  });
});
