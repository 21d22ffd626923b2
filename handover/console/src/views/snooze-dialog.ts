/** Puts a case aside until a time, and says what it waits for. */

import { html, type TemplateResult } from 'lit';
import { countyTime, type CountyTime } from '../county-time';
import { formatUntil } from '../format';
import type { Handover, SnoozeReason } from '../model';
import { texts } from '../texts';
import { CaseDialog, valueOf, type Choice } from './case-dialog';

const REASONS: readonly SnoozeReason[] = ['documents', 'reply', 'colleague', 'appointment', 'other'];
const AFTERNOON = '14:00';
const MORNING = '09:00';

export class SnoozeDialog extends CaseDialog {
  static readonly tag = 'kl-snooze-dialog';

  protected readonly idBase = 'snooze';
  protected readonly heading = texts.snoozeDialog.title;
  protected readonly confirm = texts.snoozeDialog.confirm;

  protected renderBody(): TemplateResult {
    const { today } = this.#time();
    return html`
      <p class="kern-body">${texts.snoozeDialog.hint}</p>
      ${this.renderChoices('until', texts.snoozeDialog.legend, this.#choices())}
      <div class="kl-dialog__pair" @input=${this.#onCustom}>
        <div class="kern-form-input">
          <label class="kern-label" for="snooze-date">${texts.snoozeDialog.date}</label>
          <input class="kern-form-input__input" id="snooze-date" type="date" name="date" min=${today} />
        </div>
        <div class="kern-form-input">
          <label class="kern-label" for="snooze-time">${texts.snoozeDialog.time}</label>
          <input class="kern-form-input__input" id="snooze-time" type="time" name="time" value=${MORNING} />
        </div>
      </div>
      <div class="kern-form-input">
        <label class="kern-label" for="snooze-reason">${texts.snoozeDialog.reason}</label>
        <div class="kern-form-input__select-wrapper">
          <select class="kern-form-input__select" id="snooze-reason" name="reason">
            ${REASONS.map((reason) => html`<option value=${reason}>${texts.snoozeReason[reason]}</option>`)}
          </select>
        </div>
      </div>
    `;
  }

  #time(): CountyTime {
    return countyTime(this.desk?.now() ?? Date.now());
  }

  /** The afternoon only as long as it is still to come. */
  #choices(): readonly Choice[] {
    const { today, tomorrow, at } = this.#time();
    const ready = [at(today, AFTERNOON), at(tomorrow, MORNING)].filter((iso) => this.#isToCome(iso));
    return [
      ...ready.map((value) => ({ value, label: capital(formatUntil(value, this.desk?.now() ?? 0)) })),
      { value: 'custom', label: texts.snoozeDialog.custom },
    ];
  }

  #isToCome(iso: string): boolean {
    return Date.parse(iso) > (this.desk?.now() ?? Date.now());
  }

  /** Whoever fills in a date means it. */
  readonly #onCustom = (): void => {
    const custom = this.querySelector<HTMLInputElement>('input[value="custom"]');
    if (custom !== null) {
      custom.checked = true;
    }
  };

  protected submitted(values: FormData, { id }: Handover): string | null {
    const chosen = valueOf(values, 'until');
    const until =
      chosen === 'custom' ? this.#time().at(valueOf(values, 'date'), valueOf(values, 'time')) : chosen;
    if (!this.#isToCome(until)) {
      return texts.snoozeDialog.missing;
    }
    void this.desk?.casework.snooze(id, until, valueOf(values, 'reason') as SnoozeReason);
    return null;
  }
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

customElements.define(SnoozeDialog.tag, SnoozeDialog);
