/** Draws the parts that a message is made of; kinds that are newer than this widget are left out. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Chat } from '../chat';
import type { Checklist, MessageEvent, Part, Source } from '../model';
import { printPage } from '../printing';
import type { Texts } from '../texts';
import { icon } from './icon';
import { linked, mailLink, phoneLink, webLink } from './links';

/** The message's parts, or its text where it has none that we know. */
export function messageParts(message: MessageEvent, chat: Chat): readonly unknown[] {
  const parts = message.parts.map((part) => drawPart(part, message, chat)).filter((part) => part !== nothing);
  return parts.length > 0 ? parts : [paragraph(message.text, chat.texts)];
}

export function paragraph(text: string, texts: Texts): TemplateResult {
  return html`<p class="kl-text">${linked(text, texts)}</p>`;
}

function drawPart(part: Part, message: MessageEvent, chat: Chat): TemplateResult | typeof nothing {
  const { texts } = chat;
  switch (part.type) {
    case 'text':
      return paragraph(part.text, texts);
    case 'checklist':
      return checklist(part, message, texts);
    case 'fees':
      return html`<table class="kern-table kern-table--small kl-fees">
        <caption class="kl-part-title">${part.title}</caption>
        <thead>
          <tr>
            <th scope="col" class="kern-table__header">${texts.say('fees_what')}</th>
            <th scope="col" class="kern-table__header kern-table__header--numeric">${texts.say('fees_amount')}</th>
          </tr>
        </thead>
        <tbody>
          ${part.items.map(
            (item) => html`<tr>
              <th scope="row" class="kern-table__cell">
                ${item.what}
                ${item.note === null || item.amount === null
                  ? nothing
                  : html`<span class="kl-aside">${item.note}</span>`}
              </th>
              <td class="kern-table__cell ${item.amount === null ? 'kl-aside' : 'kern-table__cell--numeric'}">
                <bdi>${item.amount ?? item.note ?? '–'}</bdi>
              </td>
            </tr>`,
          )}
        </tbody>
      </table>`;
    case 'steps':
      return html`<div class="kl-part">
        <p class="kl-part-title">${part.title}</p>
        <ol class="kl-list">${part.items.map((step) => html`<li>${linked(step, texts)}</li>`)}</ol>
      </div>`;
    case 'links':
      return html`<div class="kl-part">
        ${part.title === null ? nothing : html`<p class="kl-part-title">${part.title}</p>`}
        <ul class="kl-list kl-list--plain">
          ${part.items.map((link) => html`<li>${webLink(link.title, link.url, texts)}</li>`)}
        </ul>
      </div>`;
    case 'contact':
      return html`<div class="kl-part kl-box">
        <p class="kl-part-title">${part.title}</p>
        ${part.lines.map((line) => html`<p>${line}</p>`)}
        ${part.phone === null ? nothing : html`<p>${texts.say('contact_phone')}: ${phoneLink(part.phone)}</p>`}
        ${part.mail === null ? nothing : html`<p>${texts.say('contact_mail')}: ${mailLink(part.mail)}</p>`}
        ${hours(part.hours, texts)}
      </div>`;
    case 'buttons':
      return html`<div class="kl-part">
        ${part.title === null ? nothing : html`<p class="kl-part-title">${part.title}</p>`}
        <ul class="kl-choices">
          ${part.items.map(
            (choice) => html`<li>
              <button
                type="button"
                class="kern-btn kern-btn--secondary kl-choice"
                ?disabled=${!answersMachine(chat)}
                @click=${() => { chat.send(choice.title, choice.payload); }}
              >
                <span class="kern-label">${choice.title}</span>
              </button>
            </li>`,
          )}
        </ul>
      </div>`;
    case 'notice':
      return html`<div class="kl-notice kl-notice--${part.level === 'warning' ? 'warning' : 'info'}">
        ${part.level === 'warning' ? icon('warning') : icon('info')}
        <p>${linked(part.text, texts)}</p>
      </div>`;
    case 'numbers':
      return html`<div class="kl-part kl-numbers">
        <p class="kl-part-title">${part.title}</p>
        <ul class="kl-list kl-list--plain">
          ${part.items.map(
            ({ name, phone, note }) => html`<li>
              <span class="kl-number">${phoneLink(phone, texts.say('call', { name, phone }))}</span>
              <span>${name}</span>
              ${note === null ? nothing : html`<span class="kl-aside">${note}</span>`}
            </li>`,
          )}
        </ul>
      </div>`;
    case 'source':
      return sourceLine(part, texts);
    case 'attachment':
      return html`<p class="kl-text kl-file" data-testid="attachment">${icon('draft')}<bdi>${part.name}</bdi></p>`;
    case 'offer':
      return html`<div class="kl-part kl-box">
        <p>${part.text}</p>
        <kreislotse-person .chat=${chat} .offer=${part}></kreislotse-person>
      </div>`;
    default:
      return nothing;
  }
}

export function hours(lines: readonly string[], texts: Texts): TemplateResult | typeof nothing {
  return lines.length === 0
    ? nothing
    : html`<p class="kl-hours-title">${texts.say('contact_hours')}:</p>
        <ul class="kl-list kl-list--plain kl-hours">${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

function checklist(part: Checklist, message: MessageEvent, texts: Texts): TemplateResult {
  const source = message.parts.find((other): other is Source => other.type === 'source');
  return html`<div class="kl-part">
    <p class="kl-part-title">${part.title}</p>
    <ul class="kl-list kl-list--check">
      ${part.items.map(
        (item) => html`<li>
          ${icon('check')}
          <span>${item.text}${item.when === null ? nothing : html`<span class="kl-aside">${item.when}</span>`}</span>
        </li>`,
      )}
    </ul>
    <button
      type="button"
      class="kern-btn kern-btn--tertiary kl-small-button"
      @click=${() => { printPage(printedChecklist(part, source, message, texts), texts); }}
    >
      <span class="kern-label">${texts.say('checklist_print')}</span>
    </button>
  </div>`;
}

/** The checklist on paper, with boxes to tick and where it comes from. */
export function printedChecklist(
  part: Checklist,
  source: Source | undefined,
  message: MessageEvent,
  texts: Texts,
): TemplateResult {
  const about = message.parts.find((other) => other.type === 'text')?.text;
  return html`<main lang=${message.language}>
    <h1>${about ?? texts.say('print_checklist_title')}</h1>
    <h2>${part.title}</h2>
    <ul class="boxes">
      ${part.items.map(
        (item) => html`<li>
          <span>${item.text}${item.when === null ? nothing : html` <span class="small">(${item.when})</span>`}</span>
        </li>`,
      )}
    </ul>
    ${source === undefined ? nothing : html`<p class="small">${source.text}</p>`}
    <p class="small">${texts.say('print_printed', { date: texts.date(new Date().toISOString()) })}</p>
  </main>`;
}

function sourceLine(part: Source, texts: Texts): TemplateResult {
  return html`<div class="kl-source">
    <p>${part.text}</p>
    ${part.items.length === 0
      ? nothing
      : html`<ul class="kl-list kl-list--plain">
          ${part.items.map((link) => html`<li>${webLink(link.title, link.url, texts)}</li>`)}
        </ul>`}
  </div>`;
}

/** Buttons mean something to the program only; a person would read their titles as messages. */
function answersMachine(chat: Chat): boolean {
  return chat.state.state === 'bot' || chat.state.state === 'callback';
}
