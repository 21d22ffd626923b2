/** Looks through the whole chain, and offers the trail for keeping elsewhere. */

import { html, nothing, type TemplateResult } from 'lit';
import { auditTexts } from '../../audit-texts';
import type { AuditCheck } from '../../pages-model';
import { PageElement } from './page-element';

const texts = auditTexts.check;

export class AuditCheckSection extends PageElement {
  static readonly tag = 'kl-audit-check';

  static override properties = { ...PageElement.properties, result: { state: true } };

  declare result: AuditCheck | null;

  constructor() {
    super();
    this.result = null;
  }

  protected override render(): TemplateResult {
    return html`<section class="kl-section" aria-labelledby="check-title">
      <h3 class="kern-heading-small" id="check-title">${texts.title}</h3>
      ${this.renderOutcome()}
      <div role="status">
        ${this.busy ? html`<p class="kern-body">${texts.checking}</p>` : nothing}
        ${this.result === null ? nothing : this.#renderResult(this.result)}
      </div>
      <div class="kl-buttons">
        <button type="button" class="kern-btn kern-btn--primary" @click=${this.#onCheck}>
          <span class="kern-label">${texts.action}</span>
        </button>
        <a class="kern-btn kern-btn--secondary" href=${this.desk?.pages.link('/audit.jsonl') ?? ''} download>
          <span class="kern-icon kern-icon--download" aria-hidden="true"></span>
          <span class="kern-label">${texts.export}</span>
        </a>
      </div>
    </section>`;
  }

  #renderResult(result: AuditCheck): TemplateResult {
    const level = result.whole ? 'success' : 'danger';
    return html`<div class="kern-alert kern-alert--${level} kl-alert" data-testid="check-result">
      <div class="kern-alert__header">
        <span class="kern-icon kern-icon--${level}" aria-hidden="true"></span>
        <span class="kern-title kern-title--small">
          ${result.whole ? texts.whole : texts.broken(result.broken_at ?? 1)}
        </span>
      </div>
      <div class="kern-alert__body">
        <p class="kern-body">${result.whole ? texts.wholeText(result.lines) : texts.brokenText}</p>
        ${result.whole
          ? html`<p class="kern-body">${texts.head}: <span class="kl-code">${result.head}</span></p>
              <p class="kern-body">${texts.headHint}</p>`
          : nothing}
      </div>
    </div>`;
  }

  readonly #onCheck = (): void => {
    this.result = null;
    void this.attempt(async () => {
      this.result = (await this.desk?.pages.checkAudit()) ?? null;
    });
  };
}

customElements.define(AuditCheckSection.tag, AuditCheckSection);
