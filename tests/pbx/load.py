"""Many calls at once through the PBX: are frames late, and does the rest get the switchboard?

usage: KREISLOTSE_PBX=CHROOT python -m tests.pbx.load CALLS [SECONDS] [--real]        (root)

The stand-in takes `stand_in.LINES` calls; each plays a tone and is spoken to by sipp.  With --real
the phone line itself takes as many, with the tests' models and espeak-ng: callers hear its greeting
and ask a recorded question.
"""

import argparse
import asyncio
import contextlib
import os
import re
import struct
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx

from tests.bench.phone import QUESTIONS, response_totals, started
from tests.pbx.asterisk import Asterisk
from tests.pbx.processes import Program
from tests.pbx.scene import Gateway, Ports
from tests.pbx.sound import Sound, scheduled, spoken, to_bytes, tone, write_wav
from tests.pbx.stand_in import LINES
from tests.support.servers import free_port, free_ports
from tests.support.voice import recorded

SCENARIO = Path(__file__).parent / "caller.xml"
FRAME = 160
"""Samples, and in A-law bytes, of 20 ms."""

GREETED_S = 19
"""When a caller has heard the real phone line's greeting and may ask."""
FIGURES = ("frames", "frames_late", "frames_skipped", "frames_dropped", "underruns")


def pcap(alaw: bytes) -> bytes:
    """Sound as the packets that sipp sends: it takes their times and what is behind UDP's header.

    Formats: https://wiki.wireshark.org/Development/LibpcapFileFormat, RFC 3550 section 5.1.
    """
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1) + b"".join(_packets(alaw))


def _packets(alaw: bytes) -> Iterator[bytes]:
    for number in range(len(alaw) // FRAME):
        rtp = struct.pack(">BBHII", 0x80, 8, number & 0xFFFF, number * FRAME, 0x4B4C)
        rtp += alaw[number * FRAME : (number + 1) * FRAME]
        udp = struct.pack(">HHHH", 6_000, 6_000, 8 + len(rtp), 0)
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + len(rtp), 0, 0, 64, 17, 0, b"\x7f\0\0\1",
                         b"\x7f\0\0\1")  # fmt: skip
        packet = bytes(12) + b"\x08\0" + ip + udp + rtp
        seconds, micros = divmod(number * 20_000, 1_000_000)
        yield struct.pack("<IIII", seconds, micros, len(packet), len(packet)) + packet


@dataclass(frozen=True)
class Behind:
    """What takes the calls, and what callers say to it at which second."""

    http: int
    audio: int
    says: tuple[float, Sound]


@contextlib.asynccontextmanager
async def stand_in(folder: Path, seconds: int) -> AsyncIterator[Behind]:
    """See `tests.pbx.stand_in`."""
    says = folder / "says"
    says.mkdir()
    for rate in (8_000, 16_000):
        (says / f"tone-{rate}.raw").write_bytes(to_bytes(tone(440, seconds, rate)))
    ports = Ports()
    gateway = Gateway(folder, ports, says)
    try:
        await gateway.start("load")
        yield Behind(ports.http, ports.audio, (4, spoken("Guten Tag, eine Frage.")))
        admitted = [event["admission"] for event in gateway.of("announced")]
        print(f"answered {admitted.count('answer')}, full {admitted.count('full')}")
    finally:
        if gateway.program:
            await gateway.program.end()


@contextlib.asynccontextmanager
async def real_line(folder: Path) -> AsyncIterator[Behind]:
    """The phone line of a whole instance."""
    (folder / "instance").mkdir()
    with started(folder / "instance", None, KREISLOTSE_VOICE_CALLS=str(LINES)) as place:
        await place.warm()
        ports = place.stack.ports
        behind = Behind(
            ports["voice_http"], ports["voice"], (GREETED_S, recorded(QUESTIONS[0], "de"))
        )
        yield behind
        text = await metrics(behind)
        refused = _counted(text, "kreislotse_calls_refused_total")
        totals = response_totals(text)
        answers = totals.pop("count")
        print(
            f"refused {refused:.0f}, questions answered {answers:.0f}, seconds on average: "
            + ", ".join(f"{part} {spent / answers:.2f}" for part, spent in totals.items())
        )


def speech(chroot: Path, folder: Path, seconds: float, says: tuple[float, Sound]) -> Path:
    """A caller's speech as a pcap file, silence around it."""
    write_wav(folder / "caller.wav", scheduled(seconds, says))
    inside = f"/{folder.relative_to(chroot)}"
    words = ["chroot", chroot, "sox", f"{inside}/caller.wav", "-t", "al", f"{inside}/caller.al"]
    subprocess.run(words, check=True)
    path = folder / "caller.pcap"
    path.write_bytes(pcap((folder / "caller.al").read_bytes()))
    return path


async def metrics(behind: Behind) -> str:
    """What the gateway counts itself."""
    async with httpx.AsyncClient() as client:
        return (await client.get(f"http://127.0.0.1:{behind.http}/metrics")).text


def _counted(text: str, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", text, re.M)
    return float(found[1]) if found else 0.0


async def measure(chroot: Path, calls: int, seconds: int, real: bool) -> None:
    """Starts everything, makes the calls, prints the figures."""
    folder = Path(tempfile.mkdtemp(prefix="load-", dir=chroot / "tmp"))
    ports = Ports()
    pbx = Asterisk(chroot, folder, ports.sip, ports.person, free_ports(4 * calls + 8))
    async with real_line(folder) if real else stand_in(folder, seconds) as behind:
        where = {
            "GATEWAY_HTTP": f"http://127.0.0.1:{behind.http}",
            "GATEWAY_AUDIO": f"127.0.0.1:{behind.audio}",
        }
        try:
            await pbx.start(where)
            await call(chroot, folder, ports.sip, calls, seconds, behind)
        finally:
            await pbx.end()
        text = await metrics(behind)
        counted = {name: _counted(text, f"kreislotse_call_{name}_total") for name in FIGURES}
        print(f"calls {calls}, load {os.getloadavg()[0]:.1f}")
        for name, count in counted.items():
            print(f"{name:16} {count:8.0f}  {count / max(1, counted['frames']):7.3%}")


async def call(
    chroot: Path, folder: Path, port: int, calls: int, seconds: int, behind: Behind
) -> None:
    """Has sipp make the calls, five in a second."""
    sent = speech(chroot, folder, seconds, behind.says)
    inside = f"/{folder.relative_to(chroot)}"
    (folder / "caller.xml").write_text(SCENARIO.read_text().replace("SPEECH", sent.name))
    sip, media = free_port(), free_ports(4)[0]
    options = (
        f"-sf caller.xml -s 115 -i 127.0.0.1 -p {sip} -mp {media} -m {calls} -l {calls} -r 5"
        f" -d {seconds * 1000} -nostdin 127.0.0.1:{port}"
    )
    shell = f"cd {inside} && exec sipp {options}"
    await Program(["chroot", chroot, "sh", "-c", shell], folder / "sipp.log").run_to_end()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", type=int)
    parser.add_argument("seconds", type=int, nargs="?", default=20)
    parser.add_argument("--real", action="store_true")
    told = parser.parse_args()
    chroot = Path(os.environ["KREISLOTSE_PBX"])
    asyncio.run(measure(chroot, told.calls, told.seconds, told.real))
