/** Makes an account or changes one, with what may have to be done for its owner. */

import { html, nothing, type TemplateResult } from 'lit';
import { bareLanguageName } from '../../format';
import { SPOKEN_LANGUAGES } from '../../languages';
import type { Office, Role } from '../../model';
import type { Account } from '../../pages-model';
import { accountsTexts as texts, frameTexts, roleTexts } from '../../pages-texts';
import {
  capacityOf,
  draftOf,
  extensionOf,
  problemsOf,
  withLanguage,
  withRole,
  withTeam,
  type AccountDraft,
} from './account-draft';
import { stepsFor, type Step } from './account-steps';
import { ConfirmDialog } from './confirm-dialog';
import { checkField, selectField, textField } from './fields';
import { fieldProblems, PageElement } from './page-element';
import { PasswordField } from './password-field';

/** Detail of the event `account-saved`: what to tell. */
export interface AccountSaved {
  readonly said: string;
}

const ROLES = Object.entries(roleTexts);

export class AccountDialog extends PageElement {
  static readonly tag = 'kl-account-dialog';

  static override properties = {
    ...PageElement.properties,
    account: { state: true },
    draft: { state: true },
    problems: { state: true },
  };

  /** The account as it is; null: a new one. */
  declare account: Account | null;
  declare draft: AccountDraft | null;
  declare problems: Readonly<Record<string, string>>;

  constructor() {
    super();
    this.account = null;
    this.draft = null;
    this.problems = {};
  }

  async open(account: Account | null): Promise<void> {
    this.account = account;
    this.draft = draftOf(account);
    this.problems = {};
    this.problem = '';
    await this.updateComplete;
    this.#dialog?.showModal();
  }

  /** Onto what is entered by now: a password manager fills several fields at once. */
  #enter(change: Partial<AccountDraft> | ((draft: AccountDraft) => AccountDraft)): void {
    if (this.draft !== null) {
      this.draft = typeof change === 'function' ? change(this.draft) : { ...this.draft, ...change };
    }
  }

  get #dialog(): HTMLDialogElement | null {
    return this.querySelector('dialog.kl-dialog--account');
  }

  /** The offices that one keeps the accounts of. */
  get #offices(): readonly Office[] {
    const kept = new Set(
      this.desk?.session?.memberships.filter(({ role }) => role === 'admin').map(({ office }) => office),
    );
    return this.desk?.offices.filter((office) => kept.has(office.id)) ?? [];
  }

  protected override render(): TemplateResult {
    const { account, draft } = this;
    return html`${draft === null
        ? nothing
        : html`<dialog class="kern-dialog kl-dialog kl-dialog--account" aria-labelledby="account-dialog-title" @close=${this.#onClosed}>
            <form novalidate @submit=${this.#onSubmit}>
              <header class="kern-dialog__header">
                <h2 class="kern-title kern-title--large" id="account-dialog-title">
                  ${account === null ? texts.add : texts.editing(account.name)}
                </h2>
              </header>
              <section class="kern-dialog__body">
                ${this.#renderPerson(draft)} ${this.#renderMemberships(draft)} ${this.#renderLanguages(draft)}
                ${textField({
                  id: 'account-extension',
                  label: texts.extension,
                  hint: texts.extensionHint,
                  inputmode: 'numeric',
                  maxlength: 10,
                  value: draft.extension,
                  problem: this.problems['extension'],
                  onInput: (extension) => { this.#enter({ extension }); },
                })}
                ${textField({
                  id: 'account-capacity',
                  label: texts.capacity,
                  hint: texts.capacityHint,
                  inputmode: 'numeric',
                  maxlength: 2,
                  value: draft.capacity,
                  problem: this.problems['capacity'],
                  onInput: (capacity) => { this.#enter({ capacity }); },
                })}
                ${account === null ? nothing : this.#renderSteps(account, draft)} ${this.renderOutcome()}
              </section>
              ${this.#renderFooter()}
            </form>
          </dialog>`}
      <kl-confirm .desk=${this.desk}></kl-confirm>`;
  }

  #renderFooter(): TemplateResult {
    return html`<footer class="kern-dialog__footer">
      <button type="button" class="kern-btn kern-btn--secondary" @click=${() => this.#dialog?.close()}>
        <span class="kern-label">${frameTexts.cancel}</span>
      </button>
      <button type="submit" class="kern-btn kern-btn--primary" aria-disabled=${this.busy ? 'true' : 'false'}>
        <span class="kern-label">${this.account === null ? texts.add : frameTexts.save}</span>
      </button>
    </footer>`;
  }

  #renderPerson(draft: AccountDraft): TemplateResult {
    return html`
      ${this.account === null
        ? textField({
            id: 'account-username',
            label: texts.username,
            hint: texts.usernameHint,
            maxlength: 100,
            required: true,
            value: draft.username,
            problem: this.problems['username'],
            onInput: (username) => { this.#enter({ username }); },
          })
        : nothing}
      ${textField({
        id: 'account-name',
        label: texts.name,
        hint: texts.nameHint,
        maxlength: 100,
        required: true,
        value: draft.name,
        problem: this.problems['name'],
        onInput: (name) => { this.#enter({ name }); },
      })}
      ${this.account === null
        ? html`<kl-password-field
            field-id="account-password"
            .label=${texts.initialPassword}
            .hint=${texts.initialPasswordHint}
            .problem=${this.problems['password'] ?? ''}
            .autocomplete=${'new-password'}
          ></kl-password-field>`
        : nothing}
    `;
  }

  #renderMemberships(draft: AccountDraft): TemplateResult {
    const own = new Set(this.#offices.map((office) => office.id));
    const elsewhere = draft.memberships.filter(({ office }) => !own.has(office));
    return html`<fieldset class="kern-fieldset kl-memberships">
      <legend class="kern-label">${texts.memberships}</legend>
      <div class="kern-fieldset__body">
        ${this.problems['memberships'] === undefined
          ? nothing
          : html`<p class="kern-error" role="alert">
              <span class="kern-icon kern-icon--danger" aria-hidden="true"></span>
              <span class="kern-body">${this.problems['memberships']}</span>
            </p>`}
        ${this.#offices.map((office) => this.#renderOffice(draft, office))}
        ${elsewhere.length === 0
          ? nothing
          : html`<p class="kl-small">
              ${texts.otherOffices(elsewhere.map(({ office }) => this.desk?.nameOffice(office) ?? office).join(', '))}
            </p>`}
      </div>
    </fieldset>`;
  }

  #renderOffice(draft: AccountDraft, office: Office): TemplateResult {
    const membership = draft.memberships.find((known) => known.office === office.id);
    return html`<div class="kl-memberships__office">
      ${selectField({
        id: `account-role-${office.id}`,
        label: texts.role(office.short),
        value: membership?.role ?? '',
        options: [['', texts.noRole], ...ROLES],
        onChange: (role) => { this.#enter((known) => withRole(known, office.id, role === '' ? null : (role as Role))); },
      })}
      ${membership === undefined || office.teams.length === 0
        ? nothing
        : selectField({
            id: `account-team-${office.id}`,
            label: texts.team(office.short),
            value: membership.team ?? '',
            options: [['', texts.noTeam], ...office.teams.map(({ id, name }) => [id, name] as const)],
            onChange: (team) => { this.#enter((known) => withTeam(known, office.id, team === '' ? null : team)); },
          })}
    </div>`;
  }

  #renderLanguages(draft: AccountDraft): TemplateResult {
    return html`<fieldset class="kern-fieldset" aria-describedby="account-languages-hint">
      <legend class="kern-label">${texts.languages}</legend>
      <p class="kern-hint" id="account-languages-hint">${texts.languagesHint}</p>
      <div class="kern-fieldset__body kl-choices">
        ${SPOKEN_LANGUAGES.map((code) =>
          checkField({
            id: `account-language-${code}`,
            label: bareLanguageName(code),
            checked: draft.languages.includes(code),
            onChange: (spoken) => { this.#enter((known) => withLanguage(known, code, spoken)); },
          }),
        )}
      </div>
    </fieldset>`;
  }

  #renderSteps(account: Account, draft: AccountDraft): TemplateResult {
    return html`
      <div>
        ${checkField({
          id: 'account-disabled',
          label: texts.disable,
          hint: texts.disableHint,
          checked: draft.disabled,
          onChange: (disabled) => { this.#enter({ disabled }); },
        })}
      </div>
      <section class="kl-steps" aria-labelledby="account-steps">
        <h3 class="kern-heading-small" id="account-steps">${texts.more}</h3>
        <div class="kl-buttons">
          ${(this.desk === undefined ? [] : stepsFor(account, this.desk.pages)).map((step) => this.#renderStep(step))}
        </div>
      </section>
    `;
  }

  #renderStep(step: Step): TemplateResult {
    return html`<button type="button" class="kern-btn kern-btn--secondary" @click=${() => void this.#take(step)}>
      <span class="kern-label">${step.question.title}</span>
    </button>`;
  }

  async #take({ question, done }: Step): Promise<void> {
    if (await this.querySelector<ConfirmDialog>(ConfirmDialog.tag)?.ask(question)) {
      this.#finish(done);
    }
  }

  readonly #onSubmit = (event: Event): void => {
    event.preventDefault();
    void this.#save();
  };

  async #save(): Promise<void> {
    const { account, draft } = this;
    if (draft === null) {
      return;
    }
    const password = this.querySelector<PasswordField>(PasswordField.tag)?.value ?? '';
    this.problems = {
      ...problemsOf(draft, account === null),
      ...(account === null && password === '' ? { password: frameTexts.required } : {}),
    };
    if (Object.keys(this.problems).length > 0) {
      await this.#focusProblem();
      return;
    }
    const name = draft.name.trim();
    const change = {
      name,
      memberships: draft.memberships,
      languages: draft.languages,
      extension: extensionOf(draft),
      capacity: capacityOf(draft),
    };
    const saved = await this.attempt(async () => {
      await (account === null
        ? this.desk?.pages.addAccount({ ...change, username: draft.username.trim(), password })
        : this.desk?.pages.changeAccount(account.username, { ...change, disabled: draft.disabled }));
    });
    if (saved) {
      this.#finish(account === null ? texts.created(name) : texts.changed(name));
    }
  }

  protected override refused(error: unknown): void {
    this.problems = fieldProblems(error);
    if (Object.keys(this.problems).length === 0) {
      super.refused(error);
    } else {
      void this.#focusProblem();
    }
  }

  async #focusProblem(): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }

  #finish(said: string): void {
    this.#dialog?.close();
    this.dispatchEvent(new CustomEvent<AccountSaved>('account-saved', { detail: { said } }));
  }

  readonly #onClosed = (): void => {
    this.draft = null;
  };
}

customElements.define(AccountDialog.tag, AccountDialog);
