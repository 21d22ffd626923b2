/** Prints a part of the conversation without the page around it: from a frame of its own. */

import { render, type TemplateResult } from 'lit';
import type { Texts } from './texts';

const STYLE = `
  body { margin: 0; font: 12pt/1.45 "Fira Sans", system-ui, sans-serif; color: #000; background: #fff; }
  h1 { font-size: 16pt; margin: 0 0 8pt; }
  h2 { font-size: 13pt; margin: 14pt 0 4pt; }
  p { margin: 0 0 6pt; }
  ul, ol { margin: 0 0 6pt; padding-inline-start: 18pt; }
  ul.boxes { list-style: none; padding: 0; }
  ul.boxes li { display: flex; gap: 8pt; margin-bottom: 5pt; break-inside: avoid; }
  ul.boxes li::before { content: ""; flex: none; width: 10pt; height: 10pt; margin-top: 3pt; border: 1pt solid #000; }
  .small { font-size: 10pt; }
  .said { white-space: pre-wrap; }
  .message { margin-bottom: 10pt; }
  .message h2 { break-after: avoid; }
`;

export function printPage(content: TemplateResult, texts: Texts): void {
  const frame = document.createElement('iframe');
  frame.title = texts.say('print_checklist_title');
  frame.setAttribute('aria-hidden', 'true');
  frame.tabIndex = -1;
  Object.assign(frame.style, { position: 'fixed', inset: '0 auto auto 0', width: '0', height: '0', border: '0' });
  document.body.append(frame);
  const window = frame.contentWindow as (Window & typeof globalThis) | null;
  if (window === null) {
    frame.remove();
    return;
  }
  const page = window.document;
  page.documentElement.lang = texts.language;
  page.documentElement.dir = texts.direction;
  // A style element would need `unsafe-inline` where the county has a content security policy.
  const sheet = new window.CSSStyleSheet();
  sheet.replaceSync(STYLE);
  page.adoptedStyleSheets = [sheet];
  render(content, page.body);
  const title = page.querySelector('h1')?.textContent;
  page.title = title ?? '';
  window.addEventListener('afterprint', () => setTimeout(() => { frame.remove(); }, 0));
  window.print();
}
