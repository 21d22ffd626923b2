"""Real PostgreSQL and Redis servers on loopback, started for the tests and gone with them."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar


def free_ports(count: int = 1) -> range:
    """Ports in a row that are free now, for UDP and TCP; the first is even.

    They are below those from which the kernel takes a connection's own port, which would be
    taken by the time that somebody listens.
    """
    while True:
        first = random.randrange(12_000, 32_000 - count, 2)
        with contextlib.ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                        probe = stack.enter_context(socket.socket(socket.AF_INET, kind))
                        probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return range(first, first + count)


def free_port() -> int:
    """One of these."""
    return free_ports()[0]


class PostgresServer:
    """A fresh cluster on a port of its own, which can be killed and started again."""

    def __init__(self) -> None:
        binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        assert binaries, "PostgreSQL is not installed: apt-get install postgresql"
        self._binaries = binaries[-1]
        self._folder = Path(tempfile.mkdtemp(prefix="kreislotse-pg-"))
        self._as_user: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self._folder, "postgres", "postgres")
            self._as_user = ["runuser", "-u", "postgres", "--"]
        self._port, self._data = free_port(), self._folder / "data"
        self.url = f"postgresql+asyncpg://kreislotse@127.0.0.1:{self._port}"
        """The server's address without a database's name."""
        self._run("initdb", "-U", "kreislotse", "-A", "trust", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        self._server = subprocess.Popen(
            [*self._as_user, str(self._binaries / "postgres"), "-D", str(self._data),
             "-p", str(self._port), "-k", str(self._folder),
             "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
        _wait_for(self._port, self._server)
        deadline = time.monotonic() + 30
        while not self._is_ready():  # it listens before it lets anybody in
            assert time.monotonic() < deadline, "PostgreSQL does not become ready"
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        command = [
            str(self._binaries / "pg_isready"),
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            str(self._port),
        ]
        return subprocess.run(command, check=False, cwd="/").returncode == 0

    def kill(self) -> None:
        """Stops it at once, so that it has to recover from its log."""
        pid = int((self._data / "postmaster.pid").read_text().split("\n")[0])
        os.kill(pid, signal.SIGQUIT)
        self._server.wait(20)

    def end(self) -> None:
        self._server.terminate()
        self._server.wait(20)
        shutil.rmtree(self._folder, ignore_errors=True)

    def create(self, database: str) -> str:
        """Makes an empty database; its address."""
        self._run_client("createdb", database)
        return f"{self.url}/{database}"

    def _run(self, program: str, *words: str) -> None:
        command = [*self._as_user, str(self._binaries / program), "-D", str(self._data), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def _run_client(self, program: str, *words: str) -> None:
        where = ["-h", "127.0.0.1", "-p", str(self._port), "-U", "kreislotse"]
        subprocess.run([str(self._binaries / program), *where, *words], check=True, cwd="/")


class RedisServer:
    """A Redis that keeps nothing on disk, which can be killed and started again."""

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._server = subprocess.Popen(
            ["redis-server", "--port", str(self._port), "--bind", "127.0.0.1", "--save", ""],
            stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir(),
        )  # fmt: skip
        _wait_for(self._port, self._server)

    def kill(self) -> None:
        self._server.kill()
        self._server.wait(10)

    def end(self) -> None:
        self._server.terminate()
        self._server.wait(10)


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A fresh cluster; yields the address of its server without a database's name."""
    with running(PostgresServer()) as server:
        yield server.url


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A Redis that keeps nothing on disk; yields its address."""
    with running(RedisServer()) as server:
        yield server.url


S = TypeVar("S", PostgresServer, RedisServer)


@contextlib.contextmanager
def running(server: S) -> Iterator[S]:
    """The server, started, and ended with the block."""
    try:
        server.start()
        yield server
    finally:
        server.end()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert server.poll() is None, f"the server ended with {server.returncode}"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on port {port}")
