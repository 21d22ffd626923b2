/** The way to a person: which office, whether it is open, and how. */

import { html, nothing, type TemplateResult } from 'lit';
import { told } from '../chat';
import { newId } from '../ids';
import type { Kind, Offer, Office, PersonRequest } from '../model';
import { isPhone } from '../phone';
import { ChatElement } from './chat-element';
import { icon } from './icon';
import { phoneLink } from './links';
import { hours } from './parts';

type Problem = { readonly field: 'office' | 'phone' | 'text' | 'form'; readonly text: string } | null;

/** What both an offer in a message and an office of the list say. */
interface Choice {
  readonly office: string;
  readonly kinds: readonly Kind[];
}

export class PersonForm extends ChatElement {
  static readonly tag = 'kreislotse-person';

  static override properties = {
    ...ChatElement.properties,
    offer: { attribute: false },
    office: { state: true },
    kind: { state: true },
    problem: { state: true },
    busy: { state: true },
  };

  /** The offer of a message; without one, the citizen chooses among all offices. */
  declare offer: Offer | null;
  declare office: string | null;
  declare kind: Kind | null;
  declare problem: Problem;
  declare busy: boolean;
  readonly #id = `kl-person-${newId().slice(0, 8)}`;

  constructor() {
    super();
    this.offer = null;
    this.office = null;
    this.kind = null;
    this.problem = null;
    this.busy = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.offer === null) {
      void this.#loadOffices();
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const { chat } = this;
    if (chat === undefined) {
      return nothing;
    }
    const { texts } = chat;
    const { state } = chat.state;
    if (state === 'waiting' || state === 'claimed') {
      return html`<p class="kl-aside">${texts.say(state === 'claimed' ? 'person_now' : 'person_requested')}</p>`;
    }
    if (state === 'closed') {
      return nothing;
    }
    return html`<form class="kl-person" novalidate @submit=${this.#onSubmit}>
      ${this.offer === null ? this.#offices() : nothing} ${this.#ways()}
      <div role="alert">
        ${this.problem?.field === 'form' ? html`<p class="kl-problem">${icon('danger')}${this.problem.text}</p>` : nothing}
      </div>
    </form>`;
  }

  #offices(): TemplateResult {
    const { texts, status } = this.#chat;
    if (status === null) {
      return html`<p role="status">${texts.say('loading')}</p>`;
    }
    return html`<fieldset class="kl-fieldset">
      <legend class="kl-part-title">${texts.say('person_office')}</legend>
      ${status.offices.map(
        (office) => html`<label class="kl-office">
          <input
            type="radio"
            class="kl-radio"
            name=${`${this.#id}-office`}
            value=${office.id}
            .checked=${this.office === office.id}
            @change=${() => { this.#chooseOffice(office.id); }}
          />
          <span><bdi>${office.name}</bdi><span class="kl-aside">${this.#openness(office)}</span></span>
        </label>`,
      )}
    </fieldset>`;
  }

  #openness(office: Office): string {
    const { texts } = this.#chat;
    if (office.open) {
      return texts.say('person_open');
    }
    return office.reopens_text === null
      ? texts.say('person_closed')
      : texts.say('person_closed_until', { reopens: office.reopens_text });
  }

  #ways(): TemplateResult | typeof nothing {
    const choice = this.#choice;
    if (choice === null) {
      return nothing;
    }
    const { texts } = this.#chat;
    if (choice.kinds.length === 0) {
      return this.#elsewhere(choice.office);
    }
    const legend = `${this.#id}-kind`;
    return html`<div role="group" aria-labelledby=${legend}>
        <p class="kl-part-title" id=${legend}>${texts.say('person_kind')}</p>
        <ul class="kl-choices">
          ${choice.kinds.map((kind) => html`<li>${this.#way(kind)}</li>`)}
        </ul>
        ${choice.kinds.includes('chat') ? html`<p class="kl-aside">${texts.say('person_reads')}</p>` : nothing}
      </div>
      <div id=${`${this.#id}-fields`}>${this.#fields()}</div>
      ${this.#privacy(choice.office)}`;
  }

  #way(kind: Kind): TemplateResult {
    const primary = kind === 'chat';
    return html`<button
      type="button"
      class="kern-btn ${primary ? 'kern-btn--primary' : 'kern-btn--secondary'} kl-choice"
      aria-expanded=${primary ? nothing : this.kind === kind ? 'true' : 'false'}
      aria-controls=${primary ? nothing : `${this.#id}-fields`}
      aria-disabled=${this.busy ? 'true' : 'false'}
      data-testid="person-${kind}"
      @click=${() => { this.#chooseKind(kind); }}
    >
      <span class="kern-label">${this.#chat.texts.say(`person_${kind}`)}</span>
    </button>`;
  }

  #fields(): TemplateResult | typeof nothing {
    const { texts } = this.#chat;
    if (this.kind === 'callback') {
      return html`${this.#phone()} ${this.#text('person_callback_text')} ${this.#submit('person_start_callback')}`;
    }
    if (this.kind === 'message') {
      return html`${this.#text('person_message_text')} ${this.#submit('person_start_message')}`;
    }
    return this.busy ? html`<p role="status">${texts.say('loading')}</p>` : nothing;
  }

  #phone(): TemplateResult {
    const { texts } = this.#chat;
    const id = `${this.#id}-phone`;
    const wrong = this.problem?.field === 'phone';
    return html`<div class="kl-field">
      <label class="kl-label" for=${id}>${texts.say('person_phone')}</label>
      <p class="kl-hint" id="${id}-hint">${texts.say('person_phone_hint')}</p>
      <input
        class="kern-form-input__input ${wrong ? 'kern-form-input__input--error' : ''}"
        id=${id}
        name="phone"
        type="tel"
        autocomplete="tel"
        dir="ltr"
        required
        aria-invalid=${wrong ? 'true' : 'false'}
        aria-describedby="${id}-hint ${id}-error"
      />
      ${this.#fieldProblem('phone', `${id}-error`)}
    </div>`;
  }

  #text(label: string): TemplateResult {
    const id = `${this.#id}-text`;
    const wrong = this.problem?.field === 'text';
    return html`<div class="kl-field">
      <label class="kl-label" for=${id}>${this.#chat.texts.say(label)}</label>
      <textarea
        class="kern-form-input__input kl-textarea ${wrong ? 'kern-form-input__input--error' : ''}"
        id=${id}
        name="text"
        rows="3"
        dir="auto"
        aria-invalid=${wrong ? 'true' : 'false'}
        aria-describedby="${id}-error"
      ></textarea>
      ${this.#fieldProblem('text', `${id}-error`)}
    </div>`;
  }

  #fieldProblem(field: 'phone' | 'text', id: string): TemplateResult {
    return html`<p class="kl-problem" id=${id}>
      ${this.problem?.field === field ? html`${icon('danger')}${this.problem.text}` : nothing}
    </p>`;
  }

  #submit(label: string): TemplateResult {
    return html`<button
      type="submit"
      class="kern-btn kern-btn--primary"
      aria-disabled=${this.busy ? 'true' : 'false'}
      data-testid="person-submit"
    >
      <span class="kern-label">${this.#chat.texts.say(label)}</span>
    </button>`;
  }

  #elsewhere(id: string): TemplateResult | typeof nothing {
    const { texts, status } = this.#chat;
    const office = status?.offices.find((other) => other.id === id);
    return office === undefined
      ? nothing
      : html`<div class="kl-box">
          <p>${texts.say('person_none')}</p>
          <p class="kl-number">${phoneLink(office.phone, texts.say('call', { name: office.name, phone: office.phone }))}</p>
          ${hours(office.hours, texts)}
        </div>`;
  }

  #privacy(id: string): TemplateResult | typeof nothing {
    const { texts, status } = this.#chat;
    const url = status?.offices.find((office) => office.id === id)?.privacy_notice;
    return url === undefined
      ? nothing
      : html`<p class="kl-aside">
          <a class="kl-link" href=${url} target="_blank" rel="noopener noreferrer"
            >${texts.say('person_privacy')} <span class="kl-sr-only">(${texts.say('new_tab')})</span></a
          >
        </p>`;
  }

  get #chat(): NonNullable<typeof this.chat> {
    if (this.chat === undefined) {
      throw new Error('A person form without a chat.');
    }
    return this.chat;
  }

  get #choice(): Choice | null {
    if (this.offer !== null) {
      return this.offer;
    }
    const office = this.#chat.status?.offices.find(({ id }) => id === this.office);
    return office === undefined ? null : { office: office.id, kinds: office.kinds };
  }

  async #loadOffices(): Promise<void> {
    try {
      const { offices } = await this.#chat.loadStatus();
      const likely = this.#chat.likelyOffice;
      this.office ??= offices.find(({ id }) => id === likely)?.id ?? null;
    } catch (error) {
      this.#fail(error);
    }
  }

  #chooseOffice(id: string): void {
    this.office = id;
    this.kind = null;
    this.problem = null;
  }

  #chooseKind(kind: Kind): void {
    this.problem = null;
    if (kind === 'chat') {
      this.kind = null;
      void this.#ask({ kind });
      return;
    }
    this.kind = this.kind === kind ? null : kind;
    void this.updateComplete.then(() => {
      this.querySelector<HTMLElement>('.kl-field input, .kl-field textarea')?.focus();
    });
  }

  readonly #onSubmit = (event: Event): void => {
    event.preventDefault();
    if (this.kind === null || this.kind === 'chat') {
      return;
    }
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const value = (name: string): string => {
      const entry = fields.get(name);
      return typeof entry === 'string' ? entry.trim() : '';
    };
    const phone = value('phone');
    const text = value('text');
    if (this.kind === 'callback' && !isPhone(phone)) {
      this.#refuse('phone', this.#chat.texts.say('person_phone_invalid'));
    } else if (this.kind === 'message' && text === '') {
      this.#refuse('text', this.#chat.texts.say('person_message_missing'));
    } else {
      void this.#ask({
        kind: this.kind,
        ...(this.kind === 'callback' ? { phone } : {}),
        ...(text === '' ? {} : { text }),
      });
    }
  };

  #refuse(field: 'phone' | 'text', text: string): void {
    this.problem = { field, text };
    void this.updateComplete.then(() => {
      this.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    });
  }

  async #ask(wish: PersonRequest): Promise<void> {
    const office = this.#choice?.office;
    if (this.busy || office === undefined) {
      return;
    }
    this.busy = true;
    try {
      await this.#chat.askForPerson({ ...wish, office });
      this.kind = null;
      this.dispatchEvent(new CustomEvent('kl-asked', { bubbles: true }));
    } catch (error) {
      this.#fail(error);
      // The office may have closed a minute ago: show what is possible now.
      await this.#chat.loadStatus().catch(() => undefined);
    } finally {
      this.busy = false;
    }
  }

  #fail(error: unknown): void {
    const text = told(error);
    this.problem = { field: 'form', text: text === '' ? this.#chat.texts.say('something_failed') : text };
  }
}
