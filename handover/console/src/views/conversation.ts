/** The open handover on the right: facts, actions, what was said, and the composer of its owner. */

import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { bareLanguageName, isWorkingLanguage, nameTopic, telephoneLink } from '../format';
import { isOwnedBy, runningCall, type Handover } from '../model';
import { QUEUE_HASH } from '../route';
import { outboxOf, type Conversation } from '../store';
import { texts } from '../texts';
import { timelineOf } from '../timeline';
import './case-actions';
import { renderFacts, renderWhy } from './case-facts';
import {
  renderAttachments,
  renderAttempts,
  renderCalls,
  renderLanguage,
  renderRequest,
} from './case-file';
import './composer';
import type { Composer } from './composer';
import { DeskElement } from './desk-element';
import { renderEvent, renderOutgoing, type MessageContext } from './message';
import { renderNote } from './notes';
import { alertBox, badge } from './parts';
import { Ticker } from './ticker';

/** This close to the end counts as reading along. */
const NEAR_END_PX = 80;

export class ConversationView extends DeskElement {
  static readonly tag = 'kl-conversation';

  static override properties = { ...DeskElement.properties, away: { state: true } };

  /** The caseworker scrolled up: new messages must not tear her away. */
  declare away: boolean;
  #shownId: string | null = null;
  #wasClaimable = false;
  #hadFocus = false;
  readonly #expanded = new Set<number>();
  #lastTop = 0;
  #watched: HTMLElement | null = null;
  readonly #height = new ResizeObserver(() => {
    if (!this.away) {
      this.#scrollToEnd();
    }
  });

  constructor() {
    super();
    this.away = false;
    new Ticker(this, () => this.#handover?.state === 'waiting');
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#height.disconnect();
    this.#watched = null;
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    this.#hadFocus = this.contains(document.activeElement);
    const id = this.desk?.openId ?? null;
    if (id !== this.#shownId) {
      this.#expanded.clear();
      // What was left, and how often somebody tried to call back, stands above the log.
      const kind = this.#handover?.kind;
      this.away = kind === 'callback' || kind === 'message';
    }
  }

  protected override updated(): void {
    const { desk } = this;
    const id = desk?.openId ?? null;
    const opened = id !== this.#shownId;
    this.#shownId = id;
    const focusLost = this.#hadFocus && document.activeElement === document.body;
    if ((opened || focusLost) && id !== null) {
      // A button that did its work is gone; the keyboard must not start over at the top.
      this.querySelector<HTMLElement>('#conversation-title')?.focus();
    }
    this.#watchHeight();
    if (!this.away) {
      this.#scrollToEnd();
    } else if (opened) {
      this.#scrollToTop();
    }
    if (this.away && this.#isLoaded && this.#isNearEnd()) {
      this.away = false; // all of it is in sight
    }
    if (id !== null && !this.away) {
      void this.updateComplete.then(() => desk?.markRead(id));
    }
    this.#focusComposerAfterClaim(opened);
  }

  /** Claiming takes its button away; the composer is what comes next. */
  #focusComposerAfterClaim(opened: boolean): void {
    const mine = this.#handover !== undefined && isOwnedBy(this.#handover, this.desk?.session ?? null);
    if (!opened && mine && this.#wasClaimable) {
      const composer = this.querySelector<Composer>('kl-composer');
      void composer?.updateComplete.then(() => { composer.focus(); });
    }
    this.#wasClaimable = this.#handover?.state === 'waiting';
  }

  get #handover(): Handover | undefined {
    const id = this.desk?.openId;
    return id == null ? undefined : this.desk?.state.handovers.get(id)?.handover;
  }

  get #isLoaded(): boolean {
    const id = this.desk?.openId;
    return id != null && this.desk?.state.conversations.get(id)?.loaded === true;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { desk } = this;
    if (desk === undefined) {
      return nothing;
    }
    const id = desk.openId;
    if (id === null) {
      return renderEmpty();
    }
    const handover = this.#handover;
    const problem = desk.loadProblems.get(id);
    if (handover === undefined) {
      return this.#renderUnknown(id, problem);
    }
    const conversation = desk.state.conversations.get(id);
    return html`
      <section class="kl-conversation" aria-labelledby="conversation-title" data-handover-id=${id}>
        <div class="kl-conversation__scroll" @scroll=${this.#onScroll}>
          <header class="kl-conversation__head">
            <div class="kl-conversation__bar ${handover.state === 'waiting' ? 'kl-conversation__bar--claim' : ''}">
              ${this.#renderHead(handover)}
              <kl-case-actions .desk=${desk} .handoverId=${id}></kl-case-actions>
            </div>
            ${renderFacts(handover, desk)}
          </header>
          ${problem === undefined ? nothing : this.#renderProblem(id, problem)}
          ${renderLanguage(handover, desk.session)}
          ${renderCalls(handover, desk)}
          ${renderWhy(handover, conversation)}
          ${renderRequest(handover)}
          ${renderAttempts(handover, desk)}
          ${renderAttachments(handover, conversation, desk)}
          ${conversation === undefined || conversation.also.length === 0
            ? nothing
            : html`<p class="kl-merged" data-testid="merged">${texts.conversation.mergedWith}</p>`}
          ${this.#renderLog(id, conversation)}
        </div>
        ${this.away
          ? html`<button type="button" class="kern-btn kern-btn--secondary kl-latest" @click=${this.#onLatest}>
              <span class="kern-label">${texts.conversation.latest}</span>
            </button>`
          : nothing}
        ${this.#renderNotice(id)}
        ${this.#renderFoot(handover, conversation)}
      </section>
    `;
  }

  #renderHead(handover: Handover): TemplateResult {
    return html`<div class="kl-conversation__title">
      ${backLink()}
      <h2 class="kern-heading-small" id="conversation-title" tabindex="-1">${nameTopic(handover)}</h2>
      ${handover.priority === 'crisis' ? badge('danger', texts.queue.crisis) : nothing}
      ${handover.state === 'waiting' || handover.state === 'claimed'
        ? nothing
        : badge('info', texts.state[handover.state])}
    </div>`;
  }

  /** Outside the scrolling part: who lost a claim must see it wherever she was reading. */
  #renderNotice(id: string): TemplateResult | typeof nothing {
    const notice = this.desk?.notices.get(id);
    return notice === undefined
      ? nothing
      : html`<div class="kl-notice kl-notice--fixed" data-testid="notice">
          ${alertBox(notice, () => this.desk?.dismissNotice(id))}
        </div>`;
  }

  #renderProblem(id: string, problem: string): TemplateResult {
    return html`<div class="kl-notice">
      ${alertBox({ level: 'danger', title: problem })}
      <button type="button" class="kl-link-button" @click=${() => void this.desk?.load(id)}>
        ${texts.conversation.reload}
      </button>
    </div>`;
  }

  #renderLog(id: string, conversation: Conversation | undefined): TemplateResult {
    const { desk } = this;
    if (desk === undefined || conversation?.loaded !== true) {
      return html`<p class="kern-body kern-body--muted kl-log__empty">${
        desk?.loadProblems.has(id) ? nothing : texts.conversation.loading
      }</p>`;
    }
    const outgoing = outboxOf(desk.state, id);
    const context: MessageContext = {
      now: desk.now(),
      ownName: desk.session?.name ?? null,
      isExpanded: (seq: number) => this.#expanded.has(seq),
      onToggle: this.#onToggle,
      onRenderAgain: conversation.machineTranslation
        ? (seq: number) => { void desk.renderAgain(id, seq); }
        : null,
      addressOf: (attachmentId) => desk.casework.attachmentAddress(id, attachmentId),
      readSeq: lastReadReply(conversation, desk.state.handovers.get(id)?.handover.citizen_read_seq ?? 0),
    };
    return html`
      <div role="log" aria-label=${texts.conversation.log} data-testid="log">
        <ol class="kl-log">
        ${repeat(
          timelineOf(conversation),
          (entry) => entry.key,
          (entry) =>
            entry.kind === 'note'
              ? renderNote(entry.note, context.now)
              : renderEvent(entry.event, context, entry.elsewhere),
        )}
        ${repeat(
          outgoing,
          (message) => message.clientMessageId,
          (message) =>
            renderOutgoing(message, {
              retry: (clientMessageId) => { desk.retry(id, clientMessageId); },
              discard: (clientMessageId) => { desk.discard(id, clientMessageId); },
            }),
        )}
        </ol>
      </div>
      <p class="kl-typing" data-testid="typing">
        ${desk.isCitizenTyping(id) ? texts.conversation.typing : nothing}
      </p>
    `;
  }

  #renderFoot(handover: Handover, conversation: Conversation | undefined): TemplateResult {
    const { desk } = this;
    const foreign = !isWorkingLanguage(handover.language);
    if (desk === undefined || !isOwnedBy(handover, desk.session)) {
      return this.#renderReadOnly(handover);
    }
    if (handover.channel === 'phone') {
      return this.#renderPhoneFoot(handover);
    }
    return html`<div class="kl-conversation__foot">
      ${handover.kind === 'callback' && handover.phone
        ? html`<p class="kern-body kern-body--bold">
            ${texts.conversation.callBack} <a class="kl-link" href=${telephoneLink(handover.phone)}>${handover.phone}</a>
          </p>`
        : nothing}
      ${foreign && conversation?.loaded === true
        ? html`<p
            class="kl-translation-note ${conversation.machineTranslation ? '' : 'kl-translation-note--none'}"
            data-testid="translation-note"
          >
            ${conversation.machineTranslation
              ? texts.conversation.translated(bareLanguageName(handover.language))
              : texts.conversation.noTranslation}
          </p>`
        : nothing}
      <kl-composer
        .desk=${desk}
        .handoverId=${handover.id}
        .office=${handover.office}
        .language=${handover.language}
      ></kl-composer>
    </div>`;
  }

  /** Nobody reads on the phone: notes are all that can be written. */
  #renderPhoneFoot(handover: Handover): TemplateResult {
    const number = handover.phone ?? handover.caller;
    const talks = runningCall(handover) !== null;
    return html`<div class="kl-conversation__foot">
      ${number === null || talks
        ? nothing
        : html`<p class="kern-body kern-body--bold">
            ${texts.conversation.callBack} <a class="kl-link" href=${telephoneLink(number)}>${number}</a>
          </p>`}
      <p class="kern-body kern-body--muted" data-testid="no-reply">${texts.call.noReply}</p>
      <kl-note-form .desk=${this.desk} .handoverId=${handover.id}></kl-note-form>
    </div>`;
  }

  /** Whoever may not answer can still leave a note, as long as somebody will work on the case. */
  #renderReadOnly(handover: Handover): TemplateResult {
    const isOpen = handover.state === 'waiting' || handover.state === 'claimed';
    return html`<div class="kl-conversation__foot">
      <p class="kern-body kern-body--muted" data-testid="read-only">${explainReadOnly(handover)}</p>
      ${isOpen
        ? html`<details class="kl-note-aside">
            <summary>${texts.note.write}</summary>
            <kl-note-form .desk=${this.desk} .handoverId=${handover.id}></kl-note-form>
          </details>`
        : nothing}
    </div>`;
  }

  #renderUnknown(id: string, problem: string | undefined): TemplateResult {
    return html`<section class="kl-conversation" aria-labelledby="conversation-title">
      <div class="kl-conversation__scroll">
        <header class="kl-conversation__head">
          <div class="kl-conversation__bar">
            <div class="kl-conversation__title">
              ${backLink()}
              <h2 class="kern-heading-small" id="conversation-title" tabindex="-1">
                ${problem === undefined ? texts.conversation.loading : texts.conversation.none}
              </h2>
            </div>
          </div>
        </header>
        ${problem === undefined ? nothing : this.#renderProblem(id, problem)}
      </div>
    </section>`;
  }

  readonly #onToggle = (seq: number): void => {
    if (!this.#expanded.delete(seq)) {
      this.#expanded.add(seq);
    }
    // Unfolding must not jump to the end.
    this.away = !this.#isNearEnd() || this.#expanded.has(seq);
    this.requestUpdate();
  };

  /** Only going up is leaving; a log that grows while it is scrolled to its end is not. */
  readonly #onScroll = (): void => {
    const top = this.#scroller?.scrollTop ?? 0;
    if (this.#isNearEnd()) {
      this.away = false;
    } else if (top < this.#lastTop) {
      this.away = true;
    }
    this.#lastTop = top;
  };

  readonly #onLatest = (): void => {
    this.away = false;
    this.#scrollToEnd();
  };

  /** A composer that grows takes its room from the log: what was in sight stays so. */
  #watchHeight(): void {
    const scroller = this.#scroller;
    if (scroller !== this.#watched) {
      this.#height.disconnect();
      if (scroller !== null) {
        this.#height.observe(scroller);
      }
      this.#watched = scroller;
    }
  }

  get #scroller(): HTMLElement | null {
    return this.querySelector('.kl-conversation__scroll');
  }

  #isNearEnd(): boolean {
    const scroller = this.#scroller;
    return (
      scroller === null ||
      scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX
    );
  }

  #scrollToTop(): void {
    const scroller = this.#scroller;
    if (scroller !== null) {
      scroller.scrollTop = this.#lastTop = 0;
    }
  }

  #scrollToEnd(): void {
    const scroller = this.#scroller;
    if (scroller !== null) {
      scroller.scrollTop = scroller.scrollHeight;
    }
  }
}

function renderEmpty(): TemplateResult {
  return html`<section class="kl-conversation kl-conversation--none" aria-labelledby="conversation-title">
    <h2 class="kern-heading-small" id="conversation-title">${texts.conversation.none}</h2>
    <p class="kern-body kern-body--muted">${texts.conversation.noneHint}</p>
    <p class="kern-body kern-body--muted">${texts.queue.hint}</p>
  </section>`;
}

function backLink(): TemplateResult {
  return html`<a class="kl-back" href=${QUEUE_HASH} title=${texts.conversation.back}>
    <span class="kern-icon kern-icon--arrow-back" aria-hidden="true"></span>
    <span class="kern-sr-only">${texts.conversation.back}</span>
  </a>`;
}

/** The last reply of a person that the citizen's screen has shown, or null. */
function lastReadReply(conversation: Conversation, readSeq: number): number | null {
  const read = conversation.events.findLast(
    (event) => event.type === 'message' && event.author === 'caseworker' && event.seq <= readSeq,
  );
  return read?.seq ?? null;
}

function explainReadOnly(handover: Handover): string {
  if (handover.state === 'waiting') {
    if (handover.kind === 'call') {
      return texts.call.claimToTalk;
    }
    return texts.conversation.readOnlyWaiting;
  }
  if (handover.state === 'merged') {
    return texts.conversation.readOnlyMerged;
  }
  return handover.state === 'claimed' && handover.claimed_by !== null
    ? texts.conversation.readOnlyOther(handover.claimed_by.name)
    : texts.conversation.readOnlyEnded;
}

customElements.define(ConversationView.tag, ConversationView);
