/** KERN's icons, and what it lacks, as inline SVG in the colour of the text around them. */

import paths from 'virtual:kern-icons';
import { html, type TemplateResult } from 'lit';

/** Drawn by us in KERN's view box. */
const OWN = {
  microphone:
    'M480-400a120 120 0 0 1-120-120v-240a120 120 0 0 1 240 0v240a120 120 0 0 1-120 120Z' +
    'M200-520h80a200 200 0 0 0 400 0h80a280 280 0 0 1-240 277v123h-80v-123a280 280 0 0 1-240-277Z',
  speaker:
    'M120-360v-240h160l200-200v640L280-360Z' +
    'M560-642a180 180 0 0 1 0 324ZM560-830a360 360 0 0 1 0 700v-80a280 280 0 0 0 0-540Z',
  stop: 'M260-700h440v440H260Z',
} as const;

/** A decoration: what it means stands beside it as text. */
export function icon(name: string): TemplateResult {
  return drawing(paths[name] ?? '');
}

/** The same, of a thing that KERN has no icon of. */
export function ownIcon(name: keyof typeof OWN): TemplateResult {
  return drawing(OWN[name]);
}

function drawing(path: string): TemplateResult {
  return html`<svg class="kl-icon" viewBox="0 -960 960 960" aria-hidden="true" focusable="false">
    <path d=${path}></path>
  </svg>`;
}
