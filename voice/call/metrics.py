"""What operations can count of calls; labels never carry content or persons."""

from dataclasses import dataclass

from prometheus_client import Counter, Gauge, Histogram

ACTIVE = Gauge("kreislotse_calls_active", "Calls that are being served.")
REFUSED = Counter("kreislotse_calls_refused_total", "Calls that found all lines taken.")
OUTCOMES = Counter("kreislotse_calls_total", "Calls by how they ended.", ["outcome"])
REPROMPTS = Counter(
    "kreislotse_call_reprompts_total",
    "Times that a caller had to be asked again: silence, not_understood, not_recognised.",
    ["reason"],
)
RESPONSE = Histogram(
    "kreislotse_call_response_seconds",
    "From the end of speech to the first sound of the answer: whole, and its parts endpointing,"
    " recognition, bot, speech.",
    ["part"],
    buckets=(0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3.5, 5, 8, 15),
)


@dataclass
class Stopwatch:
    """One answer on its way, in seconds on the monotonic clock; 0 is not there yet."""

    speech_ended: float = 0.0
    endpointed: float = 0.0
    recognised: float = 0.0
    replied: float = 0.0

    def sounded(self, at: float) -> None:
        """The answer is heard; counts it, if it answers speech."""
        stations = (self.speech_ended, self.endpointed, self.recognised, self.replied, at)
        if 0.0 in stations[:4]:
            return
        RESPONSE.labels("whole").observe(at - self.speech_ended)
        parts = ("endpointing", "recognition", "bot", "speech")
        for part, begun, ended in zip(parts, stations, stations[1:], strict=False):
            RESPONSE.labels(part).observe(max(0.0, ended - begun))
        self.speech_ended = self.endpointed = self.recognised = self.replied = 0.0
