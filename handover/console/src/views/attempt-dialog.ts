/** Notes down how a try to reach the citizen ended. */

import { html, nothing, type TemplateResult } from 'lit';
import { telephoneLink } from '../format';
import type { Handover, Outcome } from '../model';
import { texts } from '../texts';
import { CaseDialog, valueOf } from './case-dialog';

const OUTCOMES: readonly Outcome[] = ['reached', 'no_answer', 'busy', 'wrong_number', 'left_message'];
const MAX_NOTE = 1_000;

export class AttemptDialog extends CaseDialog {
  static readonly tag = 'kl-attempt-dialog';

  protected readonly idBase = 'attempt';
  protected readonly heading = texts.attemptDialog.title;
  protected readonly confirm = texts.attemptDialog.confirm;

  protected renderBody({ phone }: Handover): TemplateResult {
    return html`
      ${phone === null
        ? nothing
        : html`<p class="kern-body"><a class="kl-link" href=${telephoneLink(phone)}>${texts.attemptDialog.call(phone)}</a></p>`}
      ${this.renderChoices(
        'outcome',
        texts.attemptDialog.legend,
        OUTCOMES.map((value) => ({ value, label: texts.outcome[value] })),
      )}
      ${this.renderText('note', texts.attemptDialog.note, MAX_NOTE)}
    `;
  }

  protected submitted(values: FormData, { id }: Handover): string | null {
    const outcome = valueOf(values, 'outcome');
    if (outcome === '') {
      return texts.attemptDialog.missing;
    }
    void this.desk?.casework.addAttempt(id, outcome as Outcome, valueOf(values, 'note'));
    return null;
  }
}

customElements.define(AttemptDialog.tag, AttemptDialog);
