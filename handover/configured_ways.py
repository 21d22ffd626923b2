"""Reads from the settings by which ways notices leave the house, and what is missing for it."""

from collections.abc import Callable, Iterator, Mapping
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any

from pydantic import SecretStr

from bot.settings import Settings
from handover.mailing import Mail, Mailer, MailServer
from handover.notice_texts import NoticeTexts
from handover.ways import Way
from handover.webhooks import SignedWebhook
from handover.zammad import Zammad

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "mail": ("smtp_url", "mail_from", "staff_url"),
    "webhook": ("webhook_url", "webhook_secret", "staff_url"),
    "zammad": ("zammad_url", "zammad_token", "staff_url"),
}
"""The settings that each way needs; the first turns it on."""


def missing(settings: Settings) -> dict[str, list[str]]:
    """The ways that are turned on, each with the settings that it lacks or cannot use."""
    return {
        way: [name for name in needed if not _usable(name, getattr(settings, name))]
        for way, needed in _NEEDED.items()
        if getattr(settings, needed[0]) is not None
    }


def ways_of(settings: Settings, texts: NoticeTexts) -> tuple[Way, ...]:
    """The ways that lack nothing."""
    complete = {way for way, lacks in missing(settings).items() if not lacks}
    return tuple(way for way in _built(settings, texts) if way.name in complete)


def mailer_of(settings: Settings) -> Mailer | None:
    """What hands in mails; None where the settings for it are missing or wrong."""
    server, sender = settings.smtp_url, settings.mail_from
    if server is None or sender is None or not (_is_mail_server(server) and _is_address(sender)):
        return None
    return Mailer(MailServer.of(server), sender)


def _built(settings: Settings, texts: NoticeTexts) -> Iterator[Way]:
    if mailer := mailer_of(settings):
        yield Mail(mailer, texts)
    if settings.webhook_url and settings.webhook_secret and _is_secret(settings.webhook_secret):
        yield SignedWebhook(settings.webhook_url, settings.webhook_secret)
    if settings.zammad_url and settings.zammad_token:
        yield Zammad(settings.zammad_url, settings.zammad_token, settings.zammad_group, texts)


def _usable(name: str, value: Any) -> bool:
    return value is not None and (name not in _CHECKS or _CHECKS[name](value))


def _is_mail_server(url: SecretStr) -> bool:
    try:
        MailServer.of(url)
    except ValueError:
        return False
    return True


def _is_address(text: str) -> bool:
    try:
        return bool(Address(addr_spec=parseaddr(text)[1]).domain)
    except ValueError:
        return False


def _is_secret(secret: SecretStr) -> bool:
    """Whether it is what Standard Webhooks asks for: at least 24 bytes in base64."""
    try:
        return len(SignedWebhook.key_of(secret)) >= 24
    except ValueError:
        return False


_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "smtp_url": _is_mail_server,
    "mail_from": _is_address,
    "webhook_secret": _is_secret,
}
