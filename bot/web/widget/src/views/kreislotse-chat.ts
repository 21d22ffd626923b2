/** The widget: a launcher on the page, and the panel with the conversation. */

import { html, LitElement, nothing, unsafeCSS, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import kern from 'virtual:kern.css?inline';
import { Chat, told } from '../chat';
import { SeenMessages } from '../reading';
import type { Config } from '../config';
import { addFonts } from '../fonts';
import own from '../styles/widget.css?inline';
import { VisibleArea } from '../viewport';
import { aloudStatus } from './aloud';
import { header } from './header';
import { icon } from './icon';
import { change, message, outgoing } from './message';
import { sheet, type Sheet } from './sheets';

// The same conditions stand in widget.css.
const SMALL_SCREEN = '(max-width: 480px), (max-height: 420px)';
const LOW_SCREEN = '(max-height: 420px)';
const NEAR_PX = 80;

export class KreislotseChat extends LitElement {
  static readonly tag = 'kreislotse-chat';

  static override styles = [unsafeCSS(kern), unsafeCSS(own)];

  static override properties = {
    config: { attribute: false },
    sheet: { state: true },
    problem: { state: true },
    below: { state: true },
  };

  declare config: Config | undefined;
  declare sheet: Sheet | null;
  declare problem: string;
  /** Whether something new lies below what is in view. */
  declare below: boolean;
  chat: Chat | null = null;
  readonly #area = new VisibleArea();
  readonly #seen = new SeenMessages((seq) => { this.chat?.see(seq); });
  readonly #small = globalThis.matchMedia(SMALL_SCREEN);
  readonly #low = globalThis.matchMedia(LOW_SCREEN);
  #shown = false;
  #focusNext: string | null = null;
  #known = 0;
  /** Whether the reader is at the end and wants to stay there. */
  #follows = true;
  /** Whether nothing at all lies below; then what grows or shrinks keeps the end in view. */
  #atEnd = true;
  /** Go to the end at once, as after a reload. */
  #jump = false;

  constructor() {
    super();
    this.sheet = null;
    this.problem = '';
    this.below = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#small.addEventListener('change', this.#onScreen);
    globalThis.addEventListener('online', this.#onAwake);
    globalThis.addEventListener('offline', this.#redraw);
    globalThis.addEventListener('focus', this.#onFocus);
    document.addEventListener('visibilitychange', this.#onAwake);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#small.removeEventListener('change', this.#onScreen);
    this.#resized.disconnect();
    globalThis.removeEventListener('online', this.#onAwake);
    globalThis.removeEventListener('offline', this.#redraw);
    globalThis.removeEventListener('focus', this.#onFocus);
    document.removeEventListener('visibilitychange', this.#onAwake);
    this.#seen.stop();
    this.#area.leave();
    this.chat?.dispose();
  }

  /** Opens the panel, as the launcher does; for links and buttons of the page. */
  open(): void {
    this.#focusNext = this.#firstFocus;
    this.chat?.show();
  }

  /** Closes the panel; the conversation goes on. */
  minimise(): void {
    this.sheet = null;
    this.#focusNext = '.kl-launcher';
    this.chat?.hide();
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('config') && this.config !== undefined) {
      this.chat?.dispose();
      this.chat = new Chat(this.config);
      this.chat.addEventListener('change', this.#redraw);
      this.dataset['theme'] = this.config.theme;
      void this.chat.resume();
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const { chat, config } = this;
    if (chat === null || config === undefined) {
      return nothing;
    }
    const { texts } = chat;
    return html`<div class="kl-widget kl-widget--${config.position}" lang=${texts.language} dir=${texts.direction}>
      <button
        type="button"
        class="kern-btn kern-btn--primary kl-launcher"
        aria-haspopup="dialog"
        aria-expanded=${chat.open ? 'true' : 'false'}
        ?hidden=${chat.open}
        data-testid="launcher"
        @click=${() => { this.open(); }}
      >
        ${icon('help')}
        <span class="kern-label">${texts.say(chat.phase === 'running' ? 'launcher_back' : 'launcher')}</span>
        ${chat.unread === 0
          ? nothing
          : html`<span class="kl-unread">${texts.say('launcher_unread', { count: texts.number(chat.unread) })}</span>`}
      </button>
      <dialog
        class="kl-panel"
        aria-labelledby="kl-title"
        data-testid="panel"
        @cancel=${this.#onCancel}
        @kl-asked=${this.#onAsked}
        @keydown=${this.#onKey}
        @keyup=${stop}
        @keypress=${stop}
        @scroll=${this.#onScroll}
      >
        ${chat.open ? this.#panel(chat) : nothing}
      </dialog>
    </div>`;
  }

  #panel(chat: Chat): TemplateResult {
    return html`
      ${header(chat, this.sheet, {
        toggle: (kind) => { if (this.sheet === kind) { this.#back(); } else { this.#openSheet(kind); } },
        minimise: () => { this.minimise(); },
      })}
      <div class="kl-status" role="status">
        ${this.#connection(chat)}
        ${chat.note === '' || chat.phase === 'failed' ? nothing : html`<p class="kl-notice kl-notice--info">${icon('info')}<span>${chat.note}</span></p>`}
      </div>
      <div role="alert">
        ${this.problem === '' ? nothing : html`<p class="kl-notice kl-notice--warning">${icon('warning')}<span>${this.problem}</span></p>`}
      </div>
      ${this.sheet === null
        ? nothing
        : sheet(this.sheet, chat, {
            back: () => { this.#back(); },
            open: (kind) => { this.#openSheet(kind); },
            attempt: (action) => { void this.#attempt(action); },
          })}
      <div class="kl-conversation" ?hidden=${this.sheet !== null}>
        ${chat.phase === 'erased' || chat.phase === 'failed' ? this.#ended(chat) : this.#log(chat)}
        ${chat.phase === 'erased' || chat.phase === 'failed'
          ? nothing
          : chat.closed
            ? html`<div class="kl-foot">${this.#again(chat)}</div>`
            : html`<kreislotse-composer .chat=${chat}></kreislotse-composer>`}
      </div>
      <p class="kl-sr-only" role="status" data-testid="aloud-status">${aloudStatus(chat)}</p>
      <p class="kl-sr-only" role="status">${chat.typing === null ? nothing : this.#typingText(chat)}</p>
    `;
  }

  #log(chat: Chat): TemplateResult {
    const { texts, timeline, outbox } = chat;
    const entries = [
      ...timeline.events.map((event) => ({
        key: event.type === 'message' ? (event.client_message_id ?? event.seq) : event.seq,
        draw: () => (event.type === 'message' ? message(event, chat) : change(event, chat)),
      })),
      ...outbox.entries.map((entry) => ({
        key: entry.message.client_message_id,
        draw: () => outgoing(entry, chat),
      })),
    ];
    return html`<div
        class="kl-log"
        role="log"
        aria-live=${chat.restoring ? 'off' : 'polite'}
        aria-relevant="additions"
        aria-label=${texts.say('log_label')}
        aria-busy=${chat.phase === 'starting' || chat.restoring ? 'true' : 'false'}
        tabindex="0"
        data-testid="log"
        @scroll=${this.#onScroll}
      >
        ${chat.phase === 'starting' || (chat.restoring && entries.length === 0)
          ? html`<p class="kl-aside">${texts.say('loading')}</p>`
          : nothing}
        ${repeat(entries, (entry) => entry.key, (entry) => entry.draw())}
        ${chat.typing === null
          ? nothing
          : html`<p class="kl-typing" aria-hidden="true">
              <span class="kl-dots"><i></i><i></i><i></i></span> ${this.#typingText(chat)}
            </p>`}
      </div>
      ${this.below
        ? html`<button type="button" class="kern-btn kern-btn--secondary kl-below" @click=${this.#toEnd}>
            ${icon('arrow-down')}<span class="kern-label">${texts.say('new_below')}</span>
          </button>`
        : nothing}`;
  }

  #typingText(chat: Chat): string {
    return chat.texts.say(chat.typing === 'caseworker' ? 'typing_person' : 'typing_bot');
  }

  #ended(chat: Chat): TemplateResult {
    const { texts } = chat;
    const failed = chat.phase === 'failed';
    return html`<div class="kl-ended">
      <p role=${failed ? 'alert' : 'status'}>
        ${failed ? (chat.note === '' ? texts.say('start_failed') : chat.note) : texts.say('deleted')}
      </p>
      ${this.#again(chat)}
    </div>`;
  }

  #again(chat: Chat): TemplateResult {
    const failed = chat.phase === 'failed';
    return html`<button
      type="button"
      class="kern-btn kern-btn--primary"
      data-testid="new-conversation"
      @click=${() => { this.#startAgain(chat); }}
    >
      <span class="kern-label">${chat.texts.say(failed ? 'try_again' : 'new_conversation')}</span>
    </button>`;
  }

  #connection(chat: Chat): TemplateResult | typeof nothing {
    if (!chat.interrupted) {
      return nothing;
    }
    const key = navigator.onLine ? 'connection_lost' : 'connection_offline';
    return html`<p class="kl-notice kl-notice--warning" data-testid="connection">
      ${icon('warning')}<span>${chat.texts.say(key)}</span>
    </p>`;
  }

  protected override updated(): void {
    const { chat } = this;
    if (chat === null) {
      return;
    }
    this.#showPanel(chat.open);
    this.#scroll(chat);
    this.#seen.watch(this.renderRoot);
    if (this.#focusNext !== null) {
      this.#focus(this.#focusNext);
    }
  }

  /** A dialog beside the page where there is room, before it where there is not. */
  #showPanel(open: boolean): void {
    const panel = this.#dialog;
    if (panel === null || open === this.#shown) {
      return;
    }
    this.#shown = open;
    this.#resized.observe(panel);
    this.#follows = true;
    this.#atEnd = false;
    this.#known = 0;
    this.#jump = (this.chat?.timeline.events.length ?? 0) > 0;
    if (!open) {
      panel.close();
      this.#area.leave();
      return;
    }
    if (this.config !== undefined) {
      addFonts(this.config.assets);
    }
    if (this.#small.matches) {
      panel.showModal();
      this.#area.fit(panel);
    } else {
      // Unlike `show()`, the attribute leaves the focus where it is: the page may have opened us.
      panel.open = true;
    }
  }

  /** New entries come into view from their beginning, unless the reader is somewhere else. */
  #scroll(chat: Chat): void {
    const log = this.#find('.kl-log');
    const scroller = this.#scroller;
    const count = chat.timeline.events.length + chat.outbox.entries.length;
    if (log === null || scroller === null || chat.restoring) {
      this.#known = 0;
      this.#jump = chat.restoring;
      return;
    }
    const fresh = count > this.#known;
    const first = log.querySelectorAll<HTMLElement>('.kl-message, .kl-change')[this.#known];
    this.#known = count;
    if (fresh && chat.outbox.entries.length > 0) {
      this.#follows = true;
    }
    if (this.#jump) {
      this.#jump = false;
      scroller.scrollTop = scroller.scrollHeight;
    } else if (!this.#follows) {
      this.below ||= fresh;
    } else if (this.#atEnd && !fresh) {
      scroller.scrollTop = scroller.scrollHeight;
    } else if (fresh) {
      bring(first, scroller);
      // Forms inside a message are drawn a moment later, and make it longer.
      requestAnimationFrame(() => { bring(first, scroller); });
    }
  }

  /** What moves when one scrolls: on very low screens the whole panel. */
  get #scroller(): HTMLElement | null {
    return this.#low.matches ? this.#dialog : this.#find('.kl-log');
  }

  #openSheet(kind: Sheet): void {
    this.sheet = kind;
    this.problem = '';
    this.#focusNext = '#kl-sheet-title';
    if (kind === 'languages') {
      void this.#attempt(async () => { await this.chat?.loadLanguages(); }, true);
    }
    if (kind === 'menu') {
      void this.#attempt(async () => { await this.chat?.loadStatus(); }, true);
    }
  }

  #back(): void {
    this.#focusNext = this.sheet === null || this.sheet === 'close' || this.sheet === 'delete'
      ? '#kl-open-menu'
      : `#kl-open-${this.sheet}`;
    this.sheet = null;
    this.problem = '';
    this.#jump = this.#follows;
  }

  async #attempt(action: () => Promise<void>, stays = false): Promise<void> {
    this.problem = '';
    const { sheet: before } = this;
    try {
      await action();
      if (!stays && this.sheet === before && before !== 'menu') {
        this.#back();
        if (before === 'delete' || before === 'close') {
          this.#focusNext = '[data-testid="new-conversation"]';
        }
      }
    } catch (error) {
      const text = told(error);
      this.problem = text === '' ? (this.chat?.texts.say('something_failed') ?? '') : text;
    }
  }

  #startAgain(chat: Chat): void {
    this.#focusNext = this.#firstFocus;
    if (chat.closed) {
      chat.leave();
    }
    void chat.begin();
  }

  #focus(selector: string): void {
    const target = this.#find(selector);
    if (target !== null && !target.hidden) {
      this.#focusNext = null;
      target.focus();
    }
  }

  #find(selector: string): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>(selector);
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  /** The field to write in, unless a keyboard or a low screen would then hide what comes first. */
  get #firstFocus(): string {
    return globalThis.matchMedia('(pointer: coarse)').matches || this.#low.matches ? '#kl-title' : '#kl-text';
  }

  readonly #redraw = (): void => {
    this.requestUpdate();
  };

  /** A keyboard has come up, or a notice takes room: the end of the conversation stays in view. */
  readonly #resized = new ResizeObserver(() => {
    const scroller = this.#scroller;
    if (this.#atEnd && scroller !== null) {
      scroller.scrollTop = scroller.scrollHeight;
    }
  });

  readonly #onFocus = (): void => {
    this.#seen.look();
  };

  readonly #onAwake = (): void => {
    this.#seen.look();
    if (document.visibilityState !== 'hidden') {
      this.chat?.wake();
    } else {
      this.chat?.voice.dictation.hush();
    }
    this.requestUpdate();
  };

  readonly #onScreen = (): void => {
    const panel = this.#dialog;
    if (panel === null || this.chat?.open !== true) {
      return;
    }
    const focused = this.shadowRoot?.activeElement as HTMLElement | null;
    panel.close();
    this.#area.leave();
    this.#shown = false;
    this.#showPanel(true);
    focused?.focus();
  };

  readonly #onScroll = (): void => {
    const scroller = this.#scroller;
    if (scroller !== null) {
      const left = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
      this.#follows = left < NEAR_PX;
      this.#atEnd = left < 2;
      if (this.#follows) {
        this.below = false;
      }
    }
  };

  readonly #toEnd = (): void => {
    const scroller = this.#scroller;
    if (scroller !== null) {
      this.#follows = true;
      this.below = false;
      scroller.scrollTop = scroller.scrollHeight;
      this.#find('.kl-log')?.focus({ preventScroll: true });
    }
  };

  readonly #onAsked = (): void => {
    this.sheet = null;
    this.#jump = true;
    this.#focusNext = this.#firstFocus;
  };

  /** Esc and the phone's way back, where the panel lies before the page. */
  readonly #onCancel = (event: Event): void => {
    event.preventDefault();
    this.#leave();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    // The page's own shortcuts must not hear what is typed here.
    event.stopPropagation();
    const modal = this.#dialog?.matches(':modal') === true;
    if (event.key === 'Escape' && !event.isComposing && !modal) {
      event.preventDefault();
      this.#leave();
    }
  };

  #leave(): void {
    if (this.chat?.voice.dictation.active === true) {
      this.chat.voice.dictation.cancel();
    } else if (this.sheet === null) {
      this.minimise();
    } else {
      this.#back();
    }
  }
}

/** Scrolls to the end, or only so far that `entry` begins at the top. */
function bring(entry: Element | undefined, scroller: Element): void {
  const end = scroller.scrollHeight - scroller.clientHeight;
  const above = (entry?.getBoundingClientRect().top ?? Infinity) - scroller.getBoundingClientRect().top;
  scroller.scrollTop = Math.min(end, scroller.scrollTop + above - 8);
}

function stop(event: Event): void {
  event.stopPropagation();
}
