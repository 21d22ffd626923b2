/** For leads: the desk now, and what became of the cases of a range of days. */

import { html, nothing, type TemplateResult } from 'lit';
import { barsOverTime, lastDays } from '../../figures';
import type { DayRange, Figures, Group } from '../../figures-model';
import { figuresTexts as texts } from '../../figures-texts';
import { bareLanguageName, formatDay, nameChannel, nameReason } from '../../format';
import type { Office } from '../../model';
import { frameTexts } from '../../pages-texts';
import { texts as caseTexts } from '../../texts';
import { barChart, heatmap } from './charts';
import { selectField, textField } from './fields';
import { definitions, nowTiles, totalTiles } from './figures-parts';
import { PageElement } from './page-element';

type RangeName = keyof typeof texts.ranges;

const DAYS: Readonly<Record<Exclude<RangeName, 'own'>, number>> = { today: 1, week: 7, month: 30 };
/** Keys of groups that are no group of their own; see `handover/figures_shapes.py`. */
const OTHER = 'other';
const NONE = 'none';

export class FiguresPage extends PageElement {
  static readonly tag = 'kl-figures-page';

  static override properties = {
    ...PageElement.properties,
    figures: { state: true },
    office: { state: true },
    rangeName: { state: true },
    own: { state: true },
    rangeProblem: { state: true },
  };

  declare figures: Figures | null;
  /** Null: all that one leads. */
  declare office: string | null;
  declare rangeName: RangeName;
  declare own: DayRange;
  declare rangeProblem: string;
  #asked = 0;

  constructor() {
    super();
    this.figures = null;
    this.office = null;
    this.rangeName = 'week';
    this.own = { from: '', to: '' };
    this.rangeProblem = '';
  }

  protected override firstUpdated(): void {
    this.own = lastDays(DAYS.week, this.now);
    void this.#load();
  }

  get #range(): DayRange {
    return this.rangeName === 'own' ? this.own : lastDays(DAYS[this.rangeName], this.now);
  }

  get #offices(): readonly Pick<Office, 'id' | 'short'>[] {
    const led = this.desk?.session?.memberships.filter(({ role }) => role === 'lead') ?? [];
    return led.map(({ office }) => ({ id: office, short: this.desk?.nameOffice(office) ?? office }));
  }

  /** The last choice counts, whichever answer comes last. */
  async #load(): Promise<void> {
    const asked = (this.#asked += 1);
    this.busy = false;
    await this.attempt(async () => {
      const figures = await this.desk?.pages.figures(this.office, this.#range);
      if (asked === this.#asked) {
        this.figures = figures ?? null;
      }
    });
  }

  protected override render(): TemplateResult {
    return html`<div class="kl-page">
      ${this.renderTitle(texts.title)} ${this.#renderChoice()} ${this.renderOutcome()}
      ${this.figures === null
        ? this.problem === '' ? this.renderLoading() : this.#renderRetry()
        : this.#renderFigures(this.figures)}
    </div>`;
  }

  #renderRetry(): TemplateResult {
    return html`<button type="button" class="kern-btn kern-btn--secondary" @click=${() => void this.#load()}>
      <span class="kern-label">${frameTexts.reload}</span>
    </button>`;
  }

  #renderChoice(): TemplateResult {
    const offices = this.#offices;
    return html`<form class="kl-filter kl-filter--row" novalidate @submit=${this.#onOwnRange}>
      ${offices.length < 2
        ? nothing
        : selectField({
            id: 'figures-office',
            label: texts.office,
            value: this.office ?? '',
            options: [['', texts.allOffices], ...offices.map(({ id, short }) => [id, short] as const)],
            onChange: (office) => {
              this.office = office === '' ? null : office;
              void this.#load();
            },
          })}
      ${selectField({
        id: 'figures-range',
        label: texts.range,
        value: this.rangeName,
        options: Object.entries(texts.ranges),
        onChange: (name) => { this.#chooseRange(name as RangeName); },
      })}
      ${this.rangeName === 'own' ? this.#renderOwnRange() : nothing}
    </form>`;
  }

  #renderOwnRange(): TemplateResult {
    return html`
      ${textField({
        id: 'figures-from',
        label: texts.from,
        type: 'date',
        value: this.own.from,
        onInput: (from) => { this.own = { ...this.own, from }; },
      })}
      ${textField({
        id: 'figures-to',
        label: texts.to,
        type: 'date',
        value: this.own.to,
        problem: this.rangeProblem,
        onInput: (to) => { this.own = { ...this.own, to }; },
      })}
      <button type="submit" class="kern-btn kern-btn--primary">
        <span class="kern-label">${texts.apply}</span>
      </button>
    `;
  }

  #chooseRange(name: RangeName): void {
    this.rangeName = name;
    this.rangeProblem = '';
    if (name !== 'own') {
      this.own = this.#range;
      void this.#load();
    }
  }

  readonly #onOwnRange = (event: Event): void => {
    event.preventDefault();
    const { from, to } = this.#range;
    this.rangeProblem = from === '' || to === '' ? texts.missingDay : to < from ? texts.wrongRange : '';
    if (this.rangeProblem === '') {
      void this.#load();
    } else {
      this.querySelector<HTMLInputElement>('#figures-to')?.focus();
    }
  };

  #renderFigures(figures: Figures): TemplateResult {
    const range = { from: figures.from, to: figures.to };
    return html`
      <p class="kl-small">${texts.nobody}</p>
      ${nowTiles(figures.now, this.now, () => void this.#load())}
      ${totalTiles(figures, texts.span(formatDay(range.from), formatDay(range.to)))}
      <p>
        <a class="kern-btn kern-btn--secondary" href=${this.desk?.pages.figuresLink(this.office, range) ?? ''} download>
          <span class="kern-icon kern-icon--download" aria-hidden="true"></span>
          <span class="kern-label">${texts.csv}</span>
        </a>
      </p>
      <div class="kl-charts">${this.#renderDays(figures.by_day)} ${this.#renderGroups(figures)} ${heatmap(figures.by_hour)}</div>
      ${definitions()}
    `;
  }

  #renderDays(days: readonly Group[]): TemplateResult {
    const { unit, bars } = barsOverTime(days);
    return html`<div class="kl-chart--wide">
      ${barChart({
        id: 'day',
        title: texts.charts[unit],
        bars,
        table: { groups: days, nameOf: ({ key }) => formatDay(key) },
        upright: true,
      })}
    </div>`;
  }

  #renderGroups(figures: Figures): readonly (TemplateResult | typeof nothing)[] {
    const folded = (name: (key: string) => string) => ({ key, title }: Group) =>
      key === OTHER ? texts.other : key === NONE ? texts.noKey : (title ?? name(key));
    const plain = (name: (key: string) => string) => ({ key }: Group) =>
      key === NONE ? texts.noKey : name(key);
    return [
      figures.offices.length > 1
        ? groupChart('office', figures.by_office, plain((key) => this.desk?.nameOffice(key) ?? key))
        : nothing,
      groupChart('language', figures.by_language, folded(bareLanguageName)),
      groupChart('channel', figures.by_channel, plain(nameChannel)),
      groupChart('kind', figures.by_kind, plain((key) => nameKind(key))),
      groupChart('service', figures.by_service, folded((key) => key)),
      groupChart('reason', figures.by_reason, plain(nameReason)),
      groupChart('closeReason', figures.by_close_reason, plain((key) => caseTexts.closeReason[key] ?? key)),
    ];
  }
}

function nameKind(kind: string): string {
  return (caseTexts.kind as Readonly<Record<string, string>>)[kind] ?? kind;
}

function groupChart(
  id: 'office' | 'language' | 'channel' | 'kind' | 'service' | 'reason' | 'closeReason',
  groups: readonly Group[],
  nameOf: (group: Group) => string,
): TemplateResult {
  return barChart({
    id,
    title: texts.charts[id],
    bars: groups.map((group) => ({ key: group.key, label: nameOf(group), value: group.requested })),
    table: { groups, nameOf },
  });
}

customElements.define(FiguresPage.tag, FiguresPage);
