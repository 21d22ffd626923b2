"""What the machine must offer before set-up or start make sense: disk, Node, free ports."""

import glob
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

from bot.setup.checkout import ROOT
from bot.setup.problems import SetupProblem

DISK_GB = 5
NODE = (20, 19)
NODE_WORDS = "Node 20.19 or newer"

PORTS = (
    ("KREISLOTSE_PUBLIC_PORT", 8080, "citizens"),
    ("KREISLOTSE_STAFF_PORT", 8081, "caseworkers"),
    ("KREISLOTSE_INTERNAL_PORT", 8082, "health and our own channels"),
    ("KREISLOTSE_VOICE_PORT", 9092, "the sound of phone calls"),
    ("KREISLOTSE_VOICE_HTTP_PORT", 8083, "the PBX's questions about calls"),
    ("KREISLOTSE_RASA_PORT", 5005, "Rasa"),
)


def require_disk() -> None:
    """Room for both environments and the downloads behind them."""
    free_gb = shutil.disk_usage(ROOT).free / 1e9
    if free_gb < DISK_GB:
        raise SetupProblem(
            f"Only {free_gb:.1f} GB are free on the disk of {ROOT}; the first set-up needs"
            f" {DISK_GB} GB, most of it for Rasa's environment.",
            "Free some space, or move the checkout to a larger disk.",
        )


def require_node() -> None:
    """Node builds the citizen's widget and the caseworker's console; nothing else needs it."""
    remedies = (
        "Debian 13 and later: apt-get install nodejs npm",
        f"Elsewhere: {NODE_WORDS}, with npm, from https://nodejs.org/en/download",
    )
    if not (shutil.which("node") and shutil.which("npm")):
        raise SetupProblem(
            f"{NODE_WORDS}, with npm, was not found; it builds the web pages.",
            *remedies,
        )
    answer = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    version = re.match(r"v(\d+)\.(\d+)\.", answer)
    if version is None or (int(version[1]), int(version[2])) < NODE:
        found = f"Node {answer} is too old" if version else "Node does not start"
        raise SetupProblem(f"{found}; it builds the web pages.", *remedies)


def require_ports() -> None:
    """All ports free; the setting that moves one, and who holds it, are named."""
    taken = [problem for port in PORTS if (problem := port_problem(*port))]
    if taken:
        raise SetupProblem("\n".join(what for what, _ in taken), *(how for _, how in taken))


def port_problem(setting: str, default: int, use: str) -> tuple[str, str] | None:
    """What is wrong with one port, and what to do."""
    value = os.environ.get(setting) or str(default)
    if not value.isdecimal() or not 0 <= int(value) <= 65_535:
        return f"{setting}={value} is not a port.", f"Set {setting} to a number below 65536."
    port = int(value)
    with socket.socket() as trial:
        # As servers do it: closed connections of an earlier run do not count as taken.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except PermissionError:
            return (
                f"Port {port} (for {use}) may only be opened by root.",
                f"Choose one above 1023: {setting}=8080",
            )
        except OSError:
            other = port + 10_000 if port < 50_000 else port - 10_000
            return (
                f"Port {port} (for {use}) is taken by {holder(port)}.",
                f"End that program, or choose another port: {setting}={other} make run",
            )
    return None


def holder(port: int) -> str:
    """Who listens on a port, as far as this account may see it."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table) as lines:
            for words in map(str.split, list(lines)[1:]):
                if words[3] == "0A" and int(words[1].rsplit(":", 1)[1], 16) == port:
                    inodes.add(f"socket:[{words[9]}]")
    for descriptor in glob.iglob("/proc/[0-9]*/fd/*"):
        try:
            if os.readlink(descriptor) in inodes:
                process = descriptor.split("/")[2]
                name = Path(f"/proc/{process}/comm").read_text().strip()
                return f"{name} (process {process})"
        except OSError:
            continue
    return "another program"
