/** One entry of the conversation: who says it, and what. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Chat } from '../chat';
import type { MessageEvent, StateEvent } from '../model';
import type { Entry } from '../outbox';
import { authorOf } from '../saving';
import { aloud } from './aloud';
import { messageParts, paragraph } from './parts';

export function message(event: MessageEvent, chat: Chat): TemplateResult {
  const { texts } = chat;
  const by = `kl-by-${event.seq}`;
  return html`<article
    class="kl-message kl-message--${event.author} ${chat.voice.aloud.isReading(event.seq) ? 'kl-message--aloud' : ''}"
    aria-labelledby=${by}
    data-testid="message"
    data-seq=${event.seq}
    data-author=${event.author}
    data-automated=${event.automated ? 'true' : 'false'}
  >
    <p class="kl-by" id=${by}>
      ${badge(event, chat)}
      <time class="kl-time" datetime=${event.at}>${texts.time(event.at)}</time>
    </p>
    <div class="kl-said" lang=${event.language} dir=${chat.directionOf(event.language)}>
      ${messageParts(event, chat)}
    </div>
    ${event.author === 'citizen' && event.seq === chat.readUpTo
      ? html`<p class="kl-delivery" data-testid="read">${texts.say('read')}</p>`
      : nothing}
    ${aloud(event, by, chat)} ${translation(event, chat)} ${event.service !== null && event.author === 'bot' ? helpful(event.seq, chat) : nothing}
  </article>`;
}

/** A message that has not come back from the server yet. */
export function outgoing(entry: Entry, chat: Chat): TemplateResult {
  const { texts } = chat;
  const id = entry.message.client_message_id;
  const by = `kl-by-${id}`;
  return html`<article
    class="kl-message kl-message--citizen ${entry.delivery === 'failed' ? 'kl-message--failed' : ''}"
    aria-labelledby=${by}
    data-testid="message"
    data-author="citizen"
    data-automated="false"
    data-delivery=${entry.delivery}
  >
    <p class="kl-by" id=${by}><span class="kl-author">${texts.say('author_citizen')}</span></p>
    <div class="kl-said" dir="auto">${paragraph(entry.message.text, texts)}</div>
    <p class="kl-delivery">${texts.say(entry.delivery)}${entry.problem === '' ? nothing : html`: ${entry.problem}`}</p>
    ${entry.delivery === 'failed'
      ? html`<div class="kl-row">
          <button type="button" class="kern-btn kern-btn--secondary kl-small-button" @click=${() => { chat.retry(id); }}>
            <span class="kern-label">${texts.say('retry')}</span>
          </button>
          <button type="button" class="kern-btn kern-btn--tertiary kl-small-button" @click=${() => { chat.discard(id); }}>
            <span class="kern-label">${texts.say('discard')}</span>
          </button>
        </div>`
      : nothing}
  </article>`;
}

/** That somebody else answers from here on. */
export function change(event: StateEvent, chat: Chat): TemplateResult | typeof nothing {
  if (event.text == null || event.text === '') {
    return nothing;
  }
  return html`<p class="kl-change" data-testid="state" data-seq=${event.seq} data-state=${event.state}>
    <span>${event.text}</span> <time class="kl-time" datetime=${event.at}>${chat.texts.time(event.at)}</time>
  </p>`;
}

function badge(event: MessageEvent, chat: Chat): TemplateResult {
  const author = authorOf(event, chat.texts);
  if (event.author === 'citizen') {
    return html`<span class="kl-author">${author}</span>`;
  }
  return html`<span
    class="kern-badge kern-badge--small ${event.automated ? 'kern-badge--info' : 'kern-badge--success'}"
    ><span class="kern-label">${author}</span></span
  >`;
}

function translation(event: MessageEvent, chat: Chat): TemplateResult | typeof nothing {
  const { translation: note } = event;
  if (note === null && event.not_translated != null && event.author !== 'citizen') {
    return html`<p class="kl-translation" data-testid="not-translated">${chat.texts.say('translated_failed')}</p>`;
  }
  if (note === null || note.by === 'reviewed') {
    return nothing;
  }
  const { texts } = chat;
  return html`<div class="kl-translation">
    <p>${texts.say(note.by === 'machine' ? 'translated_machine' : 'translated_draft')}</p>
    <details>
      <summary>${texts.say('translated_original')}</summary>
      <div lang=${note.of} dir=${chat.directionOf(note.of)}>${paragraph(note.original, texts)}</div>
    </details>
  </div>`;
}

function helpful(seq: number, chat: Chat): TemplateResult {
  const { texts } = chat;
  const answer = chat.rated[seq];
  const question = `kl-helpful-${seq}`;
  const choice = (value: boolean, label: string): TemplateResult => html`<button
    type="button"
    class="kern-btn kern-btn--secondary kl-tiny-button"
    aria-pressed=${answer === value ? 'true' : 'false'}
    @click=${() => { chat.rate(seq, value).catch(() => undefined); }}
  >
    <span class="kern-label">${label}</span>
  </button>`;
  return html`<div class="kl-helpful" role="group" aria-labelledby=${question}>
    <span id=${question}>${texts.say(answer === undefined ? 'helpful_question' : 'helpful_thanks')}</span>
    ${choice(true, texts.say('helpful_yes'))} ${choice(false, texts.say('helpful_no'))}
  </div>`;
}
