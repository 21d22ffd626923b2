"""Ends a process whose event loop hangs, so that its callers reach a person.

Asterisk cannot tell a gateway that hangs from one that is silent: the caller's own sound keeps the
line alive, and she would hear nothing for minutes.  A connection that breaks it understands.
"""

import asyncio
import faulthandler

HANGS_S = 5.0
"""Much longer than any pause of a healthy loop, and about as long as a caller waits."""


async def watch(hangs_s: float = HANGS_S) -> None:
    """Works until it is cancelled; ends the process where the loop does not come by in time.

    The interpreter's own timer thread does it, which runs even while Python code does not; the
    places where the code hung go to standard error.
    """
    try:
        while True:
            faulthandler.dump_traceback_later(hangs_s, exit=True)
            await asyncio.sleep(hangs_s / 5)
    finally:
        faulthandler.cancel_dump_traceback_later()
