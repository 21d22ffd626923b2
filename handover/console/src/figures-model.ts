/** The shapes of the figures (`handover/figures_shapes.py`, which says what each counts). */

/** Null where fewer than three cases would tell of one person. */
export interface Times {
  readonly cases: number;
  readonly median_s: number | null;
  readonly p90_s: number | null;
}

export interface Counts {
  readonly requested: number;
  readonly picked_up: number;
  readonly closed: number;
  readonly abandoned: number;
  readonly returned: number;
  readonly merged: number;
  readonly withdrawn: number;
  readonly open: number;
  readonly calls_answered: number;
  readonly calls_missed: number;
  readonly pickup: Times;
  readonly handling: Times;
}

export interface Group extends Counts {
  readonly key: string;
  readonly title: string | null;
}

/** Weekday 0 is Monday. */
export interface Hour {
  readonly weekday: number;
  readonly hour: number;
  readonly requested: number;
  readonly abandoned: number;
  readonly pickup_median_s: number | null;
}

export interface FiguresNow {
  readonly at: string;
  readonly waiting: { readonly chat: number; readonly call: number; readonly callback: number; readonly message: number };
  readonly longest_wait_s: number | null;
  readonly claimed: number;
  readonly snoozed: number;
  readonly overdue: number;
  readonly present: number;
}

export interface Satisfaction {
  readonly office: string;
  readonly helpful: number;
  readonly not_helpful: number;
}

export interface Figures {
  readonly from: string;
  readonly to: string;
  readonly offices: readonly string[];
  readonly now: FiguresNow;
  readonly total: Counts;
  readonly by_office: readonly Group[];
  readonly by_language: readonly Group[];
  readonly by_channel: readonly Group[];
  readonly by_kind: readonly Group[];
  readonly by_day: readonly Group[];
  readonly by_hour: readonly Hour[];
  readonly by_service: readonly Group[];
  readonly by_reason: readonly Group[];
  readonly by_close_reason: readonly Group[];
  readonly satisfaction: readonly Satisfaction[];
  readonly conversations: { readonly total: number; readonly handed_over: number };
}

/** Days of the county, `YYYY-MM-DD`, both included. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}
