/** Links to pages, telephones and mail boxes; what others wrote never becomes a script. */

import { html, nothing, type TemplateResult } from 'lit';
import type { Texts } from '../texts';
import { icon } from './icon';

const ADDRESS = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;

/** A link that opens beside the chat, or only its title where the address is none of the web. */
export function webLink(title: string, url: string | null, texts: Texts): TemplateResult {
  if (url === null || !/^https?:\/\//i.test(url)) {
    return html`<span>${title}</span>`;
  }
  return html`<a class="kl-link" href=${url} target="_blank" rel="noopener noreferrer"
    ><span>${title}</span>${icon('open-in-new')}<span class="kl-sr-only">(${texts.say('new_tab')})</span></a
  >`;
}

export function phoneLink(phone: string, label: string | typeof nothing = nothing): TemplateResult {
  return html`<a class="kl-link" href="tel:${phone.replace(/[^\d+]/g, '')}" aria-label=${label}
    ><bdi dir="ltr">${phone}</bdi></a
  >`;
}

export function mailLink(mail: string): TemplateResult {
  return html`<a class="kl-link" href="mailto:${encodeURIComponent(mail).replace('%40', '@')}"
    ><bdi dir="ltr">${mail}</bdi></a
  >`;
}

/** Plain text with its web addresses made into links. */
export function linked(text: string, texts: Texts): (string | TemplateResult)[] {
  const pieces: (string | TemplateResult)[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    pieces.push(text.slice(end, match.index), webLink(match[0], match[0], texts));
    end = match.index + match[0].length;
  }
  return [...pieces, text.slice(end)];
}
