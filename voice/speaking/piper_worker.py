"""A Piper process: `python -m voice.speaking.piper_worker START` speaks what comes on its input.

Piper is under the GPL-3.  It runs in this process only, and the rest of Kreislotse knows nothing
of it but the lines of `piper_protocol`.
"""

import json
import os
import sys
from pathlib import Path
from typing import BinaryIO

from onnxruntime import InferenceSession, SessionOptions
from piper import PiperConfig, PiperVoice, SynthesisConfig

from voice.speaking.piper_protocol import Answer, Ready, Request, Start


def load(path: Path, threads: int) -> PiperVoice:
    """A voice that computes on so many threads, and does not spin while it waits for work."""
    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    description = json.loads(path.with_name(f"{path.name}.json").read_bytes())
    return PiperVoice(session=session, config=PiperConfig.from_dict(description))


def speak(voice: PiperVoice, request: Request) -> tuple[Answer, bytes]:
    """The sound of one request; Piper's own pieces of it put together."""
    config = SynthesisConfig(length_scale=voice.config.length_scale * request.stretch)
    samples = b"".join(chunk.audio_int16_bytes for chunk in voice.synthesize(request.text, config))
    return Answer(rate=voice.config.sample_rate, size=len(samples)), samples


def serve(start: Start, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers until the input ends."""
    voices = {code: load(Path(path), start.threads) for code, path in start.voices.items()}
    answers.write(Ready(languages=sorted(voices)).encoded())
    answers.flush()
    for line in requests:
        request = Request.model_validate_json(line)
        try:
            answer, samples = speak(voices[request.language], request)
        except Exception as error:  # whatever a voice raises, the next sentence may work
            answer, samples = Answer(failure=type(error).__name__), b""
        answers.write(answer.encoded() + samples)
        answers.flush()


def main() -> None:
    """Serves on the standard streams, on which nobody else may write then."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(Start.model_validate_json(sys.argv[1]), sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
