/** Joins a case with another one of the same citizen, and says before what that does. */

import { html, type TemplateResult } from 'lit';
import { formatTime, nameLanguage, nameTopic } from '../format';
import { isOwnedBy, type Handover } from '../model';
import { handoverHash } from '../route';
import { texts } from '../texts';
import { CaseDialog, valueOf, type Choice } from './case-dialog';

export class MergeDialog extends CaseDialog {
  static readonly tag = 'kl-merge-dialog';

  protected readonly idBase = 'merge';
  protected readonly heading = texts.mergeDialog.title;
  protected readonly confirm = texts.mergeDialog.confirm;

  protected override isIdle(): boolean {
    return this.#candidates().length === 0;
  }

  protected renderBody(): TemplateResult {
    const candidates = this.#candidates();
    return html`
      <p class="kern-body">${texts.mergeDialog.intro}</p>
      <ul class="kl-list">${texts.mergeDialog.effects.map((effect) => html`<li>${effect}</li>`)}</ul>
      ${candidates.length === 0
        ? html`<p class="kern-body kern-body--bold">${texts.mergeDialog.none}</p>`
        : this.renderChoices('into', texts.mergeDialog.legend, candidates.map((other) => this.#choice(other)))}
    `;
  }

  /**
   * One's own cases of the same office, and for an own case those that wait there too: of the
   * two, the one in which it goes on is one's own.
   */
  #candidates(): readonly Handover[] {
    const { desk, handover } = this;
    if (desk === undefined || handover === undefined) {
      return [];
    }
    return [...desk.state.handovers.values()]
      .map((known) => known.handover)
      .filter(
        (other) =>
          other.id !== handover.id &&
          other.office === handover.office &&
          (isOwnedBy(other, desk.session) ||
            (other.state === 'waiting' && isOwnedBy(handover, desk.session))),
      )
      .sort(
        (a, b) =>
          Number(a.state === 'waiting') - Number(b.state === 'waiting') ||
          Date.parse(b.requested_at) - Date.parse(a.requested_at),
      );
  }

  #choice(other: Handover): Choice {
    const whose = other.state === 'waiting' ? texts.mergeDialog.waits : texts.mergeDialog.yours;
    const now = this.desk?.now() ?? Date.now();
    return {
      value: other.id,
      label: nameTopic(other),
      hint: html`${whose} · ${formatTime(other.requested_at, now)} · ${nameLanguage(other.language)}
        ${other.preview === '' ? '' : html`<br /><span dir="auto" lang=${other.language}>„${other.preview}“</span>`}`,
    };
  }

  protected submitted(values: FormData, { id }: Handover): string | null {
    const chosen = valueOf(values, 'into');
    if (chosen === '') {
      return texts.mergeDialog.missing;
    }
    const other = this.#candidates().find((candidate) => candidate.id === chosen);
    const [from, into] = other?.state === 'waiting' ? [chosen, id] : [id, chosen];
    void this.desk?.casework.merge(id, from, into, (merged) => {
      location.hash = handoverHash(merged);
    });
    return null;
  }
}

customElements.define(MergeDialog.tag, MergeDialog);
