import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError, Unreachable } from '../src/api';
import { Attaching } from '../src/attaching';

const file = (size: number, name = 'foto.jpg') => new File([new Uint8Array(size)], name, { lastModified: 1 });

describe('a file on its way', () => {
  const ids: string[] = [];
  let answer: () => Promise<void>;
  let gone: boolean;
  let attaching: Attaching;

  beforeEach(() => {
    ids.length = 0;
    gone = false;
    answer = () => Promise.resolve();
    attaching = new Attaching({
      send: (_, id) => { ids.push(id); return answer(); },
      explain: (what) => what,
      told: (error) => (error instanceof ApiError ? error.message : ''),
      onChange: () => undefined,
      onGone: () => { gone = true; },
    });
    attaching.rules = { limit: 10, types: ['image/jpeg'] };
  });

  it('is not sent where nothing is known of what may be', async () => {
    attaching.rules = null;
    await attaching.send(file(1));
    expect(ids).toEqual([]);
  });

  it('is not sent where it is too large, which is said at once', async () => {
    await attaching.send(file(11));
    expect(ids).toEqual([]);
    expect(attaching.upload.problem).toBe('too_large');
    await attaching.send(file(10));
    expect(ids).toHaveLength(1);
    expect(attaching.upload.problem).toBe('');
  });

  it('keeps out others while it is on its way', async () => {
    let arrive = (): void => undefined;
    answer = () => new Promise((resolve) => { arrive = resolve; });
    const first = attaching.send(file(1));
    expect(attaching.busy).toBe(true);
    await attaching.send(file(2, 'zwei.jpg'));
    arrive();
    await first;
    expect(ids).toHaveLength(1);
    expect(attaching.busy).toBe(false);
  });

  it('says why it was refused, in the words of the server', async () => {
    answer = () => Promise.reject(new ApiError(422, 'attachment_infected', 'abgelehnt'));
    await attaching.send(file(1));
    expect(attaching.upload).toEqual({ name: '', problem: 'abgelehnt' });
  });

  it('goes under the same id when it is sent again, so that it is kept once', async () => {
    answer = () => Promise.reject(new Unreachable());
    await attaching.send(file(1));
    expect(attaching.upload.problem).toBe('failed');
    await attaching.send(file(1));
    await attaching.send(file(1, 'other.jpg'));
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('ends with its conversation', async () => {
    answer = () => Promise.reject(new ApiError(401, 'unauthorized', ''));
    await attaching.send(file(1));
    expect(gone).toBe(true);
  });
});
