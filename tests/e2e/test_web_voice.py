"""Speaking and reading aloud in a real browser, with a microphone that plays a file.

The gateway is real and the browser's sound passes through all of it; at its end sit an ear that
keeps what it was given, and a mouth that speaks in tones.
"""

import asyncio
import json
import re
import time
import urllib.request
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from aiohttp import web
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import PHONE, barriers, chromium, shot, window
from tests.support.gateways import GatewayProcess
from tests.support.servers import free_port
from tests.support.voice_process import Ear, Mouth, in_a_thread, tone, voice_app
from voice.audio import as_bytes
from voice.transcription import Reason, Rejected, Samples, Transcript

PITCH = 1000.0
SMALLEST = (320, 640)
HEARS_SOUND = """
    window.sounds = [];
    const start = AudioBufferSourceNode.prototype.start;
    AudioBufferSourceNode.prototype.start = function (at) {
      const samples = this.buffer.getChannelData(0);
      window.sounds.push({ at, seconds: this.buffer.duration, loudest: Math.max(...samples) });
      return start.call(this, at);
    };
"""
"""Notes every piece of sound that is played."""

pytestmark = pytest.mark.browser


class Heard:
    """What the test's ear and mouth have, for all tests of this file."""

    def __init__(self) -> None:
        self.ear = Ear(languages=frozenset({"de", "en", "ar"}))
        self.mouth = Mouth(frozenset({"de", "en", "ar"}))


@pytest.fixture(scope="module")
def heard() -> Heard:
    return Heard()


@pytest.fixture(scope="module")
def county_origin() -> str:
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def gateway(
    heard: Heard, county_origin: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with in_a_thread(voice_app(heard.ear, heard.mouth)) as voice:
        settings = {
            "KREISLOTSE_VOICE_URL": voice,
            "KREISLOTSE_ALLOWED_ORIGINS": county_origin,
            "KREISLOTSE_WEB_VOICE_PER_MINUTE": "0",
            "KREISLOTSE_WEB_UTTERANCE_S": "3",
        }
        running = GatewayProcess(tmp_path_factory.mktemp("voice"), None, extra=settings)
        running.start()
        with ThreadPoolExecutor(1) as beside:  # the browser's driver has this thread's loop
            beside.submit(asyncio.run, running.ready()).result()
        _wait_for_voice(running.url("public"))
        yield running.url("public")
        running.end()


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tone that Chromium plays in a loop, at another rate than the recogniser's."""
    path = tmp_path_factory.mktemp("microphone") / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(as_bytes(tone(PITCH, 5.0, 48_000)))
    return path


@pytest.fixture(scope="module")
def browser(microphone: Path) -> Iterator[Browser]:
    with chromium(
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}",
        "--autoplay-policy=user-gesture-required",
    ) as running:  # fmt: skip
        yield running


def test_what_is_said_lands_in_the_field_and_is_not_sent(
    browser: Browser, gateway: str, heard: Heard
) -> None:
    page = _open_chat(browser, gateway)
    heard.ear.script.append(Transcript("Mein Ausweis ist weg.", "de", 0.9))
    speak, state = page.get_by_test_id("speak"), page.get_by_test_id("speak-state")
    speak.click()
    consent = page.get_by_test_id("speak-consent")
    expect(consent).to_contain_text("nicht gespeichert")
    expect(page.get_by_test_id("speak-yes")).to_be_focused()
    shot(page, "voice-consent")
    page.get_by_test_id("speak-yes").click()
    expect(state).to_contain_text("gedrückt")
    expect(speak).to_be_focused()

    speak.hover()
    page.mouse.down()
    expect(state).to_have_text("Aufnahme läuft. Bitte sprechen Sie.")
    page.wait_for_timeout(1500)
    page.mouse.up()
    field = page.get_by_test_id("composer")
    expect(field).to_have_value("Mein Ausweis ist weg.")
    expect(state).to_contain_text("Bitte prüfen Sie ihn")
    shot(page, "voice-understood")
    expect(page.locator("[data-author=citizen]")).to_have_count(0)
    sound = heard.ear.sounds[-1]
    assert 1.4 <= len(sound) / 16_000 <= 3.3  # the most that this test allows, and a little
    assert abs(_pitch(sound) - PITCH) < 5
    assert float(np.max(np.abs(sound))) > 0.1

    page.reload()
    expect(page.get_by_test_id("composer")).to_have_value("Mein Ausweis ist weg.")
    heard.ear.script.append(Transcript("Und mein Pass.", "de", 0.4))
    speak.focus()
    _tap(page, "Enter")  # it goes on until the next one
    expect(speak).to_have_attribute("data-phase", "recording")
    expect(speak).to_have_text(re.compile("Fertig"))
    page.wait_for_timeout(700)
    _tap(page, "Enter")
    expect(field).to_have_value("Mein Ausweis ist weg. Und mein Pass.")
    expect(state).to_contain_text("Vielleicht falsch erkannt")
    shot(page, "voice-unsure")


def test_it_can_be_taken_back_and_ends_by_itself(
    browser: Browser, gateway: str, heard: Heard
) -> None:
    page = _agreed(_open_chat(browser, gateway))
    speak, asked = page.get_by_test_id("speak"), len(heard.ear.asked)
    speak.focus()
    _tap(page, " ")
    expect(page.get_by_test_id("speak-cancel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(speak).to_have_attribute("data-phase", "idle")
    expect(page.get_by_test_id("panel")).to_be_visible()
    assert len(heard.ear.asked) == asked
    heard.ear.script.append(Rejected(Reason.SILENCE))
    _tap(page, " ")
    expect(speak).to_have_attribute("data-phase", "recording")
    problem = page.get_by_test_id("speak-problem")  # after the three seconds of this test
    expect(problem).to_contain_text("nichts zu hören")
    assert heard.ear.asked[-1][0] > 2.5
    shot(page, "voice-nothing-heard")


def test_a_message_is_read_aloud_until_it_is_stopped(
    browser: Browser, gateway: str, heard: Heard
) -> None:
    page = _open_chat(browser, gateway)
    button, status = page.get_by_test_id("aloud").first, page.get_by_test_id("aloud-status")
    heard.mouth.held = True  # so that there is time to look
    button.click()
    expect(button).to_have_attribute("data-phase", "playing")
    expect(button).to_have_text(re.compile("Vorlesen beenden"))
    expect(status).to_have_text("Die Nachricht wird vorgelesen.")
    shot(page, "voice-reading")
    heard.mouth.held = False
    said = page.locator("article[data-author=bot] .kl-text").first.inner_text()
    spoken, language = heard.mouth.said[-1]
    assert language == "de"
    assert said.splitlines()[0] in spoken
    expect(button).to_have_attribute("data-phase", "ended")
    sounds: list[dict[str, float]] = page.evaluate("window.sounds")
    lines = len(spoken.splitlines())
    assert abs(sum(s["seconds"] for s in sounds) - 0.4 * lines) < 0.01
    assert all(0.4 < s["loudest"] < 0.6 for s in sounds)
    for before, after in pairwise(sounds):
        assert after["at"] >= before["at"] + before["seconds"] - 1e-6, "two pieces overlap"

    heard.mouth.held = True
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("data-phase", "playing")
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("data-phase", "ended")
    expect(button).to_have_text(re.compile(r"Vorlesen\s*$"))
    heard.mouth.held = False


def test_on_the_smallest_screen_from_right_to_left_in_the_dark(
    browser: Browser, gateway: str, heard: Heard
) -> None:
    page = _open_chat(browser, gateway, SMALLEST, "ar", dark=True)
    _agreed(page)
    expect(page.locator(".kl-widget")).to_have_attribute("dir", "rtl")
    shot(page, "voice-ar-320")
    speak = page.get_by_test_id("speak")
    speak.focus()
    _tap(page, "Enter")
    expect(speak).to_have_attribute("data-phase", "recording")
    shot(page, "voice-ar-320-recording")
    page.keyboard.press("Escape")
    heard.mouth.held = True
    page.get_by_test_id("aloud").first.click()
    expect(page.get_by_test_id("aloud").first).to_have_attribute("data-phase", "playing")
    heard.mouth.held = False
    assert heard.mouth.said[-1][1] == "ar"
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= SMALLEST[0], "the page scrolls sideways"
    for button in page.locator("[data-testid=speak], [data-testid=aloud]").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 24
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= SMALLEST[0]


@pytest.mark.parametrize("phase", ["asking", "recording", "playing"])
def test_no_barriers_that_a_machine_can_find(browser: Browser, gateway: str, phase: str) -> None:
    page = _open_chat(browser, gateway)
    match phase:
        case "asking":
            page.get_by_test_id("speak").click()
            expect(page.get_by_test_id("speak-consent")).to_be_visible()
        case "recording":
            _agreed(page).get_by_test_id("speak").focus()
            _tap(page, "Enter")
            expect(page.get_by_test_id("speak")).to_have_attribute("data-phase", "recording")
        case _:
            page.get_by_test_id("aloud").first.click()
    assert barriers(page) == []


def test_on_a_page_of_another_origin_under_its_policy(
    browser: Browser, gateway: str, county_origin: str, heard: Heard
) -> None:
    server = gateway.replace("http", "ws", 1)
    policy = (
        f"default-src 'none'; script-src {gateway}; connect-src {gateway} {server};"
        f" font-src {gateway}; style-src 'self'"
    )
    refused: list[str] = []
    county = _county(gateway, {"Content-Security-Policy": policy})
    with in_a_thread(county, int(county_origin.rsplit(":", 1)[1])):
        page = _window(browser, PHONE)
        page.on("console", lambda told: refused.append(told.text))
        page.goto(county_origin)
        page.get_by_test_id("launcher").click()
        _agreed(page)
        heard.ear.script.append("Guten Tag")
        speak = page.get_by_test_id("speak")
        speak.focus()
        _tap(page, "Enter")
        expect(speak).to_have_attribute("data-phase", "recording")
        page.wait_for_timeout(700)
        _tap(page, "Enter")
        expect(page.get_by_test_id("composer")).to_have_value("Guten Tag")
        assert abs(_pitch(heard.ear.sounds[-1]) - PITCH) < 5
        heard.mouth.held = True
        page.get_by_test_id("aloud").first.click()
        expect(page.get_by_test_id("aloud").first).to_have_attribute("data-phase", "playing")
        shot(page, "voice-embedded")
        heard.mouth.held = False
    assert [text for text in refused if "Content Security Policy" in text] == []


def test_a_page_that_forbids_the_microphone_says_so(
    browser: Browser, gateway: str, county_origin: str
) -> None:
    county = _county(gateway, {"Permissions-Policy": "microphone=()"})
    with in_a_thread(county, int(county_origin.rsplit(":", 1)[1])):
        page = _window(browser, PHONE)
        page.goto(county_origin)
        page.get_by_test_id("launcher").click()
        page.get_by_test_id("speak").click()
        page.get_by_test_id("speak-yes").click()
        expect(page.get_by_test_id("speak-problem")).to_contain_text("nicht erlaubt")
        shot(page, "voice-denied")


def _window(
    browser: Browser, size: tuple[int, int], locale: str = "de-DE", *, dark: bool = False
) -> Page:
    page = window(browser, size, locale)
    page.add_init_script(HEARS_SOUND)
    if dark:
        page.emulate_media(color_scheme="dark")
    return page


def _open_chat(
    browser: Browser,
    gateway: str,
    size: tuple[int, int] = (1280, 800),
    locale: str = "de-DE",
    *,
    dark: bool = False,
) -> Page:
    page = _window(browser, size, locale, dark=dark)
    page.goto(gateway)
    page.get_by_test_id("launcher").click()
    expect(page.locator("[data-author=bot]").first).to_be_visible()
    expect(page.get_by_test_id("speak")).to_be_visible()
    return page


def _wait_for_voice(gateway: str) -> None:
    """A gateway that could not ask in time offers no voice for some seconds, and asks again."""
    deadline = time.monotonic() + 60
    while True:
        with urllib.request.urlopen(f"{gateway}/api/v1/status") as told:
            if json.load(told)["voice"]["listen"]:
                return
        assert time.monotonic() < deadline, "no voice is offered"
        time.sleep(0.5)


def _tap(page: Page, key: str) -> None:
    """Presses a key so shortly that it is not held, however slow this machine is."""
    page.evaluate(
        "() => { window.clock ??= Date.now; const now = Date.now(); Date.now = () => now; }"
    )
    page.keyboard.press(key)
    page.evaluate("() => { Date.now = window.clock; }")


def _agreed(page: Page) -> Page:
    page.get_by_test_id("speak").click()
    page.get_by_test_id("speak-yes").click()
    expect(page.get_by_test_id("speak")).to_have_attribute("data-phase", "idle")
    expect(page.get_by_test_id("speak-problem")).to_have_count(0)
    return page


def _pitch(sound: Samples) -> float:
    """The strongest frequency, in Hz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum)) * 16_000 / len(sound)


def _county(gateway: str, headers: dict[str, str]) -> web.Application:
    """A county's page with policies of its own."""

    async def page(_: web.Request) -> web.Response:
        text = (
            '<!doctype html><html lang="de"><title>Landkreis</title>'
            f'<script src="{gateway}/widget.js" defer></script></html>'
        )
        return web.Response(text=text, content_type="text/html", headers=headers)

    app = web.Application()
    app.router.add_get("/", page)
    return app
