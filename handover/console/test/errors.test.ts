import { describe, expect, it } from 'vitest';
import { ApiError, readError } from '../src/api';
import { describeError } from '../src/errors';
import { texts } from '../src/texts';

const NOW_MS = Date.parse('2026-11-21T10:00:00Z');
const describeCode = (status: number, code: string, message = '', details = {}): string =>
  describeError(new ApiError(status, code, message, details), NOW_MS);

describe('errors in German', () => {
  it.each([
    [401, 'invalid_credentials', texts.errors.invalidCredentials],
    [403, 'not_owner', texts.errors.notOwner],
    [409, 'conversation_closed', texts.errors.conversationClosed],
    [422, 'text_too_long', texts.errors.tooLong],
    [404, 'http_404', texts.errors.notFound],
    [429, 'http_429', texts.errors.tooMany],
    [503, 'http_503', texts.errors.unavailable],
    [500, 'http_500', texts.errors.unknown],
    [0, 'network', texts.errors.network],
  ])('%i %s', (status, code, text) => {
    expect(describeCode(status, code)).toBe(text);
  });

  it.each([
    ['Frau Beispiel', 'Schon übernommen von Frau Beispiel'],
    ['Herr Beispiel', 'Schon übernommen von Herrn Beispiel'],
  ])('names %s as the winner of a claim', (by, text) => {
    expect(describeCode(409, 'already_claimed', '', { by })).toBe(text);
  });

  it('says until when an account is locked', () => {
    const until = '2026-11-21T10:15:00Z';
    expect(describeCode(423, 'account_locked', '', { until })).toContain('gesperrt bis 11:15 Uhr');
  });

  it('takes the server at its word for codes of its own', () => {
    expect(describeCode(409, 'handover_not_open', 'Der Fall ist beendet.')).toBe('Der Fall ist beendet.');
  });

  it('never shows what an unexpected exception says', () => {
    expect(describeError(new Error('secret'), NOW_MS)).toBe(texts.errors.unknown);
  });
});

describe('refusals', () => {
  it('are read with their details', async () => {
    const body = JSON.stringify({ error: { code: 'already_claimed', message: 'x', by: 'Frau B.' } });
    const error = await readError(new Response(body, { status: 409 }));
    expect([error.status, error.code, error.detail('by')]).toEqual([409, 'already_claimed', 'Frau B.']);
  });

  it('by a proxy in its own words count by their status', async () => {
    const error = await readError(new Response('<h1>Bad Gateway</h1>', { status: 502 }));
    expect([error.code, error.isTransient]).toEqual(['http_502', true]);
  });
});
