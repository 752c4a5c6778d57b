"""The trained encoder as a network of ONNX with weights of 8 bits."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from tools.train_injection.encoder import Encoder

_OPSET = 17


def export(model: Path, output: Path) -> bytes:
    """The network of the run without anything left out.

    Args:
        model: Folder of the pretrained model, for its shape.
        output: Folder with ``encoder-none.pt``.
    """
    encoder = Encoder(model)
    encoder.load_state_dict(torch.load(output / "encoder-none.pt", weights_only=True))
    encoder.eval()
    example = torch.ones(2, 16, dtype=torch.long)
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
        torch.onnx.export(
            encoder,
            (example, example),
            str(whole),
            input_names=["ids", "mask"],
            output_names=["scores"],
            dynamic_axes={"ids": {0: "texts", 1: "pieces"}, "mask": {0: "texts", 1: "pieces"}, "scores": {0: "texts"}},
            opset_version=_OPSET,
            dynamo=False,
        )
        quantize_dynamic(whole, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=False)
        return small.read_bytes()
