/** The head of the panel: who answers, and the ways out that are always there. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Chat } from '../chat';
import type { Texts } from '../texts';
import type { StateBody } from '../model';
import { icon } from './icon';
import type { Sheet } from './sheets';

export interface HeaderActions {
  readonly toggle: (sheet: Sheet) => void;
  readonly minimise: () => void;
}

export function header(chat: Chat, open: Sheet | null, actions: HeaderActions): TemplateResult {
  const { texts } = chat;
  const person = chat.state.state === 'claimed';
  const opener = (sheet: Sheet, classes: string, picture: TemplateResult, label: TemplateResult): TemplateResult => html`<button
    type="button"
    class="kern-btn ${classes}"
    id="kl-open-${sheet}"
    aria-expanded=${open === sheet ? 'true' : 'false'}
    data-testid="open-${sheet}"
    @click=${() => { actions.toggle(sheet); }}
  >
    ${picture}${label}
  </button>`;
  return html`<div class="kl-header">
    <div class="kl-header__bar">
      <h2 class="kl-header__title" id="kl-title" tabindex="-1">${texts.say('title')}</h2>
      ${opener('menu', 'kern-btn--tertiary kl-bar-button', icon('dehaze'), html`<span class="kern-label">${texts.say('menu')}</span>`)}
      <button
        type="button"
        class="kern-btn kern-btn--tertiary kl-bar-button kl-bar-button--icon"
        aria-label=${texts.say('minimise')}
        title=${texts.say('minimise')}
        data-testid="minimise"
        @click=${actions.minimise}
      >
        ${icon('close')}
      </button>
    </div>
    <div class="kl-answering ${person ? 'kl-answering--person' : ''}" id="kl-answering" data-testid="answering">
      ${person ? icon('account-circle') : icon('info')}
      <p>
        <strong>${answering(chat.state, texts)}</strong>
        ${chat.state.state === 'waiting' ? waiting(chat.state, texts) : nothing}
      </p>
    </div>
    <div class="kl-header__ways">
      ${offersPerson(chat)
        ? opener('person', 'kern-btn--secondary kl-bar-button', icon('account-circle'), html`<span class="kern-label">${texts.say('person')}</span>`)
        : nothing}
      ${opener('languages', 'kern-btn--tertiary kl-bar-button', icon('language'), html`<span class="kern-label"
          ><span class="kl-sr-only">${texts.say('language')}: </span>${languageName(chat)}</span
        >`)}
    </div>
  </div>`;
}

/** Not where a person has been asked for already. */
function offersPerson({ phase, state: { state } }: Chat): boolean {
  return phase === 'running' && (state === 'bot' || state === 'callback');
}

export function answering(state: StateBody, texts: Texts): string {
  switch (state.state) {
    case 'claimed':
      return state.with == null
        ? texts.say('answering_person_unnamed')
        : texts.say('answering_person', { name: state.with });
    case 'waiting':
    case 'callback':
    case 'closed':
    case 'bot':
      return texts.say(`answering_${state.state}`);
  }
}

function waiting(state: StateBody, texts: Texts): TemplateResult {
  const minutes = state.wait_s == null ? null : Math.round(state.wait_s / 60);
  return html`
    ${state.position == null ? nothing : html`<br />${texts.say('answering_position', { position: texts.number(state.position) })}`}
    ${minutes === null
      ? nothing
      : html`<br />${minutes <= 1
            ? texts.say('answering_wait_short')
            : texts.say('answering_wait', { minutes: texts.number(minutes) })}`}
  `;
}

/** The language by its own name, also before the list of languages is there. */
function languageName({ texts, languages }: Chat): string {
  const listed = languages.find(({ code }) => code === texts.language)?.name;
  return listed ?? new Intl.DisplayNames([texts.language], { type: 'language' }).of(texts.language) ?? texts.language;
}
