import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReadMarks, SeenMessages } from '../src/reading';

describe('how far the citizen has read', () => {
  const told: number[] = [];
  let marks: ReadMarks;

  beforeEach(() => {
    vi.useFakeTimers();
    told.length = 0;
    marks = new ReadMarks((seq) => { told.push(seq); return Promise.resolve(); }, 1000);
  });

  afterEach(() => { vi.useRealTimers(); });

  it('is told at once, and then the newest number once a second', () => {
    [3, 5, 4, 6].forEach((seq) => { marks.see(seq); });
    expect(told).toEqual([3]);
    vi.advanceTimersByTime(999);
    expect(told).toEqual([3]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual([3, 6]);
  });

  it('is not told twice, nor backwards', () => {
    marks.see(5);
    vi.advanceTimersByTime(2000);
    marks.see(5);
    marks.see(2);
    vi.advanceTimersByTime(2000);
    expect(told).toEqual([5]);
  });
});

describe('what the citizen has seen', () => {
  let report: (entries: Partial<IntersectionObserverEntry>[]) => void;
  const observed: Element[] = [];
  const seen: number[] = [];
  let focused: boolean;

  beforeEach(() => {
    observed.length = 0;
    seen.length = 0;
    focused = true;
    vi.spyOn(document, 'hasFocus').mockImplementation(() => focused);
    vi.stubGlobal('IntersectionObserver', class {
      constructor(callback: (entries: Partial<IntersectionObserverEntry>[]) => void) { report = callback; }
      observe(element: Element): void { observed.push(element); }
      disconnect(): void { observed.length = 0; }
    });
    const messages = ['bot', 'caseworker', 'citizen', 'caseworker'].map((author, index) => {
      const message = document.createElement('article');
      Object.assign(message.dataset, { author, seq: String(index + 1) });
      return message;
    });
    document.body.replaceChildren(...messages);
  });

  afterEach(() => { vi.unstubAllGlobals(); });

  const entry = (target: Element, ratio: number, height = 10) => ({
    target, isIntersecting: ratio > 0, intersectionRatio: ratio,
    intersectionRect: { height } as DOMRect,
  });

  it('is what people wrote and what is in view', () => {
    const messages = new SeenMessages((seq) => { seen.push(seq); });
    messages.watch(document.body);
    messages.watch(document.body);
    const [first, second] = observed as [Element, Element];
    expect(observed.map((element) => (element as HTMLElement).dataset['seq'])).toEqual(['2', '4']);
    report([entry(first, 1), entry(second, 0.2)]);
    expect(seen).toEqual([2]);
    report([entry(second, 0.3, 200)]);
    expect(seen).toEqual([2, 4]);
  });

  it('is nothing while she looks elsewhere, and all that is in view when she comes back', () => {
    focused = false;
    const messages = new SeenMessages((seq) => { seen.push(seq); });
    messages.watch(document.body);
    const [first, second] = observed as [Element, Element];
    report([entry(first, 1), entry(second, 1)]);
    report([entry(second, 0)]);
    expect(seen).toEqual([]);
    focused = true;
    messages.look();
    expect(seen).toEqual([2]);
  });
});
