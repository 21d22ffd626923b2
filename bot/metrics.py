"""What operations can count; labels never carry content or persons."""

from prometheus_client import Counter, Gauge, Histogram

TURNS = Counter("kreislotse_turns_total", "Turns of the bot by what was decided.", ["decision"])
TURN_SECONDS = Histogram(
    "kreislotse_turn_seconds",
    "From taking up a message to its stored reply.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
WAITING = Gauge("kreislotse_handovers_waiting", "Handovers that wait for a person.", ["office"])
REQUESTS = Counter("kreislotse_requests_total", "HTTP requests.", ["listener", "status"])
NOTICES = Counter(
    "kreislotse_notices_total",
    "Attempts to tell somebody outside of a case: delivered, failed, given_up.",
    ["way", "result"],
)
MEMOS = Counter(
    "kreislotse_memos_total",
    "What callers had written down: code (made), opened, mail (asked for), delivered, failed,"
    " given_up.",
    ["what"],
)
