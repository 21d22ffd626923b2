"""Files of citizens: taken only for a person, only of known kinds, and only if scanned."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.app import Knowledge
from bot.attachments import clean_name, type_of
from bot.errors import AttachmentTypeRefused
from bot.fakes import FakeClock, FakeDialogue
from bot.settings import Settings
from bot.stores.tables import AttachmentRow, AuditRow
from tests.conftest import MONDAY_AT_TEN, opened, scripted
from tests.support.clamd import EICAR, clamd
from tests.support.world import Citizen, Staff, World

LIMIT = 200_000
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(64)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64)
HEIC = struct.pack(">I", 24) + b"ftypheic\x00\x00\x00\x00mif1heic" + bytes(64)
BOUNDARY = "kreislotse-7f3a"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


@pytest.fixture(scope="session")
def scanner() -> Iterator[str]:
    with clamd() as address:
        yield address


@pytest.fixture
def settings(settings: Settings, scanner: str) -> Settings:
    wanted = {"attachments": True, "clamd": scanner, "attachment_limit": LIMIT}
    return settings.model_copy(update=wanted)


def form(content: bytes, name: str, media_type: str, message_id: str | None = None) -> bytes:
    """A multipart body as browsers write it."""
    start, known_as = f"--{BOUNDARY}\r\nContent-Disposition: form-data; ", ""
    if message_id:
        known_as = f'{start}name="client_message_id"\r\n\r\n{message_id}\r\n'
    head = f'{start}name="file"; filename="{name}"\r\nContent-Type: {media_type}\r\n\r\n'
    return (known_as + head).encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


async def send(
    citizen: Citizen,
    content: bytes = PDF,
    name: str = "Bescheid.pdf",
    media_type: str = "application/pdf",
    message_id: str | None = None,
) -> tuple[int, Any]:
    return await send_body(citizen, form(content, name, media_type, message_id))


async def send_body(
    citizen: Citizen, body: bytes, content_type: str = MULTIPART
) -> tuple[int, Any]:
    return await citizen.client.call(
        "POST", f"/api/v1/conversations/{citizen.id}/attachments", body,
        Authorization=f"Bearer {citizen.token}", Content_Type=content_type,
    )  # fmt: skip


async def refused(answer: tuple[int, Any], status: int, code: str) -> None:
    assert (answer[0], answer[1]["error"]["code"]) == (status, code)
    assert answer[1]["error"]["message"] not in ("", f"errors.{code}")


async def kept(world: World) -> int:
    async with world.gateway.database.read() as session:
        return int(await session.scalar(select(func.count()).select_from(AttachmentRow)) or 0)


async def waiting(world: World) -> Citizen:
    citizen = await world.citizen()
    await citizen.wants_a_person()
    return citizen


async def fetch(staff: Staff, handover_id: str, file_id: str) -> tuple[int, Any, bytes]:
    url = f"{staff.client.base}/api/v1/handovers/{handover_id}/attachments/{file_id}"
    async with staff.client.http.get(url) as response:
        return response.status, response.headers, await response.read()


async def test_a_file_reaches_the_caseworker_byte_for_byte(world: World) -> None:
    staff, citizen = await world.caseworker(), await waiting(world)
    [case] = await staff.queue()
    await staff.claims(case["id"])
    seen = (await staff.call("GET", "/handovers?state=claimed"))[1]["seq"]
    status, taken = await send(citizen, PDF, "Bescheid März.pdf")
    assert status == 201
    file = taken["attachment"]
    assert file["name"] == "Bescheid März.pdf"
    assert (file["media_type"], file["size"]) == ("application/pdf", len(PDF))
    [shown] = [e for e in await citizen.events() if e["seq"] == taken["seq"]]
    assert (shown["author"], shown["text"], shown["parts"]) == ("citizen", file["name"], [file])
    _, fed = await staff.call("GET", f"/events?after={seen}")
    assert [e["event"]["parts"] for e in fed["events"] if e["type"] == "message"] == [[file]]
    _, detail = await staff.call("GET", f"/handovers/{case['id']}")
    [listed] = detail["attachments"]
    assert listed["id"] == file["id"]
    status, headers, content = await fetch(staff, case["id"], file["id"])
    assert (status, content) == (200, PDF)
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''Bescheid%20M%C3%A4rz.pdf"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox"


async def test_taking_and_fetching_leave_a_line_without_the_files_name(world: World) -> None:
    staff, citizen = await world.caseworker(), await waiting(world)
    [case] = await staff.queue()
    file = (await send(citizen, name="Diagnose.pdf"))[1]["attachment"]
    await fetch(staff, case["id"], file["id"])
    async with world.gateway.database.read() as session:
        lines = (
            await session.scalars(
                select(AuditRow)
                .where(AuditRow.action.in_(["attach", "download"]))
                .order_by(AuditRow.id)
            )
        ).all()
    attach, download = lines
    assert (attach.actor, attach.subject) == ("citizen", citizen.id)
    assert attach.details == {"type": "application/pdf", "size": len(PDF)}
    assert (download.actor, download.subject) == ("erika", case["id"])
    assert download.details == {"attachment": file["id"]}


async def test_nobody_of_another_office_gets_it(world: World) -> None:
    staff, other = await world.caseworker(), await world.caseworker("jo", ("jc",))
    citizen, stranger = await waiting(world), await waiting(world)
    cases = {case["conversation_id"]: case["id"] for case in await staff.queue()}
    file, case = (await send(citizen))[1]["attachment"], cases[citizen.id]
    assert (await fetch(other, case, file["id"]))[0] == 404
    assert (await fetch(staff, cases[stranger.id], file["id"]))[0] == 404
    assert (await fetch(staff, case, "no-such-file"))[0] == 404
    assert (await fetch(staff, case, "%00"))[0] == 404
    assert (await fetch(Staff(world.client("staff")), case, file["id"]))[0] == 401


async def test_what_a_file_is_stands_in_its_content(world: World) -> None:
    citizen = await waiting(world)
    for content, name, media_type in (
        (PDF, "a.pdf", "application/pdf"),
        (JPEG, "b.JPEG", "image/jpeg"),
        (PNG, "c.png", "image/png"),
        (HEIC, "d.heic", "image/heic"),
    ):
        status, taken = await send(citizen, content, name, "text/html")
        assert (status, taken["attachment"]["media_type"]) == (201, media_type)
        assert taken["attachment"]["name"] == name.lower()


WRONG = (
    b"", b"<html><script>alert(1)</script>", b"MZ\x90" + bytes(99), b"PK\x03\x04" + bytes(99),
    b"GIF89a" + bytes(99), b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"hallo %PDF-1.4",
)  # fmt: skip


async def test_the_right_name_opens_no_door_to_the_wrong_content(world: World) -> None:
    citizen = await waiting(world)
    for content in WRONG:
        await refused(await send(citizen, content), 415, "attachment_type")
    assert await kept(world) == 0


async def test_an_infected_file_is_refused_and_not_kept(world: World) -> None:
    citizen = await waiting(world)
    before = await citizen.events()
    await refused(await send(citizen, PDF + EICAR), 422, "attachment_infected")
    assert await kept(world) == 0
    assert await citizen.events() == before


async def test_a_file_above_the_limit_is_refused(world: World) -> None:
    citizen = await waiting(world)
    too_large = PDF + bytes(LIMIT - len(PDF) + 1)
    await refused(await send(citizen, too_large), 413, "attachment_too_large")
    status, taken = await send(citizen, too_large[:-1])
    assert (status, taken["attachment"]["size"]) == (201, LIMIT)


async def test_a_file_that_never_ends_is_not_read_to_the_end(world: World) -> None:
    citizen = await waiting(world)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield form(PDF, "a.pdf", "application/pdf")[: -len(f"\r\n--{BOUNDARY}--\r\n")]
        while True:
            sent += 65_536
            yield bytes(65_536)

    url = f"{citizen.client.base}/api/v1/conversations/{citizen.id}/attachments"
    headers = {
        "Authorization": f"Bearer {citizen.token}",
        "Content-Type": MULTIPART,
    }
    async with citizen.client.http.post(url, data=endless(), headers=headers) as response:
        assert response.status == 413
    assert sent < 100 * LIMIT
    assert await kept(world) == 0


async def test_an_eleventh_file_is_refused(world: World) -> None:
    citizen = await waiting(world)
    for number in range(10):
        assert (await send(citizen, name=f"{number}.pdf"))[0] == 201
    await refused(await send(citizen), 409, "attachments_full")
    assert await kept(world) == 10


async def test_ten_files_at_once_with_nine_there_leave_one(world: World) -> None:
    citizen = await waiting(world)
    for number in range(9):
        assert (await send(citizen, name=f"{number}.pdf"))[0] == 201
    answers = await asyncio.gather(*(send(citizen) for _ in range(10)))
    assert sorted(status for status, _ in answers) == [201] + [409] * 9
    assert await kept(world) == 10


async def test_the_same_file_sent_again_is_there_once(world: World) -> None:
    citizen = await waiting(world)
    first, again = await send(citizen, message_id="m1"), await send(citizen, message_id="m1")
    assert first == again
    assert await kept(world) == 1


async def test_files_are_for_people_alone(world: World) -> None:
    citizen = await world.citizen()
    await refused(await send(citizen), 409, "attachment_nobody")
    await citizen.wants_a_person()
    staff = await world.caseworker()
    [case] = await staff.queue()
    await staff.claims(case["id"])
    assert (await send(citizen))[0] == 201
    await staff.call("POST", f"/handovers/{case['id']}/return", {"to": "bot"})
    await refused(await send(citizen), 409, "attachment_nobody")
    await citizen.call("POST", "/close")
    await refused(await send(citizen), 409, "conversation_closed")
    assert await kept(world) == 1


async def test_whoever_asked_for_a_call_back_may_send_a_file_and_no_bot_answers_it(
    world: World,
) -> None:
    citizen = await world.citizen()
    body = {"office": "kfz", "kind": "callback", "phone": "030 1234567"}
    assert (await citizen.call("POST", "/handover", body))[0] == 202
    assert (await send(citizen))[0] == 201
    assert world.dialogue.calls == []


async def test_the_id_alone_takes_no_file(world: World) -> None:
    citizen = await waiting(world)
    citizen.token = "wrong"
    status, _ = await send(citizen)
    assert (status, await kept(world)) == (401, 0)


ONE_FILE = form(PDF, "a.pdf", "application/pdf")
NO_FILE = {
    "JSON": (b"{}", "application/json"),
    "nothing": (b"", MULTIPART),
    "no parts": (b"nonsense", MULTIPART),
    "cut off": (ONE_FILE[:-30], MULTIPART),
    "no boundary": (ONE_FILE, "multipart/form-data"),
    "no name": (form(PDF, "", "application/pdf"), MULTIPART),
    "another part": (ONE_FILE.replace(b'"file"', b'"other"'), MULTIPART),
    "a long id": (form(PDF, "a.pdf", "x", message_id="m" * 65), MULTIPART),
    "an id of no text": (form(PDF, "a.pdf", "x", message_id="\0"), MULTIPART),
    "two files": (ONE_FILE.removesuffix(f"--{BOUNDARY}--\r\n".encode()) + ONE_FILE, MULTIPART),
    "a broken head": (f"--{BOUNDARY}\r\n".encode() + ONE_FILE, MULTIPART),
}


async def test_a_body_that_is_not_one_file_is_refused(world: World) -> None:
    citizen = await waiting(world)
    for body, content_type in NO_FILE.values():
        await refused(await send_body(citizen, body, content_type), 400, "bad_request")
    assert await kept(world) == 0


async def test_erasing_the_conversation_removes_the_file(world: World) -> None:
    staff, citizen = await world.caseworker(), await waiting(world)
    [case] = await staff.queue()
    file = (await send(citizen))[1]["attachment"]
    assert (await citizen.call("DELETE", ""))[0] == 204
    assert await kept(world) == 0
    assert (await fetch(staff, case["id"], file["id"]))[0] == 404


async def test_the_widget_is_told_what_may_be_sent(world: World) -> None:
    _, status = await world.client("public").call("GET", "/api/v1/status")
    assert status["attachments"]["limit"] == LIMIT
    assert set(status["attachments"]["types"]) == {
        "application/pdf", "image/jpeg", "image/png", "image/heic"
    }  # fmt: skip


async def test_without_the_setting_no_file_is_taken(
    settings: Settings, knowledge: Knowledge, tmp_path: Path
) -> None:
    off = settings.model_copy(update={"attachments": False})
    async with opened(off, knowledge, FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)) as world:
        citizen = await waiting(world)
        await refused(await send(citizen), 409, "attachments_off")
        _, status = await citizen.client.call("GET", "/api/v1/status")
        assert status["attachments"] is None


@contextlib.contextmanager
def deaf() -> Iterator[str]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("kind", ["not there", "slow", "nonsense"])
async def test_without_a_scanner_nothing_is_kept(
    settings: Settings, knowledge: Knowledge, tmp_path: Path, kind: str
) -> None:
    with deaf() as slow:
        address = {"not there": str(tmp_path / "none"), "slow": slow, "nonsense": "nowhere"}[kind]
        changed = settings.model_copy(update={"clamd": address, "clamd_timeout_s": 0.2})
        dialogue, clock = FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
        async with opened(changed, knowledge, dialogue, clock) as world:
            citizen = await waiting(world)
            await refused(await send(citizen), 503, "scanner_unavailable")
            assert await kept(world) == 0


async def test_what_the_scanner_will_not_take_is_not_kept(
    settings: Settings, knowledge: Knowledge
) -> None:
    generous = settings.model_copy(update={"attachment_limit": 5_000_000})
    dialogue, clock = FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    async with opened(generous, knowledge, dialogue, clock) as world:
        citizen = await waiting(world)
        larger_than_the_daemon_takes = PDF + bytes(4_000_000)
        await refused(await send(citizen, larger_than_the_daemon_takes), 503, "scanner_unavailable")
        assert await kept(world) == 0


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\anna\\Bescheid.PDF", "Bescheid.pdf"),
        ("rechnung\u202efdp.exe", "rechnungfdp.exe.pdf"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("...", "datei.pdf"),
        (".pdf", "datei.pdf"),
        ("x" * 300 + ".pdf", "x" * 80 + ".pdf"),
        ("Bescheid v1.2", "Bescheid v1.2.pdf"),
        ("фото <1>.pdf", "фото 1.pdf"),
        ("u\u0308ber.pdf", "über.pdf"),
        ("\ud800.pdf", "datei.pdf"),
    ],
)
def test_a_name_is_cleaned(given: str, shown: str) -> None:
    assert clean_name(given, "application/pdf") == shown


def test_a_name_gets_the_ending_of_what_the_file_is() -> None:
    assert clean_name("foto.jpeg", "image/jpeg") == "foto.jpeg"
    assert clean_name("foto.pdf", "image/jpeg") == "foto.pdf.jpg"
    assert clean_name("IMG_1.HEIC", type_of(HEIC)) == "IMG_1.heic"


def test_a_cut_file_has_no_type() -> None:
    with pytest.raises(AttachmentTypeRefused):
        type_of(PDF[:3])
