/** What belongs to a case beside what was said: a message left, files, tries to reach the citizen. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Desk } from '../desk';
import { formatSize, formatTime } from '../format';
import type { Handover } from '../model';
import type { Conversation } from '../store';
import { texts } from '../texts';

/** What was left as a message or for the call-back, which is no line of the chat. */
export function renderRequest(handover: Handover): TemplateResult | typeof nothing {
  return handover.text
    ? html`<section class="kl-request" data-testid="request">
        <h3 class="kern-title kern-title--small">${texts.conversation.request}</h3>
        <p class="kl-side__text" lang=${handover.language} dir="auto">${handover.text}</p>
      </section>`
    : nothing;
}

export function renderAttachments(
  handover: Handover,
  conversation: Conversation | undefined,
  desk: Desk,
): TemplateResult | typeof nothing {
  const attachments = conversation?.attachments ?? [];
  return attachments.length === 0
    ? nothing
    : html`<section class="kl-request" data-testid="attachments">
        <h3 class="kern-title kern-title--small">${texts.conversation.attachments}</h3>
        <ul class="kl-list">
          ${attachments.map(
            ({ id, name, size, at }) => html`<li>
              <a class="kl-link" download=${name} href=${desk.casework.attachmentAddress(handover.id, id)}>
                ${texts.conversation.download(name, formatSize(size))}
              </a>
              <span class="kl-muted">${formatTime(at, desk.now())}</span>
            </li>`,
          )}
        </ul>
      </section>`;
}

export function renderAttempts(handover: Handover, desk: Desk): TemplateResult | typeof nothing {
  if (handover.kind === 'chat' && handover.attempts.length === 0) {
    return nothing;
  }
  return html`<section class="kl-request" data-testid="attempts">
    <h3 class="kern-title kern-title--small">${texts.conversation.attempts}</h3>
    ${handover.attempts.length === 0
      ? html`<p class="kl-muted">${texts.conversation.attemptsNone}</p>`
      : html`<ol class="kl-list">
          ${handover.attempts.map(
            ({ at, by, outcome, note }) => html`<li>
              <strong>${texts.outcome[outcome]}</strong>
              <span class="kl-muted">${formatTime(at, desk.now())}, ${by}</span>${note ? html`<br />${note}` : nothing}
            </li>`,
          )}
        </ol>`}
  </section>`;
}
