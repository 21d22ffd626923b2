/** Calls in the console: who is on the phone, for whom it rings, and how well she is understood. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import * as chime from '../src/chime';
import type { Handover } from '../src/model';
import { handoverHash } from '../src/route';
import { texts } from '../src/texts';
import { aCall, aCaller, aMessage, colleague, mine, NOW, session } from './builders';
import { setStage, type Stage } from './stage';

const OPEN = handoverHash('h1');

const calling = (change: Partial<Handover> = {}) => (server: Stage['server']): void => {
  server.request('h1', aCaller({ id: 'h1', conversation_id: 'c-h1', ...change }));
};

const shown = (testId: string): string =>
  (document.querySelector(`[data-testid="${testId}"]`)?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();

afterEach(() => { vi.restoreAllMocks(); });

describe('a call in the queue', () => {
  it('says whom it is being put through to, from which number, and in which language', async () => {
    await setStage(calling({ language: 'uk', calls: [aCall({ to: colleague, extension: '213' })] }));
    const row = document.querySelector('[data-testid="queue-row"]')?.textContent.replaceAll(/\s+/g, ' ');
    expect(row).toContain('Anruf · wird gerade mit Frau Beispiel (213) verbunden');
    expect(row).toContain('Anruf +49 30 23125987');
    expect(row).toContain('Spricht Ukrainisch; Sie nicht');
  });

  it('follows the telephone: ringing, talking, over', async () => {
    const stage = await setStage(calling({ calls: [aCall({ to: null, extension: '110' })] }));
    expect(shown('marks')).toContain('wird gerade mit 110 verbunden');
    stage.server.change('h1', { calls: [aCall({ to: null, state: 'talking', outcome: 'answered' })] });
    await stage.catchUp();
    expect(shown('marks')).toContain('Im Gespräch');
    stage.server.change('h1', { calls: [aCall({ state: 'missed', outcome: 'busy' })] });
    await stage.catchUp();
    expect(shown('marks')).toContain('Nicht verbunden: Besetzt');
  });
});

describe('a call to this caseworker', () => {
  it('sounds, stands in the title and above the queue, and goes when it is answered', async () => {
    const played = vi.spyOn(chime, 'playChime').mockReturnValue(undefined);
    const stage = await setStage(() => undefined);
    stage.desk.setPreferences({ sound: true });
    calling({ language: 'uk' })(stage.server);
    await stage.catchUp();
    expect(played).toHaveBeenCalledOnce();
    expect(shown('announcement')).toBe('Anruf für Sie: Fahrzeug ummelden, Ukrainisch');
    expect(document.title).toMatch(/^Anruf! /);
    expect(shown('ringing')).toContain('Ihr Telefon klingelt');
    expect(shown('ringing')).toContain('+49 30 23125987');
    expect(shown('ringing')).toContain('Spricht Ukrainisch; Sie nicht');
    stage.server.change('h1', mine({ ...aCaller(), id: 'h1', calls: [aCall({ state: 'talking' })], state: 'claimed' }));
    await stage.catchUp();
    expect(document.title).not.toMatch(/^Anruf! /);
    expect(document.querySelector('[data-testid="ringing"]')).toBeNull();
  });

  it('is none of hers when it rings at a colleague or at several', async () => {
    await setStage(calling({ calls: [aCall({ to: null, extension: '110' })] }));
    expect(document.title).not.toMatch(/^Anruf! /);
    expect(document.querySelector('[data-testid="ringing"]')).toBeNull();
  });

  it('says so where she speaks the language', async () => {
    await setStage(calling({ language: 'tr' }), OPEN);
    expect(shown('call-language')).toBe('Spricht Türkisch; Sie auch');
  });
});

describe('the case of a call', () => {
  it('lets the number be tapped and tells every try', async () => {
    const calls = [
      aCall({ state: 'missed', outcome: 'no_answer', ended_at: NOW }),
      aCall({ to: null, extension: '110' }),
    ];
    await setStage(calling({ calls }), OPEN);
    expect(document.querySelector('a[href="tel:+493023125987"]')).not.toBeNull();
    expect(shown('calls')).toContain(`${session.name} (Durchwahl 211): Niemand hat abgenommen`);
    expect(shown('calls')).toContain('Durchwahl 110: Klingelt');
  });

  it('shows what was said with how well it was understood, in words and not in colour alone', async () => {
    const stage = await setStage(calling(), OPEN);
    const translation = { of: 'uk', by: 'machine', original: 'скільки?' } as const;
    stage.server.say('h1', { text: 'Wie viel?', heard: { confidence: 0.624 }, translation });
    stage.server.say('h1', { text: 'Danke', heard: { confidence: 0.93 } });
    await stage.catchUp();
    const heard = [...document.querySelectorAll('[data-testid="heard"]')].map((line) =>
      line.textContent.replaceAll(/\s+/g, ' ').trim(),
    );
    expect(heard).toEqual(['Unsicher verstanden Verstanden mit 62 %', 'Verstanden mit 93 %']);
    expect(stage.text()).toContain('скільки?');
  });

  it('offers notes and no reply: nobody reads on the phone', async () => {
    await setStage(calling({ ...mine(), kind: 'call', channel: 'phone', calls: [aCall({ state: 'over' })] }), OPEN);
    expect(document.querySelector('kl-composer')).toBeNull();
    expect(document.querySelector('kl-note-form')).not.toBeNull();
    expect(shown('no-reply')).toBe(texts.call.noReply);
    expect(shown('calls')).toContain('Gespräch beendet');
  });
});

describe('the log', () => {
  it('tells until when a case was put aside, and not once more who has it', async () => {
    const stage = await setStage((server) => {
      server.request('h1', mine({ id: 'h1', last_seq: 1 }));
      server.events.set('h1', [
        { seq: 1, type: 'state', at: NOW, state: 'claimed', with: 'Frau Müller', snoozed_until: '2026-11-24T08:00:00Z' },
      ]);
    }, OPEN);
    expect(shown('state')).toContain('Wiedervorlage bis 24.11.2026, 09:00 Uhr.');
    expect(stage.text()).not.toContain('hat übernommen');
  });
});

describe('a call-back', () => {
  /** Here nothing has a height of its own. */
  const tall = { scrollHeight: { get: () => 2_000 }, clientHeight: { get: () => 400 } };

  const opened = async (kind: Handover['kind']): Promise<number> => {
    for (const [name, height] of Object.entries(tall)) {
      Object.defineProperty(HTMLElement.prototype, name, { ...height, configurable: true });
    }
    const stage = await setStage((server) => {
      server.request('h1', { ...mine({ id: 'h1' }), kind, text: 'Bitte morgens', text_german: null });
      server.events.set('h1', [aMessage()]);
    }, OPEN);
    await stage.settle();
    return document.querySelector('.kl-conversation__scroll')?.scrollTop ?? -1;
  };

  afterEach(() => {
    for (const name of Object.keys(tall)) {
      Reflect.deleteProperty(HTMLElement.prototype, name);
    }
  });

  it('opens with what was asked for in sight, a chat with its end', async () => {
    expect(await opened('callback')).toBe(0);
    expect(await opened('message')).toBe(0);
    expect(await opened('chat')).toBeGreaterThan(0);
  });

  it('shows what was left in German, with the original beside it', async () => {
    await setStage((server) => {
      server.request('h1', mine({
        id: 'h1', kind: 'callback', language: 'uk', text: 'скільки?', text_german: 'Wie viel?',
      }));
    }, OPEN);
    expect(shown('request')).toContain('Wie viel?');
    expect(shown('request')).toContain('automatisch übersetzt');
    expect(shown('request')).toContain('скільки?');
  });
});
