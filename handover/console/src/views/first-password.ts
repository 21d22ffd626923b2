/** Before anything else: a password that nobody else knows. */

import { html, type TemplateResult } from 'lit';
import { signInTexts } from '../pages-texts';
import { texts } from '../texts';
import { DeskElement } from './desk-element';
import './pages/password-field';
import './pages/password-form';

export class FirstPassword extends DeskElement {
  static readonly tag = 'kl-first-password';

  protected override firstUpdated(): void {
    this.querySelector('h1')?.focus();
  }

  protected override render(): TemplateResult {
    const { desk } = this;
    return html`<main class="kl-sign-in">
      <div class="kl-sign-in__card">
        <p class="kern-preline">${texts.app.name}</p>
        <h1 class="kern-heading-large" tabindex="-1">${signInTexts.first.title}</h1>
        <p class="kern-body">${signInTexts.first.text}</p>
        <kl-password-form
          .desk=${desk}
          .username=${desk?.session?.username ?? ''}
          .submitLabel=${signInTexts.first.submit}
          @password-changed=${() => void desk?.resume()}
        ></kl-password-form>
        <button type="button" class="kern-btn kern-btn--tertiary" @click=${() => void desk?.signOut()}>
          <span class="kern-label">${texts.app.signOut}</span>
        </button>
      </div>
    </main>`;
  }
}

customElements.define(FirstPassword.tag, FirstPassword);
