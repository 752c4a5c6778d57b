from __future__ import annotations

import pytest

from wardlaw.adapters.weights import load_weights
from wardlaw.facts.errors import ConfigError


def test_the_weights_that_ship_are_whole_and_small(tmp_path):
    weights = load_weights()
    assert len(weights.prompt) == len(weights.data) == 1 << weights.description.bits
    assert weights.prompt.nbytes + weights.data.nbytes <= 4 << 20
    for head in (weights.description.prompt, weights.description.data):
        assert head.review < head.block
        assert list(head.scale) == sorted(head.scale)
        assert head.scale[2:4] == (head.review, head.block)


def test_missing_or_changed_weights_are_one_clear_error(tmp_path):
    for content in (None, b"", b"garbage" * 100):
        path = tmp_path / "weights.bin"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ConfigError, match=r"weights\.bin") as caught:
            load_weights(path)
        assert caught.value.code == "WL-SEC-003"
