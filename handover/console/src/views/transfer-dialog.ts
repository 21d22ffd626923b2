/** Hands a case to a colleague, to a team of its office or to another office. */

import { html, nothing, type TemplateResult } from 'lit';
import { describeError } from '../errors';
import { bareLanguageName } from '../format';
import type { Handover, Transfer, WorkingColleague } from '../model';
import { QUEUE_HASH } from '../route';
import { texts } from '../texts';
import { CaseDialog, valueOf, type Choice } from './case-dialog';
import { badge } from './parts';

type Target = 'caseworker' | 'team' | 'office';
type Colleagues =
  | { readonly kind: 'asked' }
  | { readonly kind: 'shown'; readonly all: readonly WorkingColleague[] }
  | { readonly kind: 'refused'; readonly problem: string };

const MAX_NOTE = 4_000;

export class TransferDialog extends CaseDialog {
  static readonly tag = 'kl-transfer-dialog';

  static override properties = {
    ...CaseDialog.properties,
    target: { state: true },
    office: { state: true },
    colleagues: { state: true },
  };

  declare target: Target;
  /** The other office that is chosen: its teams are on offer then. */
  declare office: string;
  declare colleagues: Colleagues;

  protected readonly idBase = 'transfer';
  protected readonly heading = texts.transferDialog.title;
  protected readonly confirm = texts.transferDialog.confirm;

  constructor() {
    super();
    this.#reset();
  }

  #reset(): void {
    this.target = 'caseworker';
    this.office = '';
    this.colleagues = { kind: 'asked' };
  }

  protected override opened(): void {
    this.#reset();
    this.#askForColleagues();
  }

  #askForColleagues(): void {
    const { desk } = this;
    this.colleagues = { kind: 'asked' };
    desk?.casework.colleagues().then(
      (all) => { this.colleagues = { kind: 'shown', all }; },
      (error: unknown) => {
        if (!desk.noticeEndedSession(error)) {
          this.colleagues = { kind: 'refused', problem: describeError(error, desk.now()) };
        }
      },
    );
  }

  protected renderBody(handover: Handover): TemplateResult {
    return html`
      ${this.#renderTargets(handover)}
      ${this.#renderDetails(handover)}
      ${this.renderText('note', texts.dialog.note, MAX_NOTE)}
    `;
  }

  #renderTargets(handover: Handover): TemplateResult {
    const targets: readonly Target[] =
      this.#teams(handover.office).length === 0 ? ['caseworker', 'office'] : ['caseworker', 'team', 'office'];
    return html`<fieldset class="kern-fieldset">
      <legend class="kern-label">${texts.transferDialog.legend}</legend>
      <div class="kern-fieldset__body">
        ${targets.map(
          (target, index) => html`<div class="kern-form-check">
            <input
              class="kern-form-check__radio"
              type="radio"
              name="target"
              id=${`transfer-to-${target}`}
              value=${target}
              .checked=${this.target === target}
              ?autofocus=${index === 0}
              @change=${() => { this.target = target; }}
            />
            <label class="kern-label" for=${`transfer-to-${target}`}>
              ${target === 'caseworker' ? texts.transferDialog.colleague : texts.transferDialog[target]}
            </label>
          </div>`,
        )}
      </div>
    </fieldset>`;
  }

  #renderDetails(handover: Handover): TemplateResult {
    switch (this.target) {
      case 'caseworker':
        return this.#renderColleagues(handover);
      case 'team':
        return html`${this.#renderSelect('team', texts.transferDialog.teamLabel, this.#teams(handover.office), '')}
          <p class="kern-hint">${texts.transferDialog.teamHint}</p>`;
      case 'office':
        return this.#renderOffices(handover);
    }
  }

  #renderColleagues(handover: Handover): TemplateResult {
    const { colleagues } = this;
    switch (colleagues.kind) {
      case 'asked':
        return html`<p class="kern-body" role="status">${texts.transferDialog.loading}</p>`;
      case 'refused':
        return html`<p class="kern-body">${colleagues.problem}</p>
          <button type="button" class="kl-link-button" @click=${() => { this.#askForColleagues(); }}>
            ${texts.dialog.loadFailed}
          </button>`;
      case 'shown': {
        const others = this.#others(colleagues.all, handover);
        return others.length === 0
          ? html`<p class="kern-body">${texts.transferDialog.nobody}</p>`
          : this.renderChoices(
              'caseworker',
              texts.transferDialog.colleagueLegend,
              others.map((colleague) => colleagueChoice(colleague, handover.language)),
              false,
            );
      }
    }
  }

  /** Of the case's office without oneself: those who are there first, the freest of them first. */
  #others(all: readonly WorkingColleague[], { office }: Handover): readonly WorkingColleague[] {
    return all
      .filter((one) => one.offices.includes(office) && one.username !== this.desk?.session?.username)
      .sort(
        (a, b) =>
          Number(b.present) - Number(a.present) ||
          a.open_cases - b.open_cases ||
          a.name.localeCompare(b.name, 'de'),
      );
  }

  #renderOffices({ office: current }: Handover): TemplateResult {
    const offices = (this.desk?.offices ?? []).filter(({ id }) => id !== current);
    const teams = this.#teams(this.office);
    return html`
      ${this.#renderSelect('office', texts.transferDialog.officeLabel, offices, this.office)}
      ${teams.length === 0
        ? nothing
        : this.#renderSelect('team', texts.transferDialog.officeTeam, teams, '', texts.transferDialog.anyTeam)}
      <p class="kern-hint">${texts.transferDialog.officeHint}</p>
    `;
  }

  #renderSelect(
    name: string,
    label: string,
    options: readonly { readonly id: string; readonly name: string }[],
    chosen: string,
    none: string = texts.transferDialog.choose,
  ): TemplateResult {
    return html`<div class="kern-form-input">
      <label class="kern-label" for=${`transfer-${name}`}>${label}</label>
      <div class="kern-form-input__select-wrapper">
        <select class="kern-form-input__select" id=${`transfer-${name}`} name=${name} @change=${this.#onSelect}>
          <option value="">${none}</option>
          ${options.map(({ id, name: shown }) => html`<option value=${id} .selected=${id === chosen}>${shown}</option>`)}
        </select>
      </div>
    </div>`;
  }

  readonly #onSelect = (event: Event): void => {
    const { name, value } = event.target as HTMLSelectElement;
    if (name === 'office') {
      this.office = value;
    }
  };

  #teams(office: string): readonly { readonly id: string; readonly name: string }[] {
    return this.desk?.offices.find(({ id }) => id === office)?.teams ?? [];
  }

  protected submitted(values: FormData, { id }: Handover): string | null {
    const to = valueOf(values, this.target);
    if (to === '') {
      return texts.transferDialog.missing;
    }
    void this.#transfer(id, { ...this.#whereTo(to, values), ...optional('note', valueOf(values, 'note')) });
    return null;
  }

  #whereTo(to: string, values: FormData): Transfer {
    switch (this.target) {
      case 'caseworker':
        return { caseworker: to };
      case 'team':
        return { team: to };
      case 'office':
        return { office: to, ...optional('team', valueOf(values, 'team')) };
    }
  }

  /** Who may no longer see the case goes back to her list. */
  async #transfer(id: string, to: Transfer): Promise<void> {
    const left = await this.desk?.casework.transfer(id, to);
    if (left === true && this.desk?.openId === id) {
      location.hash = QUEUE_HASH;
    }
  }
}

function optional<Name extends string>(name: Name, value: string): Partial<Record<Name, string>> {
  return value === '' ? {} : ({ [name]: value } as Record<Name, string>);
}

function colleagueChoice(colleague: WorkingColleague, language: string): Choice {
  const { username, name, present, languages, open_cases } = colleague;
  const speaks = language !== 'de' && languages.includes(language);
  return {
    value: username,
    label: name,
    disabled: !present,
    hint: html`${present
      ? badge('success', texts.transferDialog.present)
      : badge('info', texts.transferDialog.away)}
      ${speaks ? badge('success', texts.transferDialog.speaks) : nothing}
      ${texts.transferDialog.open(open_cases)}${languages.length === 0
        ? nothing
        : ` · ${texts.transferDialog.languages(languages.map(bareLanguageName).join(', '))}`}`,
  };
}

customElements.define(TransferDialog.tag, TransferDialog);
