import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { LANGUAGES } from '../src/languages';
import { frameTexts, signInTexts } from '../src/pages-texts';
import { loadPreferences } from '../src/preferences';
import { pageOf, pagesFor } from '../src/route';
import { showTheme } from '../src/theme';
import { session } from './builders';
import { setPagesStage, type PagesStage } from './pages-stage';
import { write } from './stage';

const lead = { office: 'kfz', role: 'lead', team: null } as const;
const admin = { office: 'kfz', role: 'admin', team: null } as const;
const auditor = { office: 'abh', role: 'auditor', team: null } as const;
const links = (): (string | null)[] =>
  [...document.querySelectorAll('nav a')].map((link) => link.textContent);
const goTo = async (stage: PagesStage, hash: string): Promise<void> => {
  location.hash = hash;
  window.dispatchEvent(new Event('hashchange'));
  await stage.settle();
};

describe('the navigation', () => {
  it('leads to what the memberships allow, and nowhere else', () => {
    expect(pagesFor(session)).toEqual(['queue', 'search', 'account']);
    expect(pagesFor({ ...session, memberships: [lead, admin, auditor] })).toEqual([
      'queue', 'search', 'figures', 'accounts', 'audit', 'account',
    ]);
    expect(pageOf('#/protokoll', session)).toBe('queue');
    expect(pageOf('#/', { ...session, memberships: [auditor] })).toBe('audit');
    expect(pageOf('#/konto', { ...session, memberships: [] })).toBe('account');
  });

  it('marks the page, names it in the title and moves the focus to its heading', async () => {
    const stage = await setPagesStage('#/');
    expect(document.querySelector('nav [aria-current="page"]')?.textContent).toBe('Fälle');
    await goTo(stage, '#/konto');

    expect(document.querySelector('nav [aria-current="page"]')?.textContent).toBe('Mein Konto');
    expect(document.title).toBe('Mein Konto – Kreislotse Arbeitsplatz');
    expect(document.activeElement?.textContent).toBe('Mein Konto');
  });

  it('asks for no cases for somebody who only reads the trail', async () => {
    const stage = await setPagesStage('#/', (pages) => { pages.as(auditor); });
    expect(links()).toEqual(['Protokoll', 'Mein Konto']);
    expect(document.querySelector('kl-audit-page')).not.toBeNull();
    expect(stage.server.requests.filter(({ path }) => /handovers|events|templates/.test(path))).toEqual([]);
    expect(document.querySelector('[role="switch"]')).toBeNull();
  });
});

describe('the presence switch', () => {
  it('tells the server, and shows the pause', async () => {
    const stage = await setPagesStage('#/');
    const presence = document.querySelector<HTMLElement>('[role="switch"]');
    expect(presence?.getAttribute('aria-checked')).toBe('true');
    presence?.click();
    await stage.settle();

    expect(stage.sent('POST', '/presence')).toEqual([{ away: true }]);
    expect(presence?.getAttribute('aria-checked')).toBe('false');
    expect(document.querySelector('.kl-presence')?.textContent).toContain(frameTexts.pause);
  });

  it('stays as it was where the server refuses', async () => {
    const stage = await setPagesStage('#/', (pages) => {
      pages.refuse(/presence/, 503, { code: 'unavailable', message: 'Gerade nicht.' });
    });
    document.querySelector<HTMLElement>('[role="switch"]')?.click();
    await stage.settle();
    expect(document.querySelector('[role="switch"]')?.getAttribute('aria-checked')).toBe('true');
    expect(document.querySelector('.kl-presence [role="alert"]')?.textContent).toBe('Gerade nicht.');
  });
});

describe('signing in', () => {
  const signedOut = (prepare: Parameters<typeof setPagesStage>[1] = () => undefined) =>
    setPagesStage('#/', (pages, server) => {
      server.signedIn = false;
      prepare(pages, server);
    });
  const enter = async (stage: PagesStage): Promise<void> => {
    write('input[name="username"]', 'mueller');
    write('input[name="password"]', 'geheim');
    await stage.press('Anmelden');
  };

  it('asks for the code in a step of its own, with the password out of sight', async () => {
    const stage = await signedOut((pages) => { pages.refuse(/POST .session/, 401, { code: 'totp_needed' }); });
    await enter(stage);
    const code = document.querySelector<HTMLInputElement>('input[name="totp"]');
    expect(code?.autocomplete).toBe('one-time-code');
    expect(document.querySelector('input[name="password"]')).toBeNull();
    expect(document.activeElement).toBe(code);

    stage.pages.refuse(/POST .session/, 401, { code: 'totp_wrong', message: 'Falsch.' });
    write('input[name="totp"]', '000000');
    await stage.press('Anmelden');
    expect(document.querySelector('#sign-in-problem')?.textContent).toContain('Der Einmalcode stimmt nicht');
    expect(document.querySelector('input[name="totp"]')).not.toBeNull();

    await stage.press(signInTexts.back);
    expect(document.querySelector<HTMLInputElement>('input[name="password"]')?.value).toBe('');
  });

  it('says until when an account is locked', async () => {
    const stage = await signedOut((pages) => {
      pages.refuse(/POST .session/, 423, { code: 'account_locked', until: '2026-11-21T10:15:00Z' });
    });
    await enter(stage);
    expect(document.querySelector('#sign-in-problem')?.textContent).toContain('gesperrt bis 11:15 Uhr');
  });

  it("offers the county's sign-in only where there is one", async () => {
    await signedOut();
    expect(document.querySelector('a[href$="/openid/start"]')).toBeNull();
    await signedOut((pages) => { pages.openid = true; });
    expect(document.querySelector('a[href="api/v1/openid/start"]')?.textContent.trim()).toBe(signInTexts.openid);
  });

  it('says once why it failed there, and takes that out of the address', async () => {
    history.replaceState(null, '', '?fehler=openid_no_roles');
    await signedOut();
    expect(document.querySelector('#sign-in-problem')?.textContent).toContain('noch keine Stelle zugeordnet');
    expect(location.search).toBe('');
  });

  it('lets nobody in before the password is her own', async () => {
    const stage = await setPagesStage('#/', (pages) => {
      pages.session = { ...session, must_change_password: true };
    });
    expect(document.querySelector('nav')).toBeNull();
    expect(stage.server.requests.some(({ path }) => path.startsWith('/handovers'))).toBe(false);

    write('#password-current', 'vergeben');
    write('#password-new', 'vier ruhige graue Esel');
    await stage.press(signInTexts.first.submit);
    expect(stage.sent('POST', '/account/password')).toEqual([
      { current: 'vergeben', new: 'vier ruhige graue Esel' },
    ]);
    expect(document.querySelector('kl-queue')).not.toBeNull();
  });

  it('leads to the second factor where nothing else is open yet', async () => {
    const stage = await setPagesStage('#/', (pages) => {
      pages.account = { ...pages.account, totp_required: true };
      pages.refuse(/GET .handovers/, 403, { code: 'totp_must_be_set_up' });
    });
    expect(stage.text()).toContain(frameTexts.setUpTotp);
    expect(document.querySelector('nav')).toBeNull();

    await stage.press('Zweiten Faktor einrichten');
    write('#totp-code', '123 456');
    await stage.press('Code prüfen und einschalten');
    expect(stage.sent('POST', '/account/totp/confirm')).toEqual([{ code: '123456' }]);
    expect(links()).toContain('Fälle');
  });
});

describe('settings', () => {
  it('follow the system unless light or dark was chosen', () => {
    const root = document.createElement('div');
    showTheme('dark', root);
    expect(root.getAttribute('data-kern-theme')).toBe('dark');
    showTheme('system', root);
    expect(root.hasAttribute('data-kern-theme')).toBe(false);
  });

  it('survive a value that this version does not know', () => {
    localStorage.setItem('kreislotse.console.preferences', '{"theme":"sepia","sound":true}');
    expect(loadPreferences()).toEqual({ sound: true, singleKeys: true, theme: 'system' });
  });
});

it('knows the languages that the answers are written in', () => {
  const listed = parse(readFileSync('../../translations/languages.yml', 'utf8')) as { code: string }[];
  expect(LANGUAGES).toEqual(listed.map(({ code }) => code));
});
