/** One line of a conversation: a message with its translation, a change of state, a reply on its way. */

import { html, nothing, type TemplateResult } from 'lit';
import {
  bareLanguageName,
  directionOf,
  formatDay,
  formatSize,
  formatTime,
  formatUntil,
  isWorkingLanguage,
} from '../format';
import { filesIn, type ConversationEvent, type MessageEvent, type StateEvent } from '../model';
import type { OutgoingMessage } from '../store';
import { texts } from '../texts';
import { badge } from './parts';

/** Text in one language, with the heading it gets when it stands beside the other one. */
export interface Side {
  readonly text: string;
  readonly language: string;
  readonly label: string | null;
  /** How trustworthy the translation is; null on the original. */
  readonly note: string | null;
}

/**
 * German first, the citizen's language beside it. Citizens write the original and everyone
 * else writes German, whichever of the two the server put into `text`.
 */
export function sidesOf(event: MessageEvent): readonly Side[] {
  const { translation } = event;
  if (!translation) {
    return [{ text: event.text, language: event.language, label: null, note: null }];
  }
  const written = { text: event.text, language: event.language };
  const other = { text: translation.original, language: translation.of };
  const [german, foreign] = isWorkingLanguage(written.language) ? [written, other] : [other, written];
  const note = texts.message.by[translation.by];
  return event.author === 'citizen'
    ? [
        { ...german, label: bareLanguageName(german.language), note },
        { ...foreign, label: texts.message.original(bareLanguageName(foreign.language)), note: null },
      ]
    : [
        { ...german, label: bareLanguageName(german.language), note: null },
        { ...foreign, label: texts.message.translation(bareLanguageName(foreign.language)), note },
      ];
}

/** The words as a caseworker reads them. */
export function germanOf(event: MessageEvent): string {
  return sidesOf(event)[0]?.text ?? event.text;
}

export function nameAuthor(event: MessageEvent, ownName: string | null): string {
  if (event.author === 'citizen') {
    return texts.message.citizen;
  }
  if (event.author === 'caseworker') {
    const name = event.name ?? texts.message.caseworker;
    return name === ownName ? texts.conversation.you(name) : name;
  }
  return texts.message.automatic;
}

export interface MessageContext {
  readonly now: number;
  readonly ownName: string | null;
  readonly isExpanded: (seq: number) => boolean;
  readonly onToggle: (seq: number) => void;
  /** Asks for another translation; null where nothing can be translated. */
  readonly onRenderAgain: ((seq: number) => void) | null;
  /** The last own message that the citizen's screen has shown. */
  readonly readSeq: number | null;
  /** Where a file that came with a message is fetched. */
  readonly addressOf: (attachmentId: string) => string;
}

/** Beyond this the bot's answers fold: the caseworker came for the citizen's words. */
const FOLD_FROM_CHARACTERS = 320;

/** `elsewhere`: it stands in another conversation of the same citizen. */
export function renderEvent(
  event: ConversationEvent,
  context: MessageContext,
  elsewhere = false,
): TemplateResult | typeof nothing {
  // Kinds that a later server adds are none of ours.
  switch (event.type as string) {
    case 'message':
      return renderMessage(event as MessageEvent, context, elsewhere);
    case 'state':
      return renderState(event as StateEvent, context);
    default:
      return nothing;
  }
}

function renderMessage(event: MessageEvent, context: MessageContext, elsewhere: boolean): TemplateResult {
  const sides = sidesOf(event);
  const isRead = !elsewhere && event.seq === context.readSeq;
  const folds = !elsewhere && event.automated && event.text.length > FOLD_FROM_CHARACTERS;
  const expanded = !folds || context.isExpanded(event.seq);
  const author = event.author === 'system' ? 'bot' : event.author;
  return html`<li
    class="kl-message kl-message--${author} ${elsewhere ? 'kl-message--elsewhere' : ''}"
    data-testid="message"
    data-seq=${event.seq}
    data-author=${event.author}
  >
    <p class="kl-message__head">
      <span class="kl-message__author">${nameAuthor(event, context.ownName)}${elsewhere
        ? ` · ${texts.conversation.otherConversation}`
        : nothing}</span>
      <time datetime=${event.at}>${formatTime(event.at, context.now)}</time>
    </p>
    <div
      class="kl-message__sides ${sides.length > 1 ? 'kl-message__sides--two' : ''} ${expanded
        ? ''
        : 'kl-message__sides--folded'}"
    >
      ${sides.map(renderSide)}
    </div>
    ${event.heard ? renderHeard(event.heard.confidence) : nothing}
    ${filesIn(event).map(
      ({ id, name, size }) => html`<p>
        <a class="kl-link" download=${name} href=${context.addressOf(id)}>
          ${texts.conversation.download(name, formatSize(size))}
        </a>
      </p>`,
    )}
    ${folds
      ? html`<button
          type="button"
          class="kl-link-button"
          aria-expanded=${expanded ? 'true' : 'false'}
          @click=${() => { context.onToggle(event.seq); }}
        >
          ${expanded ? texts.message.less : texts.message.more}
        </button>`
      : nothing}
    ${event.not_translated
      ? html`<p class="kl-side__note" data-testid="not-translated">
          ${texts.message.notTranslated(event.not_translated)}
        </p>`
      : nothing}
    ${event.author === 'citizen' && !elsewhere && context.onRenderAgain !== null && (sides.length > 1 || event.not_translated)
      ? html`<button
          type="button"
          class="kl-link-button"
          data-testid="render-again"
          @click=${() => { context.onRenderAgain?.(event.seq); }}
        >
          ${texts.message.renderAgain}
        </button>`
      : nothing}
    ${event.source && expanded && !namesSource(sides, event.source)
      ? html`<p class="kl-message__source">
          ${texts.message.source(event.source)}${event.checked_on
            ? ` · ${texts.message.checkedOn(formatDay(event.checked_on))}`
            : nothing}
        </p>`
      : nothing}
    ${isRead ? html`<p class="kl-message__read" data-testid="read">${texts.conversation.read}</p>` : nothing}
  </li>`;
}

/** Below this the recogniser's words are worth a question. */
const SURE_FROM_PERCENT = 70;

/** How well it was understood what somebody said on the phone. */
function renderHeard(confidence: number): TemplateResult {
  const percent = Math.round(confidence * 100);
  const isUnsure = percent < SURE_FROM_PERCENT;
  return html`<p class="kl-heard" data-testid="heard">
    ${isUnsure ? badge('warning', texts.call.unsure) : nothing} ${texts.call.understood(percent)}
  </p>`;
}

/** The words of the catalogue end with their source; said once is enough. */
function namesSource(sides: readonly Side[], source: string): boolean {
  return sides.some(({ text }) => text.includes(source));
}

function renderSide(side: Side): TemplateResult {
  return html`<div class="kl-side">
    ${side.label === null ? nothing : html`<p class="kl-side__label">${side.label}</p>`}
    <p class="kl-side__text" lang=${side.language} dir=${directionOf(side.language)}>${side.text}</p>
    ${side.note === null ? nothing : html`<p class="kl-side__note">${side.note}</p>`}
  </div>`;
}

export function nameState(event: StateEvent, now: number): string {
  if (event.snoozed_until) {
    return texts.stateEvent.snoozed(formatUntil(event.snoozed_until, now));
  }
  return event.state === 'claimed' && event.with
    ? texts.stateEvent.claimedBy(event.with)
    : texts.stateEvent[event.state];
}

function renderState(event: StateEvent, context: MessageContext): TemplateResult {
  return html`<li class="kl-state" data-testid="state" data-seq=${event.seq}>
    <span>${nameState(event, context.now)}</span> <time datetime=${event.at}>${formatTime(event.at, context.now)}</time>
  </li>`;
}

export interface OutgoingActions {
  readonly retry: (clientMessageId: string) => void;
  readonly discard: (clientMessageId: string) => void;
}

export function renderOutgoing(message: OutgoingMessage, actions: OutgoingActions): TemplateResult {
  const failed = message.status === 'failed';
  return html`<li
    class="kl-message kl-message--caseworker ${failed ? 'kl-message--failed' : 'kl-message--pending'}"
    data-testid="outgoing"
    data-client-message-id=${message.clientMessageId}
    data-status=${message.status}
  >
    <p class="kl-message__head">
      <span class="kl-message__author">${texts.message[message.status]}</span>
    </p>
    <p class="kl-side__text" lang="de">${message.text}</p>
    ${failed
      ? html`<p class="kern-error" role="alert">
            <span class="kern-icon kern-icon--danger" aria-hidden="true"></span>
            <span class="kern-body kern-body--small">${message.problem}</span>
          </p>
          <p class="kl-message__actions">
            <button type="button" class="kl-link-button" @click=${() => { actions.retry(message.clientMessageId); }}>
              ${texts.message.retry}
            </button>
            <button type="button" class="kl-link-button" @click=${() => { actions.discard(message.clientMessageId); }}>
              ${texts.message.discard}
            </button>
          </p>`
      : nothing}
  </li>`;
}
