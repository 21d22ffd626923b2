import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readConfig, type Attributes } from '../src/config';
import { Composer } from '../src/views/composer';
import { KreislotseChat } from '../src/views/kreislotse-chat';
import { PersonForm } from '../src/views/person';
import { FakeServer } from './fake-server';

const settle = async () => {
  for (let turn = 0; turn < 12; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
};

describe('the widget', () => {
  let server: FakeServer;
  let widget: KreislotseChat;

  beforeAll(() => {
    for (const element of [Composer, PersonForm, KreislotseChat]) {
      customElements.define(element.tag, element);
    }
  });

  beforeEach(() => {
    sessionStorage.clear();
    document.body.replaceChildren();
    server = new FakeServer();
    vi.stubGlobal('fetch', server.fetch);
  });

  afterEach(() => {
    widget.remove();
    vi.unstubAllGlobals();
  });

  const place = async (attributes: Attributes = { language: 'de' }) => {
    widget = new KreislotseChat();
    widget.config = readConfig(attributes, 'https://bot.example/widget.js', 'https://county.example/');
    document.body.append(widget);
    await settle();
  };
  const find = (selector: string) => widget.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
  const test = (id: string) => find(`[data-testid="${id}"]`);
  const words = (element: Element | null) => (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
  const click = async (id: string) => {
    test(id)?.click();
    await settle();
  };
  const focused = () => widget.shadowRoot?.activeElement;
  const key = async (name: string, target: HTMLElement | null, more: KeyboardEventInit = {}) => {
    target?.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true, composed: true, cancelable: true, ...more }));
    await settle();
  };
  const type = async (text: string) => {
    const field = find('textarea') as HTMLTextAreaElement;
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await settle();
    return field;
  };
  const opened = async (attributes?: Attributes) => {
    await place(attributes);
    await click('launcher');
  };

  it('has a launcher that says what it is, and no panel before it is pressed', async () => {
    await place();
    expect(words(test('launcher'))).toBe('Fragen? Hier chatten');
    expect(test('launcher')?.getAttribute('aria-expanded')).toBe('false');
    expect((test('panel') as HTMLDialogElement).open).toBe(false);
  });

  it('opens with the disclosure first, and the field to write in focused', async () => {
    await opened();
    expect(words(find('article'))).toContain('Automatische Antwort');
    expect(words(find('article'))).toContain('Sie schreiben mit einem Computerprogramm.');
    expect(focused()?.id).toBe('kl-text');
  });

  it('names everything that can be used', async () => {
    await opened();
    const unnamed = [...(widget.shadowRoot?.querySelectorAll('button, a') ?? [])].filter(
      (element) => words(element) === '' && element.getAttribute('aria-label') === null,
    );
    expect(unnamed).toEqual([]);
    expect(words(find('label[for="kl-text"]'))).toBe('Ihre Nachricht');
    expect(find(`#${test('panel')?.getAttribute('aria-labelledby') ?? ''}`)).not.toBeNull();
  });

  it('announces new messages politely and in a log', async () => {
    await opened();
    const log = test('log');
    expect(log?.getAttribute('role')).toBe('log');
    expect(log?.getAttribute('aria-live')).toBe('polite');
    expect(log?.getAttribute('aria-label')).toBe('Gesprächsverlauf');
    expect(log?.tabIndex).toBe(0);
  });

  it('sends with Enter, but not with Shift and Enter or while a character is composed', async () => {
    await opened();
    const field = await type('Guten Tag');
    await key('Enter', field, { shiftKey: true });
    await key('Enter', field, { isComposing: true });
    expect(server.called('POST', '/messages')).toHaveLength(0);
    await key('Enter', field);
    expect(server.called('POST', '/messages')[0]?.body).toMatchObject({ text: 'Guten Tag' });
    expect((find('textarea') as HTMLTextAreaElement).value).toBe('');
    expect([...(widget.shadowRoot?.querySelectorAll('article') ?? [])].map((a) => a.dataset['author'])).toEqual(['bot', 'citizen']);
  });

  it('counts near the limit and does not send what is too long', async () => {
    await opened();
    const field = await type('x'.repeat(900));
    expect(words(find('#kl-count'))).toBe('Noch 100 Zeichen');
    await type('x'.repeat(1005));
    expect(words(find('#kl-count'))).toBe('5 Zeichen zu viel. Bitte kürzen Sie.');
    expect(field.getAttribute('aria-invalid')).toBe('true');
    await key('Enter', field);
    expect(server.called('POST', '/messages')).toHaveLength(0);
  });

  it('says what the server refused and offers to send again', async () => {
    await opened();
    server.refusals.push({ path: '/messages', status: 422, error: { code: 'invalid', message: 'Bitte prüfen.', fields: { text: 'Zu lang.' } } });
    await key('Enter', await type('Hallo'));
    expect(words(find('.kl-delivery'))).toBe('Nicht gesendet: Zu lang.');
    find('.kl-message--failed button')?.click();
    await settle();
    expect(find('.kl-message--failed')).toBeNull();
    expect(server.events).toHaveLength(2);
  });

  it('closes with Esc and gives the focus back to the launcher', async () => {
    await opened();
    await key('Escape', find('textarea'));
    expect((test('panel') as HTMLDialogElement).open).toBe(false);
    expect((focused() as HTMLElement).dataset['testid']).toBe('launcher');
  });

  it('keeps keys from the page, which may have shortcuts', async () => {
    await opened();
    const heard = vi.fn();
    document.addEventListener('keydown', heard);
    await key('s', find('textarea'));
    document.removeEventListener('keydown', heard);
    expect(heard).not.toHaveBeenCalled();
  });

  it('shows who answers, and changes with the events', async () => {
    await opened();
    expect(words(test('answering'))).toBe('Es antwortet: ein Computerprogramm');
    server.change({ state: 'waiting', position: 2, wait_s: 240 });
    await settle();
    expect(words(test('answering'))).toContain('Ihr Platz in der Reihe: 2');
    expect(words(test('answering'))).toContain('etwa 4 Minuten');
    server.change({ state: 'claimed', with: 'Frau Beispiel', text: 'Frau Beispiel hat übernommen.' });
    await settle();
    expect(words(test('answering'))).toBe('Es antwortet ein Mensch: Frau Beispiel');
    expect(words(test('state'))).toContain('Frau Beispiel hat übernommen.');
    server.change({ state: 'bot' });
    await settle();
    expect(words(test('answering'))).toBe('Es antwortet: ein Computerprogramm');
  });

  it('leads to a person of the office that was chosen', async () => {
    await opened({ language: 'de', office: 'jc' });
    await click('open-person');
    expect(focused()?.id).toBe('kl-sheet-title');
    const offices = [...(widget.shadowRoot?.querySelectorAll<HTMLInputElement>('input[type=radio]') ?? [])];
    expect(offices.map(({ value, checked }) => [value, checked])).toEqual([['kfz', false], ['jc', true]]);
    expect(words(find('.kl-office'))).toBe('Kfz-Zulassungsbehördejetzt erreichbar');
    await click('person-chat');
    expect(server.called('POST', '/handover')[0]?.body).toEqual({ kind: 'chat', office: 'jc' });
    expect(find('.kl-sheet')).toBeNull();
    expect(focused()?.id).toBe('kl-text');
  });

  it('says that an office is closed before it offers a call-back, and checks the number', async () => {
    server.open = false;
    await opened({ language: 'de', office: 'kfz' });
    await click('open-person');
    expect(words(find('.kl-office'))).toContain('geschlossen, öffnet wieder am Montag um 08:00 Uhr');
    expect(test('person-chat')).toBeNull();
    await click('person-callback');
    const phone = find('input[type=tel]') as HTMLInputElement;
    expect(focused()).toBe(phone);
    phone.value = 'morgen';
    await click('person-submit');
    expect(server.called('POST', '/handover')).toHaveLength(0);
    expect(phone.getAttribute('aria-invalid')).toBe('true');
    expect(words(find(`#${phone.getAttribute('aria-describedby')?.split(' ')[1] ?? ''}`))).toContain('Telefonnummer');
    phone.value = '0171 1234567';
    await click('person-submit');
    expect(server.called('POST', '/handover')[0]?.body).toEqual({ kind: 'callback', office: 'kfz', phone: '0171 1234567' });
  });

  it('shows why a person cannot be had', async () => {
    server.refusals.push({ path: '/handover', status: 409, error: { code: 'office_closed', message: 'Gerade ist niemand da.' } });
    await opened({ language: 'de', office: 'kfz' });
    await click('open-person');
    await click('person-chat');
    expect(words(find('.kl-person [role=alert]'))).toBe('Gerade ist niemand da.');
  });

  it('switches language and direction', async () => {
    await opened();
    await click('open-languages');
    const arabic = find('[data-language="ar"]');
    expect(arabic?.querySelector('[lang="ar"]')?.textContent).toBe('العربية');
    arabic?.click();
    await settle();
    expect(server.called('POST', '/language')[0]?.body).toEqual({ language: 'ar' });
    expect(find('.kl-widget')?.getAttribute('dir')).toBe('rtl');
    expect(find('.kl-widget')?.getAttribute('lang')).toBe('ar');
  });

  it('says why a person\'s words are German', async () => {
    await place();
    await click('launcher');
    server.say('Bitte warten', { author: 'caseworker', language: 'de', not_translated: 'numbers' });
    await settle();
    expect(words(test('not-translated'))).toContain('nicht sicher übersetzen');
  });

  it('deletes everything, but asks first', async () => {
    await opened();
    await click('open-menu');
    [...(widget.shadowRoot?.querySelectorAll<HTMLElement>('.kl-menu button') ?? [])].find((button) => words(button) === 'Alles löschen')?.click();
    await settle();
    expect(server.called('DELETE', '/c1')).toHaveLength(0);
    await click('delete-yes');
    expect(server.called('DELETE', '/c1')).toHaveLength(1);
    expect(words(find('.kl-ended'))).toContain('Das Gespräch ist gelöscht.');
    expect((focused() as HTMLElement).dataset['testid']).toBe('new-conversation');
  });

  it('offers a new conversation after the end', async () => {
    await opened();
    server.change({ state: 'closed', text: 'Beendet.' });
    await settle();
    expect(find('textarea')).toBeNull();
    await click('new-conversation');
    expect(server.called('POST', '/conversations')).toHaveLength(2);
    expect(find('textarea')).not.toBeNull();
  });

  it('says that the server cannot be reached, and tries again', async () => {
    server.down = true;
    await opened();
    expect(words(find('.kl-ended [role=alert]'))).toContain('gerade nicht erreichbar');
    server.down = false;
    await click('new-conversation');
    expect(find('article')).not.toBeNull();
  });

  it('does not take the focus when the page opens it', async () => {
    await place({ language: 'de', open: '' });
    expect((test('panel') as HTMLDialogElement).open).toBe(true);
    expect(focused()).toBeNull();
  });

  const files = { limit: 5_000_000, types: ['application/pdf', 'image/jpeg'] };
  const choose = async (file: File) => {
    const input = test('attach-file') as HTMLInputElement;
    Object.defineProperty(input, 'files', { value: [file], configurable: true });
    input.dispatchEvent(new Event('change'));
    await settle();
  };

  it('offers to send a file once a person was asked for, and not where none are taken', async () => {
    server.attachments = files;
    await opened();
    expect(test('attach')).toBeNull();
    server.change({ state: 'waiting' });
    await settle();
    expect(words(test('attach'))).toBe('Datei senden');
    expect(words(find('#kl-attach-limits'))).toBe('PDF oder Bild (JPEG, PNG, HEIC), höchstens 5 MB');
    expect(test('attach')?.getAttribute('aria-describedby')).toBe('kl-attach-limits');
    expect((test('attach-file') as HTMLInputElement).accept).toBe('application/pdf,image/jpeg');
    server.change({ state: 'bot' });
    await settle();
    expect(test('attach')).toBeNull();
  });

  it('has no button where the county takes no files', async () => {
    await opened();
    server.change({ state: 'claimed' });
    await settle();
    expect(server.called('GET', '/status')).toHaveLength(1);
    expect(test('attach')).toBeNull();
  });

  it('sends a file and shows it as a message of her own', async () => {
    server.attachments = files;
    await opened();
    server.change({ state: 'claimed' });
    await settle();
    await choose(new File(['x'], 'foto.jpg', { type: 'image/jpeg' }));
    const [call] = server.called('POST', '/attachments');
    expect(call?.headers.get('Content-Type')).toBeNull();
    expect(call?.headers.get('Authorization')).toBe('Bearer secret');
    expect(words(test('attachment'))).toBe('foto.jpg');
    expect(words(test('attach-problem'))).toBe('');
  });

  it('says in an alert why a file was refused', async () => {
    server.attachments = files;
    await opened();
    server.change({ state: 'claimed' });
    await settle();
    server.refusals.push({ path: '/attachments', status: 415, error: { code: 'attachment_type', message: 'Nur PDF.' } });
    await choose(new File(['x'], 'a.exe'));
    expect(words(test('attach-problem'))).toBe('Nur PDF.');
    expect(test('attach-problem')?.parentElement?.getAttribute('role')).toBe('alert');
  });

  it('shows below her last message that a person has seen that it was read', async () => {
    await opened();
    await type('eins');
    await key('Enter', find('textarea'));
    await type('zwei');
    await key('Enter', find('textarea'));
    expect(test('read')).toBeNull();
    server.send('event: read\ndata: {"type": "read", "seq": 2}\n\n');
    await settle();
    expect(test('read')?.closest('article')?.dataset['seq']).toBe('2');
    server.send('event: read\ndata: {"type": "read", "seq": 3}\n\n');
    await settle();
    expect(widget.shadowRoot?.querySelectorAll('[data-testid="read"]')).toHaveLength(1);
    expect(words(test('read'))).toBe('Gelesen');
    expect(test('read')?.closest('article')?.dataset['seq']).toBe('3');
  });

  it('asks after a break how far it was read meanwhile', async () => {
    await opened();
    server.change({ state: 'claimed' });
    await type('eins');
    await key('Enter', find('textarea'));
    server.readSeq = 3;
    server.cut();
    await vi.waitFor(() => { expect(test('read')?.closest('article')?.dataset['seq']).toBe('3'); }, 3000);
  });

  it('offers neither microphone nor reading where the server has no voice', async () => {
    await opened();
    expect([test('speak'), test('aloud')]).toEqual([null, null]);
  });

  describe('with a voice', () => {
    beforeEach(() => {
      server.voice = { listen: ['de'], speak: ['de'], utterance_s: 20 };
      vi.stubGlobal('AudioWorkletNode', vi.fn());
      Object.defineProperty(navigator, 'mediaDevices', { value: {}, configurable: true });
    });

    afterEach(() => {
      Reflect.deleteProperty(navigator, 'mediaDevices');
    });

    it('asks in one sentence before the microphone is touched', async () => {
      await opened();
      expect(words(test('speak'))).toBe('Sprechen');
      await click('speak');
      expect(words(find('#kl-speak-consent'))).toMatch(/^[^.]+nicht gespeichert\.$/);
      expect(focused()?.id).toBe('kl-speak-yes');
      expect(find('#kl-speak-yes')?.getAttribute('aria-describedby')).toBe('kl-speak-consent');
      await click('speak-no');
      expect(focused()?.id).toBe('kl-speak');
      expect(test('speak-consent')).toBeNull();
    });

    it('keeps keys that press the button from pressing it twice', async () => {
      await opened();
      await key(' ', test('speak'));
      expect(test('speak-consent')).toBeNull();
      test('speak')?.dispatchEvent(new KeyboardEvent('keyup', { key: ' ', bubbles: true, cancelable: true }));
      await settle();
      expect(test('speak-consent')).not.toBeNull();
    });

    it('does not offer what the language or the page has not', async () => {
      server.voice = { listen: ['en'], speak: ['en'], utterance_s: 20 };
      await opened();
      expect([test('speak'), test('aloud')]).toEqual([null, null]);
      server.say('Good morning', { language: 'en' });
      await settle();
      expect(widget.shadowRoot?.querySelectorAll('[data-testid="aloud"]')).toHaveLength(1);
    });

    it('offers to read what others say, and not what she said herself', async () => {
      await opened();
      await key('Enter', await type('Hallo'));
      server.say('Guten Tag', { author: 'caseworker' });
      await settle();
      const readable = [...(widget.shadowRoot?.querySelectorAll('[data-testid="aloud"]') ?? [])];
      expect(readable.map((button) => button.closest('article')?.dataset['author'])).toEqual(['bot', 'caseworker']);
      expect(words(find(`#${readable[1]?.getAttribute('aria-describedby') ?? ''}`))).toContain('Menschen');
    });

    it('says in a status and at the message that it could not be read', async () => {
      vi.stubGlobal('AudioContext', class { close = () => Promise.resolve(); });
      server.refusals.push({ path: '/speech', status: 503, error: { code: 'voice_busy', message: 'Gerade nicht.' } });
      await opened();
      await click('aloud');
      expect(server.called('POST', '/speech')[0]?.body).toEqual({ seq: 1 });
      expect(words(test('aloud-problem'))).toBe('Gerade nicht.');
      expect(words(test('aloud-status'))).toBe('Gerade nicht.');
    });
  });
});
