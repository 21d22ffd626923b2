/**
 * Charts that are text: a bar is drawn behind a label and a number which are read as they are.
 * Each has a table beside it with what else is known.
 */

import { html, type TemplateResult } from 'lit';
import { busiest, formatDuration, hourRows, type Bar } from '../../figures';
import type { Group, Hour } from '../../figures-model';
import { figuresTexts } from '../../figures-texts';
import { share } from './share';

const texts = figuresTexts.charts;

export interface BarChart {
  readonly id: string;
  /** Says what the bars show. */
  readonly title: string;
  readonly bars: readonly Bar[];
  readonly table: { readonly groups: readonly Group[]; readonly nameOf: (group: Group) => string };
  /** Bars over time stand upright where there is room. */
  readonly upright?: boolean;
}

export function barChart(chart: BarChart): TemplateResult {
  const most = Math.max(1, ...chart.bars.map((bar) => bar.value));
  const empty = chart.bars.every((bar) => bar.value === 0);
  return html`<figure class="kl-chart" aria-labelledby=${`${chart.id}-title`} data-chart=${chart.id}>
    <figcaption class="kern-heading-small" id=${`${chart.id}-title`}>${chart.title}</figcaption>
    ${empty
      ? html`<p class="kern-body">${texts.empty}</p>`
      : html`<ol class="kl-bars ${chart.upright ? 'kl-bars--upright' : ''}" role="list">
            ${chart.bars.map(
              (bar) => html`<li class="kl-bars__one">
                <span class="kl-bars__label">${bar.label}</span>
                <span class="kl-bars__track" aria-hidden="true"
                  ><span class="kl-bars__bar" ${share(bar.value / most)}></span
                ></span>
                <span class="kl-bars__value">${bar.value}</span>
              </li>`,
            )}
          </ol>
          ${groupTable(chart)}`}
  </figure>`;
}

function groupTable({ id, title, table }: BarChart): TemplateResult {
  const { columns } = texts;
  return html`<details class="kl-details" data-table=${id}>
    <summary>${texts.table}<span class="kern-sr-only">: ${title}</span></summary>
    <table class="kl-table kl-table--stacked kl-table--numbers">
      <caption class="kern-sr-only">${title}</caption>
      <thead>
        <tr>
          ${[columns.key, columns.requested, columns.pickedUp, columns.closed, columns.abandoned, columns.pickup].map(
            (column) => html`<th scope="col">${column}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${table.groups.map(
          (group) => html`<tr>
            <th scope="row" data-label=${columns.key}>${table.nameOf(group)}</th>
            <td data-label=${columns.requested}>${group.requested}</td>
            <td data-label=${columns.pickedUp}>${group.picked_up}</td>
            <td data-label=${columns.closed}>${group.closed}</td>
            <td data-label=${columns.abandoned}>${group.abandoned}</td>
            <td data-label=${columns.pickup}>${formatDuration(group.pickup.median_s)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}

/** Hours down, weekdays across: seven columns fit on a telephone, twenty-four would not. */
export function heatmap(hours: readonly Hour[]): TemplateResult {
  const top = busiest(hours);
  return html`<figure class="kl-chart kl-chart--wide" aria-labelledby="hours-title" data-chart="hours">
    <figcaption class="kern-heading-small" id="hours-title">${texts.hours}</figcaption>
    ${top === null
      ? html`<p class="kern-body">${texts.empty}</p>`
      : html`<p class="kern-body">
            ${texts.peak(figuresTexts.weekdays[top.weekday] ?? '', top.hour, top.requested)}
          </p>
          <table class="kl-heat">
            <caption class="kl-small">${texts.hoursLegend}</caption>
            <thead>
              <tr>
                <td></td>
                ${figuresTexts.weekdays.map(
                  (day, index) => html`<th scope="col"><abbr title=${day}>${figuresTexts.weekdaysShort[index]}</abbr></th>`,
                )}
              </tr>
            </thead>
            <tbody>
              ${hourRows(hours).map(
                ({ hour, counts }) => html`<tr>
                  <th scope="row">${texts.columns.hour(hour)}</th>
                  ${counts.map((count) => heatCell(count, top.requested))}
                </tr>`,
              )}
            </tbody>
          </table>`}
  </figure>`;
}

function heatCell(count: number, most: number): TemplateResult {
  return html`<td class=${count === 0 ? 'kl-heat__none' : ''} ${share(count / most)}>${count}</td>`;
}
