"""What callers have written down: made by the phone line, opened by a code, or mailed."""

import contextlib
import datetime as dt
import email
import json
import re
from collections.abc import AsyncIterator
from email.message import EmailMessage
from email.policy import default as mail_policy
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import func, select

from bot.app import Knowledge
from bot.fakes import FakeClock, FakeDialogue
from bot.memos import digits_of, memo_key
from bot.retention import MAIL_PATIENCE, purge
from bot.settings import Settings
from bot.stores.tables import MemoMailRow, MemoRow
from tests.conftest import MONDAY_AT_TEN, opened, scripted
from tests.support.outside import MailServer
from tests.support.traces import traces
from tests.support.world import Citizen, World, eventually
from voice.bot_client import BotClient, Refused

SERVICE, TITLE = "kfz_ummeldung", "Fahrzeug ummelden"
ADDRESS = "zitronenfalter.paula@gmx.de"


async def caller(world: World, language: str = "de") -> Citizen:
    return await world.citizen(
        "internal", channel="phone", language=language, caller="+493023125999"
    )


async def code_for(world: World, language: str = "de", service: str = SERVICE) -> str:
    status, made = await (await caller(world, language)).call(
        "POST", "/memos", {"service": service}
    )
    assert status == 201, made
    return str(made["code"])


async def opens(world: World, code: str, **headers: str) -> tuple[int, Any]:
    return await world.client("public").call(
        "POST", "/api/v1/memos/open", {"code": code}, **headers
    )


async def sees(world: World, code: str | None, language: str = "de") -> tuple[int, str]:
    """The page, with a code typed into its form."""
    client = world.client("public")
    data = None if code is None else {"code": code}
    method = "GET" if code is None else "POST"
    headers = {"Accept-Language": language}
    async with client.http.request(
        method, f"{client.base}/code", data=data, headers=headers
    ) as answer:
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.status, await answer.text()


async def count(world: World, table: type[MemoRow] | type[MemoMailRow]) -> int:
    async with world.gateway.database.read() as session:
        return int(await session.scalar(select(func.count()).select_from(table)) or 0)


# --- codes


async def test_a_code_opens_what_the_catalogue_says(world: World) -> None:
    code = await code_for(world)
    assert re.fullmatch(r"\d{9}", code)
    status, memo = await opens(world, code)
    assert status == 200
    assert memo["title"] == world.gateway.texts.say(f"service.{SERVICE}.title", "de")
    assert memo["automated"] is True
    (section,) = memo["sections"]
    kinds = [part["type"] for part in section["parts"]]
    assert {"checklist", "fees", "contact", "source"} <= set(kinds)
    source = next(part for part in section["parts"] if part["type"] == "source")
    assert source["checked_on"]


async def test_a_foreigner_reads_german_first_and_then_her_language(world: World) -> None:
    _, memo = await opens(world, await code_for(world, "ar"))
    assert [s["language"] for s in memo["sections"]] == ["de", "ar"]
    assert [s["direction"] for s in memo["sections"]] == ["ltr", "rtl"]
    assert [s["translated_by"] for s in memo["sections"]] == [None, "draft"]


async def test_what_is_not_translated_says_so_in_her_language(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = world.gateway.texts
    polish = texts._translations["pl"]
    for key in [key for key in polish if key.startswith("service.kfz_ummeldung.documents.")]:
        monkeypatch.delitem(polish, key)
    _, memo = await opens(world, await code_for(world, "pl", "kfz_ummeldung"))
    assert [s["language"] for s in memo["sections"]] == ["de", "pl"]
    assert memo["sections"][1]["text"] == texts.say("bot.german_only", "pl")


@pytest.mark.parametrize("typed", ["{0} {1} {2}", "{0}-{1}-{2}", " {0}{1}{2}"])
async def test_a_code_may_be_typed_in_groups(world: World, typed: str) -> None:
    code = await code_for(world)
    assert (await opens(world, typed.format(code[:3], code[3:6], code[6:])))[0] == 200


def test_foreign_digits_are_digits() -> None:
    assert digits_of("١٢٣ ۴۵۶-789") == "123456789"


async def test_every_memo_of_the_catalogue_can_be_rendered(world: World) -> None:
    replies, languages = world.gateway.replies, ("de", "uk")
    for service in world.gateway.catalogue.services:
        for language in languages:
            memo = replies.memo(service, language)
            assert memo is None or memo.parts


async def test_papers_of_every_case_stand_under_its_name(world: World) -> None:
    services = world.gateway.catalogue.services.values()
    entry = next(s for s in services if any(d.case for d in s.documents))
    assert entry.cases is not None
    _, memo = await opens(world, await code_for(world, service=entry.id))
    titles = [p["title"] for p in memo["sections"][0]["parts"] if p["type"] == "checklist"]
    used = {document.case for document in entry.documents}
    for option in entry.cases.options:
        assert (f"{option.title}: Unterlagen" in titles) or option.id not in used


async def test_the_code_is_kept_nowhere(world: World) -> None:
    code = await code_for(world)
    folder = world.gateway.settings.data_dir
    assert await traces(world, folder, code) == []
    async with world.gateway.database.read() as session:
        (row,) = await session.scalars(select(MemoRow))
    assert (row.service, row.language) == (SERVICE, "de")
    assert (folder / "memo.key").stat().st_mode & 0o077 == 0


def test_gateways_share_a_key_by_setting_or_by_folder(tmp_path: Path) -> None:
    apart = Settings(env="test", data_dir=tmp_path)
    assert memo_key(apart) == memo_key(apart)
    assert len(memo_key(apart)) == 64
    assert memo_key(Settings(env="test", data_dir=tmp_path, memo_key="geheim")) == b"geheim"


@pytest.mark.parametrize(
    ("code", "status", "error"), [("123456789", 404, "memo_unknown"), ("12", 422, "invalid"),
                                  ("", 422, "invalid"), ("abc", 422, "invalid")],
)  # fmt: skip
async def test_a_wrong_code_is_refused(world: World, code: str, status: int, error: str) -> None:
    got, told = await opens(world, code, Accept_Language="tr")
    assert (got, told["error"]["code"]) == (status, error)
    assert told["error"]["message"] == world.gateway.texts.say(f"errors.{error}", "tr")
    if status == 422:
        wrong = world.gateway.texts.say("errors.code_invalid", "tr")
        assert told["error"]["fields"] == {"code": wrong}


async def test_a_code_expires_and_retention_deletes_it(world: World) -> None:
    code = await code_for(world)
    world.clock.advance(days=13, hours=23)
    assert (await opens(world, code))[0] == 200
    world.clock.advance(hours=2)
    assert (await opens(world, code))[1]["error"]["code"] == "memo_unknown"
    status, page = await sees(world, code, "fr")
    assert status == 404
    assert page.count('role="alert"') == 1
    assert "Vielleicht ist eine Ziffer falsch" in page
    assert "ou le code a expiré" in page
    gateway = world.gateway
    report = await purge(gateway.database, world.clock, gateway.settings)
    assert report.memos == 1
    assert await count(world, MemoRow) == 0


async def test_whoever_guesses_often_must_wait(
    settings: Settings, knowledge: Knowledge, database_url: str
) -> None:
    chosen = settings.model_copy(update={"database_url": database_url, "codes_per_minute": 3})
    async with opened(chosen, knowledge, FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)) as world:
        code = await code_for(world)
        for _ in range(2):
            assert (await opens(world, "111111111"))[0] == 404
        assert (await sees(world, "111111111"))[0] == 404
        status, told = await opens(world, code)  # the page and the API count together
        assert (status, told["error"]["code"]) == (429, "too_many_requests")
        status, page = await sees(world, code)
        assert status == 429
        assert "sehr viele Anfragen" in page


async def test_only_callers_have_something_written_down(world: World) -> None:
    web = await world.citizen("internal")
    status, told = await web.call("POST", "/memos", {"service": SERVICE})
    assert (status, told["error"]["code"]) == (409, "not_on_the_phone")
    public = await world.citizen()
    assert (await public.call("POST", "/memos", {"service": SERVICE}))[0] == 404
    stranger = Citizen(world.client("internal"), (await caller(world)).id, "falsch")
    assert (await stranger.call("POST", "/memos", {"service": SERVICE}))[0] == 401
    over = await caller(world)
    await over.call("POST", "/close")
    status, told = await over.call("POST", "/memos", {"service": SERVICE})
    assert (status, told["error"]["code"]) == (409, "conversation_closed")


async def test_what_the_catalogue_does_not_hold_is_not_written_down(world: World) -> None:
    status, told = await (await caller(world)).call("POST", "/memos", {"service": "kfz_raumschiff"})
    assert (status, told["error"]["code"]) == (409, "nothing_to_write_down")


async def test_a_topic_that_no_longer_holds_is_not_shown(world: World) -> None:
    services = world.gateway.catalogue.services.values()
    entry = next(s for s in services if s.valid_until and s.valid_until > MONDAY_AT_TEN.date())
    assert entry.valid_until is not None
    code = await code_for(world, service=entry.id)
    days = (entry.valid_until - MONDAY_AT_TEN.date()).days + 1
    async with world.gateway.database.write() as session:
        (row,) = await session.scalars(select(MemoRow))
        row.expires_at += dt.timedelta(days=days)
    world.clock.advance(days=days)
    assert (await opens(world, code))[1]["error"]["code"] == "memo_unknown"


# --- the page


async def test_the_page_asks_for_a_code_in_every_language(world: World) -> None:
    status, page = await sees(world, None)
    assert status == 200
    texts = world.gateway.texts
    for code in texts.written_languages:
        assert texts.say("memo.lead", code) in page or "’" in texts.say("memo.lead", code)
    assert '<li lang="ar" dir="rtl">' in page
    assert "<script" not in page


async def test_the_page_shows_the_memo_without_a_script(world: World) -> None:
    status, page = await sees(world, await code_for(world, "ar"))
    assert status == 200
    assert "<script" not in page
    assert '<section lang="de" dir="ltr">' in page
    assert '<section lang="ar" dir="rtl">' in page
    assert page.index('lang="de" dir="ltr"') < page.index('lang="ar" dir="rtl"')
    say = world.gateway.texts.say
    assert say("memo.automated", "de") in page
    assert say("memo.draft", "ar") in page
    assert "Geprüft am" in page
    assert "7. Dezember 2026" in page
    assert "27,10\u00a0€" in page or "€" in page


@pytest.mark.parametrize("kind", ["multipart/form-data", "text/plain; charset=none", "a/b"])
async def test_what_is_no_form_is_no_code(world: World, kind: str) -> None:
    client = world.client("public")
    headers = {"Content-Type": kind}
    async with client.http.post(f"{client.base}/code", data=b"\xff", headers=headers) as answer:
        assert answer.status == 422
        assert 'role="alert"' in await answer.text()


async def test_the_page_repeats_nothing_that_was_typed(world: World) -> None:
    status, page = await sees(world, "<script>alert(1)</script>")
    assert status == 422
    assert "alert(1)" not in page


# --- mails


def mail_at(server: MailServer) -> dict[str, str]:
    return {"smtp_url": f"smtp://127.0.0.1:{server.port}", "mail_from": "bot@musterland.example"}


@contextlib.asynccontextmanager
async def posting(
    settings: Settings, knowledge: Knowledge, database_url: str, server: MailServer
) -> AsyncIterator[World]:
    """A gateway that sends mails."""
    chosen = settings.model_copy(
        update={"database_url": database_url}
        | dict(Settings(**cast(Any, mail_at(server))).model_dump(include={"smtp_url", "mail_from"}))
    )
    dialogue, clock = FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    async with opened(chosen, knowledge, dialogue, clock) as world:
        yield world


async def wishes(world: World, language: str = "de", address: str = ADDRESS) -> Citizen:
    citizen = await caller(world, language)
    body = {"client_message_id": "m1" + citizen.id, "service": SERVICE, "address": address}
    status, told = await citizen.call("POST", "/memos/mail", body)
    assert status == 204, told
    return citizen


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=mail_policy)


async def test_a_mail_holds_german_and_her_language(
    settings: Settings,
    knowledge: Knowledge,
    database_url: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    server = MailServer()
    with server.up():
        async with posting(settings, knowledge, database_url, server) as world:
            await wishes(world, "uk")

            async def gone() -> bool:
                return bool(server.mails) and await count(world, MemoMailRow) == 0

            await eventually(gone)
            await world.gateway.database.forget()
            assert await traces(world, world.gateway.settings.data_dir, ADDRESS) == []
            assert await traces(world, world.gateway.settings.data_dir, "zitronenfalter") == []
    [raw] = server.mails
    mail = read(raw)
    say = knowledge.texts.say
    title = say(f"service.{SERVICE}.title", "de")
    assert (mail["To"], mail["From"]) == (ADDRESS, "bot@musterland.example")
    assert mail["Subject"] == f"Ihr Merkzettel: {title}"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "de, uk"
    assert mail.get_content_type() == "text/plain"
    text = mail.get_content()
    german, ukrainian = text.split("- - -")
    assert say("bot.title_documents", "de") in german
    assert say("memo.mail_address", "de") in german
    assert "Geprüft am" in german
    assert say("bot.title_documents", "uk") in ukrainian
    assert say("memo.draft", "uk") in ukrainian
    out, err = capfd.readouterr()
    assert "zitronenfalter" not in out + err


async def test_a_mail_that_is_refused_for_now_is_tried_again(
    settings: Settings, knowledge: Knowledge, database_url: str
) -> None:
    server = MailServer(answers=["451 later"])
    with server.up():
        async with posting(settings, knowledge, database_url, server) as world:
            await wishes(world)

            async def tried() -> bool:
                return not server.answers

            await eventually(tried)
            courier, memos = world.gateway.memo_courier, world.gateway.memos
            assert courier is not None
            assert await courier.deliver_due(memos) == 0  # not due yet
            assert await count(world, MemoMailRow) == 1
            world.clock.advance(minutes=3)
            await courier.deliver_due(memos)
            await eventually(lambda: _is_empty(world))
    assert len(server.mails) == 1


async def _is_empty(world: World) -> bool:
    return await count(world, MemoMailRow) == 0


@pytest.mark.parametrize("end", ["refused", "patience"])
async def test_a_mail_that_cannot_be_sent_is_forgotten(
    settings: Settings, knowledge: Knowledge, database_url: str, end: str
) -> None:
    server = MailServer(answers=["550 no such user" if end == "refused" else "451 later"] * 5)
    with server.up():
        async with posting(settings, knowledge, database_url, server) as world:
            await wishes(world)
            if end == "patience":
                await eventually(lambda: _tried(world))
                world.clock.advance(hours=25)
                courier = world.gateway.memo_courier
                assert courier is not None
                await courier.deliver_due(world.gateway.memos)
            await eventually(lambda: _is_empty(world))
            assert await traces(world, world.gateway.settings.data_dir, ADDRESS) == []
    assert server.mails == []


async def _tried(world: World) -> bool:
    async with world.gateway.database.read() as session:
        return await session.scalar(select(MemoMailRow.attempts)) == 1


async def test_the_same_wish_is_one_mail(
    settings: Settings, knowledge: Knowledge, database_url: str
) -> None:
    server = MailServer(answers=["451 later"] * 9)
    with server.up():
        async with posting(settings, knowledge, database_url, server) as world:
            citizen = await caller(world)
            body = {"client_message_id": "eins", "service": SERVICE, "address": ADDRESS}
            for _ in range(2):
                assert (await citizen.call("POST", "/memos/mail", body))[0] == 204
            assert await count(world, MemoMailRow) == 1
            _, taken = await citizen.call("GET", "/export")
            assert [mail["address"] for mail in taken["mails"]] == [ADDRESS]
            await citizen.call("DELETE", "")  # erased with the conversation
            assert await count(world, MemoMailRow) == 0


@pytest.mark.parametrize("address", ["a@gmx", "müller@gmx.de", "a@b.de\r\nBcc: c@d.de", "a,b@c.de"])
async def test_no_mail_goes_to_what_is_no_address(
    settings: Settings, knowledge: Knowledge, database_url: str, address: str
) -> None:
    server = MailServer()
    async with posting(settings, knowledge, database_url, server) as world:
        body = {"client_message_id": "eins", "service": SERVICE, "address": address}
        status, told = await (await caller(world)).call("POST", "/memos/mail", body)
        assert (status, told["error"]["code"]) == (422, "invalid")
        assert address not in json.dumps(told)
        assert await count(world, MemoMailRow) == 0


async def test_without_a_mail_server_no_mail_is_taken(world: World) -> None:
    body = {"client_message_id": "eins", "service": SERVICE, "address": ADDRESS}
    status, told = await (await caller(world)).call("POST", "/memos/mail", body)
    assert (status, told["error"]["code"]) == (409, "mail_off")
    assert await count(world, MemoMailRow) == 0


async def test_retention_deletes_an_address_that_nobody_mails_any_more(world: World) -> None:
    citizen, now = await caller(world), world.clock.now()
    async with world.gateway.database.write() as session:
        session.add(
            MemoMailRow(
                id="alt", conversation_id=citizen.id, address=ADDRESS, service=SERVICE,
                language="de", created_at=now, next_at=now, attempts=1,
            )
        )  # fmt: skip
    world.clock.advance(seconds=MAIL_PATIENCE.total_seconds() + 1)
    report = await purge(world.gateway.database, world.clock, world.gateway.settings)
    assert report.memos == 1
    assert await traces(world, world.gateway.settings.data_dir, ADDRESS) == []


# --- the phone line's client


async def test_the_phone_line_has_things_written_down(world: World) -> None:
    async with BotClient.open(world.client("internal").base) as bot:
        conversation = await bot.start("de", None)
        memo = await conversation.write_down(SERVICE)
        assert memo.until == dt.date(2026, 12, 7)
        assert (await opens(world, memo.code))[0] == 200
        with pytest.raises(Refused, match="nothing_to_write_down"):
            await conversation.write_down("kfz_raumschiff")
        with pytest.raises(Refused, match="mail_off"):
            await conversation.mail(SERVICE, ADDRESS)
