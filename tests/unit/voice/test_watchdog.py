"""A hung event loop ends its process; a busy one does not."""

import subprocess
import sys

import pytest

CODE = """
import asyncio, time
from voice.telephony.watchdog import watch

async def main():
    watching = asyncio.create_task(watch(4.0))
    await asyncio.sleep(0)
    time.sleep({hangs_s})
    await asyncio.sleep(0.3)
    watching.cancel()
    await asyncio.sleep(0)
    time.sleep(5)  # nobody watches any more
    print("alive")

asyncio.run(main())
"""


@pytest.mark.parametrize(("hangs_s", "alive"), [(0.5, True), (30, False)])
def test_a_loop_that_hangs_ends_its_process(hangs_s: float, alive: bool) -> None:
    code = CODE.format(hangs_s=hangs_s)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout == "alive\n") == alive
    assert (done.returncode == 0) == alive
    assert ("in main" in done.stderr) == (not alive)
