/** What is held back from erasure; and one conversation given out, held or erased by its number. */

import { html, nothing, type TemplateResult } from 'lit';
import { ApiError } from '../../api';
import { auditTexts } from '../../audit-texts';
import { formatTime } from '../../format';
import type { Hold } from '../../pages-model';
import { frameTexts } from '../../pages-texts';
import { ConfirmDialog } from './confirm-dialog';
import { textField } from './fields';
import { PageElement } from './page-element';

const texts = auditTexts.holds;
const one = auditTexts.one;
const SHORTEST_REASON = 3;

export class HoldsSection extends PageElement {
  static readonly tag = 'kl-holds';

  static override properties = {
    ...PageElement.properties,
    holds: { state: true },
    conversationId: { state: true },
    reason: { state: true },
    missing: { state: true },
  };

  declare holds: readonly Hold[] | null;
  declare conversationId: string;
  declare reason: string;
  /** The fields that were left empty. */
  declare missing: ReadonlySet<string>;

  constructor() {
    super();
    this.holds = null;
    this.conversationId = '';
    this.reason = '';
    this.missing = new Set();
  }

  protected override firstUpdated(): void {
    void this.attempt(() => this.#fetch());
  }

  async #fetch(): Promise<void> {
    this.holds = (await this.desk?.pages.holds()) ?? null;
  }

  protected override render(): TemplateResult {
    return html`
      <section class="kl-section" aria-labelledby="one-title">
        <h3 class="kern-heading-small" id="one-title">${one.title}</h3>
        <p class="kern-body">${one.intro}</p>
        ${this.renderOutcome()} ${this.#renderForm()}
      </section>
      <section class="kl-section" aria-labelledby="holds-title">
        <h3 class="kern-heading-small" id="holds-title" tabindex="-1">${texts.title}</h3>
        <p class="kern-body">${texts.intro}</p>
        ${this.holds === null
          ? nothing
          : this.holds.length === 0
            ? html`<p class="kern-body">${texts.none}</p>`
            : this.#renderHolds(this.holds)}
      </section>
      <kl-confirm .desk=${this.desk}></kl-confirm>
    `;
  }

  #renderForm(): TemplateResult {
    return html`<form class="kl-form" novalidate @submit=${this.#onHold}>
      ${textField({
        id: 'one-id',
        label: one.id,
        required: true,
        maxlength: 64,
        value: this.conversationId,
        problem: this.missing.has('one-id') ? frameTexts.required : '',
        onInput: (value) => { this.conversationId = value; },
      })}
      ${textField({
        id: 'one-reason',
        label: one.reason,
        hint: one.reasonHint,
        required: true,
        maxlength: 500,
        value: this.reason,
        problem: this.missing.has('one-reason') ? one.reasonMissing : '',
        onInput: (value) => { this.reason = value; },
      })}
      <div class="kl-buttons">
        <button type="submit" class="kern-btn kern-btn--primary">
          <span class="kern-label">${texts.add}</span>
        </button>
        <button type="button" class="kern-btn kern-btn--secondary" @click=${this.#onExport}>
          <span class="kern-label">${one.export}</span>
        </button>
        <button type="button" class="kern-btn kern-btn--secondary" @click=${this.#onErase}>
          <span class="kern-icon kern-icon--delete" aria-hidden="true"></span>
          <span class="kern-label">${one.erase}</span>
        </button>
      </div>
    </form>`;
  }

  #renderHolds(holds: readonly Hold[]): TemplateResult {
    const { columns } = texts;
    return html`<table class="kl-table kl-table--stacked">
      <caption class="kern-sr-only">${texts.caption}</caption>
      <thead>
        <tr>${Object.values(columns).map((column) => html`<th scope="col">${column}</th>`)}</tr>
      </thead>
      <tbody>
        ${holds.map(
          (hold) => html`<tr data-testid="hold">
            <th scope="row" data-label=${columns.id}><span class="kl-code">${hold.conversation_id}</span></th>
            <td data-label=${columns.since}>${formatTime(hold.since, this.now)}</td>
            <td data-label=${columns.by}>${hold.by}</td>
            <td data-label=${columns.reason}>
              ${hold.reason}
              ${hold.erasure_asked_at === null
                ? nothing
                : html`<p class="kl-small">
                    ${texts.erasureAsked(formatTime(hold.erasure_asked_at, this.now))}
                  </p>`}
            </td>
            <td data-label=${columns.action}>
              <button
                type="button"
                class="kern-btn kern-btn--tertiary"
                aria-label=${texts.liftNamed(hold.conversation_id)}
                @click=${() => void this.#lift(hold)}
              >
                <span class="kern-label">${texts.lift}</span>
              </button>
            </td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  readonly #onHold = (event: Event): void => {
    event.preventDefault();
    if (this.#complete()) {
      void this.#afterwards(
        this.attempt(async () => {
          await this.desk?.pages.hold(this.conversationId.trim(), this.reason.trim());
          await this.#fetch();
        }, texts.added),
      );
    }
  };

  readonly #onExport = (): void => {
    if (this.#complete()) {
      const id = this.conversationId.trim();
      void this.#afterwards(
        this.attempt(async () => {
          const kept = await this.desk?.pages.exportConversation(id, this.reason.trim());
          saveJson(`gespraech-${id}.json`, kept);
        }, one.exported),
      );
    }
  };

  readonly #onErase = (): void => {
    if (this.#complete()) {
      void this.#erase(this.conversationId.trim(), this.reason.trim());
    }
  };

  async #erase(id: string, reason: string): Promise<void> {
    await this.#askThen(one.erased, {
      title: one.eraseTitle,
      text: one.eraseText(id),
      confirm: one.eraseConfirm,
      act: async () => this.desk?.pages.erase(id, reason),
      explain,
    });
  }

  async #lift(hold: Hold): Promise<void> {
    const erasure = hold.erasure_asked_at === null ? '' : ` ${texts.liftErasure}`;
    await this.#askThen(texts.lifted, {
      title: texts.liftTitle,
      text: texts.liftText(hold.conversation_id) + erasure,
      confirm: texts.lift,
      act: async () => this.desk?.pages.liftHold(hold.conversation_id),
      explain,
    });
    this.querySelector<HTMLElement>('#holds-title')?.focus();
  }

  async #askThen(done: string, question: Parameters<ConfirmDialog['ask']>[0]): Promise<void> {
    if (await this.querySelector<ConfirmDialog>(ConfirmDialog.tag)?.ask(question)) {
      await this.#afterwards(this.attempt(() => this.#fetch(), done));
    }
  }

  /** What was done stands in the trail as well. */
  async #afterwards(attempt: Promise<boolean>): Promise<void> {
    if (await attempt) {
      this.conversationId = '';
      this.reason = '';
      this.dispatchEvent(new Event('trail-grew'));
    }
  }

  #complete(): boolean {
    const missing = [
      ...(this.conversationId.trim() === '' ? ['one-id'] : []),
      ...(this.reason.trim().length < SHORTEST_REASON ? ['one-reason'] : []),
    ];
    this.missing = new Set(missing);
    this.querySelector<HTMLInputElement>(`#${missing[0] ?? 'none'}`)?.focus();
    return missing.length === 0;
  }

  protected override refused(error: unknown): void {
    const known = explain(error);
    if (known === undefined) {
      super.refused(error);
    } else {
      this.problem = known;
    }
  }
}

/** As a file of the browser: nothing of it comes into this page. */
function saveJson(name: string, kept: unknown): void {
  const file = new Blob([JSON.stringify(kept, null, 2)], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** "Not found" is said of cases elsewhere; here a conversation is meant. */
function explain(error: unknown): string | undefined {
  if (!(error instanceof ApiError)) {
    return undefined;
  }
  return error.code === 'on_hold' ? one.onHold : error.status === 404 ? one.notFound : undefined;
}

customElements.define(HoldsSection.tag, HoldsSection);
