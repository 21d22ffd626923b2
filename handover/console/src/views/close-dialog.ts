/** Asks why a case is closed. */

import type { TemplateResult } from 'lit';
import type { CloseReason, Handover } from '../model';
import { texts } from '../texts';
import { CaseDialog, valueOf } from './case-dialog';

const REASONS: readonly CloseReason[] = ['resolved', 'no_answer', 'wrong_office', 'abuse', 'other'];

export class CloseDialog extends CaseDialog {
  static readonly tag = 'kl-close-dialog';

  protected readonly idBase = 'close';
  protected readonly heading = texts.closeDialog.title;
  protected readonly confirm = texts.closeDialog.confirm;

  protected renderBody(): TemplateResult {
    return this.renderChoices(
      'reason',
      texts.closeDialog.legend,
      REASONS.map((value) => ({ value, label: texts.closeReason[value] })),
    );
  }

  protected submitted(values: FormData, { id }: Handover): string | null {
    const reason = valueOf(values, 'reason');
    if (reason === '') {
      return texts.closeDialog.missing;
    }
    void this.desk?.close(id, reason as CloseReason);
    return null;
  }
}

customElements.define(CloseDialog.tag, CloseDialog);
