/** The open handover on the right: facts, actions, what was said, and the composer of its owner. */

import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import {
  bareLanguageName,
  formatTime,
  formatWait,
  isWorkingLanguage,
  nameChannel,
  nameLanguage,
  nameReason,
  nameTopic,
  speakWait,
  telephoneLink,
} from '../format';
import { isOwnedBy, type Handover } from '../model';
import { QUEUE_HASH } from '../route';
import { outboxOf, type Conversation } from '../store';
import { texts } from '../texts';
import './composer';
import type { Composer } from './composer';
import { CloseDialog } from './close-dialog';
import { DeskElement } from './desk-element';
import { renderEvent, renderOutgoing } from './message';
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

  constructor() {
    super();
    this.away = false;
    new Ticker(this, () => this.#handover?.state === 'waiting');
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    this.#hadFocus = this.contains(document.activeElement);
    const id = this.desk?.openId ?? null;
    if (id !== this.#shownId) {
      this.#expanded.clear();
      this.away = false;
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
    if (!this.away) {
      this.#scrollToEnd();
      if (id !== null) {
        void this.updateComplete.then(() => desk?.markRead(id));
      }
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
              ${this.#renderHead(handover)} ${this.#renderActions(handover)}
            </div>
            ${this.#renderFacts(handover)}
          </header>
          ${problem === undefined ? nothing : this.#renderProblem(id, problem)}
          ${this.#renderRequest(handover)}
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
      <kl-close-dialog .desk=${desk}></kl-close-dialog>
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

  #renderActions(handover: Handover): TemplateResult | typeof nothing {
    const { desk } = this;
    const { id } = handover;
    const busy = desk?.busy.has(id) ?? false;
    if (handover.state === 'waiting') {
      return html`<div class="kl-actions">
        ${actionButton('primary', texts.actions.claim, busy, () => void desk?.claim(id))}
      </div>`;
    }
    if (desk === undefined || !isOwnedBy(handover, desk.session)) {
      return nothing;
    }
    return html`<div class="kl-actions">
      ${actionButton('tertiary', texts.actions.toBot, busy, () => void desk.giveBack(id, 'bot'))}
      ${actionButton('tertiary', texts.actions.toQueue, busy, () => void desk.giveBack(id, 'queue'))}
      ${actionButton('secondary', texts.actions.close, busy, () => {
        void this.querySelector<CloseDialog>(CloseDialog.tag)?.ask(id);
      })}
    </div>`;
  }

  #renderFacts(handover: Handover): TemplateResult {
    const now = this.desk?.now() ?? Date.now();
    const waitedMs = now - Date.parse(handover.requested_at);
    const facts: (readonly [string, unknown])[] = [
      [texts.conversation.office, this.desk?.nameOffice(handover.office) ?? handover.office],
      [texts.conversation.channel, nameChannel(handover.channel)],
      [texts.conversation.language, nameLanguage(handover.language)],
      [texts.conversation.kind, texts.kind[handover.kind]],
    ];
    if (handover.phone) {
      facts.push([
        texts.conversation.phone,
        html`<a href=${telephoneLink(handover.phone)}>${handover.phone}</a>`,
      ]);
    }
    if (handover.service_title !== null) {
      // Without a service the reason is the heading already.
      facts.push([texts.conversation.reason, nameReason(handover.reason)]);
    }
    if (handover.aspect !== null) {
      facts.push([texts.conversation.aspect, texts.aspect[handover.aspect] ?? handover.aspect]);
    }
    facts.push([
      texts.conversation.requestedAt,
      handover.state === 'waiting'
        ? html`<span aria-hidden="true">${formatWait(waitedMs)}</span>
            <span class="kern-sr-only">${speakWait(waitedMs)}</span>`
        : formatTime(handover.requested_at, now),
    ]);
    if (handover.claimed_by !== null) {
      facts.push([
        texts.conversation.owner,
        isOwnedBy(handover, this.desk?.session ?? null)
          ? texts.conversation.you(handover.claimed_by.name)
          : handover.claimed_by.name,
      ]);
    }
    if (handover.close_reason) {
      facts.push([
        texts.conversation.closeReason,
        texts.closeReason[handover.close_reason] ?? handover.close_reason,
      ]);
    }
    return html`<dl class="kl-facts" aria-label=${texts.conversation.facts}>
      ${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>`;
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

  /** What was left as a message or for the call-back, which is no line of the chat. */
  #renderRequest(handover: Handover): TemplateResult | typeof nothing {
    if (!handover.text) {
      return nothing;
    }
    return html`<div class="kl-request" data-testid="request">
      <h3 class="kern-title kern-title--small">${texts.conversation.request}</h3>
      <p class="kl-side__text" lang=${handover.language} dir="auto">${handover.text}</p>
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
    const context = {
      now: desk.now(),
      ownName: desk.session?.name ?? null,
      isExpanded: (seq: number) => this.#expanded.has(seq),
      onToggle: this.#onToggle,
      onRenderAgain: conversation.machineTranslation
        ? (seq: number) => { void desk.renderAgain(id, seq); }
        : null,
    };
    return html`
      <div role="log" aria-label=${texts.conversation.log} data-testid="log">
        <ol class="kl-log">
        ${repeat(
          conversation.events,
          (event) => event.seq,
          (event) => renderEvent(event, context),
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
      return html`<p class="kl-conversation__foot kern-body kern-body--muted" data-testid="read-only">
        ${explainReadOnly(handover)}
      </p>`;
    }
    return html`<div class="kl-conversation__foot">
      ${handover.kind === 'callback' && handover.phone
        ? html`<p class="kern-body kern-body--bold">${texts.conversation.callBack(handover.phone)}</p>`
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
      <kl-composer .desk=${desk} .handoverId=${handover.id} .language=${handover.language}></kl-composer>
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

  readonly #onScroll = (): void => {
    this.away = !this.#isNearEnd();
  };

  readonly #onLatest = (): void => {
    this.away = false;
    this.#scrollToEnd();
  };

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

function actionButton(
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

function explainReadOnly(handover: Handover): string {
  if (handover.state === 'waiting') {
    return texts.conversation.readOnlyWaiting;
  }
  return handover.state === 'claimed' && handover.claimed_by !== null
    ? texts.conversation.readOnlyOther(handover.claimed_by.name)
    : texts.conversation.readOnlyEnded;
}

customElements.define(ConversationView.tag, ConversationView);
