/** The languages that Kreislotse is written in, in the order of `translations/languages.yml`. */

export const LANGUAGES = ['de', 'de-x-leicht', 'en', 'tr', 'ar', 'uk', 'ru', 'fa', 'pl', 'ro', 'fr'] as const;

/** What somebody at the desk can speak: Leichte Sprache is German to them. */
export const SPOKEN_LANGUAGES = LANGUAGES.filter((code) => code !== 'de-x-leicht');
