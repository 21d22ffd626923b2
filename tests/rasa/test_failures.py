"""What a citizen gets when something breaks inside Rasa: an error, never a wrong act."""

import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.rasa.conftest import Dialogue, RasaServer, free_port, rasa_python, running

pytestmark = pytest.mark.rasa

WITHOUT_ACTIONS = """
import sys
from bot.rasa import launcher
launcher.ENDPOINTS = sys.argv.pop(1)
sys.exit(launcher.main())
"""


@pytest.fixture(scope="module")
def crippled(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RasaServer]:
    """A server whose custom actions cannot be reached."""
    folder = tmp_path_factory.mktemp("crippled")
    endpoints = folder / "endpoints.yml"
    endpoints.write_text(
        f"action_endpoint:\n  url: http://127.0.0.1:{free_port()}/nobody\n"
        "tracker_store:\n  type: bot.rasa.turn_store.SingleTurnStore\n"
    )
    port = free_port()
    command = [rasa_python(), "-c", WITHOUT_ACTIONS, str(endpoints)]
    command += ["serve", "--port", str(port), "--model", str(model)]
    with running(command, port, folder / "server.log") as server:
        yield server


async def test_an_action_that_fails_is_an_error(crippled: RasaServer) -> None:
    async with aiohttp.ClientSession() as http:
        dialogue = Dialogue(http, crippled.url)
        await dialogue.press("kfz_evb")
        status, reply = await dialogue.post(
            text="Rückruf an Wolpertinger 0176 9998887",
            state={
                "loop": "callback_form",
                "requested_slot": "phone",
                "intent": "request_callback",
                "slots": {},
            },
        )
        assert (status, reply) == (500, {"error": "failed"})
        assert await dialogue.held() == 0
        assert "RasaException" in crippled.said, "what failed must be in the log"
        assert "Wolpertinger" not in crippled.said
        assert "9998887" not in crippled.said


async def test_other_turns_go_on(crippled: RasaServer) -> None:
    async with aiohttp.ClientSession() as http:
        dialogue = Dialogue(http, crippled.url)
        (act,) = await dialogue.press("kfz_evb")
        assert act["act"] == "answer"


@pytest.mark.parametrize(
    ("action", "status"), [("action_nobody_wrote", 404), ("validate_callback_form", 500)]
)
async def test_the_action_endpoint_names_what_is_wrong(
    server: RasaServer, action: str, status: int
) -> None:
    async with aiohttp.ClientSession() as http:
        call = {"next_action": action, "tracker": {}}
        async with http.post(f"{server.url}actions", json=call) as response:
            assert response.status == status
            assert set(await response.json()) == {"error", "action_name"}


def test_python_is_ours() -> None:
    assert sys.version_info >= (3, 11), "only the server runs in Rasa's environment"
