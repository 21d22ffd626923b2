/** What is being entered about an account, and whether it can be sent. */

import type { Membership, Role } from '../../model';
import type { Account } from '../../pages-model';
import { accountsTexts as texts, frameTexts } from '../../pages-texts';

export interface AccountDraft {
  readonly username: string;
  readonly name: string;
  readonly memberships: readonly Membership[];
  readonly languages: readonly string[];
  /** As typed. */
  readonly extension: string;
  /** As typed. */
  readonly capacity: string;
  readonly disabled: boolean;
}

const MOST_AT_ONCE = 50;
const EXTENSION = /^\d{1,10}$/;
const USERNAME = /^[\p{L}\p{N}_.@+-]+$/u;

export function draftOf(account: Account | null): AccountDraft {
  return {
    username: account?.username ?? '',
    name: account?.name ?? '',
    memberships: account?.memberships ?? [],
    languages: account?.languages ?? [],
    extension: account?.extension ?? '',
    capacity: account?.capacity?.toString() ?? '',
    disabled: account?.disabled ?? false,
  };
}

/** There is one role per office; without one the membership goes. */
export function withRole(draft: AccountDraft, office: string, role: Role | null): AccountDraft {
  const kept = draft.memberships.filter((membership) => membership.office !== office);
  const team = draft.memberships.find((membership) => membership.office === office)?.team ?? null;
  return { ...draft, memberships: role === null ? kept : [...kept, { office, role, team }] };
}

export function withTeam(draft: AccountDraft, office: string, team: string | null): AccountDraft {
  return {
    ...draft,
    memberships: draft.memberships.map((membership) =>
      membership.office === office ? { ...membership, team } : membership,
    ),
  };
}

export function withLanguage(draft: AccountDraft, code: string, spoken: boolean): AccountDraft {
  const others = draft.languages.filter((language) => language !== code);
  return { ...draft, languages: spoken ? [...others, code] : others };
}

export function capacityOf(draft: AccountDraft): number | null {
  return draft.capacity.trim() === '' ? null : Number(draft.capacity);
}

export function extensionOf(draft: AccountDraft): string | null {
  return draft.extension.trim() === '' ? null : draft.extension.trim();
}

/** What is wrong, by field; the server looks again. */
export function problemsOf(draft: AccountDraft, isNew: boolean): Readonly<Record<string, string>> {
  const capacity = capacityOf(draft);
  const wrongCapacity =
    capacity !== null && !(Number.isInteger(capacity) && capacity >= 1 && capacity <= MOST_AT_ONCE);
  return {
    ...(isNew && !USERNAME.test(draft.username.trim()) ? { username: texts.usernameWrong } : {}),
    ...(draft.name.trim() === '' ? { name: frameTexts.required } : {}),
    ...(EXTENSION.test(extensionOf(draft) ?? '0') ? {} : { extension: texts.extensionWrong }),
    ...(wrongCapacity ? { capacity: texts.capacityWrong } : {}),
  };
}
