"""Whisper models of the official shapes with random weights: they cost what real ones cost.

They recognise nothing.  Sizes are those of OpenAI's model table
(https://github.com/openai/whisper/blob/main/model-card.md); the tokenizer is the fixture's, which
has the official layout of 51,865 tokens.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import numpy.typing as npt
from ctranslate2.specs.whisper_spec import WhisperSpec

_FRAMES, _TEXT, _MELS = 1500, 448, 80
_SEED = 7


@dataclass(frozen=True)
class Shape:
    """Width, layers of encoder and of decoder each, and attention heads."""

    name: str
    width: int
    layers: int
    heads: int


SHAPES = (
    Shape("tiny", 384, 4, 6),
    Shape("base", 512, 6, 8),
    Shape("small", 768, 12, 12),
)


def write(shape: Shape, fixture: Path, folder: Path) -> Path:
    """Writes the model as int8 into `folder`, beside copies of the fixture's tokenizer files."""
    tokens = json.loads((fixture / "vocabulary.json").read_text("utf-8"))
    spec = WhisperSpec(shape.layers, shape.heads, shape.layers, shape.heads)
    _fill(spec, shape, len(tokens))
    config = json.loads((fixture / "config.json").read_text("utf-8"))
    for name in ("suppress_ids", "suppress_ids_begin", "lang_ids", "alignment_heads"):
        setattr(spec.config, name, config[name])
    spec.register_vocabulary(tokens)
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    for name in ("tokenizer.json", "preprocessor_config.json"):
        if (fixture / name).exists():
            shutil.copy(fixture / name, folder / name)
    assert ctranslate2.contains_model(str(folder))
    return folder


def _fill(spec: WhisperSpec, shape: Shape, vocabulary: int) -> None:
    rng, width = np.random.default_rng(_SEED), shape.width

    def random(*size: int) -> npt.NDArray[np.float32]:
        return rng.normal(0, 0.02, size).astype(np.float32)

    def linear(layer: Any, outputs: int, inputs: int) -> None:
        layer.weight, layer.bias = random(outputs, inputs), random(outputs)

    def norm(layer: Any) -> None:
        layer.gamma = np.ones(width, np.float32)
        layer.beta = np.zeros(width, np.float32)

    def attention(layer: Any, sizes: tuple[int, ...]) -> None:
        norm(layer.layer_norm)
        for one, size in zip(layer.linear, sizes, strict=True):
            linear(one, size, width)

    def feed_forward(layer: Any) -> None:
        norm(layer.layer_norm)
        linear(layer.linear_0, 4 * width, width)
        linear(layer.linear_1, width, 4 * width)

    encoder, decoder = spec.encoder, spec.decoder
    encoder.conv1.weight, encoder.conv1.bias = random(width, _MELS, 3), random(width)
    encoder.conv2.weight, encoder.conv2.bias = random(width, width, 3), random(width)
    encoder.position_encodings.encodings = random(_FRAMES, width)
    norm(encoder.layer_norm)
    for layer in encoder.layer:
        attention(layer.self_attention, (3 * width, width))
        feed_forward(layer.ffn)
    decoder.embeddings.weight = random(vocabulary, width)
    decoder.projection.weight = decoder.embeddings.weight
    decoder.position_encodings.encodings = random(_TEXT, width)
    norm(decoder.layer_norm)
    for layer in decoder.layer:
        attention(layer.self_attention, (3 * width, width))
        attention(layer.attention, (width, 2 * width, width))
        feed_forward(layer.ffn)
