/** The queue on the left: tabs by state, office filter, one row per handover. */

import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import {
  bareLanguageName,
  formatTime,
  formatUntil,
  formatWait,
  nameCall,
  nameChannel,
  nameLanguage,
  nameTopic,
  speaksWith,
  speakWait,
} from '../format';
import { isOfferedTo, runningCall, type Handover } from '../model';
import { isOverdue, isSnoozed, rowsByTab, TABS, type Tab } from '../queue';
import { handoverHash } from '../route';
import { unreadCount } from '../store';
import { texts } from '../texts';
import { DeskElement } from './desk-element';
import './offers';
import { badge } from './parts';
import './queue-filter';
import { Ticker } from './ticker';

export class QueueList extends DeskElement {
  static readonly tag = 'kl-queue';

  static override properties = { ...DeskElement.properties, activeId: { state: true } };

  /** The row that Tab reaches and that the arrow keys start from. */
  declare activeId: string | null;

  constructor() {
    super();
    this.activeId = null;
    new Ticker(this, () => this.desk?.tab === 'waiting');
  }

  /** Moves the focus by so many rows; the ends hold. */
  move(by: number): void {
    const rows = this.#rows();
    const current = rows.findIndex((row) => row.id === this.#activeIn(rows));
    // The first step only goes to the list; from a row on, each step moves.
    const onRow = this.querySelector('.kl-row:focus') !== null;
    const next = onRow ? current + by : current;
    this.#focusRow(rows[Math.min(rows.length - 1, Math.max(0, next))]);
  }

  /** Comes back from a conversation to its row. */
  focusActive(): void {
    const rows = this.#rows();
    this.#focusRow(rows.find((row) => row.id === this.#activeIn(rows)));
  }

  protected override render(): TemplateResult | typeof nothing {
    const { desk } = this;
    if (desk === undefined) {
      return nothing;
    }
    const all = rowsByTab(desk.state, desk.session, desk.filter);
    const rows = all[desk.tab];
    const active = this.#activeIn(rows);
    // Only one's own cases are told apart; the rows stand in this order already.
    const isAside = (row: Handover): boolean => desk.tab === 'mine' && isSnoozed(row);
    const now = rows.filter((row) => !isAside(row));
    const later = rows.filter(isAside);
    return html`
      <section class="kl-queue" aria-labelledby="queue-title">
        <div class="kl-queue__head">
          <h2 class="kern-heading-small" id="queue-title" tabindex="-1">${texts.queue.title}</h2>
          <kl-queue-filter .desk=${desk}></kl-queue-filter>
        </div>
        <kl-offers .desk=${desk}></kl-offers>
        <div class="kl-tabs" role="tablist" aria-label=${texts.queue.tabsLabel} @keydown=${this.#onTabKey}>
          ${TABS.map((tab) => this.#renderTab(tab, all))}
        </div>
        <div
          class="kl-queue__panel"
          role="tabpanel"
          id="queue-panel"
          aria-labelledby=${`queue-tab-${desk.tab}`}
          @keydown=${this.#onListKey}
        >
          ${rows.length === 0
            ? html`<p class="kern-body kern-body--muted kl-queue__empty">
                ${texts.queue.empty[desk.tab]}
              </p>`
            : html`${this.#renderRows(now, active, 'queue')}
                ${later.length === 0
                  ? nothing
                  : html`<h3 class="kl-queue__part" id="queue-snoozed">${texts.queue.snoozed}</h3>
                      ${this.#renderRows(later, active, 'snoozed')}`}`}
        </div>
      </section>
    `;
  }

  #renderRows(rows: readonly Handover[], active: string | null, testId: string): TemplateResult {
    return html`<ul class="kl-rows" data-testid=${testId}>
      ${repeat(
        rows,
        (row) => row.id,
        (row) => html`<li>${this.#renderRow(row, row.id === active)}</li>`,
      )}
    </ul>`;
  }

  #renderTab(tab: Tab, all: Record<Tab, Handover[]>): TemplateResult {
    const selected = this.desk?.tab === tab;
    const count = all[tab].length;
    const unread = tab === 'mine' ? this.#unread(all.mine) : 0;
    return html`<button
      type="button"
      class="kl-tab"
      role="tab"
      id=${`queue-tab-${tab}`}
      data-testid=${`queue-tab-${tab}`}
      aria-selected=${selected ? 'true' : 'false'}
      aria-controls="queue-panel"
      tabindex=${selected ? '0' : '-1'}
      @click=${() => this.desk?.showTab(tab)}
    >
      <span>${texts.queue.tabs[tab]}</span>
      ${tab === 'ended'
        ? nothing
        : html`<span class="kl-count" aria-hidden="true">${count}</span>
            <span class="kern-sr-only">, ${texts.queue.count(count)}</span>`}
      ${unread > 0
        ? html`<span class="kl-unread" aria-hidden="true">${unread}</span>
            <span class="kern-sr-only">, ${texts.queue.unread(unread)}</span>`
        : nothing}
    </button>`;
  }

  #renderRow(row: Handover, active: boolean): TemplateResult {
    const { desk } = this;
    const unread = desk?.tab === 'mine' ? unreadCount(desk.state, row.id) : 0;
    const lastWords = row.preview || (row.text ?? '');
    return html`<a
      class="kl-row ${row.priority === 'crisis' ? 'kl-row--crisis' : ''}"
      href=${handoverHash(row.id)}
      tabindex=${active ? '0' : '-1'}
      aria-current=${desk?.openId === row.id ? 'true' : nothing}
      data-testid="queue-row"
      data-handover-id=${row.id}
      data-state=${row.state}
      @focus=${() => {
        this.activeId = row.id;
      }}
    >
      <span class="kl-row__line">
        ${row.priority === 'crisis' ? badge('danger', texts.queue.crisis) : nothing}
        <span class="kl-row__topic">${nameTopic(row)}</span>
        ${unread > 0
          ? html`<span class="kl-unread" aria-hidden="true">${unread}</span>
              <span class="kern-sr-only">${texts.queue.unread(unread)}</span>`
          : nothing}
        ${this.#renderWait(row)}
      </span>
      ${this.#renderMarks(row)}
      <span class="kl-row__facts">
        <span>${desk?.nameOffice(row.office) ?? row.office}</span>
        ${row.team === null ? nothing : html`<span>${texts.queue.team(desk?.nameTeam(row) ?? row.team)}</span>`}
        <span>${nameChannel(row.channel)}</span>
        <span>${nameLanguage(row.language)}</span>
        <span>${texts.kind[row.kind]}${numberOf(row)}</span>
        ${row.attempts.length > 0 ? html`<span>${texts.queue.attempts(row.attempts.length)}</span>` : nothing}
        ${row.notes > 0 ? html`<span>${texts.queue.notes(row.notes)}</span>` : nothing}
        ${row.claimed_by !== null && desk?.tab === 'others'
          ? html`<span>${texts.queue.claimedBy(row.claimed_by.name)}</span>`
          : nothing}
        ${desk?.tab === 'ended' ? html`<span>${this.#renderOutcome(row)}</span>` : nothing}
      </span>
      ${lastWords === ''
        ? nothing
        : html`<span class="kl-row__preview" dir="auto" lang=${row.language}>${lastWords}</span>`}
    </a>`;
  }

  /** What is to be done by when, and who is asked to. */
  #renderMarks(row: Handover): TemplateResult | typeof nothing {
    const now = this.desk?.now() ?? Date.now();
    const isOpen = row.state === 'waiting' || row.state === 'claimed';
    const marks = [
      ...this.#callMarks(row, isOpen),
      ...(isOverdue(row, now) ? [badge('danger', texts.queue.overdue)] : []),
      ...(isOpen && row.due_at !== null ? [html`<span>${texts.queue.due(formatUntil(row.due_at, now))}</span>`] : []),
      ...(isSnoozed(row) ? [html`<span>${texts.queue.snoozedUntil(formatUntil(row.snoozed_until ?? '', now))}</span>`] : []),
      ...(row.state === 'waiting' && row.offered_to !== null ? [this.#renderOffered(row, row.offered_to.name)] : []),
    ];
    return marks.length === 0 ? nothing : html`<span class="kl-row__marks" data-testid="marks">${marks}</span>`;
  }

  /** A call is told in words; whether one can talk to the caller, before one picks up. */
  #callMarks(row: Handover, isOpen: boolean): readonly TemplateResult[] {
    const call = isOpen ? nameCall(row) : null;
    const session = this.desk?.session ?? null;
    const foreign = isOpen && row.channel === 'phone' && session !== null && !speaksWith(row, session);
    return [
      ...(call === null ? [] : [badge(runningCall(row) === null ? 'warning' : 'info', call)]),
      ...(foreign ? [html`<span>${texts.call.mismatch(bareLanguageName(row.language))}</span>`] : []),
    ];
  }

  #renderOffered(row: Handover, name: string): TemplateResult {
    return isOfferedTo(row, this.desk?.session ?? null)
      ? badge('info', texts.queue.offeredToYou)
      : html`<span>${texts.queue.offeredTo(name)}</span>`;
  }

  #renderWait(row: Handover): TemplateResult {
    const now = this.desk?.now() ?? Date.now();
    if (row.state !== 'waiting') {
      const at = row.closed_at ?? row.claimed_at ?? row.requested_at;
      return html`<span class="kl-row__time">${formatTime(at, now)}</span>`;
    }
    const waitedMs = now - Date.parse(row.requested_at);
    return html`<span class="kl-row__time" data-testid="wait">
      <span aria-hidden="true">${formatWait(waitedMs)}</span>
      <span class="kern-sr-only">${speakWait(waitedMs)}</span>
    </span>`;
  }

  #renderOutcome(row: Handover): string {
    return row.state === 'closed' && row.close_reason !== null
      ? (texts.closeReason[row.close_reason] ?? row.close_reason)
      : texts.state[row.state];
  }

  #unread(rows: readonly Handover[]): number {
    const state = this.desk?.state;
    return state === undefined
      ? 0
      : rows.reduce((sum, row) => sum + unreadCount(state, row.id), 0);
  }

  #rows(): readonly Handover[] {
    const { desk } = this;
    return desk === undefined ? [] : rowsByTab(desk.state, desk.session, desk.filter)[desk.tab];
  }

  #activeIn(rows: readonly Handover[]): string | null {
    const wanted = [this.activeId, this.desk?.openId];
    const found = wanted.find((id) => rows.some((row) => row.id === id));
    return found ?? rows[0]?.id ?? null;
  }

  #focusRow(row: Handover | undefined): void {
    if (row === undefined) {
      this.querySelector<HTMLElement>('#queue-title')?.focus();
      return;
    }
    this.activeId = row.id;
    this.querySelector<HTMLElement>(`[data-handover-id="${CSS.escape(row.id)}"]`)?.focus();
  }

  readonly #onListKey = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const by = steps[event.key];
    if (by !== undefined) {
      event.preventDefault();
      this.move(by);
    }
  };

  readonly #onTabKey = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: TABS.length - 1 };
    const by = steps[event.key];
    if (by === undefined || this.desk === undefined) {
      return;
    }
    event.preventDefault();
    const tab = TABS[(TABS.indexOf(this.desk.tab) + by) % TABS.length] ?? 'waiting';
    this.desk.showTab(tab);
    void this.updateComplete.then(() => {
      this.querySelector<HTMLElement>(`#queue-tab-${tab}`)?.focus();
    });
  };
}

function numberOf(row: Handover): string {
  const number = row.kind === 'call' ? row.caller : row.phone;
  return number === null || number === '' ? '' : ` ${number}`;
}

customElements.define(QueueList.tag, QueueList);
