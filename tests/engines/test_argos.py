"""The real Argos and CTranslate2 with tiny packages of our own: plumbing is proved, not quality."""

import asyncio
import os
import signal
import time
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from click.testing import CliRunner

from bot.cli import main
from bot.download import digest
from tests.support.argos import FIXTURES, install
from translations.glossary import Glossary, Term
from translations.machine.argos import ArgosEngine
from translations.machine.engine import EngineBusy, EngineFailed, Pair
from translations.machine.gates import Reason
from translations.machine.hub import Hub, HubUnreachable
from translations.machine.packages import PackageRefused, Packages
from translations.machine.translator import MachineTranslator

TERMS = Glossary((Term("Aufenthaltstitel", "дозвіл на перебування", ("дозв",)),))
UK_EN = FIXTURES / "uk_en.argosmodel"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    folder = tmp_path_factory.mktemp("argos")
    return install(folder / "packages", folder / "home")


@pytest.fixture
def engine(installed: Packages, tmp_path: Path) -> Iterator[ArgosEngine]:
    engine = ArgosEngine(installed.installed(), tmp_path, timeout_s=30)
    yield engine
    engine.close()


@pytest.fixture
def translator(engine: ArgosEngine) -> MachineTranslator:
    return MachineTranslator(engine, lambda code: TERMS if code == "uk" else Glossary())


def test_masks_survive_in_every_fixture(installed: Packages) -> None:
    assert {p.name: p.mask for p in installed.installed()} == {
        name: "⟦0⟧" for name in ("de_en", "de_es", "en_de", "en_uk", "es_de", "uk_en")
    }


@pytest.mark.parametrize(
    ("text", "source", "target", "wanted"),
    [
        ("Я загубила паспорт.", "uk", "de", "Ich habe den Pass verloren."),
        ("Добрий день, у мене є питання. Коли я можу прийти?", "uk", "de",
         "Guten Tag, ich habe eine Frage. Wann kann ich kommen?"),
        ("Я загубила Aufenthaltstitel.", "uk", "de", "Ich habe Aufenthaltstitel verloren."),
        ("Haben Sie noch eine Frage?", "de", "uk", "Чи є у вас ще питання?"),
        ("Das kostet 93 Euro.", "de", "uk", "Це коштує 93 євро."),
        ("Das kostet 67,40 Euro.", "de", "uk", "Це коштує 67,40 євро."),
        ("Ich brauche Aufenthaltstitel.", "de", "uk",
         "Мені потрібно дозвіл на перебування (Aufenthaltstitel)."),
        ("Necesito el pasaporte.", "es", "de", "Ich brauche den Pass."),
    ],
)  # fmt: skip
async def test_translations_directly_and_through_english(
    translator: MachineTranslator, text: str, source: str, target: str, wanted: str
) -> None:
    assert (await translator.render(text, source, target)).text == wanted


async def test_another_wording(translator: MachineTranslator) -> None:
    first = await translator.render("Я загубила паспорт.", "uk", "de")
    others = {
        (await translator.render("Я загубила паспорт.", "uk", "de", variant)).text
        for variant in (1, 2)
    }
    assert others - {first.text, None}


async def test_what_is_far_from_the_examples_is_stopped_or_marked(
    translator: MachineTranslator,
) -> None:
    """A tiny model invents; the gates catch lost figures, masks and repetitions."""
    texts = [
        f"Der {n}. Elefant von Haus {n + 7} wiegt {n * 13} Kilo in Raum R-{n}99." for n in range(20)
    ]
    found = [await translator.render(text, "de", "uk") for text in texts]
    assert all(one.text is None and one.reason is not None for one in found)


async def test_hundreds_at_once_on_cold_packages(engine: ArgosEngine) -> None:
    """First loads raced in the library itself; here one worker does one thing at a time."""
    engine._waiting = 500
    pairs = [Pair("uk", "en"), Pair("de", "en"), Pair("en", "de"), Pair("es", "de")]
    sentences = {
        "uk": "Я загубила паспорт.", "de": "Ich verstehe das nicht.",
        "en": "I do not understand that.", "es": "Necesito la carta.",
    }  # fmt: skip
    outputs = await asyncio.gather(
        *(engine.translate(p, [sentences[p.source]] * 5) for p in pairs * 50)
    )
    for at, pair in enumerate(pairs):
        assert {tuple(row) for row in outputs[at :: len(pairs)]} == {tuple(outputs[at])}, pair


async def test_the_event_loop_goes_on_meanwhile(engine: ArgosEngine) -> None:
    """What other programs do to the machine does not count."""
    ticks, done = 0, asyncio.Event()

    async def tick() -> None:
        nonlocal ticks
        while not done.is_set():
            await asyncio.sleep(0.005)
            ticks += 1

    ticking = asyncio.create_task(tick())
    begun, own = time.monotonic(), time.thread_time()
    await engine.translate(Pair("de", "en"), ["Ich verstehe das nicht."] * 2000)
    spent, own = time.monotonic() - begun, time.thread_time() - own
    done.set()
    await ticking
    assert ticks > 20
    assert own < spent / 4


async def test_memory_is_bounded_by_the_packages_kept(installed: Packages, tmp_path: Path) -> None:
    engine = ArgosEngine(installed.installed(), tmp_path, loaded=1, timeout_s=30)
    try:
        pairs = [Pair("de", "en"), Pair("en", "de")]
        for pair in pairs * 3:
            await engine.translate(pair, ["Hallo Welt."])
        worker = _worker(engine)
        before = worker.memory_info().rss
        for pair in pairs * 40:
            await engine.translate(pair, ["Hallo Welt."])
        assert worker.memory_info().rss - before < 30 * 1024**2
    finally:
        engine.close()


async def test_a_worker_that_dies_is_replaced(engine: ArgosEngine) -> None:
    sentence = ["Ich verstehe das nicht."]
    first = await engine.translate(Pair("de", "en"), sentence)
    os.kill(_worker(engine).pid, signal.SIGKILL)
    assert await engine.translate(Pair("de", "en"), sentence) == first


async def test_too_slow_and_too_many(installed: Packages, tmp_path: Path) -> None:
    engine = ArgosEngine(installed.installed(), tmp_path, waiting=1, timeout_s=0.001)
    try:
        with pytest.raises(EngineFailed):
            await engine.translate(Pair("de", "en"), ["Hallo Welt."])
        engine._waiting = 0
        with pytest.raises(EngineBusy):
            await engine.translate(Pair("de", "en"), ["Hallo Welt."])
        found = await MachineTranslator(engine, lambda code: TERMS).render(
            "Ich verstehe das nicht.", "de", "en"
        )
        assert found.reason is Reason.BUSY
    finally:
        engine.close()


def _worker(engine: ArgosEngine) -> psutil.Process:
    assert engine._pool is not None
    [pid] = engine._pool._processes
    return psutil.Process(pid)


# --- packages -----------------------------------------------------------------------------


def test_fixtures_are_refused_in_operation(tmp_path: Path, installed: Packages) -> None:
    packages = Packages(tmp_path)
    with pytest.raises(PackageRefused, match="fixture"):
        packages.add(UK_EN, lambda package: None)
    assert packages.installed() == []
    assert Packages(installed.folder).installed() == []


@pytest.mark.parametrize("member", ["../evil", "/etc/evil", "a/../../evil"])
def test_an_archive_cannot_write_elsewhere(tmp_path: Path, member: str) -> None:
    archive = tmp_path / "bad.argosmodel"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(member, "x")
    with pytest.raises(PackageRefused, match="unsafe"):
        Packages(tmp_path / "argos", True).add(archive, lambda package: None)
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize("content", [b"no zip", b""])
def test_what_is_no_package(tmp_path: Path, content: bytes) -> None:
    archive = tmp_path / "bad.argosmodel"
    archive.write_bytes(content)
    with pytest.raises(PackageRefused, match="no readable package"):
        Packages(tmp_path / "argos", True).add(archive, lambda package: None)


def test_a_broken_model_is_refused_and_the_old_package_stays(
    tmp_path: Path, installed: Packages
) -> None:
    packages = install(tmp_path / "argos", tmp_path / "home", "uk_en")
    broken = tmp_path / "broken.argosmodel"
    with zipfile.ZipFile(UK_EN) as good, zipfile.ZipFile(broken, "w") as bad:
        for member in good.infolist():
            data = good.read(member)
            bad.writestr(member.filename, data[:1000] if "model.bin" in member.filename else data)
    with pytest.raises(PackageRefused, match="cannot translate"):
        install_one(packages, broken, tmp_path / "home")
    assert [p.name for p in packages.installed()] == ["uk_en"]
    assert list(packages.problems()) == []


def install_one(packages: Packages, archive: Path, home: Path) -> None:
    from translations.machine.argos import probe

    packages.add(archive, lambda package: probe(package, home))


def test_verify_sees_every_change(tmp_path: Path) -> None:
    packages = install(tmp_path / "argos", tmp_path / "home", "uk_en")
    folder = tmp_path / "argos/uk_en"
    (folder / "metadata.json").write_text("{}" + " " * 100)
    (folder / "added.txt").write_text("x")
    (folder / "sentencepiece.model").unlink()
    assert list(packages.problems()) == [
        "uk_en: added.txt was added",
        "uk_en: metadata.json was changed",
        "uk_en: sentencepiece.model is missing",
    ]


# --- the hub ------------------------------------------------------------------------------


class Mirror:
    """A mirror as a county would set it up; `cuts` connections break off halfway."""

    def __init__(self) -> None:
        self.cuts = 0
        self.ranges: list[str | None] = []
        self.sums = f"{digest(UK_EN)}  uk_en.argosmodel\n"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name == "index.json":
            return web.json_response([
                {"from_code": "uk", "to_code": "en", "package_version": "0.1",
                 "links": ["uk_en.argosmodel"]},
            ])  # fmt: skip
        if name == "SHA256SUMS":
            return web.Response(text=self.sums) if self.sums else web.Response(status=404)
        data = UK_EN.read_bytes()
        wanted = request.headers.get("Range")
        self.ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        response = web.StreamResponse(status=206 if wanted else 200)
        response.content_length = len(data) - start
        await response.prepare(request)
        if self.cuts:
            self.cuts -= 1
            await response.write(data[start : start + 200_000])
            assert request.transport
            request.transport.abort()
            return response
        await response.write(data[start:])
        return response


@pytest.fixture
async def mirror() -> AsyncIterator[tuple[Mirror, str]]:
    mirror, app = Mirror(), web.Application()
    app.router.add_get("/argos/{name}", mirror.serve)
    async with TestServer(app) as server:
        yield mirror, str(server.make_url("/argos"))


async def test_a_download_goes_on_where_it_broke_off(
    mirror: tuple[Mirror, str], tmp_path: Path
) -> None:
    served, url = mirror
    served.cuts = 2
    seen: list[int] = []
    fetched = await Hub(url).fetch("uk_en", tmp_path, None, lambda done, total: seen.append(done))
    assert fetched.sha256 == digest(UK_EN) == digest(fetched.path)
    assert served.ranges[0] is None
    assert all(r is not None and r != "bytes=0-" for r in served.ranges[1:])
    assert seen == sorted(seen)


async def test_without_a_checksum_nothing_is_fetched(
    mirror: tuple[Mirror, str], tmp_path: Path
) -> None:
    served, url = mirror
    served.sums = ""
    with pytest.raises(HubUnreachable, match="--sha256"):
        await Hub(url).fetch("uk_en", tmp_path, None, lambda done, total: None)
    assert served.ranges == []
    with pytest.raises(HubUnreachable, match="deleted"):
        await Hub(url).fetch("uk_en", tmp_path, "0" * 64, lambda done, total: None)
    assert list(tmp_path.iterdir()) == []


async def test_an_unknown_package_and_a_hub_out_of_reach(
    mirror: tuple[Mirror, str], tmp_path: Path
) -> None:
    with pytest.raises(HubUnreachable, match="It has: uk_en"):
        await Hub(mirror[1]).fetch("xx_yy", tmp_path, None, lambda done, total: None)
    with pytest.raises(HubUnreachable, match="models add"):
        await Hub("http://127.0.0.1:1/").entries()


async def test_the_commands(mirror: tuple[Mirror, str], tmp_path: Path) -> None:
    environment = {
        "KREISLOTSE_ENV": "test",
        "KREISLOTSE_ALLOW_FIXTURES": "1",
        "KREISLOTSE_DATA_DIR": str(tmp_path),
        "KREISLOTSE_MODELS_URL": mirror[1],
    }

    async def run(*arguments: str) -> tuple[int, str]:
        result = await asyncio.to_thread(
            CliRunner().invoke, main, ["models", *arguments], env=environment
        )
        return result.exit_code, result.output

    assert "Nothing is installed" in (await run("list"))[1]
    code, output = await run("pull", "uk_en")
    assert (code, "uk_en  0.1" in output) == (0, True), output
    assert "uk_en" in (await run("list", "--available"))[1]
    assert (await run("verify"))[0] == 0
    (tmp_path / "argos/uk_en/metadata.json").write_text(
        (tmp_path / "argos/uk_en/metadata.json").read_text() + " "
    )
    assert await run("verify") == (1, "uk_en: metadata.json was changed\n")
    assert (await run("add", "--sha256", "0" * 64, str(UK_EN)))[0] == 1
    assert (await run("add", str(UK_EN)))[0] == 0
    assert (await run("verify"))[0] == 0
    assert (await run("remove", "uk_en"))[0] == 0
    assert (await run("remove", "../argos"))[0] == 1
    environment["KREISLOTSE_MODELS_URL"] = "http://127.0.0.1:1/"
    code, output = await run("pull", "uk_en")
    assert (code, "models add" in output) == (1, True)
