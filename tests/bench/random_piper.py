"""A Piper voice of quality "medium" with random weights: it costs what a real one costs.

Run by the Python of its own environment, which has torch: `python random_piper.py OUT.onnx`.  The
network is Piper's own (VITS), with the sizes of its medium voices.
"""

import json
import sys
import types
from pathlib import Path

import torch

_MEDIUM = {
    "inter_channels": 192, "hidden_channels": 192, "filter_channels": 768, "n_heads": 2,
    "n_layers": 6, "kernel_size": 3, "p_dropout": 0.1, "resblock": "2",
    "resblock_kernel_sizes": (3, 5, 7), "resblock_dilation_sizes": ((1, 2), (2, 6), (3, 12)),
    "upsample_rates": (8, 8, 4), "upsample_initial_channel": 256,
    "upsample_kernel_sizes": (16, 16, 8), "n_speakers": 1, "gin_channels": 0, "use_sdp": True,
}  # fmt: skip
_SYMBOLS, _PHONEMES = 256, 50
_RATE = 22050


def main() -> None:
    """Writes the network and the description beside it."""
    # only training needs the compiled alignment, and it is not in the wheel
    aligned = types.ModuleType("piper.train.vits.monotonic_align")
    aligned.maximum_path = None  # type: ignore[attr-defined]
    sys.modules[aligned.__name__] = aligned
    from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP
    from piper.train.vits.models import SynthesizerTrn

    torch.manual_seed(7)
    network = SynthesizerTrn(n_vocab=_SYMBOLS, spec_channels=513, segment_size=32, **_MEDIUM)
    network.eval()
    with torch.no_grad():
        network.dec.remove_weight_norm()

    def speak(
        text: torch.Tensor, lengths: torch.Tensor, scales: torch.Tensor, sid: None = None
    ) -> torch.Tensor:
        return network.infer(
            text, lengths, noise_scale=scales[0], length_scale=scales[1], noise_scale_w=scales[2]
        )[0].unsqueeze(1)

    network.forward = speak
    out = Path(sys.argv[1])
    example = torch.randint(0, _SYMBOLS, (1, _PHONEMES)), torch.LongTensor([_PHONEMES])
    torch.onnx.export(
        network, (*example, torch.FloatTensor([0.667, 1.0, 0.8]), None), str(out),
        opset_version=15, dynamo=False,
        input_names=["input", "input_lengths", "scales", "sid"], output_names=["output"],
        dynamic_axes={
            "input": {0: "batch", 1: "phonemes"}, "input_lengths": {0: "batch"},
            "output": {0: "batch", 2: "time"},
        },
    )  # fmt: skip
    description = {
        "audio": {"sample_rate": _RATE, "quality": "medium"}, "espeak": {"voice": "de"},
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_type": "espeak", "phoneme_map": {}, "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": _SYMBOLS, "num_speakers": 1, "speaker_id_map": {},
        "piper_version": "1.0.0", "language": {"code": "de_DE"},
    }  # fmt: skip
    out.with_suffix(".onnx.json").write_text(json.dumps(description), "utf-8")


if __name__ == "__main__":
    main()
