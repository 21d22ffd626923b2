/**
 * Base of all views: drawn again whenever the desk changes. Renders into the light DOM, because
 * KERN is one global style sheet and labels must reach their fields across components.
 */

import { LitElement } from 'lit';
import type { Desk } from '../desk';

export abstract class DeskElement extends LitElement {
  static override properties = { desk: { attribute: false } };

  declare desk: Desk | undefined;
  #watched: Desk | undefined;
  readonly #redraw = (): void => {
    this.requestUpdate();
  };

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#watch(this.desk);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#watch(undefined);
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('desk') && this.isConnected) {
      this.#watch(this.desk);
    }
  }

  #watch(desk: Desk | undefined): void {
    if (desk !== this.#watched) {
      this.#watched?.removeEventListener('change', this.#redraw);
      desk?.addEventListener('change', this.#redraw);
      this.#watched = desk;
    }
  }
}
