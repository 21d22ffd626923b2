/** Prints a case: its facts and the conversation, German and original, on white paper. */

import { html, nothing, render, type TemplateResult } from 'lit';
import type { Desk } from '../desk';
import { formatTime, nameCause, nameTopic } from '../format';
import type { Handover } from '../model';
import type { Conversation } from '../store';
import { texts } from '../texts';
import { timelineOf, type Entry } from '../timeline';
import { CaseDialog } from './case-dialog';
import { factsOf } from './case-facts';
import { nameAuthor, nameState, sidesOf } from './message';

export class PrintDialog extends CaseDialog {
  static readonly tag = 'kl-print-dialog';

  protected readonly idBase = 'print';
  protected readonly heading = texts.print.title;
  protected readonly confirm = texts.print.confirm;

  protected renderBody(): TemplateResult {
    return html`
      <p class="kern-body">${texts.print.hint}</p>
      <div class="kern-form-check">
        <input
          class="kern-form-check__checkbox"
          type="checkbox"
          id="print-notes"
          name="notes"
          aria-describedby="print-notes-hint"
        />
        <label class="kern-label" for="print-notes">${texts.print.notes}</label>
      </div>
      <p class="kern-hint" id="print-notes-hint">${texts.print.notesHint}</p>
    `;
  }

  protected submitted(values: FormData, handover: Handover): string | null {
    const { desk } = this;
    const conversation = desk?.state.conversations.get(handover.id);
    if (desk !== undefined && conversation !== undefined) {
      const sheet = renderSheet(handover, conversation, desk, values.has('notes'));
      // The open dialog would be printed instead of the sheet.
      setTimeout(() => { print(sheet); }, 0);
    }
    return null;
  }
}

/** The sheet is on the page only while it is printed: it repeats what citizens wrote. */
function print(sheet: TemplateResult): void {
  const paper = document.createElement('div');
  paper.className = 'kl-paper';
  render(sheet, paper);
  document.body.append(paper);
  addEventListener('afterprint', () => { paper.remove(); }, { once: true });
  window.print();
}

export function renderSheet(
  handover: Handover,
  conversation: Conversation,
  desk: Desk,
  withNotes: boolean,
): TemplateResult {
  const now = desk.now();
  return html`<article data-testid="paper">
    <h1>${texts.print.heading(nameTopic(handover))}</h1>
    <p>${texts.print.printedAt(formatTime(new Date(now).toISOString(), 0))}, ${desk.session?.name}</p>
    <dl>
      ${[...factsOf(handover, desk, true), [texts.conversation.reason, nameCause(handover)] as const].map(
        ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
      )}
    </dl>
    ${handover.text ? html`<p class="kl-paper__text" lang=${handover.language} dir="auto">${handover.text}</p>` : nothing}
    ${handover.text_german === null
      ? nothing
      : html`<p class="kl-paper__label">${texts.conversation.requestGerman} (${texts.message.by.machine})</p>
          <p class="kl-paper__text" lang="de">${handover.text_german}</p>`}
    <h2>${texts.conversation.log}</h2>
    ${timelineOf(conversation, withNotes).map((entry) => renderEntry(entry))}
  </article>`;
}

function renderEntry(entry: Entry): TemplateResult {
  if (entry.kind === 'note') {
    return renderWords(`${texts.note.title}: ${entry.note.by}`, entry.note.at, [
      html`<p class="kl-paper__text" lang="de">${entry.note.text}</p>`,
    ]);
  }
  const { event } = entry;
  if (event.type !== 'message') {
    return renderWords(nameState(event, 0), event.at, []);
  }
  const author = nameAuthor(event, null);
  return renderWords(
    entry.elsewhere ? `${author} · ${texts.conversation.otherConversation}` : author,
    event.at,
    sidesOf(event).map(
      ({ text, language, label, note }) => html`<div>
        ${label === null ? nothing : html`<p class="kl-paper__label">${label}${note === null ? nothing : ` (${note})`}</p>`}
        <p class="kl-paper__text" lang=${language} dir="auto">${text}</p>
      </div>`,
    ),
  );
}

function renderWords(author: string, at: string, words: readonly TemplateResult[]): TemplateResult {
  // Paper has no today: every line gets its date.
  return html`<section class="kl-paper__entry">
    <h3>${formatTime(at, 0)} · ${author}</h3>
    ${words}
  </section>`;
}

customElements.define(PrintDialog.tag, PrintDialog);
