import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../src/api';
import { Aloud } from '../src/voice/aloud';

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('reading aloud', () => {
  let aloud: Aloud;
  let fetched: { seq: number; signal: AbortSignal }[];
  let players: { stopped: boolean; finish: () => void; fail: () => void }[];
  let answer: () => Promise<Response>;
  let gone: boolean;

  beforeEach(() => {
    fetched = [];
    players = [];
    gone = false;
    answer = () => Promise.resolve(new Response('sound'));
    aloud = new Aloud({
      fetch: (seq, signal) => { fetched.push({ seq, signal }); return answer(); },
      player: () => {
        const player = { stopped: false, finish: (): void => undefined, fail: (): void => undefined };
        players.push(player);
        return {
          play: (_, onFirst) => {
            onFirst();
            return new Promise<void>((resolve, reject) => {
              player.finish = resolve;
              player.fail = () => { reject(new TypeError('network')); };
            });
          },
          stop: () => { player.stopped = true; },
        };
      },
      told: (error) => (error instanceof ApiError ? error.message : ''),
      onChange: () => undefined,
      onGone: () => { gone = true; },
    });
  });

  it('goes from loading over playing to its end', async () => {
    aloud.toggle(3);
    expect(aloud.reading).toMatchObject({ seq: 3, phase: 'loading' });
    await settle();
    expect(aloud.reading?.phase).toBe('playing');
    players[0]?.finish();
    await settle();
    expect(aloud.reading?.phase).toBe('ended');
    expect(aloud.isReading(3)).toBe(false);
  });

  it('stops when it is pressed again', async () => {
    aloud.toggle(3);
    await settle();
    aloud.toggle(3);
    expect([players[0]?.stopped, fetched[0]?.signal.aborted, aloud.reading?.phase]).toEqual([true, true, 'ended']);
    expect(players).toHaveLength(1);
  });

  it('reads one message at a time', async () => {
    aloud.toggle(3);
    await settle();
    aloud.toggle(4);
    await settle();
    expect(players.map(({ stopped }) => stopped)).toEqual([true, false]);
    players[0]?.fail();
    await settle();
    expect(aloud.reading).toMatchObject({ seq: 4, phase: 'playing' });
  });

  it('says why it failed, in the words of the server where there are some', async () => {
    answer = () => Promise.reject(new ApiError(503, 'voice_busy', 'Gleich.'));
    aloud.toggle(3);
    await settle();
    expect(aloud.reading).toEqual({ seq: 3, phase: 'failed', problem: 'Gleich.' });
    answer = () => Promise.resolve(new Response('sound'));
    aloud.toggle(3);
    await settle();
    players[1]?.fail();
    await settle();
    expect(aloud.reading).toEqual({ seq: 3, phase: 'failed', problem: '' });
    expect(players[1]?.stopped).toBe(true);
  });

  it('ends with its conversation', async () => {
    answer = () => Promise.reject(new ApiError(401, 'unauthorized', ''));
    aloud.toggle(3);
    await settle();
    expect(gone).toBe(true);
  });
});
