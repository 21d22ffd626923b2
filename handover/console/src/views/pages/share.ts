/** Tells the style sheet how large a part is, from 0 to 1. */

import { noChange } from 'lit';
import { Directive, directive, type ElementPart } from 'lit/directive.js';

class Share extends Directive {
  /** Typed for its callers; the work is done in `update`. */
  render(share: number): number {
    return share;
  }

  /** By script: the content security policy forbids style attributes. */
  override update(part: ElementPart, [share]: [number]): typeof noChange {
    (part.element as HTMLElement).style.setProperty('--share', String(share));
    return noChange;
  }
}

export const share = directive(Share);
