"""Asterisk in its chroot with the configuration of `docker/asterisk`, moved to free ports."""

import asyncio
import re
import shutil
from pathlib import Path

from tests.pbx.processes import Program

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "docker/asterisk"

START_S = 20.0


class Asterisk:
    """The county's PBX, one for all calls of a run.

    Args:
        chroot: Where it is installed.
        folder: A folder of this run within the chroot.
        sip_port: Where it takes calls, from and to the trunk.
        person_port: Where the telephones of the county's people are.
        rtp: Ports for sound.
    """

    def __init__(self, chroot: Path, folder: Path, sip_port: int, person_port: int, rtp: range):
        self.chroot, self.folder = chroot, folder
        self.sip_port, self.person_port, self._rtp = sip_port, person_port, rtp
        self.etc = folder / "etc"
        program = ["chroot", chroot, "asterisk", "-f", "-C", self._inside("etc/asterisk.conf")]
        self.program = Program(program, folder / "asterisk.log")

    async def start(self, settings: dict[str, str]) -> None:
        """Installs the shipped files, changes what a county would change, and starts."""
        shutil.copytree(SHIPPED / "etc", self.etc)
        for name in ("run", "log", "spool", "db"):
            (self.folder / name).mkdir()
        self._write_directories()
        self._write_globals(settings)
        self._write_trunk()
        await self.program.start()
        async with asyncio.timeout(START_S):
            while "fully booted" not in await self.cli("core waitfullybooted"):
                assert self.program.runs, self.program.log
                await asyncio.sleep(0.1)

    async def set(self, name: str, value: str) -> None:
        """Changes one of the settings of `globals.conf`."""
        await self.cli(f"dialplan set global {name} {value}")

    async def channels(self) -> int:
        """How many channels there are."""
        told = await self.cli("core show channels count")
        found = re.search(r"(\d+) active channels?", told)
        assert found, told
        return int(found[1])

    async def cli(self, command: str) -> str:
        """What Asterisk's command line answers."""
        words = ["chroot", self.chroot, "asterisk", "-C", self._inside("etc/asterisk.conf")]
        asked = await asyncio.create_subprocess_exec(
            *map(str, words), "-rx", command, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        return (await asked.communicate())[0].decode()

    async def end(self) -> None:
        await self.program.end()

    def _inside(self, name: str) -> str:
        return f"/{(self.folder / name).relative_to(self.chroot)}"

    def _write_directories(self) -> None:
        places = {
            "astetcdir": "etc", "astrundir": "run", "astlogdir": "log", "astspooldir": "spool",
            "astdbdir": "db", "astkeydir": "db", "astvarlibdir": "db",
        }  # fmt: skip
        lines = [f"{name} => {self._inside(place)}" for name, place in places.items()]
        modules = next((self.chroot / "usr/lib").glob("*/asterisk/modules"))
        lines.append(f"astmoddir => /{modules.relative_to(self.chroot)}")
        lines.append("astdatadir => /usr/share/asterisk")
        (self.etc / "asterisk.conf").write_text("[directories]\n" + "\n".join(lines) + "\n")

    def _write_globals(self, settings: dict[str, str]) -> None:
        path = self.etc / "globals.conf"
        text = path.read_text()
        for name, value in settings.items():
            text, changed = re.subn(rf"^{name}=.*$", f"{name}={value}", text, flags=re.M)
            assert changed == 1, f"globals.conf knows no {name}"
        path.write_text(text)

    def _write_trunk(self) -> None:
        """The county's PBX is this machine: callers and people are on its loopback."""
        text = (self.etc / "pjsip_county.conf").read_text()
        for shipped, ours in (
            ("bind=127.0.0.1:5060", f"bind=127.0.0.1:{self.sip_port}"),
            ("contact=sip:192.0.2.20:5060", f"contact=sip:127.0.0.1:{self.person_port}"),
            ("match=192.0.2.20", "match=127.0.0.1"),
            ("qualify_frequency=30", "qualify_frequency=0"),  # there is nobody between tests
        ):
            assert shipped in text, shipped
            text = text.replace(shipped, ours)
        (self.etc / "pjsip_county.conf").write_text(text)
        ports = f"[general]\nrtpstart={self._rtp.start}\nrtpend={self._rtp.stop - 1}\n"
        (self.etc / "rtp.conf").write_text(ports)


async def make_announcements(chroot: Path, folder: Path) -> Path:
    """Has the shipped script speak the shipped announcements; the folder that they lie in."""
    shutil.copytree(SHIPPED, folder / "shipped")
    inside = Path("/") / folder.relative_to(chroot)
    script = Program(
        ["chroot", chroot, inside / "shipped/make-announcements", inside / "announcements"],
        folder / "announcements.log",
    )
    await script.run_to_end()
    return folder / "announcements"
