"""What we and a Piper process write to each other: a line of JSON, then its sound.

    us → request line
    it → answer line, and as many bytes of 16-bit samples as the line says

One request is answered before the next is written.
"""

from pydantic import BaseModel, ConfigDict


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def encoded(self) -> bytes:
        """The line, its end included."""
        return self.model_dump_json().encode() + b"\n"


class Request(_Line):
    """A sentence to speak."""

    text: str
    language: str
    stretch: float
    """How many times as long as the voice speaks by itself."""


class Answer(_Line):
    """What follows: `size` bytes at `rate`; or why nothing does."""

    rate: int = 0
    size: int = 0
    failure: str = ""
    """The class of the error, which never holds the text."""


class Ready(_Line):
    """The first line: the voices are loaded."""

    languages: list[str]


class Start(_Line):
    """What a process is started with, as its one argument."""

    voices: dict[str, str]
    """Language to the path of the ONNX file."""
    threads: int
