from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from bench.watched import INSPECT, Sample, Watch, read_samples

from wardlaw.facts.exchange import Channel, Segment
from wardlaw.gateway.inspection import Inspection
from wardlaw.testing.worker import inspector


def test_samples_are_read_from_where_the_last_ended(tmp_path: Path) -> None:
    path = tmp_path / "samples"
    assert read_samples(path) == ([], 0)
    path.write_text("loop 12.5 0\nwindow 3.0 128\ninsp")
    first, end = read_samples(path)
    assert first == [Sample("loop", 12.5, 0), Sample("window", 3.0, 128)]
    path.write_text("loop 12.5 0\nwindow 3.0 128\ninspect 7.0 9\n")
    assert read_samples(path, start=end)[0] == [Sample("inspect", 7.0, 9)]


def test_a_watched_inspection_finds_the_same_and_writes_how_long_it_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for owner, name in ((Inspection, "inspect"),):
        monkeypatch.setattr(owner, name, getattr(owner, name))  # put back at the end
    monkeypatch.setattr("bench.watched.OnnxRunner.run", None)
    monkeypatch.setattr("bench.watched.Runtime.open", None)
    segments = [Segment(0, Channel.USER, "", "mail to ann@example.org")]
    plain = Inspection(inspector()).inspect(segments)
    file = os.open(tmp_path / "samples", os.O_WRONLY | os.O_CREAT)
    watch = Watch(file)
    watch.install()
    assert Inspection(inspector()).inspect(iter(segments)) == plain
    watch.note("window", time.perf_counter_ns(), 5)
    os.close(file)
    (inspected, window), _ = read_samples(tmp_path / "samples")
    assert (inspected.kind, inspected.size) == (INSPECT, len(segments[0].text))
    assert (window.kind, window.size) == ("window", 5)
