"""What operations can count of the line; labels never carry content or persons."""

from prometheus_client import Counter, Gauge

CONNECTIONS = Gauge("kreislotse_call_lines", "Calls whose sound is connected now.")
REFUSED = Counter(
    "kreislotse_call_lines_refused_total",
    "Connections of the PBX that were refused: silent, malformed, unknown, twice.",
    ["reason"],
)
FRAMES_IN = Counter(
    "kreislotse_call_frames_ignored_total",
    "Frames from the PBX that were ignored: malformed, unknown, other_rate, not_taken.",
    ["reason"],
)
FRAMES = Counter("kreislotse_call_frames_total", "Frames of sound that were due to a caller.")
LATE = Counter("kreislotse_call_frames_late_total", "Of these, those sent a frame's length late.")
SKIPPED = Counter(
    "kreislotse_call_frames_skipped_total", "Frames whose time had passed when we woke up."
)
DROPPED = Counter("kreislotse_call_frames_dropped_total", "Frames that the line did not take.")
UNDERRUNS = Counter(
    "kreislotse_call_underruns_total", "Times that a caller heard silence within an answer."
)
