"""Random work of several citizens and caseworkers: nothing is lost, nobody is forgotten.

Hypothesis chooses what happens next; after every step the rules that must never break are looked
at in the database and through the API.  `--hypothesis-show-statistics` tells what was tried.
"""

import asyncio
import contextlib
import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import select

from bot.app import Knowledge
from bot.fakes import FakeClock, FakeDialogue
from bot.model import CallOutcome, CallState, ConversationState, HandoverState
from bot.settings import Settings
from bot.stores.tables import AuditRow, CallRow, ConversationRow, HandoverRow
from handover.audit import first_broken_line
from handover.call_states import RUNNING
from handover.states import OPEN, TRANSITIONS
from tests.conftest import MONDAY_AT_TEN, opened, scripted
from tests.support.world import Citizen, Staff, World, eventually

_CREW = {"erika": ("kfz",), "otto": ("kfz", "abh"), "anna": ("abh",)}
_OFFICES = ("kfz", "abh")
_who = st.sampled_from(sorted(_CREW))
_any = st.integers(min_value=0, max_value=9)


class Desk(RuleBasedStateMachine):
    """What may happen at the desk, in any order."""

    knowledge: Knowledge
    folder: Path
    numbers: Iterator[int] = itertools.count()

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = contextlib.AsyncExitStack()
        self.citizens: list[Citizen] = []
        self.gone: set[str] = set()
        self.said: dict[str, list[int]] = {}
        self.answered: dict[str, int] = {}
        self.rung: dict[str, str] = {}

    def do(self, work: Any) -> Any:
        return self.runner.run(work)

    @initialize()
    def open(self) -> None:
        self.do(self._open())

    async def _open(self) -> None:
        folder = self.folder / str(next(self.numbers))
        chosen = Settings(
            env="test", data_dir=folder, messages_per_minute=0, new_conversations_per_minute=0,
            sign_ins_per_minute=0, purge_daily=False, turn_deadline_s=2, rasa_timeout_s=1,
        )  # fmt: skip
        self.world: World = await self.stack.enter_async_context(
            opened(chosen, self.knowledge, FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN))
        )
        self.staff: dict[str, Staff] = {
            name: await self.world.caseworker(name, offices) for name, offices in _CREW.items()
        }
        for number, name in enumerate(_CREW):
            await self.world.gateway.accounts.set_extension(name, f"21{number}")

    def teardown(self) -> None:
        with self.runner:
            if hasattr(self, "world"):
                self.do(self.stack.aclose())

    # --- citizens ------------------------------------------------------------------------

    @precondition(lambda self: len(self.citizens) < 5)
    @rule(office=st.sampled_from(_OFFICES))
    def somebody_comes(self, office: str) -> None:
        citizen = self.do(self.world.citizen())
        self.citizens.append(citizen)
        self.said[citizen.id] = []
        status, answer = self.do(citizen.call("POST", "/handover", {"office": office}))
        assert status == 202 or answer["error"]["code"] == "office_closed"

    @precondition(lambda self: len(self.citizens) < 5)
    @rule(office=st.sampled_from(_OFFICES))
    def somebody_calls(self, office: str) -> None:
        citizen = self.do(self.world.citizen("internal", channel="phone", caller="030 23125 998"))
        self.citizens.append(citizen)
        self.said[citizen.id] = []
        self._put_through(citizen, office)

    @precondition(lambda self: self.rung)
    @rule(which=_any, office=st.sampled_from(_OFFICES))
    def is_put_through_again(self, which: int, office: str) -> None:
        callers = [citizen for citizen in self.citizens if citizen.id in self.rung]
        if callers:
            self._put_through(callers[which % len(callers)], office)

    @precondition(lambda self: self.rung)
    @rule(which=_any, outcome=st.sampled_from([*CallOutcome]))
    def the_telephone_is_answered_or_not(self, which: int, outcome: CallOutcome) -> None:
        callers = [citizen for citizen in self.citizens if citizen.id in self.rung]
        if not callers:
            return
        citizen = callers[which % len(callers)]
        body = {"outcome": outcome, "extension": self.rung[citizen.id]}
        status, answer = self.do(citizen.call("POST", "/call/ended", body))
        event(f"call ended, {outcome}: {status}")
        assert status == 204, answer

    @precondition(lambda self: self.citizens)
    @rule(which=_any)
    def says_something(self, which: int) -> None:
        citizen = self._citizen(which)
        body = {"client_message_id": str(next(self.numbers)), "text": "answer kfz_ummeldung fees"}
        status, answer = self.do(citizen.call("POST", "/messages", body))
        if status == 202:
            self.said[citizen.id].append(answer["seq"])
        else:
            assert answer["error"]["code"] == "conversation_closed"

    @precondition(lambda self: self.citizens)
    @rule(which=_any, office=st.sampled_from(_OFFICES), kind=st.sampled_from(["chat", "callback"]))
    def wants_a_person_again(self, which: int, office: str, kind: str) -> None:
        body = {"office": office, "kind": kind, "phone": "030 23125 999"}
        self.do(self._citizen(which).call("POST", "/handover", body))

    @precondition(lambda self: self.citizens)
    @rule(which=_any)
    def leaves(self, which: int) -> None:
        self.do(self._citizen(which).call("POST", "/close"))

    @precondition(lambda self: len(self.citizens) > 1)
    @rule(which=_any)
    def erases(self, which: int) -> None:
        citizen = self._citizen(which)
        status, _ = self.do(citizen.call("DELETE", ""))
        assert status == 204
        self.citizens.remove(citizen)
        self.gone.add(citizen.id)
        event("a citizen erased her conversation")

    # --- caseworkers ---------------------------------------------------------------------

    @rule(who=_who, which=_any)
    def claims(self, who: str, which: int) -> None:
        self._act(who, which, "claim")

    @rule(which=_any)
    def race_to_claim(self, which: int) -> None:
        case = self._case(which)
        if case is None:
            return

        before = self._row(case)
        crew = [who for who, offices in _CREW.items() if before.office in offices]

        async def race() -> list[int]:
            path = f"/handovers/{case}/claim"
            tries = [self.staff[who].call("POST", path) for who in crew]
            return [status for status, _ in await asyncio.gather(*tries)]

        won = self.do(race()).count(200)
        assert won == 1 if before.state == HandoverState.WAITING else won <= 1
        event(f"race: {won} won")

    @rule(who=_who, which=_any)
    def replies(self, who: str, which: int) -> None:
        number = next(self.numbers)
        body = {"client_message_id": str(number), "text": f"Antwort {number}"}
        if self._act(who, which, "messages", body) == 202:
            self._act(who, which, "messages", body)  # sent twice, said once
            self.answered[f"Antwort {number}"] = 0

    @rule(who=_who, which=_any, to=st.sampled_from(["queue", "bot"]))
    def gives_back(self, who: str, which: int, to: str) -> None:
        self._act(who, which, "return", {"to": to})

    @rule(who=_who, which=_any)
    def ends(self, who: str, which: int) -> None:
        self._act(who, which, "close", {"reason": "resolved"})

    @rule(who=_who, which=_any, to=st.sampled_from([*_CREW, *_OFFICES]))
    def passes_on(self, who: str, which: int, to: str) -> None:
        kind = "office" if to in _OFFICES else "caseworker"
        self._act(who, which, "transfer", {kind: to, "note": "Bitte übernehmen"})

    @rule(who=_who, which=_any, hours=st.integers(1, 30))
    def puts_aside(self, who: str, which: int, hours: int) -> None:
        until = self.world.clock.now().replace(microsecond=0)
        until = until + dt.timedelta(hours=hours)
        body = {"until": until.isoformat(), "reason": "documents"}
        self._act(who, which, "snooze", body)

    @rule(who=_who, which=_any, into=_any)
    def merges(self, who: str, which: int, into: int) -> None:
        target = self._case(into)
        if target is not None:
            self._act(who, which, "merge", {"into": target})

    @rule(who=_who, away=st.booleans())
    def comes_or_goes(self, who: str, away: bool) -> None:
        self.do(self.staff[who].call("POST", "/presence", {"away": away}))

    # --- time ----------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([1, 6, 60, 1440]))  # a day on, it is open again
    def time_passes(self, minutes: int) -> None:
        self.world.clock.advance(minutes=minutes)
        self.do(self.world.gateway.handover.watch.look())
        for name in _CREW:  # sessions run out in a day
            if self.do(self.staff[name].call("GET", "/session"))[0] != 200:
                self.staff[name] = self.do(self.world.caseworker(name, _CREW[name]))

    # --- what must always hold -----------------------------------------------------------

    @invariant()
    def nothing_is_lost_and_nobody_forgotten(self) -> None:
        if hasattr(self, "world"):
            self.do(self._settle())
            self.do(self._look())

    async def _settle(self) -> None:
        """What happens by itself in a moment: turns end, and orphans go back to the queue."""
        await self.world.gateway.handover.watch.reopen_orphans()

        async def quiet() -> bool:
            return not self.world.gateway.turns._tasks

        await eventually(quiet)

    async def _look(self) -> None:
        async with self.world.gateway.database.read() as session:
            cases = list(await session.scalars(select(HandoverRow)))
            conversations = {row.id: row for row in await session.scalars(select(ConversationRow))}
            calls = list(await session.scalars(select(CallRow)))
            assert await first_broken_line(session) is None
        _look_at_calls(calls)
        by_id = {case.id: case for case in cases}
        for case in cases:
            _look_at_case(case, by_id)
        for citizen in self.citizens:
            owners = _cases_of(citizen.id, cases, by_id)
            assert len(owners) <= 1, "one conversation, two cases"
            row = conversations[citizen.id]
            if ConversationState(row.state).belongs_to_a_person:
                assert owners, "the citizen waits for somebody, and nobody knows"
                claimed = owners[0].state == HandoverState.CLAIMED
                assert (row.state == ConversationState.CLAIMED) == claimed
            await self._look_at_messages(citizen, owners)
        assert not self.gone & set(conversations)

    async def _look_at_messages(self, citizen: Citizen, owners: list[HandoverRow]) -> None:
        events = await citizen.events()
        assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
        mine = [e["seq"] for e in events if e.get("author") == "citizen"]
        assert mine == self.said[citizen.id], "a message is lost, doubled or out of order"
        replies = [e["text"] for e in events if e.get("author") == "caseworker"]
        assert len(replies) == len(set(replies)), "a reply came twice"
        if owners:
            shown = await self._shown_to_staff(owners[0], citizen.id)
            assert set(self.said[citizen.id]) <= shown, "a message reaches no caseworker"

    async def _shown_to_staff(self, case: HandoverRow, conversation_id: str) -> set[int]:
        reader = next(name for name, offices in _CREW.items() if case.office in offices)
        status, detail = await self.staff[reader].call("GET", f"/handovers/{case.id}")
        assert status == 200
        if case.conversation_id == conversation_id:
            return {e["seq"] for e in detail["events"]}
        [also] = [a for a in detail["also"] if a["conversation_id"] == conversation_id]
        return {e["seq"] for e in also["events"]}

    # --- helpers -------------------------------------------------------------------------

    def _citizen(self, which: int) -> Citizen:
        return self.citizens[which % len(self.citizens)]

    def _put_through(self, citizen: Citizen, office: str) -> None:
        status, answer = self.do(citizen.call("POST", "/call", {"office": office}))
        event(f"put through: {status}")
        if status == 200:
            self.rung[citizen.id] = answer["extension"]
        else:
            assert answer["error"]["code"] in ("office_closed", "conversation_closed"), answer

    def _rows(self) -> list[HandoverRow]:
        async def read() -> list[HandoverRow]:
            async with self.world.gateway.database.read() as session:
                rows = await session.scalars(select(HandoverRow).order_by(HandoverRow.requested_at))
                return list(rows)

        return list(self.do(read()))

    def _case(self, which: int) -> str | None:
        rows = self._rows()
        return rows[which % len(rows)].id if rows else None

    def _row(self, case: str) -> HandoverRow:
        return next(row for row in self._rows() if row.id == case)

    def _act(self, who: str, which: int, what: str, body: object = None) -> int:
        """Tries it; whatever the server refuses, it refuses with a code of its own."""
        case = self._case(which)
        if case is None:
            return 0
        before = self._row(case)
        status, answer = self.do(self.staff[who].call("POST", f"/handovers/{case}/{what}", body))
        event(f"{what}: {status}")
        assert status < 500, answer
        if before.office not in _CREW[who]:
            assert status == 404, "an office acted on another's case"
        return int(status)


def _look_at_case(case: HandoverRow, by_id: dict[str, HandoverRow]) -> None:
    state = HandoverState(case.state)
    assert state in {t.target for t in TRANSITIONS.values()} | {HandoverState.WAITING}
    assert (state is HandoverState.CLAIMED) <= (case.claimed_by is not None), "claimed by nobody"
    if state is HandoverState.WAITING:
        assert case.claimed_by is None
        assert case.snoozed_until is None
    if state is HandoverState.MERGED and case.merged_into:
        target = by_id[case.merged_into]
        assert target.state != HandoverState.MERGED, "a chain of merged cases"


def _look_at_calls(calls: list[CallRow]) -> None:
    running = [call for call in calls if call.state in RUNNING]
    engaged = [call.account_id for call in running if call.account_id]
    assert len(engaged) == len(set(engaged)), "one telephone rings for two"
    for call in calls:
        assert (call.state in RUNNING) == (call.ended_at is None)
        assert (call.state in (CallState.TALKING, CallState.OVER)) == bool(call.answered_at)


def _cases_of(
    conversation_id: str, cases: list[HandoverRow], by_id: dict[str, HandoverRow]
) -> list[HandoverRow]:
    """The open cases in which the conversation is being dealt with."""
    own = [c for c in cases if c.conversation_id == conversation_id]
    open_ = [c for c in own if c.state in OPEN]
    merged = [
        by_id[c.merged_into] for c in own if c.state == HandoverState.MERGED and c.merged_into
    ]
    return [*open_, *(target for target in merged if target.state in OPEN)]


@pytest.fixture(autouse=True)
def _prepared(knowledge: Knowledge, tmp_path: Path) -> None:
    Desk.knowledge, Desk.folder = knowledge, tmp_path


Desk.TestCase.settings = settings(
    max_examples=10,
    stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # shrinking starts a gateway for each try
)
TestRandomWorkAtTheDesk = pytest.mark.timeout(900)(Desk.TestCase)


async def test_an_audit_line_cannot_be_altered(world: World) -> None:
    await world.caseworker()
    async with world.gateway.database.read() as session:
        before = list(await session.scalars(select(AuditRow)))
    assert before
    with pytest.raises(Exception, match="append-only"):
        async with world.gateway.database.write() as session:
            await session.execute(AuditRow.__table__.delete())
