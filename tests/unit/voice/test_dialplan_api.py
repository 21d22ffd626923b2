"""The dialplan's HTTP: one line of plain text for each question."""

import uuid
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer

from voice.telephony.dialplan_api import Readiness, build_app
from voice.telephony.next_steps import (
    Admission,
    AfterDial,
    Dial,
    DialStatus,
    HangUp,
    NextStep,
    Resume,
    Switchboard,
)

CALL_ID = str(uuid.UUID(int=0xABC))


class FakeCalls:
    """Notes what it is told, answers what it is told to answer."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []
        self.admission = Admission.ANSWER
        self.step: NextStep = HangUp()
        self.after: AfterDial = HangUp()
        self.briefed: str | None = None

    async def announce(self, call_id: str, caller: str | None, called: str) -> Admission:
        self.told.append((call_id, caller, called))
        return self.admission

    def expects(self, call_id: str) -> bool:
        return True

    async def next_step(self, call_id: str) -> NextStep:
        self.told.append((call_id,))
        return self.step

    async def briefing(self, call_id: str) -> str | None:
        return self.briefed

    async def dialled(self, call_id: str, status: DialStatus) -> AfterDial:
        self.told.append((call_id, status))
        return self.after


@pytest.fixture
def calls() -> FakeCalls:
    return FakeCalls()


@pytest.fixture
def ready() -> list[Readiness]:
    return [Readiness("degraded", ("no_voice",))]


@pytest.fixture
async def pbx(calls: FakeCalls, ready: list[Readiness]) -> AsyncIterator[TestClient]:
    async def readiness() -> Readiness:
        return ready[-1]

    async with TestClient(TestServer(build_app(calls, readiness))) as client:
        yield client


async def text(client: TestClient, path: str, **form: str) -> tuple[int, str]:
    method = client.post if form else client.get
    async with method(path, **({"data": form} if form else {})) as response:
        return response.status, await response.text()


@pytest.mark.parametrize("admission", Admission)
async def test_a_call_is_announced(pbx: TestClient, calls: FakeCalls, admission: Admission) -> None:
    calls.admission = admission
    path = f"/calls/{CALL_ID.upper()}"
    assert await text(pbx, path, caller="+493023125999", called="115") == (200, admission.value)
    assert calls.told == [(CALL_ID, "+493023125999", "115")]


@pytest.mark.parametrize("caller", ["", "anonymous", "Erika <1>", "1" * 33, "1\n2"])
async def test_a_caller_without_a_number_has_none(
    pbx: TestClient, calls: FakeCalls, caller: str
) -> None:
    await text(pbx, f"/calls/{CALL_ID}", caller=caller, called="115")
    assert calls.told == [(CALL_ID, None, "115")]


@pytest.mark.parametrize(
    ("step", "word"),
    [(HangUp(), "hangup"), (Dial("200"), "dial 200"), (Switchboard(), "switchboard")],
)
async def test_the_next_step_is_a_word(
    pbx: TestClient, calls: FakeCalls, step: NextStep, word: str
) -> None:
    calls.step = step
    assert await text(pbx, f"/calls/{CALL_ID}/next") == (200, word)


@pytest.mark.parametrize(
    ("after", "word"),
    [(HangUp(), "hangup"), (Resume(), "resume"), (Switchboard(), "switchboard")],
)
async def test_what_became_of_dialling_is_told(
    pbx: TestClient, calls: FakeCalls, after: AfterDial, word: str
) -> None:
    calls.after = after
    assert await text(pbx, f"/calls/{CALL_ID}/dialled", status="BUSY") == (200, word)
    assert calls.told == [(CALL_ID, DialStatus.BUSY)]


async def test_a_briefing_is_an_id_or_nothing(pbx: TestClient, calls: FakeCalls) -> None:
    assert await text(pbx, f"/calls/{CALL_ID}/briefing") == (200, "")
    calls.briefed = str(uuid.UUID(int=2))
    assert await text(pbx, f"/calls/{CALL_ID}/briefing") == (200, calls.briefed)


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/calls/nonsense", {"called": "115"}, 404),
        (f"/calls/{CALL_ID}", {"called": "115; rm"}, 400),
        (f"/calls/{CALL_ID}", {"caller": "1"}, 400),
        (f"/calls/{CALL_ID}/dialled", {"status": "MAYBE"}, 400),
        (f"/calls/{CALL_ID}", {"called": "1" * 5000}, 413),
    ],
)
async def test_nonsense_is_refused(
    pbx: TestClient, calls: FakeCalls, path: str, form: dict[str, str], status: int
) -> None:
    assert (await text(pbx, path, **form))[0] == status
    assert calls.told == []


@pytest.mark.parametrize("extension", ["", "20 0", "200@evil", "٢٠٠", "200&300"])
def test_an_extension_is_digits(extension: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        Dial(extension)


async def test_operations_can_look(pbx: TestClient, ready: list[Readiness]) -> None:
    assert (await text(pbx, "/healthz"))[0] == 200
    assert await text(pbx, "/readyz") == (200, '{"status": "degraded", "why": ["no_voice"]}')
    ready.append(Readiness("unavailable", ("no_gateway",)))
    assert (await text(pbx, "/readyz"))[0] == 503
    assert "kreislotse_call_frames_total" in (await text(pbx, "/metrics"))[1]
