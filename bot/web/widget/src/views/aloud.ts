/** The button that reads a message aloud, and what a screen reader hears of it. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Chat } from '../chat';
import type { MessageEvent } from '../model';
import { icon, ownIcon } from './icon';

export function aloud(event: MessageEvent, by: string, chat: Chat): TemplateResult | typeof nothing {
  const { texts, voice } = chat;
  if (event.author === 'citizen' || !voice.speaks(event.language)) {
    return nothing;
  }
  const { reading } = voice.aloud;
  const on = voice.aloud.isReading(event.seq);
  return html`<div class="kl-aloud">
    <button
      type="button"
      class="kern-btn kern-btn--tertiary kl-tiny-button"
      aria-describedby=${by}
      data-testid="aloud"
      data-phase=${reading?.seq === event.seq ? reading.phase : nothing}
      @click=${() => { voice.aloud.toggle(event.seq); }}
    >
      ${ownIcon(on ? 'stop' : 'speaker')}<span class="kern-label">${texts.say(on ? 'aloud_stop' : 'aloud')}</span>
    </button>
    ${reading?.seq === event.seq && reading.phase === 'failed'
      ? html`<span class="kl-problem" data-testid="aloud-problem">${icon('warning')}<span>${problem(chat, reading.problem)}</span></span>`
      : nothing}
  </div>`;
}

/** For a region that is there from the beginning: one that comes with its words is not heard. */
export function aloudStatus(chat: Chat): string | typeof nothing {
  const { texts, voice } = chat;
  const { reading } = voice.aloud;
  if (reading === null) {
    return nothing;
  }
  switch (reading.phase) {
    case 'loading':
      return texts.say('aloud_loading');
    case 'playing':
      return texts.say('aloud_playing');
    case 'ended':
      return texts.say('aloud_ended');
    case 'failed':
      return problem(chat, reading.problem);
  }
}

function problem({ texts }: Chat, told: string): string {
  return told === '' ? texts.say('aloud_failed') : told;
}
