import { render } from 'lit';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Chat } from '../src/chat';
import { readConfig } from '../src/config';
import type { MessageEvent, Offer, Part } from '../src/model';
import { asText } from '../src/saving';
import { change, message as draw } from '../src/views/message';
import { printedChecklist } from '../src/views/parts';
import { message, state, withParts } from './builders';

let chat: Chat;
let place: HTMLElement;

beforeEach(() => {
  document.body.replaceChildren();
  place = document.createElement('div');
  document.body.append(place);
  chat = new Chat(readConfig({}, 'https://bot.example/widget.js', 'https://county.example/'), { wishes: ['de'] });
});

function shown(event: MessageEvent): HTMLElement {
  render(draw(event, chat), place);
  return place;
}

const words = (element: Element | null) => (element?.textContent ?? '').replace(/\s+/g, ' ').trim();

describe('the author', () => {
  it.each([
    [message(1), 'Automatische Antwort', 'true'],
    [message(1, { author: 'caseworker', name: 'Frau Beispiel' }), 'Antwort von einem Menschen: Frau Beispiel', 'false'],
    [message(1, { author: 'caseworker' }), 'Antwort von einem Menschen', 'false'],
    [message(1, { author: 'citizen' }), 'Sie', 'false'],
    [message(1, { author: 'system' }), 'Automatischer Hinweis', 'true'],
  ])('stands as text on every message and names it', (event, author, automated) => {
    const article = shown(event).querySelector('article');
    const label = place.querySelector(`#${article?.getAttribute('aria-labelledby') ?? ''}`);
    expect(words(label)).toContain(author);
    expect(article?.dataset).toMatchObject({ seq: '1', author: event.author, automated });
  });
});

describe('a message', () => {
  it('says its language and direction', () => {
    chat.languages = [{ code: 'ar', name: 'العربية', direction: 'rtl', translated: 'full' }];
    const said = shown(message(1, { language: 'ar' })).querySelector('.kl-said');
    expect(said?.getAttribute('lang')).toBe('ar');
    expect(said?.getAttribute('dir')).toBe('rtl');
  });

  it('makes web addresses into links and nothing else into markup', () => {
    const text = 'Siehe https://www.example.org/a?b=c. <img src=x onerror=alert(1)> javascript:alert(1)';
    const link = shown(message(1, { author: 'caseworker', text })).querySelectorAll('a');
    expect(link).toHaveLength(1);
    expect(link[0]?.getAttribute('href')).toBe('https://www.example.org/a?b=c');
    expect(link[0]?.rel).toContain('noopener');
    expect(place.querySelector('img')).toBeNull();
  });

  it('shows its text where it has no part that we know', () => {
    const future = { type: 'hologram', text: 'x' } as unknown as Part;
    expect(words(shown(message(1, { text: 'Ersatz', parts: [future] })))).toContain('Ersatz');
  });

  it('marks a machine translation and keeps the original at hand', () => {
    const translation = { of: 'de', by: 'machine', original: 'Das Original' } as const;
    shown(message(1, { author: 'caseworker', translation }));
    expect(words(place)).toContain('Maschinell übersetzt und nicht verbindlich.');
    expect(place.querySelector('details [lang=de]')?.textContent).toContain('Das Original');
  });

  it('says nothing about a reviewed translation', () => {
    shown(message(1, { translation: { of: 'de', by: 'reviewed', original: 'x' } }));
    expect(place.querySelector('details')).toBeNull();
  });

  it('asks whether an answer about a service helped, and remembers', async () => {
    const rate = vi.spyOn(chat, 'rate').mockImplementation((seq, helpful) => {
      chat.rated = { [seq]: helpful };
      return Promise.resolve();
    });
    expect(shown(message(1)).querySelector('.kl-helpful')).toBeNull();
    const [yes, no] = shown(message(2, { service: 'kfz_ummeldung' })).querySelectorAll<HTMLButtonElement>('.kl-helpful button');
    yes?.click();
    expect(rate).toHaveBeenCalledWith(2, true);
    await Promise.resolve();
    shown(message(2, { service: 'kfz_ummeldung' }));
    expect(yes?.getAttribute('aria-pressed')).toBe('true');
    expect(no?.getAttribute('aria-pressed')).toBe('false');
  });
});

describe('a part', () => {
  it('checklist: items with their conditions, and a button to print', () => {
    shown(withParts({ type: 'checklist', title: 'Mitbringen:', items: [{ text: 'Ausweis', when: null }, { text: 'Vollmacht', when: 'nur wenn …' }] }));
    expect([...place.querySelectorAll('li')].map(words)).toEqual(['Ausweis', 'Vollmachtnur wenn …']);
    expect(words(place.querySelector('button'))).toBe('Diese Liste drucken');
  });

  it('checklist on paper: with its source and nothing else of the message', () => {
    const event = withParts(
      { type: 'text', text: 'Auto ummelden' },
      { type: 'checklist', title: 'Mitbringen:', items: [{ text: 'Ausweis', when: null }] },
      { type: 'notice', level: 'info', text: 'Nicht auf Papier' },
      { type: 'source', text: 'Quelle: FZV § 15.', items: [], checked_on: '2026-11-21', reviewed_on: null },
    );
    const [, list, , source] = event.parts;
    if (list?.type !== 'checklist' || source?.type !== 'source') {
      throw new Error('not the parts of this test');
    }
    render(printedChecklist(list, source, event, chat.texts), place);
    expect(words(place)).toContain('Auto ummelden Mitbringen: Ausweis Quelle: FZV § 15.');
    expect(words(place)).not.toContain('Nicht auf Papier');
  });

  it('fees: a table with caption and headers', () => {
    shown(withParts({ type: 'fees', title: 'Das kostet es:', items: [
      { what: 'Ummeldung', amount: '27,00 €', note: 'ohne Schilder' },
      { what: 'Schilder', amount: null, note: 'je nach Fall' },
    ] }));
    expect(words(place.querySelector('table > caption'))).toBe('Das kostet es:');
    expect([...place.querySelectorAll('th[scope=col]')].map(words)).toEqual(['Wofür', 'Betrag']);
    expect([...place.querySelectorAll('tbody tr')].map(words)).toEqual(['Ummeldung ohne Schilder 27,00 €', 'Schilder je nach Fall']);
    expect(place.querySelectorAll('th[scope=row]')).toHaveLength(2);
  });

  it('steps: an ordered list', () => {
    shown(withParts({ type: 'steps', title: 'So:', items: ['eins', 'zwei'] }));
    expect([...place.querySelectorAll('ol > li')].map(words)).toEqual(['eins', 'zwei']);
  });

  it('links: safe ones as links, others as text', () => {
    shown(withParts({ type: 'links', title: null, items: [
      { title: 'Termin', url: 'https://www.example.org/' },
      { title: 'Falle', url: 'javascript:alert(1)' },
      { title: 'Nur ein Name', url: null },
    ] }));
    expect([...place.querySelectorAll('a')].map((link) => link.getAttribute('href'))).toEqual(['https://www.example.org/']);
    expect(words(place)).toContain('Nur ein Name');
    expect(words(place.querySelector('a'))).toBe('Termin (öffnet in neuem Fenster)');
  });

  it('contact: telephone and mail can be used', () => {
    shown(withParts({ type: 'contact', title: 'Kontakt', lines: ['Musterweg 1'], phone: '030 23125 110', mail: 'a.b@x.example', hours: ['Montag: 8–12'] }));
    expect([...place.querySelectorAll('a')].map((link) => link.getAttribute('href'))).toEqual(['tel:03023125110', 'mailto:a.b@x.example']);
    expect(words(place)).toContain('Öffnungszeiten: Montag: 8–12');
  });

  it('numbers: large telephone links that say whom they call', () => {
    shown(withParts({ type: 'numbers', title: 'Hilfe:', items: [{ name: 'TelefonSeelsorge', phone: '0800 111 0 111', note: 'kostenlos' }] }));
    const link = place.querySelector('a');
    expect(link?.getAttribute('href')).toBe('tel:08001110111');
    expect(link?.getAttribute('aria-label')).toBe('TelefonSeelsorge anrufen: 0800 111 0 111');
  });

  it('buttons: send their title with their payload', () => {
    const send = vi.spyOn(chat, 'send').mockImplementation(() => undefined);
    shown(withParts({ type: 'buttons', title: 'Mehr?', items: [{ title: 'Kosten', payload: 'kfz_ummeldung/fees' }] }));
    place.querySelector('button')?.click();
    expect(send).toHaveBeenCalledWith('Kosten', 'kfz_ummeldung/fees');
  });

  it('source: the words of the server, with links', () => {
    shown(withParts({ type: 'source', text: 'Quelle: FZV. Vom Landkreis noch nicht geprüft.', items: [{ title: 'FZV', url: 'https://www.example.org/fzv' }], checked_on: '2026-11-21', reviewed_on: null }));
    expect(words(place.querySelector('.kl-source'))).toContain('Vom Landkreis noch nicht geprüft.');
  });

  it('offer: the text and the form', () => {
    const offer: Offer = { type: 'offer', office: 'kfz', office_name: 'Kfz', open: false, reopens_at: null, reopens_text: null, kinds: ['callback'], text: 'Gerade geschlossen.' };
    expect(words(shown(withParts(offer)))).toContain('Gerade geschlossen.');
    expect(place.querySelector('kreislotse-person')).not.toBeNull();
  });
});

describe('a change of state', () => {
  it('is told in the words of the server, or not at all', () => {
    render(change(state(2, { state: 'claimed', text: 'Frau Beispiel hat übernommen.' }), chat), place);
    expect(words(place)).toContain('Frau Beispiel hat übernommen.');
    render(change(state(3), chat), place);
    expect(words(place)).toBe('');
  });
});

describe('the saved text', () => {
  it('names the author of every message', () => {
    const events = [message(1, { text: 'Guten Tag' }), state(2, { text: 'Jetzt ein Mensch.' }), message(3, { author: 'caseworker', name: 'Herr Muster', text: 'Hallo' })];
    expect(asText(events, chat.texts)).toMatch(
      /^Gespräch vom 23\. November 2026\n\nAutomatische Antwort, \d\d:\d\d:\nGuten Tag\n\nJetzt ein Mensch\.\n\nAntwort von einem Menschen: Herr Muster, \d\d:\d\d:\nHallo\n$/,
    );
  });
});
