"""Time as the instance sees it; tests may start it at a moment of their choice."""

import datetime as dt
import time


class Clock:
    """Tells the time in UTC; runs on from `start`, where one is given."""

    def __init__(self, start: dt.datetime | None = None) -> None:
        self._start = start
        self._begun = time.monotonic()

    def now(self) -> dt.datetime:
        """The present moment, aware, in UTC."""
        if self._start is None:
            return dt.datetime.now(dt.UTC)
        passed = dt.timedelta(seconds=time.monotonic() - self._begun)
        return (self._start + passed).astimezone(dt.UTC)
