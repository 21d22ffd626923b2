"""Many calls at once through the PBX: are frames late, and does the rest get the switchboard?

usage: KREISLOTSE_PBX=CHROOT python -m tests.pbx.load CALLS [SECONDS]        (root)

The stand-in takes `stand_in.LINES` calls; each plays a tone and is spoken to by sipp.
"""

import asyncio
import os
import re
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx

from tests.pbx.asterisk import Asterisk
from tests.pbx.processes import Program
from tests.pbx.scene import Gateway, Ports, free_ports
from tests.pbx.sound import scheduled, spoken, to_bytes, tone, write_wav

SCENARIO = Path(__file__).parent / "caller.xml"
FRAME = 160
"""Samples, and in A-law bytes, of 20 ms."""

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


def speech(chroot: Path, folder: Path, seconds: float) -> Path:
    """A caller's speech as a pcap file, silence around it."""
    write_wav(folder / "caller.wav", scheduled(seconds, (4, spoken("Guten Tag, eine Frage."))))
    inside = f"/{folder.relative_to(chroot)}"
    words = ["chroot", chroot, "sox", f"{inside}/caller.wav", "-t", "al", f"{inside}/caller.al"]
    subprocess.run(words, check=True)
    path = folder / "caller.pcap"
    path.write_bytes(pcap((folder / "caller.al").read_bytes()))
    return path


async def figures(ports: Ports) -> dict[str, float]:
    """The gateway's own counts."""
    async with httpx.AsyncClient() as client:
        text = (await client.get(f"http://127.0.0.1:{ports.http}/metrics")).text
    found = {
        name: re.search(rf"^kreislotse_call_{name}_total (\S+)$", text, re.M) for name in FIGURES
    }
    return {name: float(match[1]) for name, match in found.items() if match}


async def measure(chroot: Path, calls: int, seconds: int) -> None:
    """Starts everything, makes the calls, prints the figures."""
    folder = Path(tempfile.mkdtemp(prefix="load-", dir=chroot / "tmp"))
    says = folder / "says"
    says.mkdir()
    for rate in (8_000, 16_000):
        (says / f"tone-{rate}.raw").write_bytes(to_bytes(tone(440, seconds, rate)))
    ports = Ports()
    pbx = Asterisk(chroot, folder, ports.sip, ports.person, free_ports(4 * calls + 8))
    gateway = Gateway(folder, ports, says)
    where = {
        "GATEWAY_HTTP": f"http://127.0.0.1:{ports.http}",
        "GATEWAY_AUDIO": f"127.0.0.1:{ports.audio}",
    }
    try:
        await pbx.start(where)
        await gateway.start("load")
        sent = speech(chroot, folder, seconds)
        inside = f"/{folder.relative_to(chroot)}"
        (folder / "caller.xml").write_text(SCENARIO.read_text().replace("SPEECH", sent.name))
        sip, media = free_ports()[0], free_ports(4)[0]
        options = (
            f"-sf caller.xml -s 115 -i 127.0.0.1 -p {sip} -mp {media} -m {calls} -l {calls} -r 5"
            f" -d {seconds * 1000} -nostdin 127.0.0.1:{ports.sip}"
        )
        shell = f"cd {inside} && exec sipp {options}"
        sipp = Program(["chroot", chroot, "sh", "-c", shell], folder / "sipp.log")
        await sipp.run_to_end()
        counted = await figures(ports)
        admitted = [event["admission"] for event in gateway.of("announced")]
        print(f"calls {calls}, answered {admitted.count('answer')}, full {admitted.count('full')}")
        for name, count in counted.items():
            print(f"{name:16} {count:8.0f}  {count / max(1, counted['frames']):7.3%}")
    finally:
        if gateway.program:
            await gateway.program.end()
        await pbx.end()


if __name__ == "__main__":
    asyncio.run(
        measure(
            Path(os.environ["KREISLOTSE_PBX"]),
            int(sys.argv[1]),
            int(sys.argv[2]) if len(sys.argv) > 2 else 20,
        )
    )
