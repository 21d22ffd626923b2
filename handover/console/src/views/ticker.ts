/** Draws a view again every second while it shows a running clock. */

import type { ReactiveController, ReactiveControllerHost } from 'lit';

const TICK_MS = 1_000;

export class Ticker implements ReactiveController {
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly showsClock: () => boolean,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.#timer = setInterval(() => {
      if (document.visibilityState === 'visible' && this.showsClock()) {
        this.host.requestUpdate();
      }
    }, TICK_MS);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
  }
}
