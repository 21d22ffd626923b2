/** Form fields in KERN's markup: label, hint and problem belong to the field for screen readers too. */

import { html, nothing, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';

export interface Field {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly problem?: string | undefined;
  readonly value?: string;
}

export interface TextField extends Field {
  readonly type?: 'text' | 'date' | 'number' | 'search';
  readonly autocomplete?: AutoFill;
  readonly inputmode?: 'numeric' | 'text';
  readonly maxlength?: number;
  readonly required?: boolean;
  readonly onInput?: (value: string) => void;
}

const describedBy = (field: Field): string | undefined =>
  [
    field.hint === undefined ? '' : `${field.id}-hint`,
    (field.problem ?? '') === '' ? '' : `${field.id}-problem`,
  ]
    .filter((id) => id !== '')
    .join(' ') || undefined;

function around(field: Field, control: TemplateResult): TemplateResult {
  const wrong = (field.problem ?? '') !== '';
  return html`<div class="kern-form-input ${wrong ? 'kern-form-input--error' : ''}">
    <label class="kern-label" for=${field.id}>${field.label}</label>
    ${field.hint === undefined
      ? nothing
      : html`<div class="kern-hint" id=${`${field.id}-hint`}>${field.hint}</div>`}
    ${control}
    ${wrong
      ? html`<p class="kern-error" id=${`${field.id}-problem`} role="alert">
          <span class="kern-icon kern-icon--danger" aria-hidden="true"></span>
          <span class="kern-body">${field.problem}</span>
        </p>`
      : nothing}
  </div>`;
}

export function textField(field: TextField): TemplateResult {
  return around(
    field,
    html`<input
      class="kern-form-input__input"
      id=${field.id}
      name=${field.id}
      type=${field.type ?? 'text'}
      .value=${field.value ?? ''}
      autocomplete=${field.autocomplete ?? 'off'}
      autocapitalize="none"
      spellcheck="false"
      inputmode=${ifDefined(field.inputmode)}
      maxlength=${ifDefined(field.maxlength)}
      ?required=${field.required ?? false}
      aria-invalid=${ifDefined((field.problem ?? '') === '' ? undefined : 'true')}
      aria-describedby=${ifDefined(describedBy(field))}
      @input=${(event: Event) => field.onInput?.((event.target as HTMLInputElement).value)}
    />`,
  );
}

export interface SelectField extends Field {
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly onChange?: (value: string) => void;
}

export function selectField(field: SelectField): TemplateResult {
  return around(
    field,
    html`<div class="kern-form-input__select-wrapper">
      <select
        class="kern-form-input__select"
        id=${field.id}
        name=${field.id}
        aria-describedby=${ifDefined(describedBy(field))}
        @change=${(event: Event) => field.onChange?.((event.target as HTMLSelectElement).value)}
      >
        ${field.options.map(
          ([value, text]) =>
            html`<option value=${value} ?selected=${value === (field.value ?? '')}>${text}</option>`,
        )}
      </select>
    </div>`,
  );
}

export function checkField(
  field: Field & { readonly checked: boolean; readonly onChange?: (checked: boolean) => void },
): TemplateResult {
  return html`<div class="kern-form-check">
      <input
        class="kern-form-check__checkbox"
        type="checkbox"
        id=${field.id}
        name=${field.id}
        value=${field.value ?? 'on'}
        .checked=${field.checked}
        aria-describedby=${ifDefined(describedBy(field))}
        @change=${(event: Event) => field.onChange?.((event.target as HTMLInputElement).checked)}
      />
      <label class="kern-label" for=${field.id}>${field.label}</label>
    </div>
    ${field.hint === undefined
      ? nothing
      : html`<p class="kern-hint" id=${`${field.id}-hint`}>${field.hint}</p>`}`;
}
