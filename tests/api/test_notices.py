"""Notices reach the outside at least once, and carry nothing of a citizen."""

import asyncio
import contextlib
import datetime as dt
import email
import itertools
import ssl
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.policy import default as mail_policy
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web
from sqlalchemy import select
from standardwebhooks import Webhook, WebhookVerificationError

from bot.app import Knowledge
from bot.doctor import examine
from bot.errors import NotOwner
from bot.fakes import FakeClock, FakeDialogue
from bot.settings import Settings
from bot.stores import conversations
from bot.stores.database import Database
from bot.stores.tables import ConversationRow, HandoverRow, NoticeRow
from handover.configured_ways import missing, ways_of
from handover.notice_texts import NoticeTexts
from handover.notices import Courier, Notices
from handover.ways import NoticeEvent
from tests.conftest import MONDAY_AT_TEN, scripted
from tests.conftest import opened as gateway_on
from tests.support.outside import MailServer, Receiver, ZammadStandIn
from tests.support.world import eventually

SECRET = "whsec_" + "c2VjcmV0" * 4
WORDS, PHONE, CASEWORKER = "Zitronenfalter im Ausweis", "030 23125 999", "Frau Beispiel"


@dataclass
class Office:
    """A desk's database and clock, with the notices of one gateway."""

    database: Database
    clock: FakeClock
    notices: Notices
    courier: Courier

    async def case(self, kind: str = "callback", **columns: Any) -> HandoverRow:
        """A case whose citizen left words and a number."""
        now = self.clock.now()
        conversation = ConversationRow(
            id=str(uuid.uuid4()), token_hash="", channel="web", language="uk",
            language_chosen=True, state="callback", service="kfz_ummeldung", dialogue={},
            created_at=now, updated_at=now,
        )  # fmt: skip
        handover = HandoverRow(
            id=str(uuid.uuid4()), conversation_id=conversation.id, office="kfz", kind=kind,
            state="waiting", urgent=False, reason="callback", phone=PHONE, text=WORDS,
            requested_at=now, due_at=now + dt.timedelta(hours=4),
        )  # fmt: skip
        for name, value in columns.items():
            setattr(handover, name, value)
        async with self.database.write() as session:
            session.add(conversation)
            await session.flush()
            session.add(handover)
        return handover

    async def tells(self, handover: HandoverRow, event: NoticeEvent = "requested") -> None:
        async with self.database.write() as session:
            await self.notices.note(session, await session.get_one(HandoverRow, handover.id), event)

    async def rows(self) -> list[NoticeRow]:
        async with self.database.read() as session:
            return list(await session.scalars(select(NoticeRow).order_by(NoticeRow.created_at)))


class Opened(contextlib.AsyncExitStack):
    """Opens gateways' notices on one database."""

    def __init__(self, url: str, knowledge: Knowledge, at: dt.datetime) -> None:
        super().__init__()
        self._url, self._knowledge = url, knowledge
        self.clock = FakeClock(at)

    async def office(self, **settings: Any) -> Office:
        database = Database(self._url)
        await database.migrate()
        self.push_async_callback(database.close)
        catalogue, staff_url = self._knowledge.catalogue, "https://desk.example/"
        chosen = Settings(env="test", staff_url=staff_url, **settings)
        texts = NoticeTexts(self._knowledge.texts, catalogue.county.timezone)
        notices = Notices(self.clock, ways_of(chosen, texts))
        assert notices.ways
        courier = Courier(database, self.clock, catalogue, notices, chosen.staff_url)
        return Office(database, self.clock, notices, courier)


@pytest.fixture
async def opened(database_url: str, knowledge: Knowledge) -> AsyncIterator[Opened]:
    async with Opened(database_url, knowledge, MONDAY_AT_TEN) as stack:
        yield stack


def mail_at(server: MailServer) -> dict[str, str]:
    return {"smtp_url": f"smtp://127.0.0.1:{server.port}", "mail_from": "bot@musterland.example"}


def hook_at(receiver: Receiver) -> dict[str, str]:
    return {"webhook_url": receiver.url, "webhook_secret": SECRET}


def zammad_at(receiver: Receiver) -> dict[str, str]:
    return {"zammad_url": receiver.url, "zammad_token": "geheim", "zammad_group": "Bürgerservice"}


async def test_an_office_gets_a_german_mail_without_a_word_of_its_citizen(opened: Opened) -> None:
    server = MailServer()
    office = await opened.office(**mail_at(server))
    case = await office.case()
    await office.tells(case)
    with server.up():
        assert await office.courier.deliver_due() == 1
        assert await office.courier.deliver_due() == 0
    [raw] = server.mails
    mail = email.message_from_bytes(raw, policy=mail_policy)
    assert mail["To"] == "zulassung@musterland.example"
    assert mail["From"] == "bot@musterland.example"
    assert mail["Subject"] == "Rückruf für Kfz-Zulassung"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "de"
    assert mail["Date"].datetime == office.clock.now()
    [row] = await office.rows()
    assert mail["Message-ID"] == f"<{row.id}@musterland.example>"
    assert (mail.get_content_type(), mail.get_content_charset()) == ("text/plain", "utf-8")
    text = mail.get_content()
    assert f"https://desk.example/#/handover/{case.id}" in text
    assert "Sprache: Ukrainisch" in text
    assert "Frist: Montag, 23. November 2026, 14:00 Uhr" in text
    assert "Anliegen: Fahrzeug" in text
    nothing_of_a_citizen(raw, text)


async def test_a_crisis_is_said_in_the_subject(opened: Opened) -> None:
    server = MailServer()
    office = await opened.office(**mail_at(server))
    await office.tells(await office.case("chat", urgent=True, due_at=None))
    with server.up():
        await office.courier.deliver_due()
    mail = email.message_from_bytes(server.mails[0], policy=mail_policy)
    assert mail["Subject"] == "DRINGEND: Gespräch für Kfz-Zulassung"
    assert "Frist: keine" in mail.get_content()


@pytest.mark.parametrize(
    ("answer", "problem"),
    [("451 Later", "refused_for_now"), ("554 No, dear Frau Beispiel", "refused")],
)
async def test_a_refused_mail_is_tried_again(opened: Opened, answer: str, problem: str) -> None:
    server = MailServer(answers=[answer])
    office = await opened.office(**mail_at(server))
    await office.tells(await office.case())
    with server.up():
        assert await office.courier.deliver_due() == 0
        assert (await office.rows())[0].problem == problem
        assert await office.courier.deliver_due() == 0, "not before its time"
        office.clock.advance(minutes=1.6)
        assert await office.courier.deliver_due() == 1
    [row] = await office.rows()
    assert (row.problem, row.attempts, row.next_at) == (None, 2, None)
    assert len(server.mails) == 1


async def test_nothing_is_lost_while_nobody_listens(opened: Opened) -> None:
    server, receiver = MailServer(), Receiver()
    office = await opened.office(**mail_at(server), **hook_at(receiver))
    for _ in range(3):
        await office.tells(await office.case())
    for _ in range(6):
        assert await office.courier.deliver_due() == 0
        office.clock.advance(hours=6)
    assert {row.problem for row in await office.rows()} == {"unreachable"}
    later = await opened.office(**mail_at(server), **hook_at(receiver))  # as after a crash
    with server.up():
        async with receiver.up():
            assert await later.courier.deliver_due() == 6
    assert (len(server.mails), len(receiver.calls)) == (3, 3)


async def test_it_is_given_up_after_three_days_and_not_before(opened: Opened) -> None:
    office = await opened.office(**mail_at(MailServer()))
    await office.tells(await office.case())
    begun, tries = office.clock.now(), []
    while (row := (await office.rows())[0]).next_at:
        office.clock.advance(seconds=(row.next_at - office.clock.now()).total_seconds())
        tries.append(office.clock.now())
        await office.courier.deliver_due()
    pauses = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert dt.timedelta(days=3) <= tries[-1] - begun < dt.timedelta(days=3, hours=6)
    assert dt.timedelta(minutes=1) <= pauses[0] <= dt.timedelta(minutes=1.5)
    assert max(pauses) == dt.timedelta(hours=6)
    assert pauses == sorted(pauses)
    assert (row.problem, row.delivered_at, row.attempts) == ("unreachable", None, len(tries))


async def test_a_password_is_sent_by_starttls_alone(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, server = trustme.CA(), MailServer()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    url = f"smtp://bot%40county:ge%20heim@localhost:{server.port}"
    office = await opened.office(smtp_url=url, mail_from="Kreislotse <bot@musterland.example>")
    await office.tells(await office.case())
    problems = []
    with server.up():  # without encryption
        await office.courier.deliver_due()
        problems.append((await office.rows())[0].problem)
    office.clock.advance(hours=1)
    with server.up_with_tls(context, "bot@county", "ge heim"):
        await office.courier.deliver_due()  # nobody vouches for the certificate
        problems.append((await office.rows())[0].problem)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        office.clock.advance(hours=1)
        assert await office.courier.deliver_due() == 1
    assert problems == ["unsupported", "tls"]
    assert server.encrypted == [True]


async def test_a_webhook_is_signed_as_standard_webhooks_says(
    database_url: str, knowledge: Knowledge
) -> None:
    receiver = Receiver()
    async with Opened(database_url, knowledge, dt.datetime.now(dt.UTC)) as opened:
        office = await opened.office(**hook_at(receiver))
        case = await office.case(due_at=None)
        await office.tells(case)
        async with receiver.up():
            assert await office.courier.deliver_due() == 1
    [call] = receiver.calls
    Webhook(SECRET).verify(call.body, call.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(call.body.replace(b"kfz", b"abh", 1), call.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "YW5kZXJl" * 4).verify(call.body, call.headers)
    assert call.parsed["type"] == "handover.requested"
    assert call.parsed["data"] == {
        "id": case.id, "office": "kfz", "kind": "callback", "priority": "normal",
        "language": "uk", "service": "kfz_ummeldung",
        "service_title": knowledge.catalogue.services["kfz_ummeldung"].title, "due_at": None,
        "link": f"https://desk.example/#/handover/{case.id}",
    }  # fmt: skip
    nothing_of_a_citizen(call.body, str(call.headers))


async def test_a_webhook_that_redirects_or_fails_is_called_again_under_the_same_id(
    opened: Opened,
) -> None:
    elsewhere = Receiver()
    answers = [
        web.Response(status=307, headers={"Location": elsewhere.url}),
        web.Response(status=500),
        web.Response(status=200, text="thanks"),
    ]
    receiver = Receiver(lambda call: answers.pop(0))
    office = await opened.office(**hook_at(receiver))
    await office.tells(await office.case())
    problems = []
    async with receiver.up(), elsewhere.up():
        for _ in range(3):
            await office.courier.deliver_due()
            problems.append((await office.rows())[0].problem)
            office.clock.advance(hours=6)
    assert problems == ["http_307", "http_500", None]
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1
    assert elsewhere.calls == []


async def test_a_zammad_gets_a_ticket_that_ends_with_the_case(opened: Opened) -> None:
    zammad = ZammadStandIn("geheim")
    office = await opened.office(**zammad_at(zammad))
    message, chat = await office.case("message"), await office.case("chat")
    for event in ("requested", "requested", "closed"):
        await office.tells(message, event)
        await office.tells(chat, event)
    async with zammad.up():
        while any(row.next_at for row in await office.rows()):
            await office.courier.deliver_due()
            office.clock.advance(hours=6)
    [ticket] = zammad.tickets.values()
    assert ticket["title"] == "Nachricht für Kfz-Zulassung"
    assert ticket["group"] == "Bürgerservice"
    assert ticket["customer_id"] == "guess:zulassung@musterland.example"
    assert ticket["article"]["internal"] is True
    assert f"/#/handover/{message.id}" in ticket["article"]["body"]
    assert (ticket["state"], len(ticket["notes"])) == ("closed", 1)
    assert {row.reference for row in await office.rows()} == {str(ticket["id"])}
    for call in zammad.calls:
        nothing_of_a_citizen(call.body, str(call.headers))


async def test_a_ticket_is_not_closed_before_it_is_open(opened: Opened) -> None:
    zammad = ZammadStandIn("geheim")
    office = await opened.office(**zammad_at(zammad))
    case = await office.case()
    await office.tells(case)
    await office.courier.deliver_due()  # nobody is there
    await office.tells(case, "closed")
    async with zammad.up():
        await office.courier.deliver_due()
        assert zammad.calls == []
        assert {row.problem for row in await office.rows()} == {"unreachable", "no_ticket"}
        office.clock.advance(hours=1)
        while any(row.next_at for row in await office.rows()):
            await office.courier.deliver_due()
            office.clock.advance(hours=6)
    assert [ticket["state"] for ticket in zammad.tickets.values()] == ["closed"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_gateways_side_by_side_send_nothing_twice(opened: Opened) -> None:
    server, receiver = MailServer(), Receiver()
    ways = {**mail_at(server), **hook_at(receiver)}
    one, other = await opened.office(**ways), await opened.office(**ways)
    for _ in range(20):
        await one.tells(await one.case())
    with server.up():
        async with receiver.up():
            delivered = await asyncio.gather(
                *(office.courier.deliver_due() for office in (one, other) for _ in range(2))
            )
    assert sum(delivered) == 40
    assert all(row.attempts == 1 for row in await one.rows())
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 20
    assert (len(receiver.calls), len(server.mails)) == (20, 20)


async def test_a_unit_of_work_that_fails_tells_nobody(opened: Opened) -> None:
    receiver = Receiver()
    office = await opened.office(**hook_at(receiver))
    case = await office.case()

    async def fails_after_telling() -> None:
        async with office.database.write() as session:
            row = await session.get_one(HandoverRow, case.id)
            await office.notices.note(session, row, "closed")
            raise NotOwner

    with pytest.raises(NotOwner):
        await fails_after_telling()
    async with receiver.up():
        assert await office.courier.deliver_due() == 0
    assert (receiver.calls, await office.rows()) == ([], [])


async def test_a_notice_that_nobody_tried_yet_tells_of_the_case_as_it_is_then(
    opened: Opened,
) -> None:
    receiver = Receiver()
    office = await opened.office(**hook_at(receiver))
    case = await office.case("chat")
    await office.tells(case)
    async with office.database.write() as session:
        row = await session.get_one(HandoverRow, case.id)
        row.kind, row.urgent = "callback", True
        await office.notices.note(session, row, "requested")
    async with receiver.up():
        await office.courier.deliver_due()
        await office.tells(case)
        await office.courier.deliver_due()
    told = [(call.parsed["data"]["kind"], call.parsed["data"]["priority"]) for call in
            receiver.calls]  # fmt: skip
    assert told == [("callback", "crisis")] * 2


async def test_erasing_a_conversation_drops_what_was_still_to_be_told(opened: Opened) -> None:
    receiver = Receiver()
    office = await opened.office(**hook_at(receiver))
    erased, kept = await office.case(), await office.case()
    for case in (erased, kept):
        await office.tells(case)
    async with office.database.write() as session:
        await conversations.erase(session, erased.conversation_id, office.clock.now())
    async with receiver.up():
        assert await office.courier.deliver_due() == 1
    [call] = receiver.calls
    assert call.parsed["data"]["id"] == kept.id


async def test_the_runner_delivers_by_itself(opened: Opened) -> None:
    receiver = Receiver()
    office = await opened.office(**hook_at(receiver))
    await office.tells(await office.case())
    async with receiver.up():
        running = office.courier.running()
        await anext(running)
        await eventually(lambda: _delivered(office))
        await anext(running, None)
    assert len(receiver.calls) == 1


async def test_the_gateway_tells_of_a_call_back_of_its_delay_and_of_its_end(
    settings: Settings, knowledge: Knowledge, database_url: str
) -> None:
    server, receiver = MailServer(), Receiver()
    ways = {**mail_at(server), **hook_at(receiver), "staff_url": "https://desk.example/"}
    chosen = Settings(**{**settings.model_dump(), **ways, "database_url": database_url})
    dialogue, clock = FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    async with gateway_on(chosen, knowledge, dialogue, clock) as world, receiver.up():
        citizen = await world.citizen(language="de")
        wish = {"office": "kfz", "kind": "callback", "phone": PHONE, "text": WORDS}
        assert (await citizen.call("POST", "/handover", wish))[0] == 202
        courier, watch = world.gateway.courier, world.gateway.handover.watch
        assert courier is not None
        with server.up():
            await courier.deliver_due()
            clock.advance(days=2)
            for _ in range(3):
                await watch.tell_overdue()
                await courier.deliver_due()
            staff = await world.caseworker(name=CASEWORKER)
            [case] = await staff.queue()
            await staff.claims(case["id"])
            path = f"/handovers/{case['id']}/close"
            assert (await staff.call("POST", path, {"reason": "resolved"}))[0] == 200
            await courier.deliver_due()
    assert [call.parsed["type"].split(".")[1] for call in receiver.calls] == [
        "requested", "due", "closed"
    ]  # fmt: skip
    mails = [email.message_from_bytes(raw, policy=mail_policy) for raw in server.mails]
    assert [mail["Subject"] for mail in mails] == [
        "Rückruf für Kfz-Zulassung",
        "Frist abgelaufen: Rückruf für Kfz-Zulassung",
    ]
    for raw, mail in zip(server.mails, mails, strict=True):
        nothing_of_a_citizen(raw, mail.get_content())
    for call in receiver.calls:
        nothing_of_a_citizen(call.body, str(call.headers))


async def test_the_doctor_names_what_a_way_lacks() -> None:
    half = Settings(smtp_url="smtp://mail", webhook_url="https://x.example", webhook_secret="kurz")
    assert missing(half) == {
        "mail": ["mail_from", "staff_url"],
        "webhook": ["webhook_secret", "staff_url"],
    }
    found = [(f.severity, f.text) for f in await examine(half) if "notice" in f.text.lower()]
    assert [severity for severity, _ in found] == [2, 2]
    assert "KREISLOTSE_MAIL_FROM, KREISLOTSE_STAFF_URL" in found[0][1]
    assert "kurz" not in repr(found)


async def _delivered(office: Office) -> bool:
    return all(row.delivered_at for row in await office.rows())


def nothing_of_a_citizen(raw: bytes, text: str) -> None:
    """Neither as it went out nor as it is read."""
    everything = raw.decode() + text
    for secret in (WORDS, "Zitronenfalter", PHONE, PHONE.replace(" ", ""), "23125", CASEWORKER):
        assert secret not in everything
