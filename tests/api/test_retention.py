"""Nothing is kept longer than allowed, and nothing shorter than needed."""

import asyncio
import base64
import datetime as dt
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.app import Knowledge
from bot.fakes import FakeClock, FakeDialogue
from bot.retention import PurgeReport, purge
from bot.settings import Settings
from bot.stores.tables import NoticeRow, SessionRow, StaffEventRow
from tests.api.test_audit import command
from tests.conftest import MONDAY_AT_TEN, opened, scripted
from tests.support.auditor import auditor, lines
from tests.support.traces import leave_marks, traces
from tests.support.world import Citizen, Staff, World, eventually

SHORT = {
    "retention_days": 10, "retention_chat_days": 20, "retention_callback_days": 30,
    "retention_message_days": 40,
}  # fmt: skip
WISHES: dict[str, dict[str, Any]] = {
    "chat": {"kind": "chat"},
    "callback": {"kind": "callback", "phone": "030 23125 999"},
    "message": {"kind": "message", "text": "Guten Tag"},
}


async def purged(world: World, **changes: object) -> PurgeReport:
    gateway = world.gateway
    settings = gateway.settings.model_copy(update={**SHORT, **changes})
    return await purge(gateway.database, gateway.clock, settings)


async def closed_case(staff: Staff, citizen: Citizen, kind: str) -> None:
    """Asks for a person in that way, who then closes the case."""
    status, state = await citizen.call("POST", "/handover", {"office": "kfz", **WISHES[kind]})
    assert status == 202, state
    [case] = await staff.queue()
    await staff.claims(case["id"])
    path = f"/handovers/{case['id']}/close"
    assert (await staff.call("POST", path, {"reason": "resolved"}))[0] == 200


async def exists(citizen: Citizen) -> bool:
    return (await citizen.call("GET", ""))[0] == 200


async def test_each_kind_of_case_has_its_own_time(world: World) -> None:
    staff = await world.caseworker()
    citizens = {"none": await world.citizen()}
    for kind in WISHES:
        citizens[kind] = await world.citizen()
        await closed_case(staff, citizens[kind], kind)
    for kind in citizens:  # which go in this order, ten days apart
        assert (await purged(world)).erased == {}
        world.clock.advance(days=10, seconds=1)
        report = await purged(world)
        assert (dict(report.erased), report.left, report.traces) == ({kind: 1}, 0, 0)
        assert not await exists(citizens[kind])


async def test_of_several_cases_the_longest_time_counts(world: World) -> None:
    staff, citizen = await world.caseworker(), await world.citizen()
    for kind in ("message", "callback"):
        await closed_case(staff, citizen, kind)
    world.clock.advance(days=39)
    assert (await purged(world)).erased == {}
    world.clock.advance(days=2)
    assert (await purged(world)).erased == {"message": 1}


async def test_an_open_case_is_never_purged(world: World) -> None:
    citizen = await world.citizen()
    await citizen.call("POST", "/handover", {"office": "kfz", **WISHES["message"]})
    world.clock.advance(days=1000)
    assert (await purged(world)).erased == {}
    assert await exists(citizen)


async def test_what_goes_on_in_an_open_case_is_not_purged_either(world: World) -> None:
    staff, first, second = await world.caseworker(), await world.citizen(), await world.citizen()
    for citizen in (first, second):
        await citizen.call("POST", "/handover", {"office": "kfz", **WISHES["message"]})
    cases = {case["conversation_id"]: case["id"] for case in await staff.queue()}
    for case in cases.values():
        await staff.claims(case)
    path, into = f"/handovers/{cases[second.id]}/merge", {"into": cases[first.id]}
    assert (await staff.call("POST", path, into))[0] == 200
    world.clock.advance(days=1000)
    assert (await purged(world)).erased == {}
    assert await exists(second)


async def test_the_feed_the_notices_and_dead_sessions_go_too(world: World) -> None:
    staff, citizen = await world.caseworker(), await world.citizen()
    await citizen.call("POST", "/handover", {"office": "kfz", **WISHES["message"]})
    [case] = await staff.queue()
    now = world.clock.now()
    async with world.gateway.database.write() as session:
        for name, due in (("delivered", None), ("due", now)):
            session.add(
                NoticeRow(
                    id=name, handover_id=case["id"], way="mail", event="requested", created_at=now,
                    next_at=due, delivered_at=None if due else now,
                )
            )  # fmt: skip
    world.clock.advance(days=15)
    report = await purged(world)
    assert report.sessions == 1
    assert report.feed > 0
    assert report.notices == 0  # the case is open, and may have a ticket elsewhere
    assert (await citizen.call("POST", "/close"))[0] == 200
    assert (await purged(world)).notices >= 1
    world.clock.advance(days=15)
    await purged(world)
    async with world.gateway.database.read() as session:
        assert await session.scalar(select(func.count(StaffEventRow.seq))) == 0
        assert await session.scalar(select(func.count(SessionRow.id))) == 0
        assert "due" in await session.scalars(select(NoticeRow.id))


async def test_the_gateway_purges_by_itself_unless_told_not_to(
    settings: Settings, knowledge: Knowledge, database_url: str
) -> None:
    chosen = settings.model_copy(update={"database_url": database_url, "purge_daily": False})
    parts = FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    async with opened(chosen, knowledge, *parts) as world:
        citizen = await world.citizen()
    parts[1].advance(days=91)
    async with opened(chosen, knowledge, *parts) as world:
        # what is begun at a start has had its turn once an answer has been given
        asking = await world.citizen()
        await asking.asks("answer kfz_evb general")
        again = Citizen(world.client("public"), citizen.id, citizen.token)
        assert await exists(again)
    chosen = chosen.model_copy(update={"purge_daily": True})
    async with opened(chosen, knowledge, *parts) as world:
        again = Citizen(world.client("public"), citizen.id, citizen.token)

        async def gone() -> bool:
            return not await exists(again)

        await eventually(gone)


async def test_two_gateways_that_purge_at_once_share_the_work(world: World) -> None:
    for _ in range(50):
        await world.citizen()
    world.clock.advance(days=11)
    reports = await asyncio.gather(*(purged(world) for _ in range(3)))
    assert sum(report.erased.total() for report in reports) == 50
    assert all(report.complete for report in reports)
    staff = await auditor(world)
    assert len(set(await lines(staff, "action=erase&limit=500"))) == 50


class TestHolds:
    async def test_a_held_conversation_is_neither_erased_nor_purged(
        self, world: World, tmp_path: Path
    ) -> None:
        citizen, staff = await world.citizen(language="de"), await auditor(world)
        await citizen.asks("answer kfz_evb general Zitronenfalter")
        hold = f"/conversations/{citizen.id}/hold"
        assert (await staff.call("PUT", hold, {"reason": " "}))[0] == 400
        assert (await staff.call("PUT", hold, {"reason": "VG 3 K 12/26"}))[0] == 204
        status, refused = await citizen.call("DELETE", "")
        assert (status, refused["error"]["code"]) == (409, "on_hold")
        assert "vermerkt" in refused["error"]["message"]
        letter = {"reason": "Brief 20/26"}
        assert (await staff.call("DELETE", f"/conversations/{citizen.id}", letter))[0] == 409
        world.clock.advance(days=1000)
        assert (await purged(world)).erased == {}
        assert await exists(citizen)

        staff = await auditor(world)  # who must sign in anew after so long
        _, held = await staff.call("GET", "/holds")
        [one] = held["holds"]
        assert (one["conversation_id"], one["by"]) == (citizen.id, "rita")
        assert one["reason"] == "VG 3 K 12/26"
        for moment in ("erasure_asked_at", "since"):
            assert dt.datetime.fromisoformat(one[moment]) == MONDAY_AT_TEN

        assert (await staff.call("DELETE", hold))[0] == 204
        assert await traces(world, tmp_path, "Zitronenfalter") == []
        assert (await staff.call("DELETE", hold))[0] == 404
        assert await lines(staff, f"subject={citizen.id}") == [
            ("rita", "erase", citizen.id),
            ("rita", "hold_lifted", citizen.id),
            ("rita", "erase_asked", citizen.id),
            ("citizen", "erase_asked", citizen.id),
            ("rita", "hold", citizen.id),
        ]

    async def test_what_nobody_asked_to_erase_stays_when_the_hold_ends(self, world: World) -> None:
        citizen, staff = await world.citizen(), await auditor(world)
        hold = f"/conversations/{citizen.id}/hold"
        await staff.call("PUT", hold, {"reason": "VG 3 K 12/26"})
        assert (await staff.call("DELETE", hold))[0] == 204
        assert await exists(citizen)
        assert (await citizen.call("DELETE", ""))[0] == 204
        assert (await staff.call("PUT", hold, {"reason": "VG 3 K 12/26"}))[0] == 404

    async def test_the_refusal_is_told_in_the_citizens_language(self, world: World) -> None:
        citizen, staff = await world.citizen(language="fr"), await auditor(world)
        await staff.call("PUT", f"/conversations/{citizen.id}/hold", {"reason": "VG 3 K 12/26"})
        _, refused = await citizen.call("DELETE", "")
        assert "votre demande est notée" in refused["error"]["message"].lower()

    async def test_the_command_line_holds_lists_and_lifts(self, world: World) -> None:
        citizen = await world.citizen()
        assert (await command(world, "hold", "add", citizen.id)).exit_code == 2  # no reason
        added = await command(world, "hold", "add", citizen.id, "--reason", "VG 3 K 12/26")
        assert added.exit_code == 0, added.output
        assert (await citizen.call("DELETE", ""))[0] == 409
        listed = (await command(world, "hold", "list")).output
        assert citizen.id in listed
        assert "VG 3 K 12/26, erasure asked for on" in listed
        lifted = await command(world, "hold", "lift", citizen.id)
        assert "is erased" in lifted.output
        assert not await exists(citizen)
        assert (await command(world, "hold", "lift", citizen.id)).exit_code == 1


async def test_an_export_holds_all_that_is_kept_and_no_secret(world: World) -> None:
    staff, citizen = await world.caseworker(name="Frau Verdeckt"), await world.citizen()
    await citizen.asks("Und?", payload="kfz_evb/general")
    await citizen.call("POST", "/handover", {"office": "kfz", **WISHES["callback"]})
    [case] = await staff.queue()
    await staff.claims(case["id"])
    await leave_marks(world, staff, citizen, case["id"])
    rita = await auditor(world)
    reason = {"reason": "VG 3 K 12/26"}
    assert (await rita.call("PUT", f"/conversations/{citizen.id}/hold", reason))[0] == 204
    status, kept = await citizen.call("GET", "/export")
    assert status == 200
    [handover], [file], [button] = kept["handovers"], kept["attachments"], kept["buttons"]
    assert handover["phone"] == "030 23125 999"
    assert [(n["by"], n["text"]) for n in handover["notes"]] == [("Sachbearbeitung", "Notizmarke")]
    assert [a["note"] for a in handover["attempts"]] == ["Anrufmarke"]
    assert (file["name"], file["size"]) == ("Dateimarke.pdf", 12)
    assert base64.b64decode(file["content"]) == b"Inhaltsmarke"
    assert button["payload"] == "kfz_evb/general"
    assert kept["hold_reason"] == "VG 3 K 12/26"
    assert kept["erased_after_days"] == 180
    assert kept["dialogue"] == {"turns": 1}
    assert {"token_hash", "held_by"}.isdisjoint(kept)
    assert "Frau Verdeckt" not in str(handover)  # of whom she knows from the chat alone

    letter = await rita.call("GET", f"/conversations/{citizen.id}/export")
    assert letter == (200, kept)
    printed = await command(world, "export", citizen.id)
    assert '"Notizmarke"' in printed.output
    assert (await command(world, "export", "nix")).exit_code == 1
    assert (await rita.call("GET", "/conversations/nix/export"))[0] == 404


async def test_the_command_line_says_what_it_purged(world: World) -> None:
    # the world's clock stands in 2026, the command's does not: it is told so
    await world.citizen()
    then = (world.clock.now() + dt.timedelta(days=91)).isoformat()
    found = await command(world, "purge", KREISLOTSE_ENV="test", KREISLOTSE_CLOCK=then)
    assert found.exit_code == 0, found.output
    assert "without a case, unchanged for 90 days: 1 erased" in found.output
    assert "0 left, 0 rows of what is gone" in found.output
