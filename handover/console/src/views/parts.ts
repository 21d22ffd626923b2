/** Small pieces of KERN markup that several views share. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Notice } from '../desk';
import { texts } from '../texts';

/** Bad news interrupts a screen reader, good news waits its turn. */
export function alertBox(notice: Notice, onDismiss?: () => void): TemplateResult {
  const urgent = notice.level === 'danger' || notice.level === 'warning';
  return html`<div
    class="kern-alert kern-alert--${notice.level} kl-alert"
    role=${urgent ? 'alert' : 'status'}
  >
    <div class="kern-alert__header">
      <span class="kern-icon kern-icon--${notice.level}" aria-hidden="true"></span>
      <span class="kern-title kern-title--small">${notice.title}</span>
      ${onDismiss === undefined
        ? nothing
        : iconButton('close', texts.actions.dismiss, onDismiss)}
    </div>
    ${notice.text === undefined
      ? nothing
      : html`<div class="kern-alert__body"><p class="kern-body">${notice.text}</p></div>`}
  </div>`;
}

export function iconButton(icon: string, label: string, onClick: () => void): TemplateResult {
  return html`<button
    type="button"
    class="kern-btn kern-btn--tertiary kl-icon-button"
    title=${label}
    @click=${onClick}
  >
    <span class="kern-icon kern-icon--${icon}" aria-hidden="true"></span>
    <span class="kern-label kern-sr-only">${label}</span>
  </button>`;
}

export function badge(level: 'info' | 'warning' | 'danger' | 'success', text: string): TemplateResult {
  return html`<span class="kern-badge kern-badge--small kern-badge--${level}">
    <span class="kern-label kern-label--small">${text}</span>
  </span>`;
}

export function actionButton(
  rank: 'primary' | 'secondary' | 'tertiary',
  label: string,
  busy: boolean,
  onClick: () => void,
): TemplateResult {
  // Not `disabled`: a button that is waiting must not lose the focus.
  return html`<button
    type="button"
    class="kern-btn kern-btn--${rank}"
    aria-disabled=${busy ? 'true' : 'false'}
    @click=${onClick}
  >
    <span class="kern-label">${label}</span>
  </button>`;
}

/** What is wrong, as KERN shows it beside a field; nothing where nothing is. */
export function problemLine(problem: string): TemplateResult | typeof nothing {
  return problem === ''
    ? nothing
    : html`<p class="kern-error">
        <span class="kern-icon kern-icon--danger" aria-hidden="true"></span>
        <span class="kern-body">${problem}</span>
      </p>`;
}
