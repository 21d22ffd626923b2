/** What can lie over the conversation for a moment: menu, languages, a person, two questions. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Chat } from '../chat';
import { printPage } from '../printing';
import { asText, authorOf, download } from '../saving';
import type { Texts } from '../texts';
import { icon } from './icon';
import { webLink } from './links';

export type Sheet = 'menu' | 'languages' | 'person' | 'close' | 'delete';

export interface SheetActions {
  readonly back: () => void;
  readonly open: (sheet: Sheet) => void;
  /** Runs what may fail, and says so if it did. */
  readonly attempt: (action: () => Promise<void>) => void;
}

const TITLES: Readonly<Record<Sheet, string>> = {
  menu: 'menu',
  languages: 'language_choose',
  person: 'person',
  close: 'close_question',
  delete: 'delete_question',
};

export function sheet(kind: Sheet, chat: Chat, actions: SheetActions): TemplateResult {
  const { texts } = chat;
  return html`<section class="kl-sheet" aria-labelledby="kl-sheet-title" data-testid="sheet-${kind}">
    <button type="button" class="kern-btn kern-btn--tertiary kl-small-button" @click=${actions.back}>
      <span class="kern-label">${texts.say('back')}</span>
    </button>
    <h3 class="kl-sheet__title" id="kl-sheet-title" tabindex="-1">${texts.say(TITLES[kind])}</h3>
    ${content(kind, chat, actions)}
  </section>`;
}

function content(kind: Sheet, chat: Chat, actions: SheetActions): TemplateResult {
  const { texts } = chat;
  switch (kind) {
    case 'menu':
      return menu(chat, actions);
    case 'languages':
      return languages(chat, actions);
    case 'person':
      return html`<kreislotse-person .chat=${chat}></kreislotse-person>`;
    case 'close':
      return question(texts, 'close', () => { actions.attempt(() => chat.close()); }, actions);
    case 'delete':
      return question(texts, 'delete', () => { actions.attempt(() => chat.erase()); }, actions);
  }
}

function menu(chat: Chat, actions: SheetActions): TemplateResult {
  const { texts, status } = chat;
  const running = chat.phase === 'running';
  return html`
    ${running
      ? html`<h4 class="kl-part-title">${texts.say('menu_conversation')}</h4>
          <ul class="kl-menu">
            ${item(texts.say('menu_print'), icon('draft'), () => { printPage(printed(chat), texts); })}
            ${item(texts.say('menu_save_text'), icon('download'), () => {
              download(fileName(chat, 'txt'), 'text/plain', asText(chat.timeline.events, texts));
            })}
            ${item(texts.say('menu_save_data'), icon('download'), () => {
              actions.attempt(async () => {
                download(fileName(chat, 'json'), 'application/json', JSON.stringify(await chat.export(), null, 2));
              });
            })}
            ${chat.closed ? nothing : item(texts.say('menu_close'), icon('check'), () => { actions.open('close'); })}
            ${item(texts.say('menu_delete'), icon('delete'), () => { actions.open('delete'); })}
          </ul>`
      : nothing}
    ${status === null
      ? nothing
      : html`<h4 class="kl-part-title">${texts.say('menu_about')}</h4>
          <ul class="kl-list kl-list--plain kl-menu-links">
            <li>${webLink(texts.say('menu_privacy'), status.county.privacy_notice, texts)}</li>
            <li>${webLink(texts.say('menu_accessibility'), status.county.accessibility_statement, texts)}</li>
            <li>${webLink(texts.say('menu_imprint'), status.county.imprint, texts)}</li>
          </ul>`}
  `;
}

function item(label: string, picture: TemplateResult, action: () => void): TemplateResult {
  return html`<li>
    <button type="button" class="kern-btn kern-btn--tertiary kl-menu__item" @click=${action}>
      ${picture}<span class="kern-label">${label}</span>
    </button>
  </li>`;
}

function languages(chat: Chat, actions: SheetActions): TemplateResult {
  const { texts } = chat;
  if (chat.languages.length === 0) {
    return html`<p role="status">${texts.say('loading')}</p>`;
  }
  return html`<ul class="kl-menu">
    ${chat.languages.map(({ code, name, direction, translated }) => {
      const current = code === texts.language;
      return html`<li>
        <button
          type="button"
          class="kern-btn ${current ? 'kern-btn--primary' : 'kern-btn--secondary'} kl-menu__item"
          aria-current=${current ? 'true' : nothing}
          data-language=${code}
          @click=${() => { actions.attempt(() => chat.speak(code)); }}
        >
          <span class="kern-label">
            <span lang=${code} dir=${direction}>${name}</span>
            ${current ? html` (${texts.say('language_current')})` : nothing}
            ${translated === 'partial' ? html` <span class="kl-aside">${texts.say('language_partial')}</span>` : nothing}
            ${translated === 'machine' ? html` <span class="kl-aside">${texts.say('language_machine')}</span>` : nothing}
          </span>
        </button>
      </li>`;
    })}
  </ul>`;
}

function question(texts: Texts, kind: 'close' | 'delete', yes: () => void, actions: SheetActions): TemplateResult {
  return html`<p>${texts.say(`${kind}_explained`)}</p>
    <div class="kl-row">
      <button type="button" class="kern-btn kern-btn--primary" data-testid="${kind}-yes" @click=${yes}>
        <span class="kern-label">${texts.say(`${kind}_yes`)}</span>
      </button>
      <button type="button" class="kern-btn kern-btn--secondary" @click=${actions.back}>
        <span class="kern-label">${texts.say('cancel')}</span>
      </button>
    </div>`;
}

function fileName(chat: Chat, ending: string): string {
  const day = (chat.timeline.events[0]?.at ?? new Date().toISOString()).slice(0, 10);
  return `chat-${day}.${ending}`;
}

function printed({ timeline, texts }: Chat): TemplateResult {
  const first = timeline.events[0];
  return html`<main>
    <h1>${texts.say('print_title', { date: texts.date(first?.at ?? new Date().toISOString()) })}</h1>
    ${timeline.events.map((event) =>
      event.type === 'state'
        ? html`<p class="small">${event.text ?? nothing}</p>`
        : html`<section class="message">
            <h2>${authorOf(event, texts)}, ${texts.time(event.at)}</h2>
            <p class="said" lang=${event.language} dir="auto">${event.text}</p>
          </section>`,
    )}
  </main>`;
}
