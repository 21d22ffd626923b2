"""Set-up skips what is current, finds what is hidden, and says plainly what is missing."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from bot.setup import (
    checkout,
    debian,
    environments,
    installer,
    interpreters,
    machine,
    pbx,
    progress,
)
from bot.setup.checkout import digest, files_below, is_current, only_builder, stamped
from bot.setup.cli import STEPS, main
from bot.setup.debian import Package, line_to_type, require, services_at_rest
from bot.setup.environments import GATEWAY, RASA, belongs_here, built, for_development
from bot.setup.interpreters import FOR_GATEWAY, FOR_RASA, find, probe
from bot.setup.machine import require_disk, require_node, require_ports
from bot.setup.problems import SetupProblem
from bot.setup.progress import step

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout."""
    for module in (checkout, progress):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(checkout, "TOOLS", tmp_path / ".tools")
    monkeypatch.setattr(checkout, "STAMPS", tmp_path / ".tools/stamps")
    monkeypatch.setattr(progress, "LOGS", tmp_path / ".tools/log")
    return tmp_path


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def python(path: Path, minor: int) -> Path:
    """Something that answers like a Python of that version."""
    return script(path, f'echo "CPython 3 {minor} {path}"')


# What runs before any environment exists


def test_set_up_needs_the_standard_library_alone_and_nothing_else_of_ours() -> None:
    code = (
        "import sys, bot.setup.cli;"
        "print([n for n in sys.modules if n.startswith(('bot', 'handover', 'translations'))])"
    )
    # -S leaves site-packages out.
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    ours = set(re.findall(r"'([\w.]+)'", done.stdout))
    assert {name for name in ours if not name.startswith("bot.setup")} == {"bot"}


def test_set_up_runs_on_python_3_10() -> None:
    if not RASA.python.exists():
        pytest.skip("Rasa's environment, the one with Python 3.10, is not installed")
    done = subprocess.run(
        [RASA.python, "-S", "-c", "import bot.setup.cli"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_every_target_of_the_makefile_is_a_step_and_listed() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.M))
    assert targets - {"help"} >= set(STEPS)
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True).stdout
    assert {line.split()[1] for line in listed.splitlines()} == targets


# Stamps


def test_a_digest_changes_with_name_content_and_absence(tree: Path) -> None:
    (tree / "a").write_text("1")
    (tree / "b").write_text("1")
    seen = {
        digest(files=[tree / "a"]),
        digest(files=[tree / "b"]),
        digest(files=[tree / "a", tree / "b"]),
        digest(files=[tree / "a", tree / "missing"]),
        digest("word", files=[tree / "a"]),
    }
    (tree / "a").write_text("2")
    seen.add(digest(files=[tree / "a"]))
    assert len(seen) == 6
    assert digest(files=[tree / "a", tree / "b"]) == digest(files=[tree / "b", tree / "a"])


def test_files_below_leave_out_whole_folders(tree: Path) -> None:
    for name in ("src/x.ts", "node_modules/y/z.ts", "dist/x.js"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).touch()
    found = files_below(tree, without=frozenset({"node_modules", "dist"}))
    assert list(found) == [tree / "src/x.ts"]


def test_a_step_is_skipped_only_when_it_ended_well_and_its_result_is_there(tree: Path) -> None:
    output = tree / "model"
    assert not is_current("model", "v1", [output])
    with stamped("model", "v1"):
        output.touch()
    assert is_current("model", "v1", [output])
    assert not is_current("model", "v2", [output])
    with contextlib.suppress(KeyboardInterrupt), stamped("model", "v1"):
        raise KeyboardInterrupt
    assert not is_current("model", "v1", [output])
    with stamped("model", "v1"):
        output.unlink()
    assert not is_current("model", "v1", [output])


def test_an_environment_for_development_serves_for_running_too(tree: Path) -> None:
    gateway = replace(GATEWAY, home=tree / ".venv", project=tree)
    gateway.python.parent.mkdir(parents=True)
    gateway.python.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environments, "PIN", tree / "installer.txt")
        with built(for_development(gateway)):
            pass
        assert gateway.current()
        assert for_development(gateway).current()
        (tree / "uv.lock").write_text("new")
        with built(gateway):
            pass
        assert gateway.current()
        assert not for_development(gateway).current()


def test_an_environment_that_was_moved_or_broken_is_built_anew(tree: Path) -> None:
    gateway = replace(GATEWAY, home=tree / ".venv", project=tree)
    assert not belongs_here(gateway)
    gateway.python.parent.mkdir(parents=True)
    gateway.python.touch()
    activate = gateway.home / "bin/activate"
    activate.write_text(f"VIRTUAL_ENV='{gateway.home}'")
    assert belongs_here(gateway)
    activate.write_text("VIRTUAL_ENV='/elsewhere/.venv'")
    assert not belongs_here(gateway)


def test_two_set_ups_in_one_checkout_take_turns(tree: Path) -> None:
    code = f"""
import pathlib, sys, time
from bot.setup import checkout
checkout.TOOLS = pathlib.Path({str(tree / ".tools")!r})
with checkout.only_builder():
    print("in", flush=True)
    sys.stdin.read()
print("out", flush=True)
"""
    with only_builder():
        second = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert second.stdout is not None
        assert f"busy in this checkout (process {os.getpid()})" in second.stdout.readline()
    output, _ = second.communicate(timeout=10)
    assert re.fullmatch(r"The other set-up is done after \d+ s; going on\.\nin\nout\n", output)


# Interpreters


@pytest.fixture
def bare(tree: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any Python but the one that runs."""
    monkeypatch.setattr(interpreters, "FOLDERS", ("~/.pyenv/versions/*/bin",))
    monkeypatch.setenv("HOME", str(tree / "home"))
    monkeypatch.setenv("PATH", str(tree / "bin"))
    for wanted in (FOR_GATEWAY, FOR_RASA):
        monkeypatch.delenv(wanted.setting, raising=False)
    return tree


def test_this_python_is_recognised() -> None:
    found = probe(Path(sys.executable))
    assert found is not None
    assert found.minor == sys.version_info.minor
    assert found.path.exists()


def test_a_shim_that_only_complains_does_not_hide_the_real_one(bare: Path) -> None:
    script(bare / "bin/python3.10", "echo 'pyenv: python3.10: command not found' >&2; exit 127")
    real = python(bare / "home/.pyenv/versions/3.10.13/bin/python3.10", 10)
    assert find(FOR_RASA).path == real


def test_every_folder_of_the_path_is_searched(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{bare / 'shims'}{os.pathsep}{bare / 'bin'}")
    script(bare / "shims/python3.10", "exit 127")
    real = python(bare / "bin/python3.10", 10)
    assert find(FOR_RASA).path == real


def test_a_name_that_lies_about_its_version_is_not_taken(bare: Path) -> None:
    python(bare / "bin/python3.10", 12)
    with pytest.raises(SetupProblem, match=r"Python 3\.10 .* was not found"):
        find(FOR_RASA)


def test_a_missing_python_comes_with_what_to_do(bare: Path) -> None:
    with pytest.raises(SetupProblem) as caught:
        find(FOR_RASA)
    said = str(caught.value)
    assert "uv python install 3.10" in said
    assert "KREISLOTSE_RASA_PYTHON_BASE=/path/to/python" in said


def test_a_setting_overrides_the_search(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python(bare / "bin/python3.10", 10)
    chosen = python(bare / "odd/place", 10)
    monkeypatch.setenv("KREISLOTSE_RASA_PYTHON_BASE", str(chosen))
    assert find(FOR_RASA).path == chosen
    monkeypatch.setenv("KREISLOTSE_RASA_PYTHON_BASE", str(python(bare / "bin/python3", 12)))
    with pytest.raises(SetupProblem, match=r"KREISLOTSE_RASA_PYTHON_BASE=.* is not a working"):
        find(FOR_RASA)


def test_a_python_without_pip_is_named_with_its_package(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installer, "brings_pip", lambda python: False)
    monkeypatch.setattr(debian, "is_root", lambda: False)
    with pytest.raises(SetupProblem, match="python3-venv"):
        installer.python_with_pip()


# The machine


def test_a_taken_port_is_named_with_its_holder(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting, _, _ in machine.PORTS:
        monkeypatch.setenv(setting, "0")
    require_ports()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setenv("KREISLOTSE_STAFF_PORT", str(port))
        with pytest.raises(SetupProblem) as caught:
            require_ports()
    assert f"Port {port} (for caseworkers) is taken by" in str(caught.value)
    assert f"(process {os.getpid()})" in str(caught.value)
    assert "KREISLOTSE_STAFF_PORT=" in caught.value.remedies[0]


@pytest.mark.parametrize("value", ["x", "-1", "65536"])
def test_a_port_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("KREISLOTSE_RASA_PORT", value)
    with pytest.raises(SetupProblem, match=f"KREISLOTSE_RASA_PORT={value} is not a port"):
        require_ports()


def test_make_run_stops_at_a_taken_port_before_any_work() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = subprocess.run(
            ["make", "run"],
            cwd=ROOT,
            env={**os.environ, "KREISLOTSE_PUBLIC_PORT": port},
            capture_output=True,
            text=True,
        )
    assert done.returncode != 0
    assert f"Port {port} (for citizens) is taken" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_small_disk_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**10, 8 * 10**9, 2 * 10**9))
    with pytest.raises(SetupProblem, match=r"Only 2\.0 GB are free"):
        require_disk()


def test_node_must_be_there_and_new_enough(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tree / "bin"))
    with pytest.raises(SetupProblem, match="was not found"):
        require_node()
    script(tree / "bin/npm", "")
    script(tree / "bin/node", "echo v18.20.0")
    with pytest.raises(SetupProblem, match=r"Node v18\.20\.0 is too old"):
        require_node()
    script(tree / "bin/node", "exit 1")
    with pytest.raises(SetupProblem, match="Node does not start"):
        require_node()
    script(tree / "bin/node", "echo v20.19.2")
    require_node()


# Debian packages

LACKING = Package("espeak-ng", "speaks", lambda: False)
PRESENT = Package("chromium", "draws", lambda: True)


def test_without_root_the_exact_line_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "is_root", lambda: False)
    monkeypatch.setattr(debian, "has_apt", lambda: True)
    with pytest.raises(SetupProblem) as caught:
        require([LACKING, PRESENT])
    assert caught.value.remedies == (
        "sudo apt-get update && sudo apt-get install -y --no-install-recommends espeak-ng",
    )
    require([PRESENT])


def test_away_from_debian_the_names_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "has_apt", lambda: False)
    assert line_to_type([LACKING]) == "Install what Debian calls espeak-ng"
    with pytest.raises(SetupProblem):
        require([LACKING])


def test_as_root_what_is_missing_is_installed(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tree / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(debian, "POLICY", tree / "policy-rc.d")
    calls = tree / "calls"
    script(
        tree / "bin/apt-get",
        f'echo "$DEBIAN_FRONTEND $*" >> {calls}; {tree}/policy-rc.d || echo $? >> {calls}',
    )
    debian.install([PRESENT])
    assert not calls.exists()
    debian.install([LACKING, PRESENT])
    assert calls.read_text().splitlines() == [
        "noninteractive update -q",
        "101",
        "noninteractive install -y -q --no-install-recommends espeak-ng",
        "101",
    ]
    assert not (tree / "policy-rc.d").exists()


def test_a_policy_of_the_machine_stays(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = script(tree / "policy-rc.d", "exit 0")
    monkeypatch.setattr(debian, "POLICY", policy)
    before = policy.read_text()
    with services_at_rest():
        assert policy.read_text() == before
    assert policy.read_text() == before


# Progress


def test_a_step_tells_its_beginning_and_its_end(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with step("Painting the shed", "a second") as doing:
        doing.run("echo", "green")
    said = capsys.readouterr().out
    assert re.fullmatch(
        r"==> Painting the shed: takes a second\n    done: Painting the shed, \d\.\d s\n", said
    )
    assert (tree / ".tools/log/painting-the-shed.log").read_text() == "green\n"


def test_a_failed_step_shows_what_was_said(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SetupProblem) as caught, step("Painting", "a second") as doing:
        doing.run("sh", "-c", "echo no paint; exit 3")
    assert "    | no paint\n" in capsys.readouterr().out
    assert "Painting: failed with exit status 3." in str(caught.value)
    assert ".tools/log/painting.log" in str(caught.value)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("npm error code ENOTFOUND", "could not be reached"),
        ("error: dns error", "could not be reached"),
        ("OSError: No space left on device", "the disk is full"),
    ],
)
def test_failures_that_the_reader_can_mend_are_named(tree: Path, said: str, told: str) -> None:
    with pytest.raises(SetupProblem, match=told), step("Fetching", "a second") as doing:
        doing.run("sh", "-c", f"echo '{said}'; exit 1")


def test_commands_do_not_inherit_another_environment(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", "/elsewhere")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    with step("Looking", "a second") as doing:
        doing.run("env")
    assert "/elsewhere" not in (tree / ".tools/log/looking.log").read_text()


def test_an_interrupted_set_up_leaves_no_command_behind(tree: Path) -> None:
    code = f"""
import pathlib, sys
from bot.setup import cli, progress
progress.ROOT, progress.LOGS = pathlib.Path({str(tree)!r}), pathlib.Path({str(tree)!r})
def long():
    with progress.step("Long", "ten minutes") as doing:
        doing.run("sh", "-c", "trap '' INT; echo $$ > {tree}/pid; exec sleep 600")
cli.STEPS["long"] = long
sys.exit(cli.main(["long"]))
"""
    process = subprocess.Popen(
        # as a terminal starts it: whoever runs the tests in the background ignores Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        args=[sys.executable, "-c", code],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    end = time.monotonic() + 10
    while not (tree / "pid").exists() or not (tree / "pid").read_text().strip():
        assert time.monotonic() < end
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=10)
    assert process.returncode == 130
    assert said == "\nStopped.\n"
    assert not Path(f"/proc/{(tree / 'pid').read_text().strip()}").exists()


def test_problems_come_out_as_words_with_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise SetupProblem("No paint.", "Buy some.")

    monkeypatch.setitem(STEPS, "paint", fail)
    previous = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
    try:
        assert main(["paint"]) == 1
    finally:
        for number, handler in zip((signal.SIGTERM, signal.SIGHUP), previous, strict=True):
            signal.signal(number, handler)
    assert capsys.readouterr().err == "\nNo paint.\n  -> Buy some.\n\n"


# The PBX for tests


def test_calls_through_a_pbx_are_left_out_where_there_can_be_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(debian, "is_root", lambda: False)
    assert main(["test-pbx"]) == 0
    assert capsys.readouterr().out == (
        "The tests with a real PBX are left out: it needs root, for a chroot.\n"
    )


def test_a_pbx_is_built_once_from_the_machines_own_mirror(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def run(doing: progress.Step, *words: str | Path, env: object = None) -> None:
        commands.append([str(word) for word in words])
        for name in ("usr/sbin/asterisk", "usr/bin/baresip", "etc/apt/apt.conf.d/x"):
            script(tree / "pbx" / name, "")

    script(tree / "bin/apt-get", 'echo "Debian Debian https://mirror.county.example/debian"')
    script(tree / "bin/apt-config", "echo 'Acquire::http::Proxy \"http://p:1\";'; echo 'Other 1;'")
    monkeypatch.setenv("PATH", f"{tree / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("KREISLOTSE_PBX", str(tree / "pbx"))
    monkeypatch.setattr(debian, "install", lambda packages: None)
    monkeypatch.setattr(progress.Step, "run", run)
    assert pbx.build() == tree / "pbx"
    assert "https://mirror.county.example/debian" in commands[0]
    adopted = (tree / "pbx/etc/apt/apt.conf.d/90machine").read_text()
    assert adopted == 'Acquire::http::Proxy "http://p:1";\n'
    commands.clear()
    assert pbx.build() == tree / "pbx"
    assert commands == []


def test_a_machine_without_a_debian_archive_is_told_so(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tree / "bin/apt-get", "echo Ubuntu Ubuntu http://archive.example/ubuntu")
    monkeypatch.setenv("PATH", f"{tree / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("KREISLOTSE_PBX", str(tree / "pbx"))
    monkeypatch.setattr(debian, "install", lambda packages: None)
    with pytest.raises(SetupProblem, match="knows no Debian archive"):
        pbx.build()
    assert not (tree / "pbx").exists()


def test_calls_through_a_pbx_are_not_collected_with_the_other_tests() -> None:
    environment = {k: v for k, v in os.environ.items() if k != "KREISLOTSE_PBX"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/pbx"],
        cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert "no tests collected" in done.stdout
