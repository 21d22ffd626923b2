/** Who has read how far: the citizen what a person wrote, and the person what she wrote. */

/** Tells the server the last number that was seen, at most once in `everyMs`. */
export class ReadMarks {
  #seen = 0;
  #told = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly tell: (seq: number) => Promise<void>,
    private readonly everyMs: number,
  ) {}

  see(seq: number): void {
    this.#seen = Math.max(this.#seen, seq);
    if (this.#timer === undefined) {
      this.#tellNews();
    }
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#seen = 0;
    this.#told = 0;
  }

  #tellNews(): void {
    const seq = this.#seen;
    if (seq <= this.#told) {
      return;
    }
    this.#told = seq;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#tellNews();
    }, this.everyMs);
    // What does not arrive is made up for by the next message that is seen.
    this.tell(seq).catch(() => undefined);
  }
}

/** A message that is longer than the window is seen when this much of it is. */
const ENOUGH_PX = 120;
const STEPS = [0, 0.25, 0.5, 0.75, 1];

/** Watches which messages of people come into view while the citizen looks at the window. */
export class SeenMessages {
  readonly #known = new WeakSet<Element>();
  readonly #inView = new Set<Element>();
  readonly #observer: IntersectionObserver;

  constructor(private readonly onSeen: (seq: number) => void) {
    this.#observer = new IntersectionObserver(
      (entries) => {
        entries.forEach((entry) => { this.#note(entry); });
        this.look();
      },
      { threshold: STEPS },
    );
  }

  /** Takes in the messages below `root` that are new. */
  watch(root: ParentNode): void {
    root.querySelectorAll('article[data-author="caseworker"]').forEach((message) => {
      if (!this.#known.has(message)) {
        this.#known.add(message);
        this.#observer.observe(message);
      }
    });
  }

  /** The window has come before the citizen's eyes: what is in view now is seen. */
  look(): void {
    if (document.visibilityState === 'visible' && document.hasFocus()) {
      const seqs = [...this.#inView].map((message) => Number((message as HTMLElement).dataset['seq']));
      if (seqs.length > 0) {
        this.onSeen(Math.max(...seqs));
      }
    }
  }

  stop(): void {
    this.#observer.disconnect();
    this.#inView.clear();
  }

  #note({ target, isIntersecting, intersectionRatio, intersectionRect }: IntersectionObserverEntry): void {
    if (isIntersecting && (intersectionRatio >= 0.5 || intersectionRect.height >= ENOUGH_PX)) {
      this.#inView.add(target);
    } else {
      this.#inView.delete(target);
    }
  }
}
