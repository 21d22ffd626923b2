import { describe, expect, it } from 'vitest';
import { actionTexts, auditTexts } from '../src/audit-texts';
import { NOW } from './builders';
import { setPagesStage, type FakePages, type PagesStage } from './pages-stage';
import { write } from './stage';

const { lines, check, holds, one } = auditTexts;
const numbers = (): (string | null)[] =>
  [...document.querySelectorAll('[data-testid="audit-line"] th')].map((cell) => cell.textContent);
const open = (prepare: (pages: FakePages) => void = () => undefined): Promise<PagesStage> =>
  setPagesStage('#/protokoll', (pages) => {
    pages.as({ office: 'kfz', role: 'auditor', team: null });
    pages.lines = ['kaya', 'abel', 'kaya', 'kaya'].map((actor, index) => ({
      id: index + 1,
      at: NOW,
      actor,
      action: index === 0 ? 'something_new' : 'claim',
      subject: `h${String(index)}`,
      details: index === 1 ? { reason: 'Az. 7', seq: 3 } : {},
    }));
    prepare(pages);
  });

describe('the trail', () => {
  it('shows the latest lines, and the older ones after them', async () => {
    const stage = await open();
    expect(numbers()).toEqual(['4', '3']);
    await stage.press(lines.older);
    expect(numbers()).toEqual(['4', '3', '2', '1']);
    expect(stage.button(lines.older)).toBeUndefined();
    expect(stage.text()).toContain('reason: Az. 7');
    expect(stage.text()).toContain('something_new');
    expect(stage.text()).toContain('Fall übernommen');
  });

  it('goes on loading what was shown, not what is being typed', async () => {
    const stage = await open();
    write('#audit-actor', 'kaya');
    document.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
    await stage.settle();
    write('#audit-actor', 'abel');
    await stage.press(lines.older);
    expect(numbers()).toEqual(['4', '3', '1']);
  });

  it('says that it is whole and what to note, or where it is broken', async () => {
    const stage = await open();
    await stage.press(check.action);
    expect(stage.text()).toContain(check.whole);
    expect(stage.text()).toContain('ab12');

    stage.pages.check = { whole: false, lines: 2, broken_at: 3, head: 'ab12' };
    await stage.press(check.action);
    expect(stage.text()).toContain('Die Kette ist ab Zeile 3 gebrochen.');
    expect(stage.text()).not.toContain(check.whole);
  });
});

describe('holds and erasure', () => {
  const name = (id: string, reason: string): void => {
    write('#one-id', id);
    write('#one-reason', reason);
  };

  it('need a conversation and a reason', async () => {
    const stage = await open();
    name('c9', 'x');
    await stage.press(holds.add);
    expect(document.getElementById('one-reason-problem')?.textContent).toContain(one.reasonMissing);
    expect(stage.sent('PUT', '/conversations/c9/hold')).toEqual([]);
  });

  it('are ordered, listed and lifted after a question', async () => {
    const stage = await open();
    name('c9', 'Az. 12/26');
    await stage.press(holds.add);
    expect(stage.sent('PUT', '/conversations/c9/hold')).toEqual([{ reason: 'Az. 12/26' }]);
    expect(document.querySelectorAll('[data-testid="hold"]')).toHaveLength(1);

    await stage.press(holds.liftNamed('c9'));
    await stage.press(holds.lift);
    expect(document.querySelectorAll('[data-testid="hold"]')).toHaveLength(0);
    expect(stage.text()).toContain(holds.lifted);
  });

  it('warn that an erasure waits for the end of a hold', async () => {
    const stage = await open((pages) => {
      pages.holds = [{ conversation_id: 'c7', since: NOW, by: 'pruef', reason: 'Az. 1', erasure_asked_at: NOW }];
    });
    await stage.press(holds.liftNamed('c7'));
    expect(document.querySelector('#confirm-text')?.textContent).toContain(holds.liftErasure);
  });

  it('erase with a reason and a second look, and say why not', async () => {
    const stage = await open();
    name('c9', 'Wunsch vom 20.11.');
    await stage.press(one.erase);
    expect(stage.sent('DELETE', '/conversations/c9')).toEqual([]);

    stage.pages.refuse(/DELETE .conversations/, 409, { code: 'on_hold' });
    await stage.press(one.eraseConfirm);
    expect(document.querySelector('dialog')?.textContent).toContain(one.onHold);
    await stage.press(one.eraseConfirm);
    expect(stage.sent('DELETE', '/conversations/c9').at(-1)).toEqual({ reason: 'Wunsch vom 20.11.' });
    expect(stage.text()).toContain(one.erased);
    expect(document.querySelector<HTMLInputElement>('#one-id')?.value).toBe('');
  });

  it('say of an unknown number that there is no such conversation', async () => {
    const stage = await open((pages) => { pages.refuse(/export/, 404, { code: 'not_found', message: 'Fall?' }); });
    name('weg', 'Az. 12/26');
    await stage.press(one.export);
    expect(stage.text()).toContain(one.notFound);
  });
});

describe('the names of what was done', () => {
  it('are each given once, so that the filter says what it finds', () => {
    const names = Object.values(actionTexts);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});
