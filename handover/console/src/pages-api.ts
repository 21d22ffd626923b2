/** The staff API beside the cases: one's account, all accounts, figures, the audit trail. */

import type { StaffApi } from './api';
import type { DayRange, Figures } from './figures-model';
import type {
  Account,
  AccountChange,
  AuditCheck,
  AuditFilter,
  AuditPage,
  Hold,
  NewAccount,
  NewTotp,
  OwnAccount,
  SignInWays,
} from './pages-model';

const AUDIT_LINES = 100;

export class PagesApi {
  constructor(private readonly api: StaffApi) {}

  /** The address of a download. */
  link(path: string): string {
    return `${this.api.base}${path}`;
  }

  // --- sign-in and one's own account

  signInWays(): Promise<SignInWays> {
    return this.api.request('GET', '/sign-in');
  }

  account(): Promise<OwnAccount> {
    return this.api.request('GET', '/account');
  }

  changePassword(current: string, next: string): Promise<void> {
    return this.api.request('POST', '/account/password', { current, new: next });
  }

  newTotp(): Promise<NewTotp> {
    return this.api.request('POST', '/account/totp', {});
  }

  confirmTotp(code: string): Promise<void> {
    return this.api.request('POST', '/account/totp/confirm', { code });
  }

  removeTotp(password: string): Promise<void> {
    return this.api.request('POST', '/account/totp/remove', { password });
  }

  endSession(id: string): Promise<void> {
    return this.api.request('DELETE', `/account/sessions/${encodeURIComponent(id)}`);
  }

  // --- accounts

  async accounts(): Promise<readonly Account[]> {
    const answer = await this.api.request<{ accounts: Account[] }>('GET', '/accounts');
    return answer.accounts;
  }

  async addAccount(account: NewAccount): Promise<Account> {
    const answer = await this.api.request<{ account: Account }>('POST', '/accounts', account);
    return answer.account;
  }

  async changeAccount(username: string, change: AccountChange): Promise<Account> {
    const answer = await this.api.request<{ account: Account }>('PUT', accountPath(username), change);
    return answer.account;
  }

  resetPassword(username: string, password: string): Promise<void> {
    return this.api.request('POST', `${accountPath(username)}/password`, { password });
  }

  resetTotp(username: string): Promise<void> {
    return this.api.request('POST', `${accountPath(username)}/totp/reset`, {});
  }

  signOutEverywhere(username: string): Promise<void> {
    return this.api.request('POST', `${accountPath(username)}/sign-out`, {});
  }

  // --- figures

  /** Without an office: of all that one leads. */
  figures(office: string | null, range: DayRange): Promise<Figures> {
    return this.api.request('GET', `/figures?${figuresQuery(office, range)}`);
  }

  figuresLink(office: string | null, range: DayRange): string {
    return this.link(`/figures.csv?${figuresQuery(office, range)}`);
  }

  // --- audit trail, holds, erasure

  auditLines(filter: AuditFilter, before: number | null): Promise<AuditPage> {
    const query = new URLSearchParams({ limit: String(AUDIT_LINES) });
    for (const [name, value] of Object.entries({ ...filter, before: before?.toString() ?? '' })) {
      if (value !== '') {
        query.set(name, value);
      }
    }
    return this.api.request('GET', `/audit?${query.toString()}`);
  }

  checkAudit(): Promise<AuditCheck> {
    return this.api.request('GET', '/audit/check');
  }

  async holds(): Promise<readonly Hold[]> {
    const answer = await this.api.request<{ holds: Hold[] }>('GET', '/holds');
    return answer.holds;
  }

  hold(conversationId: string, reason: string): Promise<void> {
    return this.api.request('PUT', `${conversationPath(conversationId)}/hold`, { reason });
  }

  liftHold(conversationId: string): Promise<void> {
    return this.api.request('DELETE', `${conversationPath(conversationId)}/hold`);
  }

  erase(conversationId: string, reason: string): Promise<void> {
    return this.api.request('DELETE', conversationPath(conversationId), { reason });
  }

  /** All that is kept about a conversation. */
  exportConversation(conversationId: string, reason: string): Promise<unknown> {
    const query = new URLSearchParams({ reason }).toString();
    return this.api.request('GET', `${conversationPath(conversationId)}/export?${query}`);
  }
}

function accountPath(username: string): string {
  return `/accounts/${encodeURIComponent(username)}`;
}

function conversationPath(id: string): string {
  return `/conversations/${encodeURIComponent(id)}`;
}

function figuresQuery(office: string | null, range: DayRange): string {
  const query = new URLSearchParams(office === null ? {} : { office });
  query.set('from', range.from);
  query.set('to', range.to);
  return query.toString();
}
