"""What the operations on accounts take and give."""

import datetime as dt
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints

from bot.catalogue.schema import Extension
from bot.http import Body
from bot.model import Role

Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
Username = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\w.@+-]+$")]
Password = Annotated[SecretStr, Field(min_length=1, max_length=1000)]
"""Longer than any that is accepted, so that the answer can say what is wrong with it."""
Languages = Annotated[list[str], Field(max_length=50)]
Capacity = Annotated[int, Field(ge=1, le=50)]


class SignInWays(Body):
    """How one can sign in; `openid_name` is the address of the county's identity provider."""

    openid: bool
    openid_name: str | None


class OpenIdReturn(Body):
    """With what the identity provider sends the browser back."""

    code: Annotated[str, StringConstraints(max_length=4096)] = ""
    state: Annotated[str, StringConstraints(max_length=200)] = ""
    error: Annotated[str, StringConstraints(max_length=200)] = ""


class SessionView(Body):
    """One browser in which one is signed in; `current` is this one."""

    id: str
    browser: str | None
    created_at: dt.datetime
    current: bool


class OwnAccountView(Body):
    """One's own account.

    `local`: it has a password of ours.  `totp_required`: it may do nothing without a second factor.
    """

    username: str
    name: str
    languages: list[str]
    extension: str | None
    totp: bool
    totp_required: bool
    local: bool
    sessions: list[SessionView]


class ChangePassword(Body):
    """The password as it is, and as it is to be."""

    current: Password
    new: Password


class TotpSecret(Body):
    """What an authenticator app needs; shown this once."""

    secret: str
    uri: str
    qr_svg: str


class TotpCode(Body):
    """A code that the app shows."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=12)]


class ConfirmPassword(Body):
    """One's password, once more."""

    password: Password


class MembershipSet(Body):
    """What somebody is to be in one office, and in which of its teams."""

    office: Annotated[str, StringConstraints(max_length=100)]
    role: Role
    team: Annotated[str, StringConstraints(max_length=100)] | None = None


class AccountView(Body):
    """An account as those see it who keep it."""

    username: str
    name: str
    memberships: list[MembershipSet]
    languages: list[str]
    extension: str | None
    capacity: int | None
    disabled: bool
    totp: bool
    local: bool
    locked_until: dt.datetime | None
    seen_at: dt.datetime | None


class AccountsView(Body):
    """The accounts of one's offices, by user name."""

    accounts: list[AccountView]


class AccountChanged(Body):
    """The account as it is now."""

    account: AccountView


class AddAccount(Body):
    """A new account; its owner has to change the password before anything else."""

    username: Username
    name: Name
    memberships: Annotated[list[MembershipSet], Field(max_length=100)]
    languages: Languages
    extension: Extension | None = None
    capacity: Capacity | None
    password: Password


class ChangeAccount(Body):
    """What an account is to be.

    Of the memberships those are meant that are in one's own offices; the others stay as they are.
    """

    name: Name
    memberships: Annotated[list[MembershipSet], Field(max_length=100)]
    languages: Languages
    extension: Extension | None = None
    capacity: Capacity | None
    disabled: bool


class SetPassword(Body):
    """A new password for somebody else, who has to change it at once."""

    password: Password
