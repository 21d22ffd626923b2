/** What stands above a conversation: the facts of the case, and why a person is asked for. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Desk } from '../desk';
import {
  formatTime,
  formatUntil,
  formatWait,
  nameCause,
  nameChannel,
  nameLanguage,
  speakWait,
  telephoneLink,
} from '../format';
import { isOwnedBy, type Handover, type MessageEvent, type Session } from '../model';
import { isOverdue, isSnoozed } from '../queue';
import { handoverHash } from '../route';
import type { Conversation } from '../store';
import { texts } from '../texts';
import { germanOf } from './message';
import { badge } from './parts';

type Fact = readonly [name: string, value: unknown];

export function renderFacts(handover: Handover, desk: Desk): TemplateResult {
  return html`<dl class="kl-facts" aria-label=${texts.conversation.facts}>
    ${factsOf(handover, desk).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

/** Paper has no today, and no "you": there every time gets its date. */
export function factsOf(handover: Handover, desk: Desk, onPaper = false): readonly Fact[] {
  return [
    [texts.conversation.office, desk.nameOffice(handover.office)],
    ...fact(texts.conversation.team, handover.team && desk.nameTeam(handover)),
    [texts.conversation.channel, nameChannel(handover.channel)],
    [texts.conversation.language, nameLanguage(handover.language)],
    [texts.conversation.kind, texts.kind[handover.kind]],
    ...fact(
      texts.conversation.phone,
      handover.phone && html`<a href=${telephoneLink(handover.phone)}>${handover.phone}</a>`,
    ),
    ...(handover.channel === 'phone'
      ? fact(
          texts.call.caller,
          handover.caller === null
            ? texts.call.unknownCaller
            : html`<a href=${telephoneLink(handover.caller)}>${handover.caller}</a>`,
        )
      : []),
    ...fact(texts.conversation.aspect, handover.aspect && (texts.aspect[handover.aspect] ?? handover.aspect)),
    ...(onPaper ? timesOnPaper(handover) : times(handover, desk.now())),
    ...whoseItIs(handover, onPaper ? null : desk.session),
  ];
}

/** One fact, or none where there is nothing to tell. */
function fact(name: string, value: unknown): readonly Fact[] {
  return value === null || value === '' ? [] : [[name, value]];
}

function times(handover: Handover, now: number): readonly Fact[] {
  const waitedMs = now - Date.parse(handover.requested_at);
  const requested =
    handover.state === 'waiting'
      ? html`<span aria-hidden="true">${formatWait(waitedMs)}</span>
          <span class="kern-sr-only">${speakWait(waitedMs)}</span>`
      : formatTime(handover.requested_at, now);
  return [
    [texts.conversation.requestedAt, requested],
    ...fact(
      texts.conversation.due,
      handover.due_at &&
        html`${formatUntil(handover.due_at, now)}
        ${isOverdue(handover, now) ? badge('danger', texts.queue.overdue) : nothing}`,
    ),
    ...fact(
      texts.conversation.snoozedUntil,
      isSnoozed(handover) && handover.snoozed_until !== null
        ? html`${formatUntil(handover.snoozed_until, now)}${
            handover.snooze_reason === null ? nothing : ` · ${texts.snoozeReason[handover.snooze_reason]}`
          }`
        : null,
    ),
  ];
}

function timesOnPaper(handover: Handover): readonly Fact[] {
  return [
    [texts.conversation.requestedAt, formatTime(handover.requested_at, 0)],
    ...fact(texts.conversation.due, handover.due_at && formatTime(handover.due_at, 0)),
  ];
}

function whoseItIs(handover: Handover, session: Session | null): readonly Fact[] {
  const owner = handover.claimed_by;
  return [
    ...fact(
      texts.conversation.owner,
      owner && (isOwnedBy(handover, session) ? texts.conversation.you(owner.name) : owner.name),
    ),
    ...fact(
      texts.conversation.closeReason,
      handover.close_reason && (texts.closeReason[handover.close_reason] ?? handover.close_reason),
    ),
    ...fact(
      texts.conversation.mergedInto,
      handover.merged_into &&
        html`<a href=${handoverHash(handover.merged_into)}>${texts.conversation.mergedOpen}</a>`,
    ),
    ...(handover.held ? fact(texts.conversation.state, texts.conversation.held) : []),
  ];
}

/** This much of the bot's answer is enough to know it by. */
const EXCERPT_CHARACTERS = 180;

/** Why the bot handed over, and what it had answered until then. */
export function renderWhy(handover: Handover, conversation: Conversation | undefined): TemplateResult {
  const answer = conversation?.events.findLast(isAnswer);
  return html`<section class="kl-why" aria-labelledby="why-title" data-testid="why">
    <h3 class="kl-why__title" id="why-title">${texts.conversation.why}</h3>
    <p><strong>${texts.conversation.whyReason}:</strong> ${nameCause(handover)}</p>
    ${conversation?.loaded !== true
      ? nothing
      : answer === undefined
        ? html`<p>${texts.conversation.whyBotNothing}</p>`
        : html`<p><strong>${botAnswered(answer, handover)}:</strong> ${excerpt(germanOf(answer))}</p>`}
  </section>`;
}

/** An answer of the catalogue; what the bot says about itself is none. */
function isAnswer(event: Conversation['events'][number]): event is MessageEvent {
  return event.type === 'message' && event.automated && event.service != null;
}

function botAnswered(answer: MessageEvent, handover: Handover): string {
  const title = answer.service === handover.service ? handover.service_title : null;
  const aspect = answer.aspect == null ? null : (texts.aspect[answer.aspect] ?? answer.aspect);
  const about = [title, aspect].filter((part) => part !== null).join(', ');
  return about === '' ? texts.conversation.whyBot : `${texts.conversation.whyBot} (${about})`;
}

function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  const characters = Array.from(line);
  return characters.length <= EXCERPT_CHARACTERS
    ? line
    : `${characters.slice(0, EXCERPT_CHARACTERS - 1).join('')}…`;
}
