/** Narrows the queue down: to an office, a kind, a language, a team. */

import { html, nothing, type TemplateResult } from 'lit';
import { nameLanguage } from '../format';
import type { HandoverKind } from '../model';
import { ALL, languagesIn, type QueueFilter } from '../queue';
import { texts } from '../texts';
import { DeskElement } from './desk-element';

type Option = readonly [value: string, name: string];

const KINDS: readonly HandoverKind[] = ['chat', 'callback', 'message'];

export class QueueFilterView extends DeskElement {
  static readonly tag = 'kl-queue-filter';

  protected override render(): TemplateResult | typeof nothing {
    const { desk } = this;
    if (desk === undefined) {
      return nothing;
    }
    const active = Object.values(desk.filter).filter((value) => value !== null).length;
    return html`<details class="kl-filter" @keydown=${this.#onKey}>
      <summary data-testid="filter">
        ${active === 0 ? texts.queue.filters : texts.queue.filtersOn(active)}
      </summary>
      <div class="kl-filter__fields">
        ${this.#renderOffice()}
        ${this.#renderSelect('kind', texts.queue.kindFilter, texts.queue.allKinds, KINDS.map((kind) => [kind, texts.kind[kind]]))}
        ${this.#renderSelect(
          'language',
          texts.queue.languageFilter,
          texts.queue.allLanguages,
          languagesIn(desk.state).map((code) => [code, nameLanguage(code)]),
        )}
        ${this.#renderTeam()}
        ${active === 0
          ? nothing
          : html`<button type="button" class="kl-link-button" @click=${() => { desk.setFilter(ALL); }}>
              ${texts.queue.filtersOff}
            </button>`}
      </div>
    </details>`;
  }

  #renderOffice(): TemplateResult | typeof nothing {
    const offices = this.desk?.session?.offices ?? [];
    return offices.length < 2
      ? nothing
      : this.#renderSelect(
          'office',
          texts.queue.officeFilter,
          texts.queue.allOffices,
          offices.map((id) => [id, this.desk?.nameOffice(id) ?? id]),
        );
  }

  /** Teams belong to one office: they are on offer once it is clear which. */
  #renderTeam(): TemplateResult | typeof nothing {
    const { desk } = this;
    const own = desk?.session?.offices ?? [];
    const office = desk?.filter.office ?? (own.length === 1 ? own[0] : undefined);
    const teams = desk?.offices.find(({ id }) => id === office)?.teams ?? [];
    return teams.length === 0
      ? nothing
      : this.#renderSelect('team', texts.queue.teamFilter, texts.queue.allTeams, teams.map(({ id, name }) => [id, name]));
  }

  #renderSelect(
    field: keyof QueueFilter,
    label: string,
    all: string,
    options: readonly Option[],
  ): TemplateResult {
    const chosen = this.desk?.filter[field] ?? null;
    return html`<div class="kern-form-input kl-filter__field">
      <label class="kern-label" for=${`queue-${field}`}>${label}</label>
      <div class="kern-form-input__select-wrapper">
        <select
          class="kern-form-input__select"
          id=${`queue-${field}`}
          @change=${(event: Event) => { this.#choose(field, (event.target as HTMLSelectElement).value); }}
        >
          <option value="" .selected=${chosen === null}>${all}</option>
          ${options.map(([value, name]) => html`<option value=${value} .selected=${chosen === value}>${name}</option>`)}
        </select>
      </div>
    </div>`;
  }

  #choose(field: keyof QueueFilter, value: string): void {
    const change = { [field]: value === '' ? null : value };
    this.desk?.setFilter(field === 'office' ? { ...change, team: null } : change);
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const details = this.querySelector('details');
    if (event.key === 'Escape' && details?.open === true) {
      event.preventDefault();
      details.open = false;
      this.querySelector('summary')?.focus();
    }
  };
}

customElements.define(QueueFilterView.tag, QueueFilterView);
