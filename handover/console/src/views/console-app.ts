/** The frame: sign-in or desk, address, shortcuts, title, tone and announcements. */

import { html, nothing, type TemplateResult } from 'lit';
import { playChime } from '../chime';
import type { Announcement } from '../desk';
import { bareLanguageName, nameTopic } from '../format';
import { hasModifier, isWriting } from '../keys';
import { rowsByTab } from '../queue';
import { handoverHash, QUEUE_HASH, readHash } from '../route';
import { unreadCount } from '../store';
import { texts } from '../texts';
import './conversation';
import { DeskElement } from './desk-element';
import { HelpDialog } from './help-dialog';
import { iconButton } from './parts';
import { QueueList } from './queue-list';
import './sign-in';

export class ConsoleApp extends DeskElement {
  static readonly tag = 'kl-console';

  static override properties = { ...DeskElement.properties, announced: { state: true } };

  /** The last sentence for screen readers. */
  declare announced: string;
  #listening = new AbortController();

  constructor() {
    super();
    this.announced = '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    window.addEventListener('hashchange', this.#onHash, { signal });
    window.addEventListener('online', () => this.desk?.reconnect(), { signal });
    window.addEventListener('focus', () => { this.requestUpdateAll(); }, { signal });
    document.addEventListener('visibilitychange', () => { this.requestUpdateAll(); }, { signal });
    document.addEventListener('keydown', this.#onKey, { signal });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#listening.abort();
  }

  /** Coming back to the tab counts as reading what stands there. */
  requestUpdateAll(): void {
    this.desk?.dispatchEvent(new Event('change'));
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    if (changed.has('desk') && this.desk !== undefined) {
      this.desk.addEventListener('announce', this.#onAnnounce, { signal: this.#listening.signal });
      this.desk.open(readHash(location.hash));
    }
  }

  protected override updated(): void {
    document.title = this.#title();
  }

  #title(): string {
    const { desk } = this;
    if (desk?.phase !== 'ready') {
      return texts.app.title;
    }
    const rows = rowsByTab(desk.state, desk.session, null);
    const open = rows.mine.reduce((sum, row) => sum + unreadCount(desk.state, row.id), rows.waiting.length);
    return open === 0 ? texts.app.title : `(${String(open)}) ${texts.app.title}`;
  }

  protected override render(): TemplateResult {
    const { desk } = this;
    if (desk === undefined || desk.phase === 'starting') {
      return html`<main class="kl-starting"><p class="kern-body" role="status">${desk?.startProblem ?? texts.app.loading}</p></main>`;
    }
    if (desk.phase === 'signed_out') {
      return html`<kl-sign-in .desk=${desk}></kl-sign-in>`;
    }
    return html`
      <div class="kl-desk ${desk.openId === null ? '' : 'kl-desk--detail'}">
        ${this.#renderHeader()}
        ${desk.connection === 'offline' ? this.#renderBanner() : nothing}
        <main class="kl-main">
          <kl-queue .desk=${desk}></kl-queue>
          <kl-conversation .desk=${desk}></kl-conversation>
        </main>
      </div>
      <p class="kern-sr-only" role="status" data-testid="announcement">${this.announced}</p>
      <kl-help-dialog .desk=${desk}></kl-help-dialog>
    `;
  }

  #renderHeader(): TemplateResult {
    const { desk } = this;
    const sound = desk?.preferences.sound ?? false;
    const offices = (desk?.session?.offices ?? []).map((id) => desk?.nameOffice(id) ?? id).join(', ');
    return html`<header class="kl-header">
      <h1 class="kl-header__name">${texts.app.title}</h1>
      <p
        class="kl-connection kl-connection--${desk?.connection ?? 'connecting'}"
        role="status"
        title=${texts.connection[desk?.connection ?? 'connecting']}
      >
        <span class="kl-connection__text">${texts.connection[desk?.connection ?? 'connecting']}</span>
      </p>
      <p class="kl-header__user" title=${texts.app.offices(offices)}>
        <span class="kl-header__person">${desk?.session?.name}</span>
        <span class="kl-header__offices">${offices}</span>
      </p>
      <button
        type="button"
        class="kern-btn kern-btn--tertiary kl-sound"
        title=${sound ? texts.app.soundOn : texts.app.soundOff}
        aria-label=${sound ? texts.app.soundOn : texts.app.soundOff}
        @click=${this.#onSound}
      >
        <span class="kern-label">${sound ? texts.app.soundOnShort : texts.app.soundOffShort}</span>
      </button>
      ${iconButton('help', texts.app.help, this.#onHelp)}
      <button type="button" class="kern-btn kern-btn--tertiary kl-sign-out" @click=${this.#onSignOut}>
        <span class="kern-icon kern-icon--logout" aria-hidden="true"></span>
        <span class="kern-label">${texts.app.signOut}</span>
      </button>
    </header>`;
  }

  #renderBanner(): TemplateResult {
    return html`<div class="kl-banner" role="alert" data-testid="offline">
      <span class="kern-icon kern-icon--warning" aria-hidden="true"></span>
      <p><strong>${texts.connection.banner}</strong> ${texts.connection.hint}</p>
      <button type="button" class="kl-link-button" @click=${() => this.desk?.reconnect()}>
        ${texts.connection.retry}
      </button>
    </div>`;
  }

  readonly #onAnnounce = (event: Event): void => {
    const { kind, handover } = (event as CustomEvent<Announcement>).detail;
    const what = nameTopic(handover);
    const office = this.desk?.nameOffice(handover.office) ?? handover.office;
    this.announced =
      kind === 'new_case'
        ? texts.queue.newCase(what, office, bareLanguageName(handover.language))
        : texts.queue.newMessage(what);
    if (this.desk?.preferences.sound) {
      playChime();
    }
  };

  readonly #onHash = (): void => {
    const before = this.desk?.openId ?? null;
    const id = readHash(location.hash);
    this.desk?.open(id);
    if (before !== null && id === null) {
      void this.updateComplete.then(() => this.#queue?.focusActive());
    }
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const { desk } = this;
    if (desk?.phase !== 'ready' || hasModifier(event)) {
      return;
    }
    if (event.key === 'Escape') {
      this.#leaveConversation(event);
      return;
    }
    if (!desk.preferences.singleKeys || isWriting(event)) {
      return;
    }
    const act = this.#shortcut(event.key);
    if (act !== undefined) {
      event.preventDefault();
      act();
    }
  };

  #shortcut(key: string): (() => void) | undefined {
    switch (key) {
      case 'j':
      case 'J':
        return () => this.#queue?.move(1);
      case 'k':
      case 'K':
        return () => this.#queue?.move(-1);
      case 'u':
      case 'U':
        return this.#claimOpen;
      case '?':
        return this.#onHelp;
      default:
        return undefined;
    }
  }

  /** Esc goes from the conversation to its row; a dialog closes itself first. */
  #leaveConversation(event: KeyboardEvent): void {
    const conversation = this.querySelector('kl-conversation');
    if (event.defaultPrevented || document.querySelector('dialog[open]') !== null) {
      return;
    }
    if (conversation?.contains(document.activeElement)) {
      if (matchMedia('(width < 48rem)').matches) {
        location.hash = QUEUE_HASH;
      } else {
        this.#queue?.focusActive();
      }
    }
  }

  readonly #claimOpen = (): void => {
    const focused = document.activeElement?.getAttribute('data-handover-id');
    const id = focused ?? this.desk?.openId;
    if (id != null && this.desk?.state.handovers.get(id)?.handover.state === 'waiting') {
      location.hash = handoverHash(id);
      void this.desk.claim(id);
    }
  };

  get #queue(): QueueList | null {
    return this.querySelector<QueueList>(QueueList.tag);
  }

  readonly #onSound = (): void => {
    const sound = !(this.desk?.preferences.sound ?? false);
    this.desk?.setPreferences({ sound });
    if (sound) {
      playChime();
    }
  };

  readonly #onHelp = (): void => {
    this.querySelector<HelpDialog>(HelpDialog.tag)?.show();
  };

  readonly #onSignOut = (): void => {
    location.hash = QUEUE_HASH;
    void this.desk?.signOut();
  };
}

customElements.define(ConsoleApp.tag, ConsoleApp);
