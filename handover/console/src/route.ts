/** The addresses of the console: `#/handover/{id}`, the other pages; anything else is the queue. */

import type { Role, Session } from './model';

const HANDOVER = /^#\/handover\/([^/]+)$/;

export const QUEUE_HASH = '#/';

export type Page = 'queue' | 'search' | 'figures' | 'accounts' | 'audit' | 'account';

export const PAGE_HASHES: Readonly<Record<Page, string>> = {
  queue: QUEUE_HASH,
  search: '#/suche',
  figures: '#/auswertung',
  accounts: '#/konten',
  audit: '#/protokoll',
  account: '#/konto',
};

/** Whom a page is for; the server says the same of its operations (`handover/rights.py`). */
const ROLES: Readonly<Record<Page, readonly Role[]>> = {
  queue: ['caseworker', 'lead'],
  search: ['caseworker', 'lead'],
  figures: ['lead'],
  accounts: ['admin'],
  audit: ['auditor'],
  account: ['caseworker', 'lead', 'admin', 'auditor'],
};

const PAGES = Object.keys(PAGE_HASHES) as readonly Page[];

export function pagesFor(session: Session): readonly Page[] {
  const held = new Set(session.memberships.map((membership) => membership.role));
  return PAGES.filter((page) => page === 'account' || ROLES[page].some((role) => held.has(role)));
}

/** The page that the address names, or the first that is open to her. */
export function pageOf(hash: string, session: Session): Page {
  const allowed = pagesFor(session);
  const path = hash.split('?')[0];
  const named = PAGES.find((page) => PAGE_HASHES[page] === path) ?? 'queue';
  return allowed.includes(named) ? named : (allowed[0] ?? 'account');
}

export function handoverHash(id: string): string {
  return `#/handover/${encodeURIComponent(id)}`;
}

export function readHash(hash: string): string | null {
  const encoded = HANDOVER.exec(hash)?.[1];
  if (encoded === undefined) {
    return null;
  }
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}
