/** The button that sends a file to a person, what may be sent, and how it goes. */

import { html, nothing, type TemplateResult } from 'lit';
import { limits } from '../attaching';
import type { Chat } from '../chat';
import type { AttachmentRules } from '../model';
import { icon } from './icon';

export function attach(chat: Chat): TemplateResult | typeof nothing {
  const { attaching, texts } = chat;
  const { rules, upload, busy } = attaching;
  if (rules === null || !chat.takesFiles) {
    return nothing;
  }
  const choose = (event: Event): void => {
    if (!busy) {
      (event.currentTarget as HTMLElement).parentElement?.querySelector('input')?.click();
    }
  };
  const chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = ''; // the same file may be chosen again
    if (file !== undefined) {
      void attaching.send(file);
    }
  };
  return html`<div class="kl-attach">
    <button
      type="button"
      class="kern-btn kern-btn--tertiary kl-bar-button"
      aria-disabled=${busy ? 'true' : 'false'}
      aria-describedby="kl-attach-limits"
      data-testid="attach"
      @click=${choose}
    >
      ${icon('draft')}<span class="kern-label">${texts.say('attach')}</span>
    </button>
    <span class="kl-hint" id="kl-attach-limits">${limits(rules, texts)}</span>
    <input type="file" hidden accept=${accepted(rules)} data-testid="attach-file" @change=${chosen} />
    <div role="status" class="kl-attach__progress" data-testid="attach-progress">
      ${busy
        ? html`<progress aria-hidden="true"></progress><span><bdi>${upload.name}</bdi>: ${texts.say('attach_sending')}</span>`
        : nothing}
    </div>
    <div role="alert">
      ${upload.problem === ''
        ? nothing
        : html`<p class="kl-notice kl-notice--warning" data-testid="attach-problem">
            ${icon('warning')}<span>${upload.problem}</span>
          </p>`}
    </div>
  </div>`;
}

/** Some systems know a photo of a telephone by its ending alone. */
function accepted({ types }: AttachmentRules): string {
  return [...types, ...(types.includes('image/heic') ? ['.heic', '.heif'] : [])].join(',');
}
