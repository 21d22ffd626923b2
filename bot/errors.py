"""Every error that a citizen, a caseworker or a channel can be told about.

Each has a stable `code`; its words live in `data/texts/errors.yml` under that code.
"""

import datetime as dt


class KreislotseError(Exception):
    """Base of all errors that are meant for the outside; `details` go out beside the message."""

    code = "internal"
    status = 500

    def __init__(self, **details: object) -> None:
        super().__init__(self.code)
        self.details = details


class BadRequest(KreislotseError):
    """The request is not what the API describes; `fields` names each wrong field."""

    code = "bad_request"
    status = 400


class Invalid(KreislotseError):
    """The request is well-formed, but a field's value is refused."""

    code = "invalid"
    status = 422

    def __init__(self, **fields: str) -> None:
        super().__init__()
        self.fields = fields
        """Field name to the key of its message."""


class Unauthorized(KreislotseError):
    """No valid token or session."""

    code = "unauthorized"
    status = 401


class TranslationUnavailable(KreislotseError):
    """Nothing can be translated between these languages here."""

    code = "translation_unavailable"
    status = 409


class InvalidCredentials(KreislotseError):
    """User name or password is wrong."""

    code = "invalid_credentials"
    status = 401


class AccountLocked(KreislotseError):
    """Too many failed attempts to sign in."""

    code = "account_locked"
    status = 423

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(until=until)


class Forbidden(KreislotseError):
    """The session or the page's origin may not do this."""

    code = "forbidden"
    status = 403


class SecondFactorNeeded(KreislotseError):
    """The password is right, and the account asks for a code too."""

    code = "totp_needed"
    status = 401


class SecondFactorWrong(KreislotseError):
    """The password is right, the code is not: mistyped, too old, or used before."""

    code = "totp_wrong"
    status = 401


class SecondFactorMissing(KreislotseError):
    """Before anything else the account needs a second factor."""

    code = "totp_must_be_set_up"
    status = 403


class SecondFactorSet(KreislotseError):
    """The account has a second factor; it is taken away before another is set up."""

    code = "totp_set"
    status = 409


class SecondFactorOff(KreislotseError):
    """Second factors are not used here, or this account has none."""

    code = "totp_off"
    status = 409


class KeptByProvider(KreislotseError):
    """The county's identity provider keeps this of the account, not we."""

    code = "kept_by_provider"
    status = 409


class AccountTaken(KreislotseError):
    """Somebody else has just given away this user name or this extension."""

    code = "account_taken"
    status = 409


class LastAdmin(KreislotseError):
    """The office would be left without anybody who keeps its accounts."""

    code = "last_admin"
    status = 409


class OpenIdUnavailable(KreislotseError):
    """The county's identity provider does not answer."""

    code = "openid_unavailable"
    status = 503


class OpenIdFailed(KreislotseError):
    """What came back from the identity provider proves nothing."""

    code = "openid_failed"
    status = 401


class OpenIdNoRoles(KreislotseError):
    """The provider vouches for her, but names no office where she is anything."""

    code = "openid_no_roles"
    status = 403


class OpenIdNameTaken(KreislotseError):
    """Her user name belongs to another account here."""

    code = "openid_name_taken"
    status = 403


class OpenIdDisabled(KreislotseError):
    """Her account is disabled here."""

    code = "openid_disabled"
    status = 403


class PasswordMustChange(KreislotseError):
    """Before anything else the account needs a password that only its owner knows."""

    code = "password_must_change"
    status = 403


class NotOwner(KreislotseError):
    """Only the caseworker who claimed a handover may do this."""

    code = "not_owner"
    status = 403


class NotFound(KreislotseError):
    """There is no such thing, or it is not the asker's to see."""

    code = "not_found"
    status = 404


class MethodNotAllowed(KreislotseError):
    """The path exists, but not with this method."""

    code = "method_not_allowed"
    status = 405


class ConversationClosed(KreislotseError):
    """The conversation has ended; nothing can be added to it."""

    code = "conversation_closed"
    status = 409


class HandoverAlreadyClaimed(KreislotseError):
    """Another caseworker was faster."""

    code = "already_claimed"
    status = 409

    def __init__(self, by: str) -> None:
        super().__init__(by=by)


class HandoverNotOpen(KreislotseError):
    """The handover has already ended."""

    code = "handover_not_open"
    status = 409


class NobodyThere(KreislotseError):
    """The colleague cannot take the case: of another office, away, or signed out."""

    code = "nobody_there"
    status = 409


class CannotMerge(KreislotseError):
    """These two cases cannot become one."""

    code = "cannot_merge"
    status = 409


class OnHold(KreislotseError):
    """The conversation is kept for a legal claim; the wish to erase it is noted."""

    code = "on_hold"
    status = 409


class AttachmentsOff(KreislotseError):
    """Files are not taken here."""

    code = "attachments_off"
    status = 409


class NobodyToSendTo(KreislotseError):
    """Files are for a person, and nobody has or is to get this conversation."""

    code = "attachment_nobody"
    status = 409


class TooManyAttachments(KreislotseError):
    """The conversation holds as many files as it may."""

    code = "attachments_full"
    status = 409


class AttachmentTooLarge(KreislotseError):
    """The file is larger than the limit."""

    code = "attachment_too_large"
    status = 413


class AttachmentTypeRefused(KreislotseError):
    """The file's content is of none of the kinds that are taken."""

    code = "attachment_type"
    status = 415


class AttachmentInfected(KreislotseError):
    """The scanner found something in the file."""

    code = "attachment_infected"
    status = 422


class ScannerUnavailable(KreislotseError):
    """A file cannot be examined now, so it is not taken."""

    code = "scanner_unavailable"
    status = 503


class AlreadyListening(KreislotseError):
    """Another recording of the same conversation is on its way."""

    code = "already_listening"
    status = 409


class RecordingTooLong(KreislotseError):
    """The recording is longer than the limit."""

    code = "recording_too_long"
    status = 413


class NothingHeard(KreislotseError):
    """There was no speech in the recording."""

    code = "nothing_heard"
    status = 422


class NotUnderstood(KreislotseError):
    """Something was said, and the words are not sure enough to be shown."""

    code = "not_understood"
    status = 422


class LanguageNotHeard(KreislotseError):
    """Nothing here recognises the conversation's language."""

    code = "language_not_heard"
    status = 409


class LanguageNotSpoken(KreislotseError):
    """Nothing here reads the message's language aloud."""

    code = "language_not_spoken"
    status = 409


class VoiceBusy(KreislotseError):
    """So many speak or listen now that one more must wait."""

    code = "voice_busy"
    status = 503


class VoiceUnavailable(KreislotseError):
    """What recognises and speaks failed, or is not there."""

    code = "voice_unavailable"
    status = 503


class OfficeClosed(KreislotseError):
    """Nobody is there now; says when somebody is, and what can be left until then."""

    code = "office_closed"
    status = 409

    def __init__(self, reopens_at: dt.datetime | None, kinds: list[str]) -> None:
        super().__init__(reopens_at=reopens_at, kinds=kinds)


class NoHandover(KreislotseError):
    """The office takes no handovers through this system."""

    code = "no_handover"
    status = 409


class NobodyToCall(KreislotseError):
    """Nobody has a free extension, and there is none that rings at several."""

    code = "nobody_to_call"
    status = 409

    def __init__(self, kinds: list[str]) -> None:
        super().__init__(kinds=kinds)


class NotOnThePhone(KreislotseError):
    """This is for conversations on the phone alone."""

    code = "not_on_the_phone"
    status = 409


class OnThePhone(KreislotseError):
    """The citizen has called: she reads nothing that is written to her."""

    code = "on_the_phone"
    status = 409


class MemoUnknown(KreislotseError):
    """No memo has this code: mistyped, or no longer kept."""

    code = "memo_unknown"
    status = 404


class NothingToWriteDown(KreislotseError):
    """The catalogue holds no such topic, or its facts no longer hold."""

    code = "nothing_to_write_down"
    status = 409


class MailOff(KreislotseError):
    """No mails leave this house for citizens."""

    code = "mail_off"
    status = 409


class TooLarge(KreislotseError):
    """The request's body is larger than the limit."""

    code = "too_large"
    status = 413


class TooManyRequests(KreislotseError):
    """The limit on requests is reached."""

    code = "too_many_requests"
    status = 429

    def __init__(self, retry_after_s: int) -> None:
        super().__init__()
        self.retry_after_s = retry_after_s


class DialogueUnavailable(KreislotseError):
    """Rasa did not answer within the turn's deadline."""

    code = "unavailable"
    status = 503
