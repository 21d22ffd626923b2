/**
 * What a caseworker does with a case beside answering it: hand it on, put it aside, join it with
 * another, note something down, use what the catalogue suggests.
 */

import type { StaffApi } from './api';
import { describeError } from './errors';
import { formatUntil } from './format';
import type {
  Answers,
  Handover,
  Outcome,
  SearchResult,
  SnoozeReason,
  Suggestion,
  Suggestions,
  Template,
  Transfer,
  WorkingColleague,
} from './model';
import type { Action, DeskState } from './store';
import { texts } from './texts';

/** What the case work needs from the desk. */
export interface CaseDesk {
  readonly state: DeskState;
  now(): number;
  apply(action: Action): void;
  changed(): void;
  /** Does one thing to a case at a time, and says what went wrong. */
  act(id: string, action: () => Promise<void>): Promise<void>;
  report(id: string, title: string): void;
  saveDraft(id: string, text: string): void;
  load(id: string): Promise<void>;
  noticeEndedSession(error: unknown): boolean;
}

/** What the catalogue has to say to the question with the number `forSeq`. */
export type SuggestionsState =
  | { readonly kind: 'asked'; readonly forSeq: number }
  | { readonly kind: 'shown'; readonly forSeq: number; readonly answer: Suggestions }
  | { readonly kind: 'refused'; readonly forSeq: number; readonly problem: string };

export class CaseWork {
  readonly suggestions = new Map<string, SuggestionsState>();
  /** Unsent notes per handover, apart from the drafts so that neither is taken for the other. */
  readonly noteDrafts = new Map<string, string>();
  readonly #inserted = new Map<string, { readonly text: string; readonly answers: Answers }>();
  readonly #templates = new Map<string, readonly Template[] | 'asked'>();

  constructor(
    private readonly desk: CaseDesk,
    private readonly api: StaffApi,
  ) {}

  // --- where a case goes

  /** True where the case has left one's own offices. */
  async transfer(id: string, to: Transfer): Promise<boolean> {
    let left = false;
    await this.#change(id, texts.transferDialog.done, async () => {
      const handover = await this.api.transfer(id, to);
      left = handover === null;
      return handover;
    });
    return left;
  }

  snooze(id: string, until: string, reason: SnoozeReason): Promise<void> {
    const done = texts.snoozeDialog.done(formatUntil(until, this.desk.now()));
    return this.#change(id, done, () => this.api.snooze(id, until, reason));
  }

  endSnooze(id: string): Promise<void> {
    return this.#change(id, texts.snoozeDialog.ended, () => this.api.snooze(id, null, null));
  }

  /** Lets `from` go on in `into`; what goes wrong is told in `shown`, the open one of them. */
  merge(shown: string, from: string, into: string, onMerged: (into: string) => void): Promise<void> {
    return this.desk.act(shown, async () => {
      const since = this.desk.state.seq;
      const handover = await this.api.merge(from, into);
      this.desk.apply({ type: 'handover_confirmed', handover, since });
      this.desk.report(handover.id, texts.mergeDialog.done);
      await this.desk.load(handover.id);
      onMerged(handover.id);
    });
  }

  decline(id: string): Promise<void> {
    return this.#change(id, texts.offer.declined, () => this.api.decline(id));
  }

  addAttempt(id: string, outcome: Outcome, note: string): Promise<void> {
    return this.#change(id, texts.attemptDialog.done, () =>
      this.api.addAttempt(id, outcome, note === '' ? null : note),
    );
  }

  #change(id: string, done: string, request: () => Promise<Handover | null>): Promise<void> {
    return this.desk.act(id, async () => {
      const since = this.desk.state.seq;
      const handover = await request();
      this.desk.apply(
        handover === null
          ? { type: 'handover_gone', id }
          : { type: 'handover_confirmed', handover, since },
      );
      this.desk.report(id, done);
    });
  }

  // --- notes

  saveNoteDraft(id: string, text: string): void {
    this.noteDrafts.set(id, text);
  }

  /** Keeps the draft until the server has the note. */
  async addNote(id: string, text: string): Promise<void> {
    await this.desk.act(id, async () => {
      const note = await this.api.addNote(id, text);
      this.noteDrafts.delete(id);
      this.desk.apply({ type: 'note_added', id, note });
    });
  }

  // --- words that are ready

  /** The templates of an office; empty until they are here. */
  templatesOf(office: string): readonly Template[] {
    const known = this.#templates.get(office);
    if (known === undefined) {
      this.#templates.set(office, 'asked');
      void this.#loadTemplates(office);
    }
    return known === undefined || known === 'asked' ? [] : known;
  }

  async #loadTemplates(office: string): Promise<void> {
    try {
      this.#templates.set(office, await this.api.templates(office));
    } catch (error) {
      this.#templates.set(office, []);
      this.desk.noticeEndedSession(error);
    }
    this.desk.changed();
  }

  /** Asks once per question; the same question again only if that is wanted. */
  async suggest(id: string, forSeq: number, again = false): Promise<void> {
    const known = this.suggestions.get(id);
    if (known?.forSeq === forSeq && !again) {
      return;
    }
    this.#setSuggestions(id, { kind: 'asked', forSeq });
    let next: SuggestionsState;
    try {
      next = { kind: 'shown', forSeq, answer: await this.api.suggestions(id) };
    } catch (error) {
      if (this.desk.noticeEndedSession(error)) {
        this.suggestions.delete(id);
        return;
      }
      next = { kind: 'refused', forSeq, problem: describeError(error, this.desk.now()) };
    }
    if (this.suggestions.get(id)?.forSeq === forSeq) {
      this.#setSuggestions(id, next);
    }
  }

  #setSuggestions(id: string, next: SuggestionsState): void {
    this.suggestions.set(id, next);
    this.desk.changed();
  }

  /** Puts it into the draft; only as long as it stands there alone it counts as the catalogue's. */
  insert(id: string, draft: string, suggestion: Suggestion): void {
    const { text, service, aspect } = suggestion;
    const written = draft.trimEnd();
    this.#inserted.set(id, { text: text.trim(), answers: { service, aspect } });
    this.desk.saveDraft(id, written === '' ? text : `${written}\n\n${text}`);
    this.desk.changed();
  }

  /** The catalogue's answer that these words repeat unaltered, or null. */
  answersOf(id: string, text: string): Answers | null {
    const inserted = this.#inserted.get(id);
    return inserted?.text === text.trim() ? inserted.answers : null;
  }

  // --- looking things up

  attachmentAddress(id: string, attachmentId: string): string {
    return this.api.attachmentAddress(id, attachmentId);
  }

  /** Throws the server's refusal: the dialog shows it. */
  colleagues(): Promise<readonly WorkingColleague[]> {
    return this.api.colleagues();
  }

  /** Throws the server's refusal: the page shows it. */
  search(words: string): Promise<SearchResult> {
    return this.api.search(words);
  }

  // --- leaving

  /** The case is no longer ours to see. */
  forget(id: string): void {
    this.suggestions.delete(id);
    this.noteDrafts.delete(id);
    this.#inserted.delete(id);
  }

  forgetAll(): void {
    this.suggestions.clear();
    this.noteDrafts.clear();
    this.#inserted.clear();
    this.#templates.clear();
  }
}
