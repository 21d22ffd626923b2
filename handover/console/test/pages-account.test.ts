import { describe, expect, it } from 'vitest';
import { accountsTexts, accountTexts, frameTexts, passwordTexts } from '../src/pages-texts';
import { anAccount, setPagesStage, type PagesStage } from './pages-stage';
import { write } from './stage';

const { totp, sessions } = accountTexts;
const admin = { office: 'kfz', role: 'admin', team: null } as const;

describe("one's own account", () => {
  it('shows what the server says of a password that is not good enough, at its field', async () => {
    const stage = await setPagesStage('#/konto', (pages) => {
      pages.refuse(/account.password/, 422, { code: 'invalid', fields: { new: 'Zu kurz.' } });
    });
    write('#password-current', 'alt');
    write('#password-new', 'neu');
    await stage.press(passwordTexts.change);
    const field = document.querySelector<HTMLInputElement>('#password-new');
    expect(document.getElementById('password-new-problem')?.textContent).toContain('Zu kurz.');
    expect(field?.getAttribute('aria-describedby')).toBe('password-new-hint password-new-problem');
    expect(document.activeElement).toBe(field);

    await stage.press(passwordTexts.change);
    expect(stage.text()).toContain(passwordTexts.changed);
    expect(field?.value).toBe('');
  });

  it('shows a password on demand only', async () => {
    const stage = await setPagesStage('#/konto');
    const field = document.querySelector<HTMLInputElement>('#password-new');
    expect(field?.type).toBe('password');
    await stage.press(frameTexts.showPassword(passwordTexts.next));
    expect(field?.type).toBe('text');
  });

  it('sets up a second factor by picture or by key, and takes it away with the password', async () => {
    const stage = await setPagesStage('#/konto');
    await stage.press(totp.begin);
    const picture = document.querySelector<HTMLImageElement>('img.kl-qr');
    expect(picture?.src).toMatch(/^data:image\/svg\+xml/);
    expect(picture?.querySelector('svg')).toBeNull();
    expect(document.querySelector('[data-testid="totp-secret"]')?.textContent).toBe('ABCD EFGH IJ');

    stage.pages.refuse(/confirm/, 422, { code: 'invalid', fields: { code: 'Stimmt nicht.' } });
    write('#totp-code', '1');
    await stage.press(totp.confirm);
    expect(document.getElementById('totp-code-problem')?.textContent).toContain('Stimmt nicht.');
    await stage.press(totp.confirm);
    expect(stage.text()).toContain(totp.on);
    expect(document.querySelector('img.kl-qr')).toBeNull();

    await stage.press(totp.remove);
    write('#confirm-field', 'geheim');
    await stage.press(totp.remove);
    expect(stage.sent('POST', '/account/totp/remove')).toEqual([{ password: 'geheim' }]);
    expect(stage.text()).toContain(totp.removed);
  });

  it('ends one session or all others, never this one', async () => {
    const stage = await setPagesStage('#/konto');
    await stage.press(sessions.endOthers);
    expect(stage.server.requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path)).toEqual([
      '/account/sessions/s2',
      '/account/sessions/s3',
    ]);
    expect(document.querySelectorAll('.kl-sessions__one')).toHaveLength(1);
    expect(stage.text()).toContain(sessions.othersEnded);
  });

  it('goes back to the sign-in when the session is over, but not for a wrong code', async () => {
    const stage = await setPagesStage('#/konto');
    stage.pages.refuse(/account.totp/, 401, { code: 'totp_wrong', message: 'Falsch.' });
    await stage.press(totp.begin);
    expect(stage.desk.phase).toBe('ready');
    stage.pages.refuse(/account.totp/, 401, { code: 'unauthorized' });
    await stage.press(totp.begin);
    expect(stage.desk.phase).toBe('signed_out');
  });

  it('keeps the chosen theme for this browser', async () => {
    const stage = await setPagesStage('#/konto');
    document.querySelector<HTMLInputElement>('#theme-dark')?.click();
    await stage.settle();
    expect(document.documentElement.dataset['kernTheme']).toBe('dark');
    expect(localStorage.getItem('kreislotse.console.preferences')).toContain('"theme":"dark"');
    document.querySelector<HTMLInputElement>('#theme-system')?.click();
    expect(document.documentElement.dataset['kernTheme']).toBeUndefined();
  });
});

describe('keeping accounts', () => {
  const open = (accounts = [anAccount()]): Promise<PagesStage> =>
    setPagesStage('#/konten', (pages) => {
      pages.as(admin);
      pages.accounts = accounts;
    });
  const names = (): (string | null)[] =>
    [...document.querySelectorAll('tr[data-username]')].map((row) => row.getAttribute('data-username'));
  const choose = (selector: string, value: string): void => {
    const select = document.querySelector<HTMLSelectElement>(selector);
    if (select !== null) {
      select.value = value;
      select.dispatchEvent(new Event('change'));
    }
  };

  it('finds accounts by name, user name and office', async () => {
    const stage = await open([
      anAccount(),
      anAccount({ username: 'abel', name: 'Frau Abel', memberships: [{ office: 'abh', role: 'lead', team: null }] }),
    ]);
    write('#accounts-filter', 'zulass');
    await stage.settle();
    expect(names()).toEqual(['kaya']);
    expect(stage.text()).toContain(accountsTexts.shown(1, 2));
    write('#accounts-filter', 'ABEL');
    await stage.settle();
    expect(names()).toEqual(['abel']);
  });

  it('makes an account with a task in an office', async () => {
    const stage = await open([]);
    await stage.press(accountsTexts.add);
    document.querySelector('dialog form')?.dispatchEvent(new Event('submit', { cancelable: true }));
    await stage.settle();
    expect(document.activeElement?.id).toBe('account-username');

    write('#account-username', 'neu');
    write('#account-name', 'Frau Neu');
    write('#account-password', 'vier ruhige graue Esel');
    await stage.settle();
    choose('#account-role-kfz', 'lead');
    await stage.settle();
    write('#account-capacity', '60');
    write('#account-extension', '21a');
    await stage.settle();
    const submit = (): unknown => document.querySelector('dialog form')?.dispatchEvent(new Event('submit', { cancelable: true }));
    submit();
    await stage.settle();
    expect(stage.text()).toContain(accountsTexts.capacityWrong);
    expect(stage.text()).toContain(accountsTexts.extensionWrong);
    expect(stage.sent('POST', '/accounts')).toEqual([]);

    write('#account-capacity', '4');
    write('#account-extension', '211');
    await stage.settle();
    submit();
    await stage.settle();
    expect(stage.sent('POST', '/accounts')).toEqual([
      {
        username: 'neu',
        name: 'Frau Neu',
        memberships: [{ office: 'kfz', role: 'lead', team: null }],
        languages: [],
        extension: '211',
        capacity: 4,
        password: 'vier ruhige graue Esel',
      },
    ]);
    expect(names()).toEqual(['neu']);
    expect(stage.text()).toContain(accountsTexts.created('Frau Neu'));
  });

  it('keeps what somebody is in offices of other keepers', async () => {
    const stage = await open([
      anAccount({ memberships: [{ office: 'kfz', role: 'caseworker', team: null }, { office: 'abh', role: 'lead', team: 't' }] }),
    ]);
    await stage.press(accountsTexts.editNamed('Herr Kaya'));
    expect(document.querySelector('#account-role-abh')).toBeNull();
    choose('#account-role-kfz', '');
    document.querySelector<HTMLInputElement>('#account-disabled')?.click();
    await stage.settle();
    document.querySelector('dialog form')?.dispatchEvent(new Event('submit', { cancelable: true }));
    await stage.settle();
    expect(stage.sent('PUT', '/accounts/kaya')).toEqual([
      {
        name: 'Herr Kaya',
        memberships: [{ office: 'abh', role: 'lead', team: 't' }],
        languages: ['tr'],
        extension: '212',
        capacity: null,
        disabled: true,
      },
    ]);
  });

  it('asks before it resets anything, and stays with the question while that is refused', async () => {
    const stage = await open();
    await stage.press(accountsTexts.editNamed('Herr Kaya'));
    await stage.press(accountsTexts.password.action);
    await stage.press(accountsTexts.password.action);
    expect(document.getElementById('confirm-field-problem')?.textContent).toContain(frameTexts.required);
    expect(stage.sent('POST', '/accounts/kaya/password')).toEqual([]);

    stage.pages.refuse(/kaya.password/, 422, { code: 'invalid', fields: { password: 'Zu kurz.' } });
    write('#confirm-field', 'kurz');
    await stage.press(accountsTexts.password.action);
    expect(document.getElementById('confirm-field-problem')?.textContent).toContain('Zu kurz.');
    write('#confirm-field', 'vier ruhige graue Esel');
    await stage.press(accountsTexts.password.action);
    expect(stage.sent('POST', '/accounts/kaya/password').at(-1)).toEqual({ password: 'vier ruhige graue Esel' });
    expect(document.querySelector('kl-account-dialog dialog')).toBeNull();
    expect(stage.text()).toContain(accountsTexts.password.done('Herr Kaya'));
  });

  it('does nothing where the question is answered with no', async () => {
    const stage = await open();
    await stage.press(accountsTexts.editNamed('Herr Kaya'));
    await stage.press(accountsTexts.signOut.action);
    await stage.press(frameTexts.cancel);
    expect(stage.sent('POST', '/accounts/kaya/sign-out')).toEqual([]);
    expect(document.querySelector('dialog.kl-dialog--account')).not.toBeNull();
  });
});
