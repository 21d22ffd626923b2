/** What may have to be done for the owner of an account, each asked for first. */

import type { PagesApi } from '../../pages-api';
import type { Account } from '../../pages-model';
import { accountsTexts as texts } from '../../pages-texts';
import type { Question } from './confirm-dialog';

export interface Step {
  readonly question: Question;
  /** What to tell afterwards. */
  readonly done: string;
}

export function stepsFor(account: Account, pages: PagesApi): readonly Step[] {
  const { username, name } = account;
  return [
    ...(account.local ? [passwordStep(username, name, pages)] : []),
    ...(account.totp ? [totpStep(username, name, pages)] : []),
    {
      question: {
        title: texts.signOut.action,
        text: texts.signOut.text(name),
        confirm: texts.signOut.action,
        act: () => pages.signOutEverywhere(username),
      },
      done: texts.signOut.done(name),
    },
  ];
}

function passwordStep(username: string, name: string, pages: PagesApi): Step {
  return {
    question: {
      title: texts.password.action,
      text: texts.password.text(name),
      confirm: texts.password.action,
      field: { kind: 'new-password', label: texts.password.field, hint: texts.password.hint },
      act: (password) => pages.resetPassword(username, password),
    },
    done: texts.password.done(name),
  };
}

function totpStep(username: string, name: string, pages: PagesApi): Step {
  return {
    question: {
      title: texts.totpReset.action,
      text: texts.totpReset.text(name),
      confirm: texts.totpReset.action,
      act: () => pages.resetTotp(username),
    },
    done: texts.totpReset.done(name),
  };
}
