/** The widget's words: German ones are built in, others come from the server. */

import german from 'virtual:texts';
import type { Direction, WidgetTexts } from './model';

export type Values = Readonly<Record<string, string | number>>;

export class Texts {
  #texts: Readonly<Record<string, string>> = german;
  language = 'de';
  direction: Direction = 'ltr';

  use(texts: WidgetTexts): void {
    this.#texts = texts.texts;
    this.language = texts.language;
    this.direction = texts.direction;
  }

  /** The text under `key` with its `{placeholders}` filled. */
  say(key: string, values: Values = {}): string {
    const text = this.#texts[key] ?? german[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  }

  date(iso: string): string {
    return this.#format(iso, { dateStyle: 'long' });
  }

  time(iso: string): string {
    return this.#format(iso, { hour: '2-digit', minute: '2-digit' });
  }

  number(value: number): string {
    return value.toLocaleString(this.#locale);
  }

  #format(iso: string, options: Intl.DateTimeFormatOptions): string {
    const date = new Date(iso);
    return Number.isNaN(date.getTime())
      ? iso
      : new Intl.DateTimeFormat(this.#locale, options).format(date);
  }

  /** The language as it is written in Germany: day before month, and 24 hours. */
  get #locale(): Intl.Locale {
    return new Intl.Locale(this.language, { region: 'DE', numberingSystem: 'latn' });
  }
}
