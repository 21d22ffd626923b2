/** The frame: sign-in or desk, address, shortcuts, title, tone and announcements. */

import { html, nothing, type TemplateResult } from 'lit';
import { playChime } from '../chime';
import type { Announcement, Desk } from '../desk';
import { bareLanguageName, nameTopic } from '../format';
import { hasModifier, isWriting } from '../keys';
import { isOfferedTo, ringsAt } from '../model';
import { ALL, rowsByTab } from '../queue';
import { frameTexts } from '../pages-texts';
import { handoverHash, pageOf, QUEUE_HASH, readHash, type Page } from '../route';
import { unreadCount } from '../store';
import { texts } from '../texts';
import './conversation';
import { DeskElement } from './desk-element';
import './first-password';
import './header';
import { HelpDialog } from './help-dialog';
import './pages/account-page';
import './pages/accounts-page';
import './pages/audit-page';
import './pages/figures-page';
import { QueueList } from './queue-list';
import './search-page';
import './sign-in';

export class ConsoleApp extends DeskElement {
  static readonly tag = 'kl-console';

  static override properties = { ...DeskElement.properties, announced: { state: true } };

  /** The last sentence for screen readers. */
  declare announced: string;
  #listening = new AbortController();
  #shownPage: Page | null = null;

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
    this.#shownPage = this.desk?.phase === 'ready' ? this.#page : null;
    document.title = this.#title();
  }

  #title(): string {
    const { desk } = this;
    if (desk?.phase !== 'ready') {
      return texts.app.title;
    }
    const rows = rowsByTab(desk.state, desk.session, ALL);
    const open = rows.mine.reduce((sum, row) => sum + unreadCount(desk.state, row.id), rows.waiting.length);
    const counted = open === 0 ? texts.app.title : `(${String(open)}) ${texts.app.title}`;
    const title =
      this.#page === 'queue' ? counted : `${frameTexts.pages[this.#page]} – ${texts.app.title}`;
    // An offer runs out, and a caller does not wait long: they show whichever page is open.
    if (Object.values(rows).flat().some((row) => ringsAt(row, desk.session))) {
      return texts.call.documentTitle(title);
    }
    const offered = rows.waiting.some((row) => isOfferedTo(row, desk.session));
    return offered ? texts.offer.documentTitle(title) : title;
  }

  protected override render(): TemplateResult {
    const { desk } = this;
    if (desk === undefined || desk.phase === 'starting') {
      return html`<main class="kl-starting"><p class="kern-body" role="status">${desk?.startProblem ?? texts.app.loading}</p></main>`;
    }
    if (desk.phase === 'signed_out') {
      return html`<kl-sign-in .desk=${desk}></kl-sign-in>`;
    }
    if (desk.setup === 'password') {
      return html`<kl-first-password .desk=${desk}></kl-first-password>`;
    }
    const page = this.#page;
    return html`
      <div class="kl-desk ${desk.openId === null ? '' : 'kl-desk--detail'}">
        <kl-header .desk=${desk} .page=${page} @help=${this.#onHelp}></kl-header>
        ${desk.connection === 'offline' ? this.#renderBanner() : nothing}
        <main class="kl-main ${page === 'queue' ? '' : 'kl-main--page'}" tabindex="-1" data-page=${page}>
          ${renderPage(page, desk)}
        </main>
      </div>
      <p class="kern-sr-only" role="status" data-testid="announcement">${this.announced}</p>
      <kl-help-dialog .desk=${desk}></kl-help-dialog>
    `;
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
    switch (kind) {
      case 'new_case':
        this.announced = texts.queue.newCase(what, office, bareLanguageName(handover.language));
        break;
      case 'new_message':
        this.announced = texts.queue.newMessage(what);
        break;
      case 'call':
        this.announced = texts.call.announce(what, bareLanguageName(handover.language));
        break;
      case 'offer':
        this.announced = texts.offer.announce(what, office);
    }
    if (this.desk?.preferences.sound) {
      playChime();
    }
  };

  /** What has to be set up first stands in one's own account. */
  get #page(): Page {
    const { desk } = this;
    return desk?.session == null || desk.setup !== null ? 'account' : pageOf(location.hash, desk.session);
  }

  readonly #onHash = (): void => {
    const before = this.desk?.openId ?? null;
    const id = this.#page === 'queue' ? readHash(location.hash) : null;
    this.desk?.open(id);
    if (this.#shownPage !== this.#page) {
      void this.#focusPage();
    } else if (before !== null && id === null) {
      void this.updateComplete.then(() => this.#queue?.focusActive());
    }
  };

  /** Who cannot see that the page changed hears its heading. */
  async #focusPage(): Promise<void> {
    await this.updateComplete;
    await (this.querySelector('main')?.firstElementChild as Partial<DeskElement> | null)?.updateComplete;
    const heading = this.querySelector<HTMLElement>('main h2');
    const target = heading ?? this.querySelector<HTMLElement>('main');
    if (target !== null) {
      target.tabIndex = -1;
      target.focus();
    }
  }

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
    const act = this.#page === 'queue' || event.key === '?' ? this.#shortcut(event.key) : undefined;
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
      case 'n':
      case 'N':
        return this.#goToUnread;
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

  readonly #goToUnread = (): void => {
    const id = this.desk?.nextUnread() ?? null;
    if (id !== null) {
      location.hash = handoverHash(id);
    }
  };

  get #queue(): QueueList | null {
    return this.querySelector<QueueList>(QueueList.tag);
  }

  readonly #onHelp = (): void => {
    this.querySelector<HelpDialog>(HelpDialog.tag)?.show();
  };
}

function renderPage(page: Page, desk: Desk): TemplateResult {
  switch (page) {
    case 'queue':
      return html`<kl-queue .desk=${desk}></kl-queue><kl-conversation .desk=${desk}></kl-conversation>`;
    case 'search':
      return html`<kl-search .desk=${desk}></kl-search>`;
    case 'figures':
      return html`<kl-figures-page .desk=${desk}></kl-figures-page>`;
    case 'accounts':
      return html`<kl-accounts-page .desk=${desk}></kl-accounts-page>`;
    case 'audit':
      return html`<kl-audit-page .desk=${desk}></kl-audit-page>`;
    case 'account':
      return html`<kl-account-page .desk=${desk}></kl-account-page>`;
  }
}

customElements.define(ConsoleApp.tag, ConsoleApp);
