"""Calls through the shipped dialplan, with a gateway that does what it is told."""

import asyncio
import signal
import time

import pytest

from tests.pbx.conftest import Row
from tests.pbx.scene import Scene
from tests.pbx.sound import RATE, find, heard_at, scheduled, spoken, tone

CALLER_HZ, PERSON_HZ = 700, 1000


@pytest.mark.parametrize("rate", [8_000, 16_000])
async def test_the_disclosure_is_heard_complete_and_keys_arrive(
    scene: Scene, table: list[Row], rate: int
) -> None:
    await scene.pbx.set("WIDEBAND", "yes" if rate == 16_000 else "no")
    await scene.start_gateway("greet")
    caller = await scene.caller(codec="G722" if rate == 16_000 else "PCMA")
    await scene.call(caller)
    await asyncio.sleep(8)
    await caller.press("1590*")
    await asyncio.sleep(0.5)
    caller.hang_up()
    heard = await scene.heard_by(caller)
    said = find(heard, scene.saying("disclosure"))
    keys = "".join(event["key"] for event in scene.gateway.of("key"))
    row = f"{said.share:.0%} from {said.at_s:.2f} s, keys {keys}"
    table.append(Row(f"115 at {rate} Hz", "disclosure complete, keys 1590*", row))
    assert scene.gateway.of("announced")[0]["caller"] == "03023125999"
    assert scene.gateway.of("announced")[0]["called"] == "115"
    assert [event["rate"] for event in scene.gateway.of("connected")] == [rate]
    assert said.complete
    assert said.at_s < 1
    assert keys == "1590*"


async def test_sound_is_back_soon(scene: Scene, table: list[Row]) -> None:
    await scene.start_gateway("echo")
    says = scheduled(20, (1.0, spoken("Eins zwei drei vier fünf.")))
    caller = await scene.caller(says)
    await scene.call(caller)
    await asyncio.sleep(5)
    caller.hang_up()
    heard = await scene.heard_by(caller)
    back = find(heard, says[: 4 * RATE])
    row = f"{back.share:.0%} after {back.at_s * 1000:.0f} ms"
    table.append(Row("echo", "the way there and back", row))
    assert back.complete
    assert back.at_s < 0.4


async def test_speech_stops_when_the_caller_speaks(scene: Scene, table: list[Row]) -> None:
    await scene.start_gateway("chatter")
    begins_s = 4.0
    # Loud at once, as the stand-in only measures loudness: this times the way and the player.
    caller = await scene.caller(scheduled(20, (begins_s, tone(CALLER_HZ, 2))))
    await scene.call(caller)
    await asyncio.sleep(7)
    caller.hang_up()
    heard = await scene.heard_by(caller)
    [(begin, end)] = heard_at(heard, 440)
    late_ms = (end - begins_s) * 1000
    table.append(Row("barge-in", "silence within 300 ms", f"{late_ms:.0f} ms after speech began"))
    assert begin < 1
    assert 0 < late_ms < 300
    [stopped] = scene.gateway.of("stopped")
    assert abs(stopped["ms"] - (end - begin) * 1000) < 60


async def test_a_person_is_briefed_and_connected(scene: Scene, table: list[Row]) -> None:
    await scene.start_gateway("transfer")
    caller = await scene.caller(tone(CALLER_HZ, 60))
    person = await scene.person(tone(PERSON_HZ, 60))
    await scene.call(caller)
    await person.wait_for("CALL_ESTABLISHED", 15)
    await asyncio.sleep(6)
    caller.hang_up()
    await person.wait_for("CALL_CLOSED", 5)
    heard = await scene.heard_by(caller)
    await person.end()
    briefing = find(person.heard, scene.saying("briefing"))
    told_s = briefing.at_s + len(scene.saying("briefing")) / RATE
    theirs, ours = heard_at(person.heard, CALLER_HZ), heard_at(heard, PERSON_HZ)
    row = f"briefing {briefing.share:.0%}, caller {theirs}, person {ours}"
    table.append(Row("transfer to 200", "briefing, then both hear each other", row))
    assert briefing.complete
    assert find(heard, scene.saying("briefing")).share < 0.3
    assert theirs[0][0] >= told_s - 0.1
    assert theirs[0][1] - theirs[0][0] > 2
    assert ours[0][1] - ours[0][0] > 2
    assert [event["status"] for event in scene.gateway.of("dialled")] == ["ANSWER"]


@pytest.mark.parametrize(("how", "status"), [("busy", "BUSY"), ("silent", "NOANSWER")])
async def test_the_call_comes_back_where_nobody_answers(
    scene: Scene, table: list[Row], how: str, status: str
) -> None:
    await scene.start_gateway("resume")
    caller = await scene.caller()
    person = await scene.person(answers=False)
    await scene.call(caller)
    await person.wait_for("CALL_INCOMING", 15)
    if how == "busy":
        await asyncio.sleep(1)
        person.hang_up()
    await caller.wait_for("CALL_CLOSED", 15)
    heard = await scene.heard_by(caller)
    again = find(heard, scene.saying("again"))
    table.append(Row(f"person is {how}", "the gateway goes on", f"{again.share:.0%} of it"))
    assert [event["status"] for event in scene.gateway.of("dialled")] == [status]
    assert again.complete


async def test_a_call_that_comes_back_for_ever_reaches_the_switchboard(
    scene: Scene, table: list[Row]
) -> None:
    await scene.start_gateway("resume_forever")
    await scene.pbx.set("RESUMES", "1")
    caller = await scene.caller()
    await scene.person(answers=False)
    await scene.call(caller)
    await caller.wait_for("CALL_CLOSED", 60)
    heard = await scene.heard_by(caller)
    nobody = find(heard, scene.announcement("nobody"))
    table.append(Row("nobody, ever", "switchboard, then regret", f"{nobody.share:.0%} of it"))
    assert nobody.complete
    assert len(scene.gateway.of("dialled")) == 2


@pytest.mark.parametrize("rate", [8_000, 16_000])
async def test_a_gateway_killed_in_mid_call_brings_a_person(
    scene: Scene, table: list[Row], rate: int
) -> None:
    await scene.pbx.set("WIDEBAND", "yes" if rate == 16_000 else "no")
    await scene.start_gateway("chatter")
    caller = await scene.caller(tone(CALLER_HZ, 60) * 0)
    person = await scene.person(tone(PERSON_HZ, 60))
    await scene.call(caller)
    await asyncio.sleep(3)
    assert scene.gateway.program is not None
    scene.gateway.program.send(signal.SIGKILL)
    await person.wait_for("CALL_ESTABLISHED", 30)
    await asyncio.sleep(2)
    caller.hang_up()
    heard = await scene.heard_by(caller)
    said = find(heard, scene.announcement("trouble"))
    stopped_s = heard_at(heard, 440)[0][1]
    ours = heard_at(heard, PERSON_HZ)
    row = f"{said.share:.0%} of it {said.at_s - stopped_s:.1f} s later, person {ours}"
    table.append(Row(f"gateway killed ({rate} Hz)", "announcement, then a person", row))
    assert said.complete
    assert said.at_s - stopped_s < 1
    assert ours


async def test_a_gateway_that_is_down_costs_no_call(scene: Scene, table: list[Row]) -> None:
    caller, person = await scene.caller(), await scene.person(tone(PERSON_HZ, 60))
    await scene.call(caller)
    await person.wait_for("CALL_ESTABLISHED", 30)
    await asyncio.sleep(2)
    person.hang_up()
    await caller.wait_for("CALL_CLOSED", 5)
    heard = await scene.heard_by(caller)
    said = find(heard, scene.announcement("trouble"))
    english = find(heard, scene.announcement("trouble", "en"))
    ours = heard_at(heard, PERSON_HZ)
    row = f"{said.share:.0%} German, {english.share:.0%} English, person {ours}"
    table.append(Row("gateway down", "announcement, then a person", row))
    assert said.complete
    assert english.complete
    assert ours


async def test_a_gateway_that_does_not_answer_costs_seconds(scene: Scene, table: list[Row]) -> None:
    await scene.start_gateway("slow")
    caller, person = await scene.caller(), await scene.person()
    began = time.monotonic()
    await scene.call(caller)
    waited_s = time.monotonic() - began
    await person.wait_for("CALL_ESTABLISHED", 20)
    caller.hang_up()
    await scene.nothing_left()
    table.append(Row("gateway too slow", "answered after 3 s", f"{waited_s:.1f} s"))
    assert waited_s < 4


async def test_a_gateway_down_out_of_hours_says_so(scene: Scene, table: list[Row]) -> None:
    for name in ("HOURS_1", "HOURS_2", "HOURS_3"):
        await scene.pbx.set(name, "*,*,31,feb")
    caller = await scene.caller()
    await scene.call(caller)
    await caller.wait_for("CALL_CLOSED", 40)
    heard = await scene.heard_by(caller)
    said = find(heard, scene.announcement("closed"))
    table.append(Row("gateway down at night", "closed, hung up", f"{said.share:.0%} of it"))
    assert said.complete


@pytest.mark.parametrize("admission", ["full", "closed"])
async def test_a_call_too_many(scene: Scene, table: list[Row], admission: str) -> None:
    await scene.start_gateway(admission)
    caller, person = await scene.caller(), await scene.person(tone(PERSON_HZ, 60))
    await scene.call(caller)
    if admission == "full":
        await person.wait_for("CALL_ESTABLISHED", 30)
        await asyncio.sleep(2)
    else:
        await asyncio.sleep(len(scene.announcement(admission)) / RATE + 1.5)
    caller.hang_up()
    heard = await scene.heard_by(caller)
    said = find(heard, scene.announcement(admission))
    ours = heard_at(heard, PERSON_HZ)
    expected = "announcement, then a person" if admission == "full" else "closed"
    row = f"{said.share:.0%} of it, person {ours}"
    table.append(Row(f"gateway is {admission}", expected, row))
    assert said.complete
    assert bool(ours) == (admission == "full")


async def test_a_caller_who_hangs_up_while_it_rings_is_gone(scene: Scene, table: list[Row]) -> None:
    await scene.start_gateway("resume")
    caller, person = await scene.caller(), await scene.person(answers=False)
    await scene.call(caller)
    await person.wait_for("CALL_INCOMING", 15)
    await asyncio.sleep(1)
    caller.hang_up()
    await person.wait_for("CALL_CLOSED", 5)
    await scene.nothing_left()
    status = [event["status"] for event in scene.gateway.of("dialled")]
    table.append(Row("caller hangs up while it rings", "the gateway is told", str(status)))
    assert status == ["CANCEL"]


async def test_a_person_who_hangs_up_during_the_briefing_gives_the_call_back(
    scene: Scene, table: list[Row]
) -> None:
    await scene.start_gateway("resume")
    caller, person = await scene.caller(), await scene.person()
    await scene.call(caller)
    await person.wait_for("CALL_ESTABLISHED", 15)
    await asyncio.sleep(0.5)
    person.hang_up()
    await caller.wait_for("CALL_CLOSED", 15)
    heard = await scene.heard_by(caller)
    status = [event["status"] for event in scene.gateway.of("dialled")]
    again = find(heard, scene.saying("again"))
    row = f"{status}, {again.share:.0%} of it"
    table.append(Row("person leaves the briefing", "the gateway goes on", row))
    assert status == ["NOANSWER"]
    assert again.complete


async def test_a_gateway_that_hangs_in_mid_call_brings_a_person(
    scene: Scene, table: list[Row]
) -> None:
    await scene.start_gateway("hang")
    caller, person = await scene.caller(), await scene.person(tone(PERSON_HZ, 60))
    await scene.call(caller)
    await person.wait_for("CALL_ESTABLISHED", 30)
    await asyncio.sleep(1)
    caller.hang_up()
    heard = await scene.heard_by(caller)
    said = find(heard, scene.announcement("trouble"))
    waited_s = said.at_s - heard_at(heard, 440)[0][1]
    row = f"{said.share:.0%} of it {waited_s:.1f} s later"
    table.append(Row("gateway hangs in mid-call", "announcement, then a person", row))
    assert said.complete
    assert waited_s < 7
