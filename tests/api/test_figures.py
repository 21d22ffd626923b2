"""The figures for leads, against sums done by hand, on SQLite and PostgreSQL."""

import csv
import datetime as dt
import io
import uuid
from typing import Any

from bot.stores.tables import AccountRow, ConversationRow, FeedbackRow, HandoverRow
from tests.support.world import Staff, World

NOVEMBER = "from=2026-11-01&to=2026-11-30"


async def led_by(world: World, *offices: str, role: str = "lead") -> Staff:
    """Somebody who leads these offices, signed in."""
    await world.gateway.accounts.add("lea", "Lea Leitung", role, list(offices), "geheim-123")
    staff = Staff(world.client("staff"))
    status, body = await staff.call(
        "POST", "/session", {"username": "lea", "password": "geheim-123"}
    )
    assert status == 200, body
    return staff


async def case(
    world: World,
    asked: str,
    *,
    pickup_s: int | None = None,
    handling_s: int | None = None,
    state: str = "waiting",
    language: str = "de",
    channel: str = "web",
    service: str | None = "kfz_ummeldung",
    helpful: list[bool] | None = None,
    **values: Any,
) -> None:
    """Puts a case into the database that was asked for at that moment, and what became of it."""
    at = dt.datetime.fromisoformat(asked)
    claimed = at + dt.timedelta(seconds=pickup_s) if pickup_s is not None else None
    closed = claimed + dt.timedelta(seconds=handling_s) if claimed and handling_s else None
    conversation = ConversationRow(
        id=uuid.uuid4().hex, token_hash="", channel=channel, language=language,
        language_chosen=True, state="closed", service=service, dialogue={},
        created_at=at, updated_at=at,
    )  # fmt: skip
    row = {
        "id": uuid.uuid4().hex, "conversation_id": conversation.id, "office": "kfz",
        "kind": "chat", "state": state, "urgent": False, "reason": "asked", "requested_at": at,
        "first_claimed_at": claimed, "closed_at": closed,
    } | values  # fmt: skip
    async with world.gateway.database.write() as session:
        session.add(conversation)
        await session.flush()
        session.add(HandoverRow(**row))
        session.add_all(
            FeedbackRow(conversation_id=conversation.id, helpful=yes, at=at)
            for yes in helpful or []
        )


async def figures(lead: Staff, query: str = NOVEMBER) -> dict[str, Any]:
    status, found = await lead.call("GET", f"/figures?{query}")
    assert status == 200, found
    return dict(found)


def by_key(groups: list[dict[str, Any]]) -> dict[str, int]:
    return {group["key"]: group["requested"] for group in groups}


async def test_a_case_from_the_request_to_its_end_is_counted(world: World) -> None:
    lead = await led_by(world, "kfz")
    citizen = await world.citizen(language="uk")
    await citizen.wants_a_person()
    now = (await figures(lead))["now"]
    assert (now["waiting"], now["longest_wait_s"], now["present"]) == (
        {"chat": 1, "call": 0, "callback": 0, "message": 0}, 0, 1,
    )  # fmt: skip

    world.clock.advance(minutes=4)
    [waiting] = await lead.queue()
    await lead.claims(waiting["id"])
    now = (await figures(lead))["now"]
    assert (now["waiting"]["chat"], now["longest_wait_s"], now["claimed"]) == (0, None, 1)

    world.clock.advance(minutes=10)
    status, _ = await lead.call("POST", f"/handovers/{waiting['id']}/close", {"reason": "resolved"})
    assert status == 200
    found = await figures(lead, "office=kfz&from=2026-11-23&to=2026-11-23")
    total = found["total"]
    assert (total["requested"], total["picked_up"], total["closed"], total["open"]) == (1, 1, 1, 0)
    # one case's times would be one person's
    assert total["pickup"] == {"cases": 1, "median_s": None, "p90_s": None}
    assert by_key(found["by_close_reason"]) == {"resolved": 1}
    assert found["conversations"] == {"total": 1, "handed_over": 1}


async def test_sums_and_times_are_those_done_by_hand(world: World) -> None:
    for wait, work in ((60, 600), (120, 300), (180, 900), (240, 1200), (900, 450)):
        await case(
            world, "2026-11-10T09:00+01:00", pickup_s=wait, handling_s=work, state="closed",
            close_reason="resolved",
        )  # fmt: skip
    await case(world, "2026-11-10T09:00+01:00", pickup_s=300, handling_s=60, state="returned")
    await case(world, "2026-11-10T09:00+01:00", state="withdrawn", kind="message")
    await case(world, "2026-11-10T09:00+01:00", state="merged", kind="callback")
    await case(world, "2026-11-10T09:00+01:00", pickup_s=30, handling_s=5, state="withdrawn")
    total = (await figures(await led_by(world, "kfz")))["total"]
    assert total == {
        "requested": 9, "picked_up": 7, "closed": 5, "abandoned": 1, "returned": 1, "merged": 1,
        "withdrawn": 2, "open": 0, "calls_answered": 0, "calls_missed": 0,
        # 30 60 120 180 240 300 900: the 90th percentile lies at place 6.4, 300 + 0.4 * 600
        "pickup": {"cases": 7, "median_s": 180, "p90_s": 540},
        # 60 300 450 600 900 1200, without what the citizen ended: place 5.5
        "handling": {"cases": 6, "median_s": 525, "p90_s": 1050},
    }  # fmt: skip


async def test_a_chat_that_nobody_took_before_closing_time_was_abandoned(world: World) -> None:
    # Tuesday: 8 to 12 and 13 to 15:30
    await case(world, "2026-11-10T11:55+01:00", pickup_s=200, state="claimed")  # in time
    await case(world, "2026-11-10T11:55+01:00", pickup_s=4200, state="claimed")  # after lunch
    await case(world, "2026-11-10T15:25+01:00")  # never
    await case(world, "2026-11-10T15:25+01:00", kind="message")  # nobody waits for that
    await case(world, "2026-11-10T20:00+01:00", urgent=True)  # a crisis at night
    await case(world, "2026-11-23T09:59+01:00")  # still waiting, a minute ago
    total = (await figures(await led_by(world, "kfz")))["total"]
    assert (total["requested"], total["abandoned"]) == (6, 2)


async def test_days_and_hours_are_local_across_the_change_of_the_clocks(world: World) -> None:
    # the clocks go back on 25 October at 3:00 summer time
    await case(world, "2026-10-24T21:59:59+00:00")  # Saturday 23:59:59
    await case(world, "2026-10-24T22:00:00+00:00")  # Sunday 0:00 (+02:00)
    await case(world, "2026-10-25T00:30:00+00:00")  # 2:30, summer time
    await case(world, "2026-10-25T01:30:00+00:00")  # 2:30 once more, winter time
    await case(world, "2026-10-25T22:59:59+00:00")  # 23:59:59 (+01:00)
    await case(world, "2026-10-25T23:00:00+00:00")  # Monday
    lead = await led_by(world, "kfz")
    found = await figures(lead, "from=2026-10-25&to=2026-10-25")
    assert by_key(found["by_day"]) == {"2026-10-25": 4}
    hours = [(hour["weekday"], hour["hour"], hour["requested"]) for hour in found["by_hour"]]
    assert hours == [(6, 0, 1), (6, 2, 2), (6, 23, 1)]
    days = await figures(lead, "from=2026-10-24&to=2026-10-27")
    assert by_key(days["by_day"]) == {
        "2026-10-24": 1, "2026-10-25": 4, "2026-10-26": 1, "2026-10-27": 0,
    }  # fmt: skip


async def test_small_groups_of_a_language_or_a_service_point_at_nobody(world: World) -> None:
    at = "2026-11-10T09:00+01:00"
    for _ in range(3):
        await case(world, at, language="tr", service="kfz_evb")
    await case(world, at, language="ar", service=None)
    await case(world, at, language="ar", channel="phone")
    await case(world, at, language="fa", kind="callback", reason="callback")
    found = await figures(await led_by(world, "kfz"))
    assert by_key(found["by_language"]) == {"tr": 3, "other": 3}
    assert by_key(found["by_service"]) == {"kfz_evb": 3, "other": 3}
    assert [group["title"] is None for group in found["by_service"]] == [False, True]
    # these say nothing of a person
    assert by_key(found["by_channel"]) == {"web": 5, "phone": 1}
    assert by_key(found["by_kind"]) == {"chat": 5, "callback": 1}
    assert by_key(found["by_reason"]) == {"asked": 5, "callback": 1}


async def test_the_desk_now_counts_what_is_snoozed_late_and_who_is_there(world: World) -> None:
    owner = (await world.caseworker(), await led_by(world, "kfz", "abh"))[1]
    async with world.gateway.database.write() as session:
        account = AccountRow(
            id="away", username="away", name="Weg", languages=[], password_hash="", away=True,
            seen_at=world.clock.now(),
        )  # fmt: skip
        session.add(account)
    hour = dt.timedelta(hours=1)
    at, now = "2026-11-23T08:00+01:00", world.clock.now()
    await case(world, at, kind="callback", due_at=now - hour)
    await case(world, at, kind="message", due_at=now + hour, office="abh")
    await case(world, at, pickup_s=5, state="claimed", snoozed_until=now + hour)
    await case(world, at, pickup_s=5, state="claimed", due_at=now - hour, kind="message")
    await case(world, at, pickup_s=5, handling_s=9, state="closed", due_at=now - hour)
    found = (await figures(owner))["now"]
    assert found["waiting"] == {"chat": 0, "call": 0, "callback": 1, "message": 1}
    assert found["longest_wait_s"] == 2 * 3600
    assert (found["claimed"], found["snoozed"], found["overdue"], found["present"]) == (2, 1, 2, 2)


async def test_satisfaction_counts_each_feedback_once(world: World) -> None:
    at = "2026-11-10T09:00+01:00"
    await case(world, at, helpful=[True, True, False])
    await case(world, at, helpful=[False], office="abh")
    await case(world, "2026-10-10T09:00+02:00", helpful=[True])
    await world.citizen()
    found = await figures(await led_by(world, "kfz", "abh"))
    assert found["satisfaction"] == [
        {"office": "abh", "helpful": 0, "not_helpful": 1},
        {"office": "kfz", "helpful": 2, "not_helpful": 1},
    ]
    assert found["conversations"] == {"total": 3, "handed_over": 2}


async def test_an_empty_range_is_all_zeros(world: World) -> None:
    lead = await led_by(world, "kfz")
    found = await figures(lead, "from=2025-01-01&to=2025-01-02")
    assert found["total"]["requested"] == 0
    assert found["total"]["pickup"] == {"cases": 0, "median_s": None, "p90_s": None}
    assert by_key(found["by_day"]) == {"2025-01-01": 0, "2025-01-02": 0}
    assert by_key(found["by_office"]) == {"kfz": 0}
    assert found["by_language"] == found["by_hour"] == []


async def test_figures_are_for_leads_and_their_own_offices(world: World) -> None:
    await case(world, "2026-11-10T09:00+01:00", office="abh", helpful=[True])
    caseworker = await world.caseworker(offices=("kfz", "abh"))
    for path in ("figures", "figures.csv"):
        assert (await caseworker.call("GET", f"/{path}?{NOVEMBER}"))[0] == 403
    lead = await led_by(world, "kfz")
    found = await figures(lead)
    assert (found["offices"], found["total"]["requested"]) == (["kfz"], 0)
    assert [row["office"] for row in found["satisfaction"]] == ["kfz"]
    for office in ("abh", "nowhere"):
        for path in ("figures", "figures.csv"):
            status, _ = await lead.call("GET", f"/{path}?office={office}&{NOVEMBER}")
            assert status == 404


async def test_a_range_must_be_one_and_at_most_a_year(world: World) -> None:
    lead = await led_by(world, "kfz")
    for query, refused in (
        ("", 400),
        ("from=2026-11-01", 400),
        ("from=2026-11-31&to=2026-12-01", 400),
        ("from=0001-01-01&to=0001-01-02", 400),
        ("from=2026-11-02&to=2026-11-01", 422),
        ("from=2025-11-01&to=2026-11-02", 422),
        ("from=2025-11-01&to=2026-11-01", 200),
    ):
        status, answer = await lead.call("GET", f"/figures?{query}")
        assert status == refused, answer
        if refused == 422:
            assert list(answer["error"]["fields"]) == ["to"]


async def test_the_table_opens_in_a_german_spreadsheet(world: World) -> None:
    at = "2026-11-10T09:00+01:00"
    for wait in (60, 120, 600):
        await case(world, at, language="uk", pickup_s=wait, handling_s=60, state="closed")
    for _ in range(3):
        await case(world, at, language="=1+1", kind="callback")
    await case(world, at, language="ti")
    await case(world, at, language="ar", state="withdrawn")
    lead = await led_by(world, "kfz")
    status, table = await lead.call("GET", f"/figures.csv?{NOVEMBER}")
    assert status == 200
    assert lead.client.last_headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "auswertung_2026-11-01_2026-11-30.csv" in lead.client.last_headers["Content-Disposition"]
    assert table.startswith("\ufeffTag;Stelle;Sprache;Kanal;Art;Angefragt;")
    header, *rows = csv.reader(io.StringIO(table.removeprefix("\ufeff")), delimiter=";")
    assert {len(row) for row in rows} == {len(header)}
    told = {(row[2], row[4]): row for row in rows}
    assert set(told) == {
        ("Ukrainisch", "Gespräch"), ("'=1+1", "Rückruf"), ("Andere", "Gespräch")
    }  # fmt: skip
    assert told["Ukrainisch", "Gespräch"] == [
        "2026-11-10", "Kfz-Zulassung", "Ukrainisch", "Web", "Gespräch",
        "3", "3", "3", "0", "0", "0", "0", "0", "0", "0", "120", "60",
    ]  # fmt: skip
    # the chat of a waiting citizen was lost when the office closed, the other was withdrawn
    assert told["Andere", "Gespräch"][5:] == [
        "2", "0", "0", "2", "0", "0", "1", "1", "0", "0", "", "",
    ]  # fmt: skip


async def test_the_estimate_is_made_of_the_latest_chats_that_were_taken_in_opening_hours(
    world: World,
) -> None:
    async def estimate() -> int | None:
        citizen = await world.citizen()
        await citizen.wants_a_person()
        waits: int | None = (await citizen.events())[-1]["wait_s"]
        return waits

    await case(world, "2026-11-20T09:00+01:00", pickup_s=100, state="claimed")
    await case(world, "2026-11-20T09:00+01:00", pickup_s=200, state="claimed")
    # none of these says how long somebody waits now
    await case(world, "2026-11-09T09:59+01:00", pickup_s=30, state="claimed")  # 14 days ago
    await case(world, "2026-11-20T11:59+01:00", pickup_s=3 * 86400 - 7200, state="claimed")
    await case(world, "2026-11-20T20:00+01:00", pickup_s=60, urgent=True, state="claimed")
    await case(world, "2026-11-20T09:00+01:00", pickup_s=9, kind="message", state="claimed")
    await case(world, "2026-11-20T09:00+01:00", pickup_s=9, office="abh", state="claimed")
    assert await estimate() is None
    await case(world, "2026-11-20T09:00+01:00", pickup_s=340, state="claimed")
    assert await estimate() == 200
    for _ in range(20):  # the window: older pick-ups no longer count
        await case(world, "2026-11-20T10:00+01:00", pickup_s=500, state="claimed")
    assert await estimate() == 500
