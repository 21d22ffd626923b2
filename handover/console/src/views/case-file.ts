/** What belongs to a case beside what was said: a message left, files, tries to reach the citizen. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Desk } from '../desk';
import {
  bareLanguageName,
  formatSize,
  formatTime,
  isWorkingLanguage,
  nameCall,
  nameTry,
  speaksWith,
} from '../format';
import { WORKING_LANGUAGE, type Handover, type Session } from '../model';
import type { Conversation } from '../store';
import { texts } from '../texts';
import { badge } from './parts';

/** What was left as a message or for the call-back, which is no line of the chat. */
export function renderRequest(handover: Handover): TemplateResult | typeof nothing {
  return handover.text
    ? html`<section class="kl-request" data-testid="request">
        <h3 class="kern-title kern-title--small">${texts.conversation.request}</h3>
        ${handover.text_german === null
          ? nothing
          : html`<p class="kl-side__label">${texts.conversation.requestGerman}</p>
              <p class="kl-side__text" lang=${WORKING_LANGUAGE}>${handover.text_german}</p>
              <p class="kl-side__note">${texts.message.by.machine}</p>
              <p class="kl-side__label">${texts.message.original(bareLanguageName(handover.language))}</p>`}
        <p class="kl-side__text" lang=${handover.language} dir="auto">${handover.text}</p>
        ${handover.text_not_translated === null
          ? nothing
          : html`<p class="kl-side__note">${texts.message.notTranslated(handover.text_not_translated)}</p>`}
      </section>`
    : nothing;
}

/** How the caller is being put through, and what came of earlier tries. */
export function renderCalls(handover: Handover, desk: Desk): TemplateResult | typeof nothing {
  const now = nameCall(handover);
  if (now === null) {
    return nothing;
  }
  return html`<section class="kl-request" data-testid="calls">
    <h3 class="kern-title kern-title--small">${texts.call.tries}</h3>
    <p role="status"><strong>${now}</strong></p>
    <ol class="kl-list">
      ${handover.calls.map(
        (call) => html`<li>
          ${call.to === null
            ? texts.call.to(call.extension)
            : texts.call.toNamed(call.to.name, call.extension)}: ${nameTry(call)}
          <span class="kl-muted">${formatTime(call.dialled_at, desk.now())}</span>
        </li>`,
      )}
    </ol>
  </section>`;
}

/** Whoever picks up should know in which language; said before she does. */
export function renderLanguage(handover: Handover, session: Session | null): TemplateResult | typeof nothing {
  const isOpen = handover.state === 'waiting' || handover.state === 'claimed';
  if (handover.channel !== 'phone' || !isOpen || session === null || isWorkingLanguage(handover.language)) {
    return nothing;
  }
  const language = bareLanguageName(handover.language);
  return html`<p class="kl-call-language" data-testid="call-language">
    ${speaksWith(handover, session)
      ? badge('success', texts.call.match(language))
      : badge('warning', texts.call.mismatch(language))}
  </p>`;
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
  const isLive = handover.kind === 'chat' || handover.kind === 'call';
  if (isLive && handover.attempts.length === 0) {
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
