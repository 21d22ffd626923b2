/** The shapes of the staff API for accounts and the audit trail. */

import type { Membership } from './model';

/** How one may sign in here. */
export interface SignInWays {
  readonly openid: boolean;
  readonly openid_name: string | null;
}

/** One's own account. */
export interface OwnAccount {
  readonly username: string;
  readonly name: string;
  readonly languages: readonly string[];
  readonly extension: string | null;
  readonly totp: boolean;
  readonly totp_required: boolean;
  /** Signs in with a password kept here, not with the county's own sign-in. */
  readonly local: boolean;
  readonly sessions: readonly OpenSession[];
}

/** A browser in which one is signed in. */
export interface OpenSession {
  readonly id: string;
  readonly browser: string | null;
  readonly created_at: string;
  readonly current: boolean;
}

/** What an authenticator app has to be told. */
export interface NewTotp {
  readonly secret: string;
  readonly uri: string;
  readonly qr_svg: string;
}

/** An account as those see it who keep accounts. */
export interface Account {
  readonly username: string;
  readonly name: string;
  readonly memberships: readonly Membership[];
  readonly languages: readonly string[];
  /** Her telephone in the house. */
  readonly extension: string | null;
  /** How many cases she takes at once; null: as many as the office says. */
  readonly capacity: number | null;
  readonly disabled: boolean;
  readonly totp: boolean;
  readonly local: boolean;
  readonly locked_until: string | null;
  readonly seen_at: string | null;
}

export type AccountChange = Pick<Account, 'name' | 'memberships' | 'languages' | 'extension' | 'capacity' | 'disabled'>;

export type NewAccount = Omit<AccountChange, 'disabled'> & {
  readonly username: string;
  readonly password: string;
};

/** One line of the audit trail. */
export interface AuditLine {
  readonly id: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Latest first. */
export interface AuditPage {
  readonly lines: readonly AuditLine[];
  readonly more: boolean;
}

export interface AuditFilter {
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
}

/** What a look through the whole chain found. */
export interface AuditCheck {
  readonly whole: boolean;
  readonly lines: number;
  readonly broken_at: number | null;
  readonly head: string;
}

/** A conversation that may not be erased. */
export interface Hold {
  readonly conversation_id: string;
  readonly since: string;
  readonly by: string;
  readonly reason: string;
  readonly erasure_asked_at: string | null;
}
