"""The encoder that ships with the package, run by ONNX Runtime on one thread."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import onnxruntime

from wardlaw.facts.errors import ConfigError
from wardlaw.security.encoder import EncoderDescription, EncoderDetector
from wardlaw.security.learned import LinearDetector, Weights
from wardlaw.security.wordpiece import WordPiece

_DESCRIPTION, _NETWORK, _VOCABULARY = "injection-encoder.json", "injection-encoder.onnx", "injection-encoder.vocab.txt"
_QUIET = 3  # errors only


class OnnxRunner:
    """Runs a network of ONNX; holds it, and one thread's working memory.

    Args:
        network: Its file. From its bytes ONNX Runtime makes one copy more, which it keeps (34 of 69 MB, measured).

    Raises:
        ValueError: It is no network that this version of ONNX Runtime runs.
    """

    def __init__(self, network: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = _QUIET
        # An arena would keep the memory of the largest batch for ever.
        options.enable_cpu_mem_arena = False
        try:
            self._session = onnxruntime.InferenceSession(str(network), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise ValueError(f"ONNX Runtime cannot load it ({type(error).__name__})") from error

    def run(self, windows: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """Scores of windows, each by itself: values are rounded by the range of a batch, and what a text is given
        must not hang on what stands beside it."""
        found = np.empty((len(windows), 2), np.float32)
        for row, window in enumerate(windows):
            ids = np.array([window], np.int64)
            found[row] = self._session.run(None, {"ids": ids, "mask": np.ones_like(ids)})[0][0]
        return found


def load_encoder(weights: Weights, folder: Path | None = None) -> EncoderDetector:
    """The encoder together with the linear model it was weighed with; the one that ships unless a folder is named.

    Raises:
        ConfigError: A file is missing, was changed, or belongs to another linear model. Nothing may serve without it,
            since it would see less than the decisions recorded before.
    """
    place: Path | Traversable = folder or files("wardlaw.security").joinpath("weights")
    try:
        description = msgspec.json.decode(place.joinpath(_DESCRIPTION).read_bytes(), type=EncoderDescription)
        vocabulary = _whole(place.joinpath(_VOCABULARY).read_bytes(), description.vocabulary, "vocabulary")
        _belongs(description, weights)
        words = WordPiece(vocabulary.decode().split("\n"))
        with as_file(place.joinpath(_NETWORK)) as path:
            _whole(path.read_bytes(), description.network, "network")
            return EncoderDetector(description, words, OnnxRunner(path), LinearDetector(weights))
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise ConfigError(
            "WL-SEC-004",
            f"The encoder of the injection detector ({place}) cannot be used: {error}.",
            "Install Wardlaw anew, so that its files are those that were released.",
        ) from error


def _belongs(description: EncoderDescription, weights: Weights) -> None:
    if description.linear != weights.version:
        raise ValueError("it was weighed with another linear model")


def _whole(raw: bytes, digest: str, what: str) -> bytes:
    if hashlib.sha256(raw).hexdigest() != digest:
        raise ValueError(f"its {what} is not whole")
    return raw
