"""The whole system as an operator runs it: `kreislotse up`, real Rasa, real ports."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from bot.settings import ROOT
from tests.support.servers import free_port

READY_S = 180
GATEWAY, RASA = "bot.cli", "bot.rasa.launcher"


@dataclass
class Stack:
    """One running instance on ports of its own."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = ("PUBLIC", "STAFF", "INTERNAL", "RASA", "VOICE", "VOICE_HTTP")
        self.ports = {name.lower(): free_port() for name in names}
        self.env = {
            **os.environ,
            **{f"KREISLOTSE_{name}_PORT": str(self.ports[name.lower()]) for name in names},
            "KREISLOTSE_ENV": "test",
            "KREISLOTSE_CLOCK": "2026-11-23T10:00:00+01:00",
            "KREISLOTSE_DATA_DIR": str(self.folder),
            "KREISLOTSE_NEW_CONVERSATIONS_PER_MINUTE": "0",
            "KREISLOTSE_MESSAGES_PER_MINUTE": "0",
            "KREISLOTSE_CODES_PER_MINUTE": "0",
            "KREISLOTSE_UP_PHONE": "0",
            # Rasa's start takes half a minute where others use the machine too
            "KREISLOTSE_TURN_DEADLINE_S": "120",
            **self.extra,
        }
        self.log = self.folder / "stack.log"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "up"],
                cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text("utf-8")[-3000:]
            try:
                with urllib.request.urlopen(self.url("internal") + "/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.1)
        raise AssertionError(f"not ready: {self.log.read_text('utf-8')[-3000:]}")

    def stop(self) -> int:
        """Ends everything as Ctrl-C does; the exit status."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(30)

    def url(self, listener: str) -> str:
        return f"http://127.0.0.1:{self.ports[listener]}"

    def child(self, module: str) -> psutil.Process:
        """The process that runs `module`; waits for one that is being restarted."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for process in psutil.Process(self.process.pid).children(recursive=True):
                try:
                    if module in process.cmdline():
                        return process
                except psutil.Error:
                    continue
            time.sleep(0.05)
        raise AssertionError(f"no process runs {module}")

    def add_caseworker(
        self, username: str, password: str, *offices: str, role: str = "caseworker"
    ) -> None:
        command = [sys.executable, "-m", "bot.cli", "staff", "add", username, "--role", role]
        command += [part for office in offices for part in ("--office", office)]
        subprocess.run(
            [*command, "--name", username.title(), "--password-stdin"],
            cwd=ROOT, env=self.env, input=password, text=True, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def call(
        self, method: str, path: str, body: object = None, token: str | None = None
    ) -> dict[str, Any]:
        """One call of the public API; raises URLError where nobody answers."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(
            f"{self.url('public')}/api/v1{path}", data, headers, method=method
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return dict(json.load(answer))
