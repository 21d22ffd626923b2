/** Base of the pages beside the queue: loads once, says what went wrong or well, is never doubly busy. */

import { html, nothing, type TemplateResult } from 'lit';
import { ApiError } from '../../api';
import { describeError } from '../../errors';
import { frameTexts } from '../../pages-texts';
import { DeskElement } from '../desk-element';
import { alertBox } from '../parts';

/** Only this ends a session: a wrong password or code is answered with 401 as well. */
export function endsSession(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'unauthorized';
}

/** The sentence of the server for each field that it refused. */
export function fieldProblems(error: unknown): Readonly<Record<string, string>> {
  const fields = error instanceof ApiError && error.status === 422 ? error.details['fields'] : undefined;
  if (typeof fields !== 'object' || fields === null) {
    return {};
  }
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export abstract class PageElement extends DeskElement {
  static override properties = {
    ...DeskElement.properties,
    busy: { state: true },
    problem: { state: true },
    done: { state: true },
  };

  declare busy: boolean;
  /** What went wrong with the last thing asked for. */
  declare problem: string;
  declare done: string;

  constructor() {
    super();
    this.busy = false;
    this.problem = '';
    this.done = '';
  }

  /** Does one thing at a time; says whether it worked, and sends a lost session to the sign-in. */
  protected async attempt(action: () => Promise<void>, done = ''): Promise<boolean> {
    if (this.busy) {
      return false;
    }
    this.busy = true;
    this.problem = '';
    this.done = '';
    try {
      await action();
      this.done = done;
      return true;
    } catch (error) {
      if (endsSession(error)) {
        this.desk?.noticeEndedSession(error);
      } else {
        this.refused(error);
      }
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** What a refusal means here. */
  protected refused(error: unknown): void {
    this.problem = describeError(error, this.now);
  }

  protected get now(): number {
    return this.desk?.now() ?? Date.now();
  }

  protected renderTitle(title: string): TemplateResult {
    return html`<h2 class="kern-heading-large kl-page__title" tabindex="-1" data-page-title>${title}</h2>`;
  }

  /** Always on the page, so that screen readers hear what comes into it. */
  protected renderOutcome(): TemplateResult {
    return html`<div class="kl-outcome" data-testid="outcome">
      <div role="alert">
        ${this.problem === '' ? nothing : alertBox({ level: 'danger', title: this.problem }, this.#dismiss)}
      </div>
      <div role="status">
        ${this.done === '' ? nothing : alertBox({ level: 'success', title: this.done }, this.#dismiss)}
      </div>
    </div>`;
  }

  readonly #dismiss = (): void => {
    this.problem = '';
    this.done = '';
  };

  protected renderLoading(): TemplateResult {
    return html`<p class="kern-body" role="status">${frameTexts.loading}</p>`;
  }
}
