import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config';
import { newId } from '../src/ids';
import { bestLanguage } from '../src/languages';
import { isPhone } from '../src/phone';
import { LANGUAGES } from './fake-server';

const PAGE = 'https://county.example/seite/';

describe('readConfig', () => {
  it('finds the server where the script came from', () => {
    const config = readConfig({}, 'https://bot.example/widget.js', PAGE);
    expect(config.api).toBe('https://bot.example');
    expect(config.assets).toBe('https://bot.example/widget/');
  });

  it('takes another server, also below a path', () => {
    expect(readConfig({ api: 'https://x.example/bot/' }, 'https://cdn.example/w.js', PAGE).api).toBe('https://x.example/bot');
    expect(readConfig({ api: '/bot' }, 'https://cdn.example/w.js', PAGE).api).toBe('https://county.example/bot');
  });

  it('has defaults for everything', () => {
    expect(readConfig({}, '', PAGE)).toMatchObject({
      api: 'https://county.example', language: null, open: false, office: null, position: 'end', theme: 'auto',
    });
  });

  it('reads what the page says', () => {
    const said = { language: 'tr', open: '', office: 'kfz', position: 'start', theme: 'dark' };
    expect(readConfig(said, '', PAGE)).toMatchObject({ ...said, open: true });
    expect(readConfig({ open: 'false', theme: 'pink' }, '', PAGE)).toMatchObject({ open: false, theme: 'auto' });
  });
});

describe('bestLanguage', () => {
  it('takes the first wish that is offered, with or without its region', () => {
    expect(bestLanguage(['so', 'en-GB', 'ar'], LANGUAGES)).toBe('en');
    expect(bestLanguage(['AR'], LANGUAGES)).toBe('ar');
    expect(bestLanguage(['so'], LANGUAGES)).toBeNull();
  });
});

describe('isPhone', () => {
  it.each(['030 23125 110', '+49 171 1234567', '(030) 23125-110', '0171/1234567'])('accepts %s', (text) => {
    expect(isPhone(text)).toBe(true);
  });

  it.each(['', '12345', 'Anna', '030 23125 110 abends', '1234567890123456'])('refuses %s', (text) => {
    expect(isPhone(text)).toBe(false);
  });
});

describe('newId', () => {
  it('makes ids also where randomUUID is missing', () => {
    expect(newId({})).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(newId({})).not.toBe(newId({}));
  });
});
