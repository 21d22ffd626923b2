"""Settings explain themselves, and tests' settings stay in tests."""

import pytest
from pydantic import ValidationError

from bot.settings import Settings


def test_every_setting_is_documented() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name


def test_a_test_clock_is_refused_in_production() -> None:
    with pytest.raises(ValidationError, match="KREISLOTSE_ENV=test"):
        Settings(clock="2026-11-23T10:00:00+01:00")
    with pytest.raises(ValidationError, match="KREISLOTSE_ENV=test"):
        Settings(allow_fixtures=True)
    with pytest.raises(ValidationError, match="time zone"):
        Settings(env="test", clock="2026-11-23T10:00:00")
    assert Settings(env="test", clock="2026-11-23T10:00:00+01:00").clock


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KREISLOTSE_ALLOWED_ORIGINS", "https://a.example, https://b.example")
    monkeypatch.setenv("KREISLOTSE_TRUSTED_PROXIES", "10.0.0.0/8,::1")
    settings = Settings()
    assert settings.allowed_origins == ["https://a.example", "https://b.example"]
    assert len(settings.trusted_proxies) == 2


def test_secrets_do_not_show() -> None:
    assert "geheim" not in repr(Settings(redis_url="redis://:geheim@127.0.0.1"))
