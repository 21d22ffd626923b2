/** Which handovers stand in which tab of the queue, and in what order. */

import type { Handover, Session } from './model';
import { isOwnedBy } from './model';
import type { DeskState } from './store';

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

/** The rows of every tab; `office` null means all own offices. */
export function rowsByTab(
  state: DeskState,
  session: Session | null,
  office: string | null,
): Record<Tab, Handover[]> {
  const rows: Record<Tab, Handover[]> = { waiting: [], mine: [], others: [], ended: [] };
  for (const { handover } of state.handovers.values()) {
    if (office === null || handover.office === office) {
      rows[tabOf(handover, session)].push(handover);
    }
  }
  rows.waiting.sort(urgentThenOldest);
  rows.mine.sort(urgentThenOldest);
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
