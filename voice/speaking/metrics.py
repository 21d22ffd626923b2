"""What operations can count of speaking; labels never carry content or persons."""

from prometheus_client import Counter, Histogram

SENTENCES = Counter(
    "kreislotse_speech_sentences_total",
    "Sentences spoken, by where their sound came from: cache, piper, espeak, nobody.",
    ["source"],
)
SECONDS = Histogram(
    "kreislotse_speech_synthesis_seconds",
    "From a sentence's turn to its sound, cached ones not counted.",
    buckets=(0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 5),
)
REPLACED = Counter("kreislotse_speech_processes_replaced_total", "Piper processes replaced.")
