"""Signing in at the county's identity provider: OpenID Connect, authorization code with PKCE.

The protocol is Authlib's, the signatures are joserfc's.  The provider's description and keys are
fetched anew at each sign-in: sign-ins are few, and keys change.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import httpx2
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from pydantic import BaseModel, ValidationError

from bot.errors import OpenIdFailed, OpenIdUnavailable
from bot.http import storable
from bot.settings import Settings

log = structlog.get_logger(__name__)

_TIMEOUT_S = 5.0
_LEEWAY_S = 60
"""By which the provider's clock may differ from ours."""
_SIGNED_WITH = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
"""Only what needs the provider's private key: neither `none` nor a secret that we know too."""


@dataclass(frozen=True)
class Attempt:
    """What one browser keeps while it is away at the provider, and must bring back."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Self:
        """A fresh one."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    @classmethod
    def from_cookie(cls, value: str) -> Self:
        """What `to_cookie` wrote.

        Raises:
            OpenIdFailed: it is not that.
        """
        parts = value.split(".")
        if len(parts) != 3 or not all(parts):
            raise OpenIdFailed
        return cls(*parts)

    def to_cookie(self) -> str:
        """As a cookie's value."""
        return f"{self.state}.{self.nonce}.{self.verifier}"


@dataclass(frozen=True)
class Identity:
    """Whom the provider vouches for; `roles` as `office:role`, as it wrote them."""

    subject: str
    username: str
    name: str
    roles: tuple[str, ...]


class _Provider(BaseModel):
    """What we need of the provider's description of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class OpenId:
    """The county's identity provider."""

    def __init__(self, settings: Settings) -> None:
        self._issuer = str(settings.openid_issuer or "").rstrip("/")
        self._client_id = settings.openid_client_id or ""
        secret = settings.openid_client_secret
        self._secret = secret.get_secret_value() if secret else None
        self._roles_claim = settings.openid_roles_claim

    @property
    def offered(self) -> bool:
        """Whether there is a provider."""
        return bool(self._issuer and self._client_id)

    @property
    def name(self) -> str | None:
        """Its address without the scheme, by which caseworkers recognise it."""
        return self._issuer.partition("://")[2] if self.offered else None

    async def begin(self, attempt: Attempt, redirect_uri: str) -> str:
        """The address at the provider to which the browser goes.

        Raises:
            OpenIdUnavailable: the provider does not answer.
            OpenIdFailed: it is not the provider that is configured.
        """
        async with self._client(redirect_uri) as client:
            provider = await self._described(client)
            url, _ = client.create_authorization_url(
                provider.authorization_endpoint,
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(url)

    async def finish(self, attempt: Attempt, redirect_uri: str, state: str, code: str) -> Identity:
        """Whom the provider vouches for, to the browser that came back with `state` and `code`.

        Raises:
            OpenIdUnavailable: the provider does not answer.
            OpenIdFailed: it does not vouch for anybody, or not to this browser.
        """
        if not code or not hmac.compare_digest(attempt.state.encode(), state.encode()):
            raise OpenIdFailed
        async with self._client(redirect_uri) as client:
            provider = await self._described(client)
            try:
                token = await client.fetch_token(
                    provider.token_endpoint,
                    code=code,
                    code_verifier=attempt.verifier,
                    redirect_uri=redirect_uri,
                )
                keys = (
                    await client.request("GET", provider.jwks_uri, withhold_token=True)
                ).raise_for_status()
                claims = self._claims(provider, token, keys.json(), attempt.nonce)
            except httpx2.HTTPError as error:
                raise _unavailable(error) from None
            except (OAuthError, JoseError, ValueError, KeyError, TypeError) as error:
                log.warning("sign-in refused", error=type(error).__name__)
                raise OpenIdFailed from None
        return self._identity(provider, claims)

    def _client(self, redirect_uri: str) -> Any:
        return AsyncOAuth2Client(
            self._client_id,
            self._secret,
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            scope="openid profile",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=_TIMEOUT_S,
        )

    async def _described(self, client: Any) -> _Provider:
        address = f"{self._issuer}/.well-known/openid-configuration"
        try:
            answer = (await client.request("GET", address, withhold_token=True)).raise_for_status()
            provider = _Provider.model_validate_json(answer.content)
        except (httpx2.HTTPError, ValidationError) as error:
            raise _unavailable(error) from None
        if provider.issuer.rstrip("/") != self._issuer:
            log.warning("another identity provider answers than the one configured")
            raise OpenIdFailed
        return provider

    def _claims(
        self, provider: _Provider, token: Mapping[str, Any], keys: Any, nonce: str
    ) -> Mapping[str, Any]:
        """The ID token's claims; whatever is wrong with it raises."""
        decoded = jwt.decode(
            token["id_token"],
            KeySet.import_key_set(keys),
            registry=JWSRegistry(algorithms=_SIGNED_WITH, strict_check_header=False),
        )
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": self._client_id},
            },
            {
                "nonce": nonce,
                "client_id": self._client_id,
                "access_token": token.get("access_token"),
            },
        )
        # by this machine's own clock, as the provider's is by its own
        claims.validate(leeway=_LEEWAY_S)
        return dict(claims)

    def _identity(self, provider: _Provider, claims: Mapping[str, Any]) -> Identity:
        subject = str(claims["sub"])
        username = str(claims.get("preferred_username") or subject)[:100]
        name = str(claims.get("name") or username)[:100]
        roles = claims.get(self._roles_claim)
        listed = [roles] if isinstance(roles, str) else roles if isinstance(roles, list) else []
        if not all(map(storable, (subject, username, name))):
            raise OpenIdFailed
        return Identity(
            f"{provider.issuer}#{subject}",
            username,
            name,
            tuple(r for r in listed if isinstance(r, str)),
        )


def _unavailable(error: Exception) -> OpenIdUnavailable:
    log.warning("the identity provider does not answer", error=type(error).__name__)
    return OpenIdUnavailable()
