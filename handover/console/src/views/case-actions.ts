/** What can be done with the open case, and the dialogs that ask how. */

import { html, nothing, type TemplateResult } from 'lit';
import { isOwnedBy, type Handover } from '../model';
import { isSnoozed } from '../queue';
import { texts } from '../texts';
import { AttemptDialog } from './attempt-dialog';
import type { CaseDialog } from './case-dialog';
import { CloseDialog } from './close-dialog';
import { DeskElement } from './desk-element';
import { MergeDialog } from './merge-dialog';
import { actionButton } from './parts';
import { PrintDialog } from './print-dialog';
import { SnoozeDialog } from './snooze-dialog';
import { TransferDialog } from './transfer-dialog';

export class CaseActions extends DeskElement {
  static readonly tag = 'kl-case-actions';

  static override properties = { ...DeskElement.properties, handoverId: { attribute: false } };

  declare handoverId: string;

  #hadFocus = false;

  constructor() {
    super();
    this.handoverId = '';
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    this.#hadFocus = this.contains(document.activeElement);
  }

  protected override updated(): void {
    if (this.#hadFocus && document.activeElement === document.body) {
      // A button that did its work is gone; the keyboard must not start over at the top.
      document.querySelector<HTMLElement>('#conversation-title')?.focus();
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const { desk } = this;
    const handover = desk?.state.handovers.get(this.handoverId)?.handover;
    if (desk === undefined || handover === undefined) {
      return nothing;
    }
    return html`
      <div class="kl-actions">
        ${this.#renderMain(handover)}
        ${this.#renderMore(handover)}
      </div>
      <kl-close-dialog .desk=${desk}></kl-close-dialog>
      <kl-transfer-dialog .desk=${desk}></kl-transfer-dialog>
      <kl-snooze-dialog .desk=${desk}></kl-snooze-dialog>
      <kl-merge-dialog .desk=${desk}></kl-merge-dialog>
      <kl-attempt-dialog .desk=${desk}></kl-attempt-dialog>
      <kl-print-dialog .desk=${desk}></kl-print-dialog>
    `;
  }

  #renderMain(handover: Handover): TemplateResult | typeof nothing {
    const { desk } = this;
    const { id } = handover;
    if (desk === undefined) {
      return nothing;
    }
    const busy = desk.busy.has(id);
    if (handover.state === 'waiting') {
      return actionButton('primary', texts.actions.claim, busy, () => void desk.claim(id));
    }
    if (!isOwnedBy(handover, desk.session)) {
      return nothing;
    }
    return html`
      ${handover.kind === 'chat'
        ? nothing
        : actionButton('tertiary', texts.actions.attempt, busy, () => { this.#ask(AttemptDialog); })}
      ${actionButton('tertiary', texts.actions.toBot, busy, () => void desk.giveBack(id, 'bot'))}
      ${isSnoozed(handover)
        ? actionButton('tertiary', texts.conversation.onceMore, busy, () => void desk.casework.endSnooze(id))
        : actionButton('tertiary', texts.actions.snooze, busy, () => { this.#ask(SnoozeDialog); })}
      ${actionButton('secondary', texts.actions.transfer, busy, () => { this.#ask(TransferDialog); })}
      ${actionButton('secondary', texts.actions.close, busy, () => { this.#ask(CloseDialog); })}
    `;
  }

  /** Rarer things, out of the way of the daily ones. */
  #renderMore(handover: Handover): TemplateResult {
    const { desk } = this;
    const { id } = handover;
    const busy = desk?.busy.has(id) ?? false;
    const mine = isOwnedBy(handover, desk?.session ?? null);
    const isOpen = mine || handover.state === 'waiting';
    return html`<details class="kl-more" @keydown=${this.#onMoreKey} @focusout=${this.#onMoreLeft} @click=${this.#onMoreClick}>
      <summary class="kern-btn kern-btn--tertiary"><span class="kern-label">${texts.actions.more}</span></summary>
      <div class="kl-more__list">
        ${mine ? actionButton('tertiary', texts.actions.toQueue, busy, () => void desk?.giveBack(id, 'queue')) : nothing}
        ${handover.state === 'waiting'
          ? actionButton('tertiary', texts.actions.transfer, busy, () => { this.#ask(TransferDialog); })
          : nothing}
        ${isOpen ? actionButton('tertiary', texts.actions.merge, busy, () => { this.#ask(MergeDialog); }) : nothing}
        ${actionButton('tertiary', texts.actions.print, false, () => { this.#ask(PrintDialog); })}
      </div>
    </details>`;
  }

  #ask(dialog: { readonly tag: string }): void {
    void this.querySelector<CaseDialog>(dialog.tag)?.ask(this.handoverId);
  }

  get #more(): HTMLDetailsElement | null {
    return this.querySelector('.kl-more');
  }

  readonly #onMoreKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.#more?.open === true) {
      event.preventDefault();
      event.stopPropagation();
      this.#more.open = false;
      this.#more.querySelector('summary')?.focus();
    }
  };

  readonly #onMoreClick = (event: Event): void => {
    if (this.#more !== null && (event.target as Element).closest('button') !== null) {
      this.#more.open = false;
    }
  };

  /** Leaving it by the keyboard closes it. */
  readonly #onMoreLeft = (event: FocusEvent): void => {
    const next = event.relatedTarget;
    if (this.#more !== null && next instanceof Node && !this.#more.contains(next)) {
      this.#more.open = false;
    }
  };
}

customElements.define(CaseActions.tag, CaseActions);
