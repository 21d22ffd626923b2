import { describe, expect, it } from 'vitest';
import { handoverHash } from '../src/route';
import { texts } from '../src/texts';
import { aHandover, colleague, mine, NOW } from './builders';
import { setStage, write, type Stage } from './stage';

const OPEN = handoverHash('h1');
const rows = (): (string | null)[] =>
  [...document.querySelectorAll('[data-testid="queue-row"]')].map((row) =>
    row.getAttribute('data-handover-id'),
  );
const press = (key: string, init: KeyboardEventInit = {}): void => {
  (document.activeElement ?? document.body).dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true, composed: true, cancelable: true, ...init }),
  );
};
const sentMessages = (stage: Stage): unknown[] =>
  stage.server.requests.filter((r) => r.path.endsWith('/messages')).map((r) => r.body);

describe('claiming', () => {
  it('makes the caseworker the owner and opens the composer', async () => {
    const stage = await setStage((server) => { server.request('h1'); }, OPEN);
    stage.button('Übernehmen')?.click();
    await stage.settle();

    expect(stage.button('Übernehmen')).toBeUndefined();
    expect(document.querySelector('label[for="composer-text"]')?.textContent).toBe('Ihre Antwort');
    expect(stage.desk.tab).toBe('mine');
    expect(rows()).toEqual(['h1']);
  });

  it('says who was faster, and shows the case as hers', async () => {
    const stage = await setStage((server) => { server.request('h1'); }, OPEN);
    // The colleague wins before the feed has told us.
    stage.server.claimForColleague('h1');
    stage.button('Übernehmen')?.click();
    await stage.settle();

    expect(document.querySelector('[data-testid="notice"] [role="alert"]')?.textContent).toContain(
      'Schon übernommen von Frau Beispiel',
    );
    expect(stage.button('Übernehmen')).toBeUndefined();
    expect(document.querySelector('[data-testid="read-only"]')?.textContent).toContain(
      'Frau Beispiel bearbeitet diesen Fall.',
    );
    await stage.catchUp();
    expect(rows()).toEqual([]);
    expect(document.querySelector('kl-composer')).toBeNull();
  });

  it('asks the server once, however often the button is pressed', async () => {
    const stage = await setStage((server) => { server.request('h1'); }, OPEN);
    const button = stage.button('Übernehmen');
    button?.click();
    button?.click();
    await stage.settle();
    expect(stage.server.requests.filter((r) => r.path.endsWith('/claim'))).toHaveLength(1);
  });
});

describe('replying', () => {
  const own = (server: Stage['server']): void => {
    server.request('h1', mine());
    server.say('h1', { text: 'Was kostet das?' });
  };

  it('shows each message once, though answer and feed both tell of it', async () => {
    const stage = await setStage(own, OPEN);
    write('textarea', 'Guten Tag');
    stage.button('Senden')?.click();
    await stage.settle();
    await stage.catchUp();

    expect(document.querySelectorAll('[data-testid="outgoing"]')).toHaveLength(0);
    const messages = [...document.querySelectorAll('[data-testid="message"]')];
    expect(messages.map((message) => message.getAttribute('data-seq'))).toEqual(['1', '2']);
    expect(document.querySelector('textarea')?.value).toBe('');
  });

  it('repeats a lost request under the same id', async () => {
    const stage = await setStage(own, OPEN);
    stage.server.refuse(/messages/, 0);
    stage.server.refuse(/messages/, 503, { code: 'unavailable' });
    write('textarea', 'Guten Tag');
    document.querySelector('textarea')?.focus();
    press('Enter');
    expect(sentMessages(stage)).toEqual([]);
    press('Enter', { ctrlKey: true });
    await stage.settle();

    expect(sentMessages(stage)).toEqual(
      Array.from({ length: 3 }, () => ({ client_message_id: 'm-1', text: 'Guten Tag' })),
    );
  });

  it('offers to try a refused message again', async () => {
    const stage = await setStage(own, OPEN);
    stage.server.refuse(/messages/, 403, { code: 'not_owner' });
    write('textarea', 'Guten Tag');
    stage.button('Senden')?.click();
    await stage.settle();
    expect(stage.text()).toContain(texts.errors.notOwner);

    stage.button(texts.message.retry)?.click();
    await stage.settle();
    await stage.catchUp();
    expect(sentMessages(stage)).toHaveLength(2);
    expect(document.querySelectorAll('[data-testid="outgoing"]')).toHaveLength(0);
  });

  it('does not send more than the server takes', async () => {
    const stage = await setStage(own, OPEN);
    write('textarea', 'x'.repeat(4_003));
    await stage.settle();
    stage.button('Senden')?.click();
    await stage.settle();
    expect(stage.text()).toContain('Der Text ist um 3 Zeichen zu lang.');
    expect(sentMessages(stage)).toEqual([]);
  });

  it('sends in the order of writing', async () => {
    const stage = await setStage(own, OPEN);
    stage.server.refuse(/messages/, 0);
    stage.desk.send('h1', 'eins');
    stage.desk.send('h1', 'zwei');
    await stage.settle();
    await stage.catchUp();
    const said = stage.server.events.get('h1')?.map((e) => (e.type === 'message' ? e.text : ''));
    expect(said).toEqual(['Was kostet das?', 'eins', 'zwei']);
  });
});

describe('a session that ends', () => {
  it('keeps drafts and unsent messages for the same caseworker', async () => {
    const stage = await setStage((server) => { server.request('h1', mine()); }, OPEN);
    stage.server.signedIn = false;
    stage.desk.send('h1', 'schon abgeschickt');
    await stage.settle();
    expect(stage.text()).toContain(texts.signIn.expired);

    stage.desk.drafts.set('h1', 'noch im Feld');
    write('input[name="username"]', 'mueller');
    write('input[name="password"]', 'richtig');
    stage.button('Anmelden')?.click();
    await stage.settle();
    await stage.catchUp();

    expect(document.querySelector('textarea')?.value).toBe('noch im Feld');
    expect(stage.server.events.get('h1')).toHaveLength(1);
  });

  it('leaves nothing behind after signing out', async () => {
    const stage = await setStage((server) => { server.request('h1', mine()); }, OPEN);
    stage.desk.saveDraft('h1', 'Entwurf');
    stage.button('Abmelden')?.click();
    await stage.settle();

    expect(stage.desk.drafts.size).toBe(0);
    expect(stage.desk.state.handovers.size).toBe(0);
    expect(stage.text()).toContain(texts.signIn.title);
  });
});

describe('leaving and coming', () => {
  it('says so when the server did not hear of the sign-out', async () => {
    const stage = await setStage(() => undefined);
    stage.server.refuse(/DELETE/, 0);
    stage.button('Abmelden')?.click();
    await stage.settle();
    expect(stage.text()).toContain(texts.signIn.signOutFailed);
  });

  it('waits for a restarting server instead of asking for the password', async () => {
    const stage = await setStage((server) => {
      server.refuse(/GET \/session/, 0);
      server.refuse(/GET \/session/, 503, { code: 'unavailable' });
    });
    expect(stage.desk.phase).toBe('ready');
  });
});

describe('signing in', () => {
  const signedOut = async (): Promise<Stage> => {
    const stage = await setStage((server) => { server.signedIn = false; });
    write('input[name="username"]', 'mueller');
    write('input[name="password"]', 'geheim');
    return stage;
  };

  it('says plainly that the password is wrong', async () => {
    const stage = await signedOut();
    stage.server.refuse(/POST \/session/, 401, { code: 'invalid_credentials' });
    stage.button('Anmelden')?.click();
    await stage.settle();
    expect(document.querySelector('#sign-in-problem')?.textContent).toContain(
      texts.errors.invalidCredentials,
    );
  });

  it('asks for a one-time code only when the account needs one', async () => {
    const stage = await signedOut();
    expect(document.querySelector('input[name="totp"]')).toBeNull();
    stage.server.refuse(/POST \/session/, 401, { code: 'totp_needed' });
    stage.button('Anmelden')?.click();
    await stage.settle();
    write('input[name="totp"]', '123 456');
    stage.button('Anmelden')?.click();
    await stage.settle();

    expect(stage.server.requests.filter((r) => r.method === 'POST').at(-1)?.body).toEqual({
      username: 'mueller',
      password: 'geheim',
      totp: '123456',
    });
    expect(stage.desk.phase).toBe('ready');
  });
});

describe('the queue', () => {
  const three = (server: Stage['server']): void => {
    server.request('alt', { requested_at: '2026-11-21T09:00:00Z' });
    server.request('neu', { requested_at: NOW, office: 'abh' });
    server.request('not', { requested_at: NOW, priority: 'crisis' });
    server.request('fremd', { state: 'claimed', claimed_by: colleague });
  };

  it('puts emergencies first, then whoever waits longest', async () => {
    await setStage(three);
    expect(rows()).toEqual(['not', 'alt', 'neu']);
    expect(document.querySelector('[data-testid="wait"]')?.textContent).toContain('01:05');
  });

  it('can show one office only', async () => {
    const stage = await setStage(three);
    stage.desk.setFilter({ office: 'abh' });
    await stage.settle();
    expect(rows()).toEqual(['neu']);
  });

  it('is walked with J and K; one row at a time is in the tab order', async () => {
    const stage = await setStage(three);
    for (const [key, id] of [['j', 'not'], ['j', 'alt'], ['j', 'neu'], ['j', 'neu'], ['k', 'alt']] as const) {
      press(key);
      await stage.settle();
      expect(document.activeElement?.getAttribute('data-handover-id')).toBe(id);
    }
    expect(document.querySelectorAll('[data-testid="queue-row"][tabindex="0"]')).toHaveLength(1);
  });

  it('leaves single keys alone when they are switched off or belong to a text', async () => {
    const stage = await setStage((server) => {
      three(server);
      server.request('h1', mine());
    }, OPEN);
    document.querySelector('textarea')?.focus();
    press('j');
    expect(document.activeElement?.tagName).toBe('TEXTAREA');
    document.querySelector<HTMLElement>('#conversation-title')?.focus();
    stage.desk.setPreferences({ singleKeys: false });
    press('j');
    expect(document.activeElement?.id).toBe('conversation-title');
  });

  it('announces a new case politely and counts it in the title', async () => {
    const stage = await setStage(three);
    stage.server.request('h9', { service_title: 'Wunschkennzeichen', language: 'tr' });
    await stage.catchUp();
    const region = document.querySelector('[data-testid="announcement"]');
    expect(region?.getAttribute('role')).toBe('status');
    expect(region?.textContent).toBe('Neuer Fall: Wunschkennzeichen, Zulassung, Türkisch');
    expect(document.title).toBe('(4) Kreislotse Arbeitsplatz');
  });
});

describe('the conversation', () => {
  it('opens from its address, whatever tab it stands in', async () => {
    const stage = await setStage((server) => { server.request('h1', { state: 'closed' }); }, OPEN);
    expect(stage.desk.tab).toBe('ended');
    expect(document.querySelector('#conversation-title')?.textContent).toBe('Fahrzeug ummelden');
  });

  it('says so when there is no such case', async () => {
    const stage = await setStage(() => undefined, OPEN);
    expect(stage.text()).toContain(texts.errors.notFound);
  });

  it('shows German beside the original, in its language and direction', async () => {
    await setStage((server) => {
      server.request('h1', mine({ language: 'ar' }));
      server.say('h1', {
        text: 'شكرا',
        language: 'ar',
        translation: { of: 'de', by: 'machine', original: 'Danke' },
      });
    }, OPEN);
    const sides = [...document.querySelectorAll('.kl-side__text')];
    expect(sides.map((side) => [side.textContent, side.getAttribute('lang'), side.getAttribute('dir')])).toEqual([
      ['Danke', 'de', 'ltr'],
      ['شكرا', 'ar', 'rtl'],
    ]);
    const labels = [...document.querySelectorAll('.kl-side__label')].map((label) => label.textContent);
    expect(labels).toEqual(['Deutsch', 'Original (Arabisch)']);
  });

  it('warns that nothing will be translated', async () => {
    const stage = await setStage((server) => { server.request('h1', mine({ language: 'tr' })); }, OPEN);
    expect(stage.text()).toContain('Ohne Übersetzungspaket: Ihre Antwort wird nicht übersetzt.');
  });

  it('shows for a moment that the citizen is writing', async () => {
    const stage = await setStage((server) => { server.request('h1', mine()); }, OPEN);
    stage.type({ type: 'typing', handover_id: 'h1' });
    await stage.settle();
    expect(document.querySelector('[data-testid="typing"]')?.textContent).toContain('schreibt');
  });

  it('asks again when the handover counts events that the feed does not bring', async () => {
    const stage = await setStage((server) => { server.request('h1', mine()); }, OPEN);
    stage.server.events.set('h1', [{ seq: 1, type: 'state', at: NOW, state: 'claimed', with: 'Frau Müller' }]);
    stage.server.change('h1', { last_seq: 1 });
    await stage.catchUp();
    expect(document.querySelector('[data-testid="state"]')?.textContent).toContain('Frau Müller hat übernommen.');
  });

  it('disappears when the citizen deletes it', async () => {
    const stage = await setStage((server) => { server.request('h1', mine()); }, OPEN);
    stage.desk.drafts.set('h1', 'Entwurf');
    stage.type({ type: 'gone', seq: 99, at: NOW, handover_id: 'h1' });
    await stage.settle();
    expect(stage.text()).toContain(texts.errors.gone);
    expect(stage.desk.drafts.has('h1')).toBe(false);
  });

  it('tells its owner when it was taken away, and keeps the draft', async () => {
    const stage = await setStage((server) => { server.request('h1', mine()); }, OPEN);
    stage.desk.drafts.set('h1', 'Entwurf');
    stage.server.change('h1', { state: 'waiting', claimed_by: null });
    await stage.catchUp();
    expect(stage.text()).toContain(texts.actions.taken);
    expect(stage.desk.drafts.get('h1')).toBe('Entwurf');
    expect(document.querySelector('[data-testid="announcement"]')?.textContent).toBe('');
  });

  it('keeps the keyboard when the pressed button goes', async () => {
    const stage = await setStage((server) => { server.request('h1', mine()); }, OPEN);
    const button = stage.button('Zurück an den Bot');
    button?.focus();
    button?.click();
    await stage.settle();
    expect(document.activeElement?.id).toBe('conversation-title');
  });

  it('goes back to the queue on request', async () => {
    const stage = await setStage((server) => { server.request('h1', mine()); }, OPEN);
    stage.button('Zurück in die Warteschlange')?.click();
    await stage.settle();
    expect(stage.server.requests.find((r) => r.path.endsWith('/return'))?.body).toEqual({ to: 'queue' });
    expect(stage.text()).toContain(texts.actions.returnedToQueue);
    expect(aHandover().state).toBe(stage.server.handovers.get('h1')?.state);
  });

  it('closes only with a reason', async () => {
    const stage = await setStage((server) => { server.request('h1', mine()); }, OPEN);
    stage.button('Abschließen')?.click();
    await stage.settle();
    stage.button('Fall abschließen')?.click();
    await stage.settle();
    expect(stage.text()).toContain(texts.closeDialog.missing);

    document.querySelector<HTMLInputElement>('#close-resolved')?.click();
    stage.button('Fall abschließen')?.click();
    await stage.settle();
    expect(stage.server.requests.find((r) => r.path.endsWith('/close'))?.body).toEqual({ reason: 'resolved' });
    expect(stage.text()).toContain(texts.actions.closed);
  });
});

describe('languages', () => {
  const foreign = (server: Stage['server']): void => {
    server.translates = true;
    server.request('h1', { ...mine(), language: 'uk' });
    server.say('h1', {
      text: 'Guten Tag',
      language: 'de',
      translation: { of: 'uk', by: 'machine', original: 'Добрий день' },
    });
    server.say('h1', { text: 'Так', language: 'uk', not_translated: 'too_short' });
  };
  const shown = (id: string): string => document.querySelector(`[data-testid="${id}"]`)?.textContent ?? '';

  it('shows how an answer will read, until its words change', async () => {
    const stage = await setStage(foreign, OPEN);
    write('textarea', 'Guten Morgen');
    document.querySelector<HTMLElement>('[data-testid="preview"]')?.click();
    await stage.settle();
    expect(shown('preview-text')).toContain('«Guten Morgen»');
    expect(shown('preview-text')).toContain(texts.message.by.machine);
    write('textarea', 'Guten Abend');
    await stage.settle();
    expect(shown('preview-text')).toBe('');
    expect(sentMessages(stage)).toEqual([]);
  });

  it('asks for another wording, and says why there is none', async () => {
    const stage = await setStage(foreign, OPEN);
    expect(shown('not-translated')).toContain('zu kurz');
    document.querySelector<HTMLElement>('[data-testid="render-again"]')?.click();
    await stage.settle();
    expect(stage.server.requests.find((r) => r.path.endsWith('/rendering'))?.body).toEqual({ seq: 1 });
    expect(shown('message')).toContain('Anders gesagt');
    expect(shown('message')).toContain('Добрий день');
  });

  it('fills a template with dates that every language reads', async () => {
    const stage = await setStage(foreign, OPEN);
    const select = document.querySelector<HTMLSelectElement>('#composer-template');
    if (select !== null) {
      select.value = 'appointment';
      select.dispatchEvent(new Event('change', { bubbles: true }));
    }
    await stage.settle();
    write('#template-date', '2026-11-30');
    write('#template-time', '14:30');
    document.querySelector<HTMLFormElement>('.kl-templates__fields')?.requestSubmit();
    await stage.settle();
    expect(document.querySelector('textarea')?.value).toBe('Ihr Termin ist am 30.11.2026 um 14:30 Uhr.');
  });

  it('needs no preview where the citizen reads German', async () => {
    await setStage((server) => { server.request('h1', mine()); }, OPEN);
    expect(document.querySelector('[data-testid="preview"]')).toBeNull();
  });
});
