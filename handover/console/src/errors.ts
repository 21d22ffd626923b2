/** Says in German what went wrong. */

import { ApiError } from './api';
import { formatTime } from './format';
import { texts } from './texts';

const BY_CODE: Readonly<Record<string, string>> = {
  invalid_credentials: texts.errors.invalidCredentials,
  totp_wrong: texts.errors.invalidTotp,
  unauthorized: texts.errors.unauthorized,
  not_owner: texts.errors.notOwner,
  conversation_closed: texts.errors.conversationClosed,
  text_too_long: texts.errors.tooLong,
  network: texts.errors.network,
};

const BY_STATUS: Readonly<Record<number, string>> = {
  401: texts.errors.unauthorized,
  403: texts.errors.forbidden,
  404: texts.errors.notFound,
  413: texts.errors.tooLong,
  429: texts.errors.tooMany,
  502: texts.errors.unavailable,
  503: texts.errors.unavailable,
  504: texts.errors.unavailable,
};

/** Own words first, then the server's German message, then what the status means. */
export function describeError(error: unknown, nowMs: number): string {
  if (!(error instanceof ApiError)) {
    return texts.errors.unknown;
  }
  if (error.code === 'account_locked') {
    const until = error.detail('until');
    return until === null
      ? texts.errors.locked
      : texts.errors.lockedUntil(formatTime(until, nowMs));
  }
  if (error.code === 'already_claimed') {
    return texts.actions.lost(error.detail('by') ?? texts.actions.lostToUnknown);
  }
  return (
    BY_CODE[error.code] ??
    (error.message || undefined) ??
    BY_STATUS[error.status] ??
    texts.errors.unknown
  );
}
