/** What the embedding page says: on the script tag as `data-…`, or on the element itself. */

export interface Config {
  /** Origin of the API, without a slash at its end. */
  readonly api: string;
  /** Where fonts lie. */
  readonly assets: string;
  /** The page's language, or null: then the browser's counts. */
  readonly language: string | null;
  /** Open the chat as soon as the page is there. */
  readonly open: boolean;
  /** The office that this page belongs to: first choice when a person is asked for. */
  readonly office: string | null;
  readonly position: 'end' | 'start';
  readonly theme: 'auto' | 'light' | 'dark';
}

export type Attributes = Readonly<Record<string, string | undefined>>;

/** The attributes' meaning, for a script loaded from `scriptUrl` into the page at `pageUrl`. */
export function readConfig(attributes: Attributes, scriptUrl: string, pageUrl: string): Config {
  const script = new URL(scriptUrl === '' ? pageUrl : scriptUrl, pageUrl);
  const api = new URL(attributes['api'] ?? script.origin, pageUrl);
  const { theme } = attributes;
  return {
    api: `${api.origin}${api.pathname.replace(/\/+$/, '')}`,
    assets: new URL('widget/', script).href,
    language: attributes['language'] ?? null,
    open: isOn(attributes['open']),
    office: attributes['office'] ?? null,
    position: attributes['position'] === 'start' || attributes['position'] === 'left' ? 'start' : 'end',
    theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
  };
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== 'false';
}
