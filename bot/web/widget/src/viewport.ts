/**
 * Keeps a full-screen panel where it can be seen. On iOS the keyboard does not shrink the page:
 * only the visual viewport tells what is left of the screen.
 */

export class VisibleArea {
  #panel: HTMLElement | null = null;
  #overflow = '';

  /** Fits `panel` to the screen and keeps the page behind it still, until `leave`. */
  fit(panel: HTMLElement): void {
    if (this.#panel !== null) {
      return;
    }
    this.#panel = panel;
    const root = document.documentElement;
    this.#overflow = root.style.overflow;
    root.style.overflow = 'hidden';
    globalThis.visualViewport?.addEventListener('resize', this.#measure);
    globalThis.visualViewport?.addEventListener('scroll', this.#measure);
    this.#measure();
  }

  leave(): void {
    if (this.#panel === null) {
      return;
    }
    document.documentElement.style.overflow = this.#overflow;
    globalThis.visualViewport?.removeEventListener('resize', this.#measure);
    globalThis.visualViewport?.removeEventListener('scroll', this.#measure);
    this.#panel.style.removeProperty('--kl-height');
    this.#panel.style.removeProperty('--kl-top');
    this.#panel = null;
  }

  readonly #measure = (): void => {
    const viewport = globalThis.visualViewport;
    // Pinched larger, the visual viewport is a window onto the panel, not its size.
    if (viewport != null && viewport.scale <= 1.01) {
      this.#panel?.style.setProperty('--kl-height', `${viewport.height}px`);
      this.#panel?.style.setProperty('--kl-top', `${viewport.offsetTop}px`);
    }
  };
}
