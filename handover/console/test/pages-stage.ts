/** The console with the pages' part of the staff API: accounts, figures, trail, as far as it is told. */

import type { Membership, Session } from '../src/model';
import type { Account, AuditLine, Hold, OwnAccount } from '../src/pages-model';
import { NOW, session } from './builders';
import type { FakeServer } from './fake-server';
import { figures } from './figures-builders';
import { setStage, type Stage } from './stage';

export type Refusal = readonly [status: number, error: Record<string, unknown>];

export class FakePages {
  session: Session = session;
  account: OwnAccount = {
    username: 'mueller',
    name: 'Frau Müller',
    languages: ['de', 'tr'],
    extension: '211',
    totp: false,
    totp_required: false,
    local: true,
    sessions: [
      { id: 's1', browser: 'Firefox unter Linux', created_at: NOW, current: true },
      { id: 's2', browser: 'Chrome unter Windows', created_at: NOW, current: false },
      { id: 's3', browser: null, created_at: NOW, current: false },
    ],
  };
  accounts: Account[] = [anAccount()];
  lines: AuditLine[] = [];
  holds: Hold[] = [];
  openid = false;
  check = { whole: true, lines: 2, broken_at: null as number | null, head: 'ab12' };
  #refusals: { pattern: RegExp; refusal: Refusal }[] = [];

  as(...memberships: Membership[]): void {
    const working = memberships.filter(({ role }) => role === 'caseworker' || role === 'lead');
    this.session = { ...session, memberships, offices: working.map(({ office }) => office) };
  }

  /** The next request whose "METHOD path" matches is refused. */
  refuse(pattern: RegExp, status: number, error: Record<string, unknown>): void {
    this.#refusals.push({ pattern, refusal: [status, error] });
  }

  /** The answer, or null where the cases' server is asked. */
  answer(method: string, path: string, body: unknown): Response | null {
    const refused = this.#refusals.find(({ pattern }) => pattern.test(`${method} ${path}`));
    if (refused !== undefined) {
      this.#refusals = this.#refusals.filter((other) => other !== refused);
      return json(refused.refusal[0], { error: refused.refusal[1] });
    }
    const [, first = '', second = '', third = ''] = (path.split('?')[0] ?? '').split('/');
    switch (first) {
      case 'session':
        return method === 'DELETE' ? null : json(200, this.session);
      case 'presence':
        this.session = { ...this.session, ...(body as { away: boolean }) };
        return json(200, this.session);
      case 'sign-in':
        return json(200, { openid: this.openid, openid_name: this.openid ? 'anmeldung.kreis.example' : null });
      case 'account':
        return this.#ownAccount(method, second, third);
      case 'accounts':
        return this.#account(method, decodeURIComponent(second), third, body);
      case 'figures':
        return json(200, figures());
      case 'audit':
        return second === 'check' ? json(200, this.check) : this.#trail(path);
      case 'holds':
        return json(200, { holds: this.holds });
      case 'conversations':
        return this.#conversation(method, second, third, body);
      default:
        return null;
    }
  }

  #ownAccount(method: string, part: string, id: string): Response {
    if (part === '') {
      return json(200, this.account);
    }
    if (part === 'sessions' && method === 'DELETE') {
      this.account = { ...this.account, sessions: this.account.sessions.filter((s) => s.id !== id) };
    } else if (part === 'password') {
      this.session = { ...this.session, must_change_password: false };
    } else if (part === 'totp' && id === '') {
      return json(200, { secret: 'ABCDEFGHIJ', uri: 'otpauth://x', qr_svg: '<svg xmlns="http://www.w3.org/2000/svg"/>' });
    } else if (part === 'totp') {
      this.account = { ...this.account, totp: id === 'confirm' };
    }
    return nothing();
  }

  #account(method: string, username: string, step: string, body: unknown): Response {
    if (username === '' && method === 'GET') {
      return json(200, { accounts: this.accounts });
    }
    if (step !== '') {
      return nothing();
    }
    const known = this.accounts.find((account) => account.username === username);
    const account = { ...anAccount(), ...known, ...(body as object) };
    this.accounts = [...this.accounts.filter((other) => other !== known), account];
    return json(method === 'POST' ? 201 : 200, { account });
  }

  #trail(path: string): Response {
    const query = new URLSearchParams(path.split('?')[1]);
    const before = Number(query.get('before') ?? Infinity);
    const sought = this.lines.filter(
      (line) => line.id < before && line.actor.includes(query.get('actor') ?? ''),
    );
    const lines = sought.toSorted((one, other) => other.id - one.id).slice(0, 2);
    return json(200, { lines, more: sought.length > lines.length });
  }

  #conversation(method: string, id: string, part: string, body: unknown): Response {
    if (part === 'export') {
      return json(200, { conversation_id: id });
    }
    this.holds = this.holds.filter((hold) => hold.conversation_id !== id);
    if (method === 'PUT') {
      const { reason } = body as { reason: string };
      this.holds = [...this.holds, { conversation_id: id, since: NOW, by: 'pruef', reason, erasure_asked_at: null }];
    }
    return nothing();
  }
}

export function anAccount(change: Partial<Account> = {}): Account {
  return {
    username: 'kaya',
    name: 'Herr Kaya',
    memberships: [{ office: 'kfz', role: 'caseworker', team: null }],
    languages: ['tr'],
    extension: '212',
    capacity: null,
    disabled: false,
    totp: true,
    local: true,
    locked_until: null,
    seen_at: NOW,
    ...change,
  };
}

export interface PagesStage extends Stage {
  readonly pages: FakePages;
  /** Bodies of the requests to this method and path. */
  readonly sent: (method: string, path: string) => readonly unknown[];
  /** Presses the first button whose name is or says this. */
  readonly press: (name: string) => Promise<void>;
}

export async function setPagesStage(
  hash: string,
  prepare: (pages: FakePages, server: FakeServer) => void = () => undefined,
): Promise<PagesStage> {
  const pages = new FakePages();
  const stage = await setStage((server) => {
    prepare(pages, server);
    const cases = server.fetch;
    const fetch: typeof globalThis.fetch = (input, init = {}) => {
      const path = (input as string).replace(/^api\/v1/, '');
      const method = init.method ?? 'GET';
      const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null;
      const signedOut = !server.signedIn && path === '/session' && method === 'GET';
      const answer = signedOut ? null : pages.answer(method, path, body);
      if (answer === null) {
        return cases(input, init);
      }
      server.requests.push({ method, path, body });
      return Promise.resolve(answer);
    };
    Object.assign(server, { fetch });
  }, hash);
  return {
    ...stage,
    pages,
    sent: (method, path) =>
      stage.server.requests.filter((r) => r.method === method && r.path === path).map((r) => r.body),
    press: async (name) => {
      const buttons = [...document.querySelectorAll('button')].filter(
        (button) => (button.getAttribute('aria-label') ?? button.textContent.trim()) === name,
      );
      // A dialog lies above the page: its button is the later one.
      const button = buttons.at(-1);
      if (button === undefined) {
        throw new Error(`no button ${name}`);
      }
      button.click();
      await stage.settle();
    },
  };
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
}

function nothing(): Response {
  return new Response(null, { status: 204 });
}
