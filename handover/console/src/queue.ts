/** Which handovers stand in which tab of the queue, and in what order. */

import type { Handover, HandoverKind, Session } from './model';
import { isOwnedBy } from './model';
import { unreadCount, type DeskState } from './store';

export const TABS = ['waiting', 'mine', 'others', 'ended'] as const;
export type Tab = (typeof TABS)[number];

export function tabOf(handover: Handover, session: Session | null): Tab {
  if (handover.state === 'waiting') {
    return 'waiting';
  }
  if (handover.state === 'claimed') {
    return isOwnedBy(handover, session) ? 'mine' : 'others';
  }
  return 'ended';
}

/** What the list is narrowed down to; null means all. */
export interface QueueFilter {
  readonly office: string | null;
  readonly kind: HandoverKind | null;
  readonly language: string | null;
  /** A team of `office`. */
  readonly team: string | null;
}

export const ALL: QueueFilter = { office: null, kind: null, language: null, team: null };

function passes(handover: Handover, filter: QueueFilter): boolean {
  return (
    (filter.office === null || handover.office === filter.office) &&
    (filter.kind === null || handover.kind === filter.kind) &&
    (filter.language === null || handover.language === filter.language) &&
    (filter.team === null || handover.team === filter.team)
  );
}

/** The rows of every tab. */
export function rowsByTab(
  state: DeskState,
  session: Session | null,
  filter: QueueFilter,
): Record<Tab, Handover[]> {
  const rows: Record<Tab, Handover[]> = { waiting: [], mine: [], others: [], ended: [] };
  for (const { handover } of state.handovers.values()) {
    if (passes(handover, filter)) {
      rows[tabOf(handover, session)].push(handover);
    }
  }
  rows.waiting.sort(urgentThenOldest);
  rows.mine.sort(snoozedLast);
  rows.others.sort(urgentThenOldest);
  rows.ended.sort((a, b) => endedAt(b) - endedAt(a));
  return rows;
}

function urgentThenOldest(a: Handover, b: Handover): number {
  return (
    Number(b.priority === 'crisis') - Number(a.priority === 'crisis') ||
    Date.parse(a.requested_at) - Date.parse(b.requested_at) ||
    (a.id < b.id ? -1 : 1)
  );
}

function endedAt(handover: Handover): number {
  return Date.parse(handover.closed_at ?? handover.requested_at);
}

/** Put aside until a time; its owner need not look before. */
export function isSnoozed(handover: Handover): boolean {
  return handover.state === 'claimed' && handover.snoozed_until !== null;
}

/** Cases that are put aside come last, the one that comes back first before the others. */
function snoozedLast(a: Handover, b: Handover): number {
  return snoozedUntil(a) - snoozedUntil(b) || urgentThenOldest(a, b);
}

function snoozedUntil(handover: Handover): number {
  return handover.snoozed_until === null ? 0 : Date.parse(handover.snoozed_until);
}

/** True once a call-back or a message should have been answered. */
export function isOverdue(handover: Handover, nowMs: number): boolean {
  const isOpen = handover.state === 'waiting' || handover.state === 'claimed';
  return isOpen && handover.due_at !== null && Date.parse(handover.due_at) < nowMs;
}

/** The languages of all cases that are known, for the filter. */
export function languagesIn(state: DeskState): readonly string[] {
  const languages = [...state.handovers.values()].map(({ handover }) => handover.language);
  return [...new Set(languages)].sort();
}

/** The own case with unread messages that comes after `current` in the list, round to the start. */
export function nextUnread(
  state: DeskState,
  session: Session | null,
  current: string | null,
): string | null {
  const rows = rowsByTab(state, session, ALL).mine;
  const at = rows.findIndex((row) => row.id === current);
  const round = [...rows.slice(at + 1), ...rows.slice(0, at + 1)];
  return round.find((row) => unreadCount(state, row.id) > 0)?.id ?? null;
}
