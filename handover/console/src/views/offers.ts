/** Cases that are offered to this caseworker: above the queue, whichever list is open. */

import { html, nothing, type TemplateResult } from 'lit';
import { nameLanguage, nameTopic } from '../format';
import { isOfferedTo, ringsAt, type Handover } from '../model';
import { handoverHash } from '../route';
import { texts } from '../texts';
import { renderLanguage } from './case-file';
import { DeskElement } from './desk-element';
import { badge } from './parts';
import { Ticker } from './ticker';

/** Until the office's own time is here. */
const USUAL_TIMEOUT_S = 45;

export class Offers extends DeskElement {
  static readonly tag = 'kl-offers';

  constructor() {
    super();
    new Ticker(this, () => this.#offers().length > 0);
  }

  #offers(): readonly Handover[] {
    const { desk } = this;
    return desk === undefined
      ? []
      : [...desk.state.handovers.values()]
          .map(({ handover }) => handover)
          .filter((handover) => isOfferedTo(handover, desk.session));
  }

  #calls(): readonly Handover[] {
    const { desk } = this;
    return desk === undefined
      ? []
      : [...desk.state.handovers.values()]
          .map(({ handover }) => handover)
          .filter((handover) => ringsAt(handover, desk.session));
  }

  protected override render(): TemplateResult {
    return html`${this.#renderCalls()} ${this.#renderOffers()}`;
  }

  /** Whoever rings is picked up by telephone; here it says who it is. */
  #renderCalls(): TemplateResult | typeof nothing {
    const session = this.desk?.session ?? null;
    const calls = this.#calls();
    return calls.length === 0 || session === null
      ? nothing
      : html`<section class="kl-offers" aria-labelledby="ringing-title" data-testid="ringing">
          <h3 class="kern-title kern-title--small" id="ringing-title">${texts.call.title}</h3>
          ${calls.map(
            (call) => html`<div class="kl-offer" data-handover-id=${call.id}>
              <p class="kl-offer__topic">
                ${call.priority === 'crisis' ? badge('danger', texts.queue.crisis) : nothing}
                <a href=${handoverHash(call.id)}>${nameTopic(call)}</a>
              </p>
              <p class="kl-offer__facts">
                ${this.desk?.nameOffice(call.office)} · ${call.caller ?? texts.call.unknownCaller}
              </p>
              ${renderLanguage(call, session)}
            </div>`,
          )}
        </section>`;
  }

  #renderOffers(): TemplateResult | typeof nothing {
    const offers = this.#offers();
    return offers.length === 0
      ? nothing
      : html`<section class="kl-offers" aria-labelledby="offers-title" data-testid="offers">
          <h3 class="kern-title kern-title--small" id="offers-title">${texts.offer.title}</h3>
          ${offers.map((offer) => this.#renderOffer(offer))}
        </section>`;
  }

  #renderOffer(offer: Handover): TemplateResult {
    const busy = this.desk?.busy.has(offer.id) ?? false;
    return html`<div class="kl-offer" data-testid="offer" data-handover-id=${offer.id}>
      <p class="kl-offer__topic">
        ${offer.priority === 'crisis' ? badge('danger', texts.queue.crisis) : nothing}
        <a href=${handoverHash(offer.id)}>${nameTopic(offer)}</a>
      </p>
      <p class="kl-offer__facts">
        ${this.desk?.nameOffice(offer.office)} · ${texts.kind[offer.kind]} · ${nameLanguage(offer.language)} ·
        <strong data-testid="offer-left">${this.#secondsLeft(offer)}</strong>
      </p>
      <p class="kl-offer__actions">
        <button
          type="button"
          class="kern-btn kern-btn--primary"
          aria-disabled=${busy ? 'true' : 'false'}
          aria-label=${`${texts.offer.accept}: ${nameTopic(offer)}`}
          @click=${() => { this.#accept(offer.id); }}
        >
          <span class="kern-label">${texts.offer.accept}</span>
        </button>
        <button
          type="button"
          class="kern-btn kern-btn--secondary"
          aria-disabled=${busy ? 'true' : 'false'}
          aria-label=${`${texts.offer.decline}: ${nameTopic(offer)}`}
          @click=${() => void this.desk?.casework.decline(offer.id)}
        >
          <span class="kern-label">${texts.offer.decline}</span>
        </button>
      </p>
    </div>`;
  }

  #secondsLeft(offer: Handover): string {
    const office = this.desk?.offices.find(({ id }) => id === offer.office);
    const timeoutMs = (office?.offer_timeout_s ?? USUAL_TIMEOUT_S) * 1_000;
    const endsAt = Date.parse(offer.offered_at ?? '') + timeoutMs;
    const seconds = Math.ceil((endsAt - (this.desk?.now() ?? Date.now())) / 1_000);
    return seconds > 0 ? texts.offer.left(seconds) : texts.offer.over;
  }

  #accept(id: string): void {
    location.hash = handoverHash(id);
    void this.desk?.claim(id);
  }
}

customElements.define(Offers.tag, Offers);
