/** Which of the offered languages fits what the browser asks for. */

import type { Language } from './model';

/** The first wish that is offered, exactly or without its region. */
export function bestLanguage(wishes: readonly string[], offered: readonly Language[]): string | null {
  for (const wish of wishes) {
    const exact = offered.find(({ code }) => code.toLowerCase() === wish.toLowerCase());
    const base = wish.split('-')[0]?.toLowerCase();
    const found = exact ?? offered.find(({ code }) => code.toLowerCase() === base);
    if (found !== undefined) {
      return found.code;
    }
  }
  return null;
}
