/** The tiles of the figures: the desk now, the totals, and what each of them means. */

import { html, nothing, type TemplateResult } from 'lit';
import { formatDuration, NO_FIGURE } from '../../figures';
import type { Figures, FiguresNow, Times } from '../../figures-model';
import { figuresTexts as texts } from '../../figures-texts';
import { formatTime } from '../../format';

export function nowTiles(now: FiguresNow, nowMs: number, onRefresh: () => void): TemplateResult {
  return html`<section class="kl-section" aria-labelledby="now-title">
    <div class="kl-page__head">
      <h3 class="kern-heading-small" id="now-title">${texts.now.title}</h3>
      <p class="kl-small">${texts.now.at(formatTime(now.at, nowMs))}</p>
      <button type="button" class="kern-btn kern-btn--tertiary" @click=${onRefresh}>
        <span class="kern-icon kern-icon--autorenew" aria-hidden="true"></span>
        <span class="kern-label">${texts.now.refresh}</span>
      </button>
    </div>
    <dl class="kl-tiles" data-testid="now">
      ${tile(texts.now.chat, now.waiting.chat)} ${tile(texts.now.call, now.waiting.call)}
      ${tile(texts.now.callback, now.waiting.callback)}
      ${tile(texts.now.message, now.waiting.message)}
      ${tile(texts.now.longest, formatDuration(now.longest_wait_s))}
      ${tile(texts.now.claimed, now.claimed, texts.now.snoozed(now.snoozed))}
      ${tile(texts.now.overdue, now.overdue)} ${tile(texts.now.present, now.present)}
    </dl>
  </section>`;
}

export function totalTiles(figures: Figures, span: string): TemplateResult {
  const { total, conversations } = figures;
  return html`<section class="kl-section" aria-labelledby="total-title">
    <h3 class="kern-heading-small" id="total-title">${texts.total.title}: ${span}</h3>
    <dl class="kl-tiles" data-testid="total">
      ${tile(texts.total.requested, total.requested)} ${tile(texts.total.pickedUp, total.picked_up)}
      ${tile(texts.total.abandoned, total.abandoned)} ${tile(texts.total.closed, total.closed)}
      ${tile(texts.total.returned, total.returned)} ${tile(texts.total.merged, total.merged)}
      ${tile(texts.total.withdrawn, total.withdrawn)} ${tile(texts.total.open, total.open)}
      ${tile(texts.total.callsAnswered, total.calls_answered)}
      ${tile(texts.total.callsMissed, total.calls_missed)}
      ${timesTile(texts.total.pickup, total.pickup)} ${timesTile(texts.total.handling, total.handling)}
      ${tile(
        texts.total.conversations,
        conversations.total,
        `${texts.total.handedOver}: ${String(conversations.handed_over)}`,
      )}
      ${satisfactionTile(figures)}
    </dl>
  </section>`;
}

function satisfactionTile({ satisfaction }: Figures): TemplateResult {
  const helpful = satisfaction.reduce((sum, office) => sum + office.helpful, 0);
  const all = satisfaction.reduce((sum, office) => sum + office.not_helpful, helpful);
  // A share of nothing is no share.
  return all === 0
    ? tile(texts.total.helpful, NO_FIGURE)
    : tile(
        texts.total.helpful,
        `${String(Math.round((100 * helpful) / all))} %`,
        texts.total.helpfulOf(helpful, all),
      );
}

function tile(label: string, value: number | string, more?: string): TemplateResult {
  return html`<div class="kl-tile">
    <dt>${label}</dt>
    <dd class="kl-tile__value">${value}</dd>
    ${more === undefined ? nothing : html`<dd class="kl-small">${more}</dd>`}
  </div>`;
}

function timesTile(label: string, times: Times): TemplateResult {
  const value = (seconds: number | null): string =>
    seconds === null ? NO_FIGURE : texts.total.atMost(formatDuration(seconds));
  return html`<div class="kl-tile kl-tile--wide">
    <dt>${label}</dt>
    <dd><span class="kl-small">${texts.total.half}:</span> <strong>${value(times.median_s)}</strong></dd>
    <dd><span class="kl-small">${texts.total.ninety}:</span> <strong>${value(times.p90_s)}</strong></dd>
    <dd class="kl-small">${texts.total.basis(times.cases)}</dd>
  </div>`;
}

export function definitions(): TemplateResult {
  return html`<details class="kl-details kl-definitions">
    <summary>${texts.definitions.title}</summary>
    <dl>
      ${texts.definitions.list.map(([term, meaning]) => html`<dt>${term}</dt><dd>${meaning}</dd>`)}
    </dl>
  </details>`;
}
