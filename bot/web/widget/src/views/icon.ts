/** KERN's icons as inline SVG, in the colour of the text around them. */

import paths from 'virtual:kern-icons';
import { html, type TemplateResult } from 'lit';

/** A decoration: what it means stands beside it as text. */
export function icon(name: string): TemplateResult {
  return html`<svg class="kl-icon" viewBox="0 -960 960 960" aria-hidden="true" focusable="false">
    <path d=${paths[name] ?? ''}></path>
  </svg>`;
}
