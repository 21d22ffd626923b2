"""All settings: one table of name, default and meaning, read from `KREISLOTSE_*` variables."""

import datetime as dt
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, HttpUrl, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds `domain.yml`, `data/` and the packages."""
_LOOPBACK = ("127.0.0.1", "[::1]", "localhost")


class Settings(BaseSettings):
    """The settings of one instance.

    Lists are written with commas (`KREISLOTSE_TRUSTED_PROXIES=10.0.0.0/8,::1`).
    """

    model_config = SettingsConfigDict(env_prefix="KREISLOTSE_", frozen=True, extra="ignore")

    env: Literal["production", "test"] = Field(
        "production", description="`test` allows the settings that are refused in operation."
    )
    clock: dt.datetime | None = Field(
        None, description="Start the clock at this moment (tests only)."
    )
    allow_fixtures: bool = Field(False, description="Let fixture models load (tests only).")

    data_dir: Path = Field(
        ROOT / "var", description="Folder for the SQLite database and other state."
    )
    database_url: str | None = Field(
        None,
        description="SQLAlchemy address, e.g. `postgresql+asyncpg://…`; SQLite in the data folder"
        " if unset.",
    )
    redis_url: SecretStr | None = Field(
        None, description="Only with several gateways: carries their wake-ups and rate limits."
    )

    host: str = Field("127.0.0.1", description="Address that the public and staff ports listen on.")
    internal_host: str = Field(
        "127.0.0.1", description="Address of the internal port; never reachable from outside."
    )
    public_port: int = Field(8080, description="Port of the citizens' API, widget and demo page.")
    staff_port: int = Field(8081, description="Port of the caseworkers' console and API.")
    internal_port: int = Field(8082, description="Port for health, metrics and our own channels.")
    rasa_port: int = Field(5005, description="Port on which `kreislotse up` starts Rasa.")
    rasa_urls: Annotated[list[HttpUrl], NoDecode] = Field(
        [], description="Addresses of the Rasa servers; one on the loopback port if unset."
    )
    rasa_model: Path = Field(
        ROOT / "models/rasa.tar.gz", description="The trained model that Rasa serves."
    )
    rasa_python: Path = Field(
        ROOT / ".venv-rasa/bin/python", description="Python of Rasa's own environment."
    )

    public_url: HttpUrl | None = Field(
        None,
        description="Address of the public port as citizens see it; callers who have something"
        " written down are told it. If unset they are told the county's `website`, which then"
        " needs a link to our page `/code`.",
    )
    allowed_origins: Annotated[list[str], NoDecode] = Field(
        [], description="Origins of web sites that may embed the widget; `*` for any."
    )
    staff_origins: Annotated[list[str], NoDecode] = Field(
        [], description="Origins of the console behind a proxy, beside the staff port's own."
    )
    trusted_proxies: Annotated[list[IPv4Network | IPv6Network], NoDecode] = Field(
        [], description="Networks whose X-Forwarded-For and -Proto headers are believed."
    )

    text_limit: int = Field(
        1000, ge=1, le=1000, description="Longest message of a citizen, in characters."
    )
    body_limit: int = Field(65_536, description="Largest request body, in bytes.")
    new_conversations_per_minute: int = Field(
        30, description="Conversations that one address may begin in a minute; 0: no limit."
    )
    messages_per_minute: int = Field(
        60,
        description="Messages that one conversation may send in a minute, and likewise other"
        " actions, and signs of typing; 0: no limit.",
    )
    sign_ins_per_minute: int = Field(
        20, description="Attempts to sign in from one address in a minute; 0: no limit."
    )
    codes_per_minute: int = Field(
        10,
        description="Codes of callers' memos that one address may try in a minute; 0: no limit.",
    )

    translation_dir: Path | None = Field(
        None, description="Folder of the Argos packages; `argos` in the data folder if unset."
    )
    translation_workers: int = Field(
        1, ge=1, le=16, description="Processes that translate free text, started when needed."
    )
    translation_packages: int = Field(
        4, ge=1, description="Packages that each of them keeps in memory (about 100 MB each)."
    )
    translation_timeout_s: float = Field(
        10.0, gt=0, description="Longest wait for one text until the original is shown instead."
    )
    models_url: HttpUrl = Field(
        HttpUrl("https://raw.githubusercontent.com/argosopentech/argospm-index/main/"),
        description="Where `kreislotse models pull` finds `index.json` and, on a mirror of your"
        " own, `SHA256SUMS`.",
    )

    speech_models_url: HttpUrl = Field(
        HttpUrl("https://huggingface.co/"),
        description="Where it finds Whisper models and Piper voices; a mirror of your own has the"
        " same paths and a `SHA256SUMS`.",
    )

    rasa_timeout_s: float = Field(5.0, gt=0, description="Longest wait for one call to Rasa.")
    turn_deadline_s: float = Field(
        30.0, gt=0, description="Longest time until the citizen is offered a person instead."
    )
    rasa_concurrency: int = Field(16, ge=1, description="Turns under way in Rasa at once.")

    sign_in_attempts: int = Field(5, ge=1, description="Wrong passwords before an account locks.")
    lockout_min: int = Field(15, ge=1, description="Minutes for which it stays locked.")
    session_h: int = Field(10, ge=1, description="Hours until a caseworker must sign in again.")
    silent_claim_min: int = Field(
        5, ge=1, description="Minutes without a sign of the caseworker until a claim returns."
    )
    median_window: int = Field(
        20, ge=3, description="Latest pick-ups from which the waiting time is estimated."
    )

    median_window_days: int = Field(
        14, ge=1, description="Days after which a pick-up no longer counts for the estimate."
    )
    presence_s: int = Field(
        90, ge=10, description="Seconds without a sign until a caseworker counts as not there."
    )

    staff_url: HttpUrl | None = Field(
        None, description="Address of the console as caseworkers see it, for links in notices."
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="Mail server for notices to the offices and for what callers have written"
        " down, e.g. `smtp://user:password@mail:587` (STARTTLS where it offers it, always with a"
        " password) or `smtps://…`; no mails if unset.",
    )
    mail_from: str | None = Field(None, description="Sender of those mails.")
    webhook_url: HttpUrl | None = Field(
        None, description="Address that is told of new and ended cases; nothing if unset."
    )
    webhook_secret: SecretStr | None = Field(
        None, description="Secret that signs those calls, as Standard Webhooks writes it: `whsec_…`"
    )
    zammad_url: HttpUrl | None = Field(
        None, description="Address of a Zammad that gets a ticket for each call-back and message."
    )
    zammad_token: SecretStr | None = Field(None, description="Token for Zammad's API.")
    zammad_group: str = Field("Users", description="Zammad's group that the tickets go to.")

    totp: Literal["off", "optional", "required"] = Field(
        "optional", description="Whether local accounts use a second factor."
    )
    openid_issuer: HttpUrl | None = Field(
        None, description="The county's identity provider (OpenID Connect); none if unset."
    )
    openid_client_id: str | None = Field(None, description="Our name there.")
    openid_client_secret: SecretStr | None = Field(None, description="Our secret there.")
    openid_roles_claim: str = Field(
        "kreislotse_roles",
        description="Claim of the ID token that lists what somebody is where, each as"
        " `office:role`, `*` for every office.",
    )

    attachments: bool = Field(
        False, description="Let citizens send files to a person; needs `clamd`."
    )
    attachment_limit: int = Field(5_000_000, description="Largest file, in bytes.")
    clamd: str = Field(
        "/run/clamav/clamd.ctl", description="Socket of ClamAV's daemon: a path, or `host:port`."
    )
    clamd_timeout_s: float = Field(
        20.0, gt=0, description="Longest wait for it until a file is refused."
    )

    voice_host: str = Field(
        "127.0.0.1",
        description="Address that the phone line's two ports listen on; the PBX's sound is neither"
        " encrypted nor authenticated, so loopback or a network of its own.",
    )
    voice_port: int = Field(9092, description="Port on which the PBX brings calls (AudioSocket).")
    voice_http_port: int = Field(
        8083, description="Port on which the PBX asks for a call's next step; health and metrics."
    )
    internal_url: HttpUrl | None = Field(
        None, description="The gateway's internal port as the phone line reaches it."
    )
    voice_calls: int = Field(
        4, ge=1, description="Calls that are served at once; further ones go straight to a person."
    )
    up_phone: bool = Field(True, description="Whether `kreislotse up` runs the phone line too.")
    phone_languages: Annotated[list[str], NoDecode] = Field(
        ["de", "en"],
        description="Languages on the phone, in the order of their keys; those only are offered"
        " that can be spoken here.",
    )
    phone_minutes: float = Field(
        20.0, gt=0, description="Minutes after which a call is to go on with a person."
    )
    memo_days: int = Field(
        14, ge=1, le=90, description="Days for which a caller's code opens what she had noted."
    )
    memo_key: SecretStr | None = Field(
        None,
        description="Secret with which those codes are hashed, the same for several gateways;"
        " `memo.key` in the data folder if unset.",
    )
    whisper_dir: Path | None = Field(
        None, description="Folder of Whisper models; `whisper` in the data folder if unset."
    )
    whisper_model: str = Field(
        "whisper-base", description="The model in it that listens to callers."
    )
    stt_workers: int = Field(1, ge=1, le=32, description="Processes that recognise speech.")
    stt_queue: int = Field(
        4, ge=0, description="Utterances that wait for them; above it callers use the keys."
    )
    stt_timeout_s: float = Field(8.0, gt=0, description="Longest wait for one utterance's words.")
    piper_dir: Path | None = Field(
        None, description="Folder of Piper voices; `piper` in the data folder if unset."
    )
    tts_workers: int = Field(1, ge=1, le=32, description="Processes that speak with Piper.")
    tts_queue: int = Field(
        8, ge=0, description="Sentences that wait for them; above it espeak-ng speaks."
    )
    tts_timeout_s: float = Field(
        5.0, gt=0, description="Longest wait for one sentence until espeak-ng speaks it instead."
    )
    web_voice: bool = Field(
        True,
        description="Let citizens speak to the chat and have answers read aloud, while the phone"
        " line's process runs.",
    )
    voice_url: HttpUrl | None = Field(
        None, description="The phone line's HTTP port as the gateway reaches it."
    )
    web_utterance_s: int = Field(
        20, ge=1, le=30, description="Longest recording that the chat sends, in seconds."
    )
    web_voice_per_minute: int = Field(
        12,
        description="Recordings that one conversation may send in a minute, and likewise messages"
        " that it has read aloud; 0: no limit.",
    )
    web_voice_at_once: int = Field(
        2,
        ge=1,
        description="Recordings, and likewise messages, of the chat that the phone line's process"
        " works on at once; further ones are refused, so that callers do not wait for them.",
    )

    retention_days: int = Field(
        90,
        ge=1,
        description="Days after its last change until `purge` erases a conversation that had no"
        " case.",
    )
    retention_chat_days: int = Field(90, ge=1, description="The same where it had a chat.")
    retention_call_days: int = Field(90, ge=1, description="The same with a call to a person.")
    retention_callback_days: int = Field(180, ge=1, description="The same with a call-back.")
    retention_message_days: int = Field(180, ge=1, description="The same with a message.")
    retention_feed_days: int = Field(
        14, ge=1, description="Days that the consoles' feed and delivered notices are kept."
    )
    purge_daily: bool = Field(
        True, description="Let the gateway purge when it starts and each day; else call `purge`."
    )
    log_format: Literal["console", "json"] = Field("console", description="How logs are written.")

    @field_validator(
        "rasa_urls",
        "allowed_origins",
        "staff_origins",
        "trusted_proxies",
        "phone_languages",
        mode="before",
    )
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @model_validator(mode="after")
    def _tests_only(self) -> Self:
        if self.env != "test" and (self.clock or self.allow_fixtures):
            raise ValueError(
                "KREISLOTSE_CLOCK and KREISLOTSE_ALLOW_FIXTURES are refused unless"
                " KREISLOTSE_ENV=test"
            )
        if self.clock and self.clock.tzinfo is None:
            raise ValueError("KREISLOTSE_CLOCK needs a time zone, e.g. +01:00")
        return self

    @model_validator(mode="after")
    def _provider_is_safe(self) -> Self:
        issuer = self.openid_issuer
        if issuer and not self.openid_client_id:
            raise ValueError("KREISLOTSE_OPENID_ISSUER needs KREISLOTSE_OPENID_CLIENT_ID")
        if issuer and issuer.scheme != "https" and issuer.host not in _LOOPBACK:
            raise ValueError("KREISLOTSE_OPENID_ISSUER must begin with https://")
        return self

    @property
    def database(self) -> str:
        """The address of the database, the embedded default included."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'kreislotse.sqlite3'}"

    @property
    def argos_dir(self) -> Path:
        """Where Argos packages are installed."""
        return self.translation_dir or self.data_dir / "argos"

    @property
    def whisper(self) -> Path:
        """Where Whisper models are installed."""
        return self.whisper_dir or self.data_dir / "whisper"

    @property
    def piper(self) -> Path:
        """Where Piper voices are installed."""
        return self.piper_dir or self.data_dir / "piper"

    @property
    def internal(self) -> str:
        """The gateway's internal address, without a slash at its end."""
        url = self.internal_url or f"http://{self.internal_host}:{self.internal_port}"
        return str(url).rstrip("/")

    @property
    def voice(self) -> str:
        """The phone line's HTTP address as the gateway reaches it, without a slash at its end."""
        url = self.voice_url or f"http://{self.voice_host}:{self.voice_http_port}"
        return str(url).rstrip("/")

    @property
    def rasa(self) -> list[str]:
        """The addresses of the Rasa servers."""
        urls = [str(url) for url in self.rasa_urls]
        return urls or [f"http://127.0.0.1:{self.rasa_port}"]
