/** For auditors: the trail, whether it is whole, what is held back from erasure. */

import { html, nothing, type TemplateResult } from 'lit';
import { actionTexts, auditTexts as texts } from '../../audit-texts';
import type { AuditFilter, AuditLine } from '../../pages-model';
import './audit-check';
import { selectField, textField } from './fields';
import './holds-section';
import { PageElement } from './page-element';

const NO_FILTER: AuditFilter = { actor: '', action: '', subject: '' };

export class AuditPage extends PageElement {
  static readonly tag = 'kl-audit-page';

  static override properties = {
    ...PageElement.properties,
    lines: { state: true },
    more: { state: true },
    filter: { state: true },
  };

  declare lines: readonly AuditLine[] | null;
  declare more: boolean;
  /** As it is entered; it counts once it is sent off. */
  declare filter: AuditFilter;
  #applied: AuditFilter = NO_FILTER;

  constructor() {
    super();
    this.lines = null;
    this.more = false;
    this.filter = NO_FILTER;
  }

  protected override firstUpdated(): void {
    void this.#show(NO_FILTER);
  }

  async #show(filter: AuditFilter): Promise<void> {
    await this.attempt(async () => {
      const page = await this.desk?.pages.auditLines(filter, null);
      this.#applied = filter;
      this.lines = page?.lines ?? [];
      this.more = page?.more ?? false;
    });
  }

  async #older(): Promise<void> {
    const known = this.lines ?? [];
    await this.attempt(async () => {
      const page = await this.desk?.pages.auditLines(this.#applied, known.at(-1)?.id ?? null);
      this.lines = [...known, ...(page?.lines ?? [])];
      this.more = page?.more ?? false;
    });
  }

  protected override render(): TemplateResult {
    return html`<div class="kl-page">
      ${this.renderTitle(texts.title)}
      <p class="kern-body kl-page__intro">${texts.intro}</p>
      <kl-audit-check .desk=${this.desk}></kl-audit-check>
      <section class="kl-section" aria-labelledby="lines-title">
        <h3 class="kern-heading-small" id="lines-title">${texts.lines.title}</h3>
        ${this.#renderFilter()} ${this.renderOutcome()}
        ${this.lines === null
          ? this.problem === '' ? this.renderLoading() : nothing
          : this.#renderLines(this.lines)}
      </section>
      <kl-holds .desk=${this.desk} @trail-grew=${() => void this.#show(this.#applied)}></kl-holds>
    </div>`;
  }

  #renderFilter(): TemplateResult {
    const { filter } = texts;
    return html`<form class="kl-filter kl-filter--row" role="search" aria-label=${filter.legend} @submit=${this.#onFilter}>
      ${textField({
        id: 'audit-actor',
        label: filter.actor,
        value: this.filter.actor,
        onInput: (actor) => { this.filter = { ...this.filter, actor }; },
      })}
      ${selectField({
        id: 'audit-action',
        label: filter.action,
        value: this.filter.action,
        options: [['', filter.anyAction], ...Object.entries(actionTexts)],
        onChange: (action) => { this.filter = { ...this.filter, action }; },
      })}
      ${textField({
        id: 'audit-subject',
        label: filter.subject,
        value: this.filter.subject,
        onInput: (subject) => { this.filter = { ...this.filter, subject }; },
      })}
      <button type="submit" class="kern-btn kern-btn--primary">
        <span class="kern-label">${filter.apply}</span>
      </button>
      <button type="button" class="kern-btn kern-btn--tertiary" @click=${this.#onReset}>
        <span class="kern-label">${filter.reset}</span>
      </button>
    </form>`;
  }

  #renderLines(lines: readonly AuditLine[]): TemplateResult {
    const { columns } = texts.lines;
    return html`
      <p class="kl-small" role="status">
        ${lines.length === 0 ? texts.lines.none : texts.lines.shown(lines.length)}
      </p>
      ${lines.length === 0
        ? nothing
        : html`<table class="kl-table kl-table--stacked kl-table--audit">
            <caption class="kern-sr-only">${texts.lines.caption}</caption>
            <thead>
              <tr>${Object.values(columns).map((column) => html`<th scope="col">${column}</th>`)}</tr>
            </thead>
            <tbody>
              ${lines.map((line) => this.#renderLine(line))}
            </tbody>
          </table>`}
      ${this.more
        ? html`<button type="button" class="kern-btn kern-btn--secondary" @click=${() => void this.#older()}>
            <span class="kern-label">${texts.lines.older}</span>
          </button>`
        : nothing}
    `;
  }

  #renderLine(line: AuditLine): TemplateResult {
    const { columns } = texts.lines;
    return html`<tr data-testid="audit-line">
      <th scope="row" data-label=${columns.id}>${line.id}</th>
      <td data-label=${columns.at}>${exactly.format(Date.parse(line.at))}</td>
      <td data-label=${columns.actor}>${line.actor}</td>
      <td data-label=${columns.action}>${actionTexts[line.action] ?? line.action}</td>
      <td data-label=${columns.subject}><span class="kl-code">${line.subject}</span></td>
      <td data-label=${columns.details}>${renderDetails(line.details)}</td>
    </tr>`;
  }

  readonly #onFilter = (event: Event): void => {
    event.preventDefault();
    const { actor, action, subject } = this.filter;
    void this.#show({ actor: actor.trim(), action, subject: subject.trim() });
  };

  readonly #onReset = (): void => {
    this.filter = NO_FILTER;
    void this.#show(NO_FILTER);
  };
}

/** To the second and with the day, unlike elsewhere: lines are compared with other records. */
const exactly = new Intl.DateTimeFormat('de-DE', {
  timeZone: 'Europe/Berlin',
  dateStyle: 'medium',
  timeStyle: 'medium',
});

/** As they are kept: an auditor wants to see the very words. */
function renderDetails(details: AuditLine['details']): TemplateResult | typeof nothing {
  const entries = Object.entries(details);
  return entries.length === 0
    ? nothing
    : html`<ul class="kl-plain-list">
        ${entries.map(
          ([name, value]) =>
            html`<li>${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}</li>`,
        )}
      </ul>`;
}

customElements.define(AuditPage.tag, AuditPage);
