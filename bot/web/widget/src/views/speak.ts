/** The button to speak instead of typing, the question before it, and how it goes. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Chat } from '../chat';
import type { Dictation, Outcome } from '../voice/dictation';
import { icon, ownIcon } from './icon';

export function speak(chat: Chat): TemplateResult | typeof nothing {
  if (!chat.takesSpeech) {
    return nothing;
  }
  const { texts } = chat;
  const { dictation } = chat.voice;
  const { active, phase } = dictation;
  const busy = phase === 'recognising' || phase === 'allowing';
  return html`<div class="kl-speak">
    <button
      type="button"
      id="kl-speak"
      class="kern-btn ${active ? 'kern-btn--primary' : 'kern-btn--tertiary kl-bar-button'} kl-small-button kl-speak__button"
      aria-disabled=${busy ? 'true' : 'false'}
      aria-describedby=${dictation.consented ? 'kl-speak-how' : nothing}
      data-testid="speak"
      data-phase=${phase}
      @pointerdown=${(event: PointerEvent) => { hold(event, dictation); }}
      @pointerup=${(event: PointerEvent) => { if (event.button === 0) { dictation.release(); } }}
      @pointercancel=${() => { dictation.release(); }}
      @keydown=${(event: KeyboardEvent) => { if (presses(event) && !event.repeat) { dictation.press(); } }}
      @keyup=${(event: KeyboardEvent) => { if (presses(event)) { dictation.release(); } }}
      @click=${(event: MouseEvent) => { tap(event, dictation); }}
      @contextmenu=${(event: Event) => { event.preventDefault(); }}
    >
      ${ownIcon(active ? 'stop' : 'microphone')}
      <span class="kern-label">${texts.say(active ? 'speak_done' : 'speak')}</span>
    </button>
    ${active
      ? html`<button
          type="button"
          class="kern-btn kern-btn--tertiary kl-bar-button"
          data-testid="speak-cancel"
          @click=${() => { dictation.cancel(); }}
        >
          <span class="kern-label">${texts.say('cancel')}</span>
        </button>`
      : nothing}
    <span class="kl-sr-only" id="kl-speak-how">${texts.say('speak_how')}</span>
    ${phase === 'asking' ? consent(chat, dictation) : nothing}
    <div role="status" data-testid="speak-state">${state(chat, dictation)}</div>
    <div role="alert">
      ${dictation.outcome?.kind === 'problem'
        ? html`<p class="kl-notice kl-notice--warning" data-testid="speak-problem">
            ${icon('warning')}<span>${problem(chat, dictation.outcome)}</span>
          </p>`
        : nothing}
    </div>
  </div>`;
}

function consent({ texts }: Chat, dictation: Dictation): TemplateResult {
  return html`<div class="kl-box" role="group" aria-labelledby="kl-speak-consent" data-testid="speak-consent">
    <p id="kl-speak-consent">${texts.say('speak_consent')}</p>
    <div class="kl-row">
      <button
        type="button"
        id="kl-speak-yes"
        class="kern-btn kern-btn--primary kl-small-button"
        aria-describedby="kl-speak-consent"
        data-testid="speak-yes"
        @click=${() => { void dictation.agree(); }}
      >
        <span class="kern-label">${texts.say('speak_yes')}</span>
      </button>
      <button
        type="button"
        class="kern-btn kern-btn--secondary kl-small-button"
        data-testid="speak-no"
        @click=${() => { dictation.decline(); }}
      >
        <span class="kern-label">${texts.say('speak_no')}</span>
      </button>
    </div>
  </div>`;
}

function state(chat: Chat, dictation: Dictation): TemplateResult | typeof nothing {
  const { texts } = chat;
  switch (dictation.phase) {
    case 'opening':
    case 'allowing':
      return line(texts.say('speak_opening'));
    case 'recording':
      return line(texts.say('speak_recording'), html`<span class="kl-speak__dot"></span>`);
    case 'recognising':
      return line(`${dictation.outcome === null ? '' : `${said(chat, dictation.outcome)} `}${texts.say('speak_recognising')}`);
    case 'asking':
      return nothing;
    case 'idle': {
      const { outcome } = dictation;
      return outcome === null || outcome.kind === 'problem'
        ? nothing
        : line(said(chat, outcome), outcome.kind === 'unsure' ? icon('warning') : undefined);
    }
  }
}

function line(text: string, sign?: TemplateResult): TemplateResult {
  return html`<p class="kl-speak__state">${sign}<span>${text}</span></p>`;
}

function said({ texts }: Chat, { key, text }: Outcome): string {
  return texts.say(key, { text });
}

/** The server's sentence, where there is one. */
function problem({ texts }: Chat, { key, text }: Outcome): string {
  return text === '' ? texts.say(key) : text;
}

function hold(event: PointerEvent, dictation: Dictation): void {
  if (event.button === 0) {
    // Whoever slides off the button while she speaks still lets go of it.
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    dictation.press();
  }
}

/** Screen readers and voice control press without a pointer and without keys. */
function tap(event: MouseEvent, dictation: Dictation): void {
  if (event.detail === 0) {
    dictation.press();
    dictation.release();
  }
}

/** Enter and the space bar, which are kept from pressing the button once more. */
function presses(event: KeyboardEvent): boolean {
  const pressing = event.key === ' ' || event.key === 'Enter';
  if (pressing) {
    event.preventDefault();
  }
  return pressing;
}
