/** Light or dark: as the system says, unless the caseworker chose for this browser. */

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** KERN follows the system by itself where its attribute is missing. */
export function showTheme(theme: Theme, root: HTMLElement = document.documentElement): void {
  if (theme === 'system') {
    delete root.dataset['kernTheme'];
  } else {
    root.dataset['kernTheme'] = theme;
  }
}
