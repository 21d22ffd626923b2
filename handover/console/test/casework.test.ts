import { describe, expect, it, vi } from 'vitest';
import { handoverHash } from '../src/route';
import { texts } from '../src/texts';
import { aHandover, colleague, mine, NOW, session } from './builders';
import { setStage, write, type Stage } from './stage';

const OPEN = handoverHash('h1');
const me = { username: session.username, name: session.name };
const sent = (stage: Stage, action: string): unknown[] =>
  stage.server.requests.filter((r) => r.path.endsWith(`/${action}`)).map((r) => r.body);
const part = (id: string): HTMLElement | null => document.querySelector(`[data-testid="${id}"]`);
const shown = (id: string): string => (part(id)?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
const click = async (stage: Stage, selector: string): Promise<void> => {
  document.querySelector<HTMLElement>(selector)?.click();
  await stage.settle();
};
const choose = (selector: string, value: string): void => {
  const select = document.querySelector<HTMLSelectElement>(selector);
  if (select !== null) {
    select.value = value;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  }
};
const press = async (stage: Stage, label: string): Promise<void> => {
  stage.button(label)?.click();
  await stage.settle();
};
const submit = async (stage: Stage, dialog: string): Promise<void> => {
  await click(stage, `[data-testid="${dialog}-dialog"] button[type="submit"]`);
};
const withTeam = (server: Stage['server']): void => {
  const [office] = server.offices.splice(0, 1);
  if (office !== undefined) {
    server.offices.push({ ...office, teams: [{ id: 'plates', name: 'Kennzeichen' }] });
  }
};
const own = (server: Stage['server']): void => {
  server.request('h1', mine());
  server.say('h1', { text: 'Was kostet das?' });
};

describe('offers', () => {
  const offered = (server: Stage['server']): void => {
    server.request('h1', { offered_to: me, offered_at: NOW });
  };

  it('stand above the queue with the time that is left, and accepting one claims it', async () => {
    const stage = await setStage(offered);
    expect(shown('offer-left')).toBe(texts.offer.over);
    stage.desk.offices = stage.server.offices.map((office) => ({ ...office, offer_timeout_s: 90 }));
    stage.desk.changed();
    await stage.settle();
    expect(shown('offer-left')).toBe('noch 25 Sekunden');
    await press(stage, 'Annehmen');
    expect(stage.server.handovers.get('h1')?.claimed_by).toEqual(me);
    expect(part('offers')).toBeNull();
  });

  it('go away at once when they are declined', async () => {
    const stage = await setStage(offered);
    expect(document.title).toContain('Angebot!');
    await press(stage, 'Ablehnen');
    expect(sent(stage, 'decline')).toEqual([{}]);
    expect(part('offers')).toBeNull();
  });

  it('are announced', async () => {
    const stage = await setStage((server) => { server.request('h1'); });
    stage.server.change('h1', { offered_to: me, offered_at: NOW });
    await stage.catchUp();
    expect(shown('announcement')).toBe('Ihnen angeboten: Fahrzeug ummelden, Zulassung');
  });
});

describe('the queue', () => {
  it('marks what is overdue and keeps apart what was put aside', async () => {
    const stage = await setStage((server) => {
      server.request('h1', mine({ kind: 'callback', due_at: '2026-11-21T09:00:00Z' }));
      server.request('h2', mine({ id: 'h2', conversation_id: 'c-h2', snoozed_until: '2026-11-21T13:00:00Z', snooze_reason: 'reply' }));
    });
    stage.desk.showTab('mine');
    await stage.settle();
    expect(shown('queue')).toContain('Überfällig');
    expect(shown('snoozed')).toContain('Wiedervorlage bis heute, 14:00 Uhr');
    expect(part('queue')?.querySelectorAll('li')).toHaveLength(1);
  });

  it('can be narrowed down to a kind, a language, a team', async () => {
    const stage = await setStage((server) => {
      withTeam(server);
      server.request('h1', { language: 'tr', team: 'plates' });
      server.request('h2', { kind: 'callback' });
    });
    const ids = (): (string | null)[] =>
      [...document.querySelectorAll('[data-testid="queue-row"]')].map((row) => row.getAttribute('data-handover-id'));
    for (const [field, value, id] of [['kind', 'callback', 'h2'], ['language', 'tr', 'h1']] as const) {
      choose(`#queue-${field}`, value);
      await stage.settle();
      expect(ids()).toEqual([id]);
      choose(`#queue-${field}`, '');
    }
    choose('#queue-office', 'kfz');
    await stage.settle();
    choose('#queue-team', 'plates');
    await stage.settle();
    expect(ids()).toEqual(['h1']);
    await press(stage, texts.queue.filtersOff);
    expect(ids()).toHaveLength(2);
  });

  it('leads to the next own case with something unread', async () => {
    const stage = await setStage((server) => {
      server.request('h1', mine());
      server.request('h2', mine({ id: 'h2', conversation_id: 'c-h2' }));
      server.say('h2', { text: 'Hallo?' });
    }, OPEN);
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true }));
    expect(location.hash).toBe(handoverHash('h2'));
    expect(texts.help.keys.some(([key]) => key === 'N')).toBe(true);
    await stage.settle();
  });
});

describe('why a person is asked for', () => {
  it('stands above the conversation, with what the bot had answered', async () => {
    await setStage((server) => {
      server.request('h1', mine({ reason: 'not_understood' }));
      server.say('h1', { author: 'bot', automated: true, text: 'Das kostet 30 Euro.', service: 'kfz_ummeldung', aspect: 'fees' });
    }, OPEN);
    expect(shown('why')).toContain('Vom Bot nicht verstanden');
    expect(shown('why')).toContain('(Fahrzeug ummelden, Gebühren): Das kostet 30 Euro.');
  });
});

describe('notes', () => {
  it('are written in a field of their own and never sent to the citizen', async () => {
    const stage = await setStage(own, OPEN);
    write('#composer-text', 'Guten Tag');
    await click(stage, '#composer-mode-note');
    expect(document.querySelector('#composer-text')).toBeNull();
    write('#note-text', 'Akte liegt bei mir.');
    await press(stage, texts.note.save);

    expect(sent(stage, 'notes')).toEqual([{ text: 'Akte liegt bei mir.' }]);
    expect(sent(stage, 'messages')).toEqual([]);
    expect(shown('note')).toContain('Interne Notiz: Frau Müller');
    await stage.catchUp();
    expect(document.querySelectorAll('[data-testid="note"]')).toHaveLength(1);
    await click(stage, '#composer-mode-reply');
    expect(document.querySelector<HTMLTextAreaElement>('#composer-text')?.value).toBe('Guten Tag');
  });

  it('stay in the field when the server refuses them', async () => {
    const stage = await setStage(own, OPEN);
    await click(stage, '#composer-mode-note');
    write('#note-text', 'Wichtig');
    stage.server.refuse(/notes/, 503);
    await press(stage, texts.note.save);
    expect(document.querySelector<HTMLTextAreaElement>('#note-text')?.value).toBe('Wichtig');
    expect(shown('notice')).toContain(texts.errors.unavailable);
  });

  it('can be left by whoever only reads along', async () => {
    const stage = await setStage((server) => {
      server.request('h1', { state: 'claimed', claimed_by: colleague });
    }, OPEN);
    write('#note-text', 'Bitte auch den Halter fragen.');
    await press(stage, texts.note.save);
    expect(shown('note')).toContain('Halter');
  });
});

describe('suggestions', () => {
  const suggestion = {
    service: 'kfz_ummeldung', service_title: 'Fahrzeug ummelden', aspect: 'fees', text: 'Das kostet 30,60 €.',
    source: 'Gebührenverzeichnis', checked_on: '2026-10-01', confidence: 0.8,
  };
  const stageWith = async (): Promise<Stage> => {
    const stage = await setStage((server) => {
      own(server);
      server.suggestions.push(suggestion);
    }, OPEN);
    const panel = document.querySelector<HTMLDetailsElement>('[data-testid="suggestions"]');
    if (panel !== null) {
      panel.open = true;
      panel.dispatchEvent(new Event('toggle'));
    }
    await stage.settle();
    return stage;
  };

  it('show source and date, go into the field with one click, and leave by hand only', async () => {
    const stage = await stageWith();
    expect(shown('suggestion')).toContain('Quelle: Gebührenverzeichnis · geprüft am 01.10.2026');
    await click(stage, '[data-testid="suggestion"] button');
    expect(document.querySelector<HTMLTextAreaElement>('#composer-text')?.value).toBe(suggestion.text);
    expect(sent(stage, 'messages')).toEqual([]);
    await press(stage, 'Senden');
    expect(sent(stage, 'messages')).toEqual([
      { client_message_id: 'm-1', text: suggestion.text, answers: { service: 'kfz_ummeldung', aspect: 'fees' } },
    ]);
  });

  it('are ordinary words once they were changed', async () => {
    const stage = await stageWith();
    await click(stage, '[data-testid="suggestion"] button');
    expect(part('catalogue-words')).not.toBeNull();
    write('#composer-text', `${suggestion.text} Bis dann!`);
    await stage.settle();
    expect(part('catalogue-words')).toBeNull();
    await press(stage, 'Senden');
    expect(sent(stage, 'messages')).toEqual([{ client_message_id: 'm-1', text: `${suggestion.text} Bis dann!` }]);
  });

  it('are asked for anew when the citizen writes again, and only then', async () => {
    const stage = await stageWith();
    const asked = (): number => stage.server.requests.filter((r) => r.path.endsWith('/suggestions')).length;
    stage.desk.changed();
    await stage.settle();
    expect(asked()).toBe(1);
    stage.server.say('h1', { text: 'Und wo?' });
    await stage.catchUp();
    expect(asked()).toBe(2);
  });
});

describe('handing on', () => {
  const staffed = (server: Stage['server']): void => {
    own(server);
    withTeam(server);
    server.offices.push({ id: 'standesamt', name: 'Standesamt', short: 'Standesamt', open: true, teams: [], offer_timeout_s: 45 });
    const one = { offices: ['kfz'], languages: ['tr'], present: true, open_cases: 2 };
    server.colleagues.push({ ...colleague, ...one }, { ...one, username: 'kaya', name: 'Frau Kaya', present: false });
  };

  it('offers colleagues who are there, and says what is missing', async () => {
    const stage = await setStage(staffed, OPEN);
    await press(stage, texts.actions.transfer);
    expect(shown('transfer-dialog')).toContain('spricht Türkisch');
    expect(document.querySelector<HTMLInputElement>('#transfer-kaya')?.disabled).toBe(true);
    await submit(stage, 'transfer');
    expect(shown('transfer-dialog')).toContain(texts.transferDialog.missing);
    await click(stage, '#transfer-beispiel');
    write('#transfer-note', 'Bitte übernehmen.');
    await submit(stage, 'transfer');
    expect(sent(stage, 'transfer')).toEqual([{ caseworker: 'beispiel', note: 'Bitte übernehmen.' }]);
    expect(shown('notice')).toContain(texts.transferDialog.done);
  });

  it('reaches a team', async () => {
    const stage = await setStage(staffed, OPEN);
    await press(stage, texts.actions.transfer);
    await click(stage, '#transfer-to-team');
    choose('#transfer-team', 'plates');
    await submit(stage, 'transfer');
    expect(sent(stage, 'transfer')).toEqual([{ team: 'plates' }]);
  });

  it('goes back to the list when the case has left for an office of others', async () => {
    const stage = await setStage(staffed, OPEN);
    await press(stage, texts.actions.transfer);
    await click(stage, '#transfer-to-office');
    choose('#transfer-office', 'standesamt');
    await submit(stage, 'transfer');
    expect(sent(stage, 'transfer')).toEqual([{ office: 'standesamt' }]);
    expect(stage.desk.state.handovers.has('h1')).toBe(false);
    expect(location.hash).toBe('#/');
  });
});

describe('putting aside', () => {
  it('takes the ready times and what it waits for, and can be ended', async () => {
    const stage = await setStage(own, OPEN);
    await press(stage, texts.actions.snooze);
    await click(stage, '[data-testid="snooze-dialog"] input[name="until"]');
    choose('#snooze-reason', 'colleague');
    await submit(stage, 'snooze');
    expect(sent(stage, 'snooze')).toEqual([{ until: '2026-11-21T13:00:00.000Z', reason: 'colleague' }]);
    await press(stage, texts.conversation.onceMore);
    expect(sent(stage, 'snooze').at(-1)).toEqual({ until: null });
  });

  it('refuses a time that is past', async () => {
    const stage = await setStage(own, OPEN);
    await press(stage, texts.actions.snooze);
    await click(stage, '[data-testid="snooze-dialog"] input[value="custom"]');
    write('#snooze-date', '2026-11-20');
    await submit(stage, 'snooze');
    expect(shown('snooze-dialog')).toContain(texts.snoozeDialog.missing);
    expect(sent(stage, 'snooze')).toEqual([]);
  });
});

describe('joining two cases', () => {
  it('lets a waiting case go on in the own one and shows both conversations', async () => {
    const stage = await setStage((server) => {
      own(server);
      server.request('h2', { language: 'tr' });
      server.say('h2', { text: 'Ist da jemand?', at: '2026-11-21T10:01:00Z' });
      server.request('fremd', { office: 'abh' });
    }, OPEN);
    await press(stage, texts.actions.merge);
    expect(document.querySelectorAll('[data-testid="merge-dialog"] input')).toHaveLength(1);
    await click(stage, '#merge-h2');
    await submit(stage, 'merge');
    expect(stage.server.requests.find((r) => r.path.endsWith('/merge'))).toMatchObject({
      path: '/handovers/h2/merge',
      body: { into: 'h1' },
    });
    await stage.catchUp();
    expect(shown('log')).toContain('aus dem anderen Gespräch');
    expect(shown('log')).toContain('Ist da jemand?');
  });
});

describe('reaching a citizen', () => {
  it('notes down how a try ended', async () => {
    const stage = await setStage((server) => {
      server.request('h1', mine({ kind: 'callback', phone: '03331 204815' }));
    }, OPEN);
    await press(stage, texts.actions.attempt);
    expect(document.querySelector('[data-testid="attempt-dialog"] a')?.getAttribute('href')).toBe('tel:03331204815');
    await click(stage, '#attempt-no_answer');
    await submit(stage, 'attempt');
    expect(sent(stage, 'attempts')).toEqual([{ outcome: 'no_answer' }]);
    expect(shown('attempts')).toContain('Niemand hat abgenommen');
  });
});

describe('reading', () => {
  it('is told to the citizen only when somebody looks, and shown from her side', async () => {
    const looks = vi.spyOn(document, 'hasFocus').mockReturnValue(false);
    const stage = await setStage((server) => {
      server.request('h1', mine({ citizen_read_seq: 2 }));
      server.say('h1', { text: 'Hallo' });
      server.say('h1', { author: 'caseworker', text: 'Guten Tag' });
      server.say('h1', { author: 'caseworker', text: 'Sind Sie da?' });
    }, OPEN);
    expect(sent(stage, 'read')).toEqual([]);
    looks.mockReturnValue(true);
    stage.desk.changed();
    await stage.settle();
    expect(sent(stage, 'read')).toEqual([{ seq: 3 }]);
    expect([...document.querySelectorAll('[data-testid="message"]:has([data-testid="read"])')].map((m) => m.getAttribute('data-seq'))).toEqual(['2']);
  });
});

describe('files', () => {
  it('that come with a message are listed and can be fetched', async () => {
    const stage = await setStage(own, OPEN);
    const file = { type: 'attachment', id: 'a1', name: 'schein.pdf', media_type: 'application/pdf', size: 1_400_000 };
    stage.server.say('h1', { text: 'schein.pdf', parts: [file] });
    await stage.catchUp();
    expect(shown('attachments')).toContain('schein.pdf herunterladen (1,4 MB)');
    expect(document.querySelector('[data-testid="attachments"] a')?.getAttribute('href')).toBe(
      'api/v1/handovers/h1/attachments/a1',
    );
  });
});

describe('search', () => {
  it('marks what was sought as text, whatever it looks like', async () => {
    const stage = await setStage((server) => {
      server.found.push({ handover: aHandover({ state: 'closed' }), excerpt: '… <b>Kosten</b> und Kosten (neu) …' });
    });
    location.hash = '#/suche';
    await stage.settle();
    write('#search-words', 'kosten');
    document.querySelector<HTMLFormElement>('.kl-search__form')?.requestSubmit();
    await stage.settle();
    expect([...document.querySelectorAll('mark')].map((mark) => mark.textContent)).toEqual(['Kosten', 'Kosten']);
    expect(shown('found')).toContain('<b>Kosten</b>');
    expect(part('found')?.getAttribute('href')).toBe(OPEN);
  });

  it('asks for more than one letter', async () => {
    const stage = await setStage(() => undefined);
    location.hash = '#/suche';
    await stage.settle();
    write('#search-words', 'k');
    document.querySelector<HTMLFormElement>('.kl-search__form')?.requestSubmit();
    await stage.settle();
    expect(stage.text()).toContain(texts.search.tooShort);
    expect(stage.server.requests.some((r) => r.path.startsWith('/search'))).toBe(false);
  });
});

describe('printing', () => {
  const printed = async (withNotes: boolean): Promise<string> => {
    let paper = '';
    vi.stubGlobal('print', () => { paper = shown('paper'); });
    const stage = await setStage((server) => {
      own(server);
      server.note('h1', 'Nur für uns.');
    }, OPEN);
    await press(stage, texts.actions.print);
    if (withNotes) {
      await click(stage, '#print-notes');
    }
    await submit(stage, 'print');
    window.dispatchEvent(new Event('afterprint'));
    expect(part('paper')).toBeNull();
    vi.unstubAllGlobals();
    return paper;
  };

  it('leaves internal notes out unless they are asked for', async () => {
    const paper = await printed(false);
    expect(paper).toContain('21.11.2026, 11:00 Uhr · Bürger/in Was kostet das?');
    expect(paper).not.toContain('Nur für uns.');
    expect(await printed(true)).toContain('Nur für uns.');
  });
});
