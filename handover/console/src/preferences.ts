/** What a caseworker set on this computer; kept by the browser, never sent. */

import { THEMES, type Theme } from './theme';

export interface Preferences {
  readonly sound: boolean;
  /** Single-letter shortcuts can trip speech input, so they can be switched off. */
  readonly singleKeys: boolean;
  readonly theme: Theme;
}

const KEY = 'kreislotse.console.preferences';
const DEFAULTS: Preferences = { sound: false, singleKeys: true, theme: 'system' };

export function loadPreferences(storage: Storage = localStorage): Preferences {
  try {
    const stored = JSON.parse(storage.getItem(KEY) ?? '{}') as Partial<Preferences>;
    return {
      sound: stored.sound ?? DEFAULTS.sound,
      singleKeys: stored.singleKeys ?? DEFAULTS.singleKeys,
      theme: THEMES.find((theme) => theme === stored.theme) ?? DEFAULTS.theme,
    };
  } catch {
    return DEFAULTS;
  }
}

export function savePreferences(preferences: Preferences, storage: Storage = localStorage): void {
  try {
    storage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // Storage may be forbidden: then the setting lasts until the page is closed.
  }
}
