import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import german from 'virtual:texts';
import { describe, expect, it } from 'vitest';
import { Texts } from '../src/texts';

const SOURCES = join(import.meta.dirname, '../src');

const source = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(SOURCES, name), 'utf8'))
  .join('\n');

describe('the German texts', () => {
  it('have every key that the source names', () => {
    const named = [...source.matchAll(/say\('([a-z_]+)'/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((key) => !(key in german))).toEqual([]);
  });

  it('have no key that the source never uses', () => {
    const composed = /^(answering_|person_(chat|callback|message)$|(close|delete)_(explained|yes)$)/;
    const unused = Object.keys(german).filter((key) => !composed.test(key) && !source.includes(`'${key}'`));
    expect(unused).toEqual([]);
  });
});

describe('Texts', () => {
  it('fills placeholders and leaves unknown ones', () => {
    const texts = new Texts();
    texts.use({ language: 'en', direction: 'ltr', texts: { call: 'Call {name}: {phone}' } });
    expect(texts.say('call', { name: 'Anna' })).toBe('Call Anna: {phone}');
  });

  it('falls back to German, then to the key', () => {
    const texts = new Texts();
    texts.use({ language: 'en', direction: 'ltr', texts: {} });
    expect(texts.say('send')).toBe('Senden');
    expect(texts.say('no_such_key')).toBe('no_such_key');
  });

  it('writes dates and times as in Germany, in every language', () => {
    const texts = new Texts();
    expect(texts.date('2026-11-21T12:00:00Z')).toBe('21. November 2026');
    texts.use({ language: 'en', direction: 'ltr', texts: {} });
    expect(texts.date('2026-11-21T12:00:00Z')).toBe('21 November 2026');
    expect(texts.time('2026-11-21T15:30:00Z')).not.toMatch(/[AP]M/i);
    texts.use({ language: 'de-x-leicht', direction: 'ltr', texts: {} });
    expect(texts.date('2026-11-21T12:00:00Z')).toBe('21. November 2026');
  });
});
