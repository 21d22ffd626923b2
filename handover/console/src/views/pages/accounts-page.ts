/** The accounts of the offices that one keeps: found, made, changed. */

import { html, nothing, type TemplateResult } from 'lit';
import { bareLanguageName, formatTime } from '../../format';
import type { Account } from '../../pages-model';
import { accountsTexts as texts, frameTexts, roleTexts } from '../../pages-texts';
import { badge } from '../parts';
import { AccountDialog, type AccountSaved } from './account-dialog';
import { textField } from './fields';
import { PageElement } from './page-element';

export class AccountsPage extends PageElement {
  static readonly tag = 'kl-accounts-page';

  static override properties = {
    ...PageElement.properties,
    accounts: { state: true },
    sought: { state: true },
  };

  declare accounts: readonly Account[] | null;
  declare sought: string;

  constructor() {
    super();
    this.accounts = null;
    this.sought = '';
  }

  protected override firstUpdated(): void {
    void this.#load();
  }

  async #load(): Promise<void> {
    await this.attempt(() => this.#fetch());
  }

  async #fetch(): Promise<void> {
    this.accounts = (await this.desk?.pages.accounts()) ?? null;
  }

  protected override render(): TemplateResult {
    return html`<div class="kl-page">
        <div class="kl-page__head">
          ${this.renderTitle(texts.title)}
          <button type="button" class="kern-btn kern-btn--primary" @click=${() => { this.#edit(null); }}>
            <span class="kern-icon kern-icon--add" aria-hidden="true"></span>
            <span class="kern-label">${texts.add}</span>
          </button>
        </div>
        ${this.renderOutcome()}
        ${this.accounts === null
          ? this.problem === '' ? this.renderLoading() : this.#renderRetry()
          : this.#renderAccounts(this.accounts)}
      </div>
      <kl-account-dialog .desk=${this.desk} @account-saved=${this.#onSaved}></kl-account-dialog>`;
  }

  #renderRetry(): TemplateResult {
    return html`<button type="button" class="kern-btn kern-btn--secondary" @click=${() => void this.#load()}>
      <span class="kern-label">${frameTexts.reload}</span>
    </button>`;
  }

  #renderAccounts(all: readonly Account[]): TemplateResult {
    const shown = all.filter((account) => this.#matches(account));
    return html`
      <div class="kl-filter">
        ${textField({
          id: 'accounts-filter',
          label: texts.filter,
          type: 'search',
          value: this.sought,
          onInput: (value) => { this.sought = value; },
        })}
        <p class="kl-small" role="status">${texts.shown(shown.length, all.length)}</p>
      </div>
      ${shown.length === 0
        ? html`<p class="kern-body">${texts.noneFound}</p>`
        : html`<table class="kl-table kl-table--stacked">
            <caption class="kern-sr-only">${texts.caption}</caption>
            <thead>
              <tr>
                ${Object.values(texts.columns).map((column) => html`<th scope="col">${column}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${shown.map((account) => this.#renderRow(account))}
            </tbody>
          </table>`}
    `;
  }

  #renderRow(account: Account): TemplateResult {
    const { columns } = texts;
    return html`<tr data-username=${account.username}>
      <th scope="row" data-label=${columns.name}>
        <span>${account.name}</span>
        <span class="kl-small">${account.username}</span>
      </th>
      <td data-label=${columns.roles}>
        <ul class="kl-plain-list">
          ${account.memberships.map(
            (membership) => html`<li>
              ${this.desk?.nameOffice(membership.office) ?? membership.office}: ${roleTexts[membership.role]}
            </li>`,
          )}
        </ul>
        ${account.languages.length === 0
          ? nothing
          : html`<p class="kl-small">${account.languages.map(bareLanguageName).join(', ')}</p>`}
        ${account.extension === null
          ? nothing
          : html`<p class="kl-small">${texts.extensionNamed(account.extension)}</p>`}
      </td>
      <td data-label=${columns.state}>${this.#renderState(account)}</td>
      <td data-label=${columns.seen}>
        ${account.seen_at === null ? texts.never : formatTime(account.seen_at, this.now)}
      </td>
      <td data-label=${columns.action}>
        <button
          type="button"
          class="kern-btn kern-btn--tertiary"
          aria-label=${texts.editNamed(account.name)}
          @click=${() => { this.#edit(account); }}
        >
          <span class="kern-label">${texts.edit}</span>
        </button>
      </td>
    </tr>`;
  }

  #renderState(account: Account): TemplateResult {
    const { locked_until } = account;
    const locked = locked_until !== null && Date.parse(locked_until) > this.now;
    return html`
      ${account.disabled
        ? badge('danger', texts.disabled)
        : locked
          ? badge('warning', texts.lockedUntil(formatTime(locked_until, this.now)))
          : badge('success', texts.active)}
      ${account.local
        ? account.totp ? html`<p class="kl-small">${texts.totp}</p>` : nothing
        : html`<p class="kl-small">${texts.elsewhere}</p>`}
    `;
  }

  #matches(account: Account): boolean {
    const offices = account.memberships.map(({ office }) => this.desk?.nameOffice(office) ?? office);
    const words = [account.name, account.username, ...offices].join(' ').toLocaleLowerCase('de');
    return words.includes(this.sought.trim().toLocaleLowerCase('de'));
  }

  #edit(account: Account | null): void {
    void this.querySelector<AccountDialog>(AccountDialog.tag)?.open(account);
  }

  readonly #onSaved = (event: Event): void => {
    event.stopPropagation();
    const { said } = (event as CustomEvent<AccountSaved>).detail;
    void this.attempt(() => this.#fetch(), said);
  };
}

customElements.define(AccountsPage.tag, AccountsPage);
