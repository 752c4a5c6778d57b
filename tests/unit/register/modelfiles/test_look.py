"""The corpus of attacks, plain files, and whatever bytes there are: nothing runs, nothing raises, nothing evil passes."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import struct
import zipfile
import zlib
from collections import Counter, OrderedDict, defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.modelcorpus.attacks import attacks
from tools.modelcorpus.writing import Raw, call, name, pack, pickled, safetensors, tarred, zipped

from wardlaw.register.checks import CheckOutcome
from wardlaw.register.modelfiles.allowed import Allowed, Use
from wardlaw.register.modelfiles.judging import FileLooked, model_file_check, model_file_sarif
from wardlaw.register.modelfiles.look import look
from wardlaw.register.modelfiles.seen import Limits, Rule, StopLooking
from wardlaw.register.modelfiles.source import BytesSource, PartSource, Tape, chunks
from wardlaw.register.modelfiles.templates import template_wrong

COVERS = (
    "allowed", "configs", "dtypes", "graphs", "judging", "kinds", "look", "machine", "pickles", "protobuf", "seen", "source",
    "templates", "texts", "values", "weights", "zips",
)  # fmt: skip
MARKER = "wardlaw-corpus-marker"
CORPUS = attacks(MARKER)


def looked(content: bytes, path: str = "model.bin", **rest: Any) -> tuple[CheckOutcome, set[Rule]]:
    found = look(BytesSource(content), path, **rest)
    return found.outcome, {one.rule for one in found.seen}


def test_there_are_enough_attacks() -> None:
    assert len(CORPUS) >= 60


@pytest.mark.parametrize("path", sorted(CORPUS))
def test_no_attack_passes_and_none_runs(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome, _ = looked(CORPUS[path], path)
    waits = path in ("zip-locked.pt", "remote/config.json")  # nobody can say what they hold
    assert outcome is (CheckOutcome.REVIEW if waits else CheckOutcome.FAIL)
    assert not (tmp_path / MARKER).exists()


@pytest.mark.parametrize("path", ["torch.pt", "zlib.joblib", "npy-objects.npy", "tar.nemo", "xz.joblib"])
def test_a_name_decides_nothing(path: str) -> None:
    for other in ("README.md", "weights.safetensors", "x.txt", "variables/variables.index", ""):
        assert looked(CORPUS[path], other)[0] is CheckOutcome.FAIL


PLAIN = {
    "values": {"a": [1, 2.5, None, True], "b": ("x", b"y"), "c": {1, 2}, "d": frozenset("ab"), "e": 10**40},
    "standard": [OrderedDict(a=1), defaultdict(int, b=2), Counter("aab"), datetime.now(UTC), Decimal("1.5"), range(3)],
    "numpy": [np.arange(6.0).reshape(2, 3), np.float32(2), np.array(["a", None], dtype=object), np.dtype("f8,U3")],
    "long": ["x" * 100_000, b"y" * 100_000, "z"],
}


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("which", sorted(PLAIN))
def test_plain_values_pass_in_every_protocol_and_packing(which: str, protocol: int) -> None:
    content = pickle.dumps(PLAIN[which], protocol)
    assert looked(content)[0] is CheckOutcome.PASS
    for packed in (gzip.compress(content), zlib.compress(content), bz2.compress(content), lzma.compress(content)):
        assert looked(packed)[0] is CheckOutcome.PASS
    assert looked(zipped({"a/data.pkl": content}, deflate=True))[0] is CheckOutcome.PASS
    assert looked(tarred({"model": content}))[0] is CheckOutcome.PASS


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5) | st.tuples(inner, inner),
    max_leaves=20,
)


@given(values, st.integers(0, 5))
@settings(max_examples=150, deadline=None)
def test_any_plain_value_passes(value: Any, protocol: int) -> None:
    assert looked(pickle.dumps(value, protocol))[0] is CheckOutcome.PASS


@given(values, st.integers(0, 5), st.integers(0, 5))
@settings(max_examples=100, deadline=None)
def test_an_import_beside_any_value_is_found(value: Any, protocol: int, depth: int) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return (print, ("never",))

    inside: Any = Evil()
    for _ in range(depth):
        inside = [inside, {"x": inside}]
    assert looked(pickle.dumps([value, inside], protocol))[0] is CheckOutcome.FAIL


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"\x80\x04", b"PK\x03\x04", b"GGUF\3\0\0\0", b"\x93NUMPY\1\0", b"\x1f\x8b", b"{"]),
)
@settings(max_examples=400, deadline=None)
def test_whatever_bytes_there_are_nothing_raises(content: bytes, head: bytes) -> None:
    look(BytesSource(head + content), "x")


@given(st.sampled_from(sorted(CORPUS)), st.integers(0, 4_000), st.integers(0, 255))
@settings(max_examples=200, deadline=None)
def test_no_changed_attack_raises(path: str, place: int, value: int) -> None:
    content = bytearray(CORPUS[path][:100_000])
    content[place % len(content)] = value
    look(BytesSource(bytes(content)), path)


def test_the_company_allows_its_own_classes_and_nothing_beside() -> None:
    content = pickled(name("ourcompany.models", "Ranker") + b")\x81" + pack({"w": 1}) + b"b")
    assert looked(content)[0] is CheckOutcome.FAIL
    ours = Allowed(frozenset({"ourcompany.models.Ranker"}))
    assert looked(content, allowed=ours)[0] is CheckOutcome.PASS
    assert ours.use("ourcompany.models", "Ranker.x") is Use.NOTHING
    assert ours.use("numpy", "log1p") is Use.NAME


def test_a_name_may_be_referred_to_and_not_called() -> None:
    assert looked(pickled(pack({"func": Raw(name("numpy", "log1p"))})))[0] is CheckOutcome.PASS
    assert looked(pickled(call("numpy", "log1p", 1)))[1] == {Rule.CALL}


def test_bounds_end_the_looking() -> None:
    assert looked(zipped({str(one): b"x" for one in range(30)}), limits=Limits(entries=10))[1] == {Rule.BOMB}
    small = Limits(ratio_from_bytes=1_000, ratio=10)
    assert looked(zlib.compress(b"\0" * 100_000), limits=small)[1] == {Rule.BOMB}
    assert looked(gzip.compress(bytes(range(256)) * 10), limits=Limits(held_bytes=100))[0] is CheckOutcome.REVIEW
    assert Rule.BOMB in looked(pickle.dumps(list(range(100))), limits=Limits(opcodes=50))[1]


def test_what_is_behind_or_unknown_waits_for_a_person() -> None:
    assert looked(pickle.dumps([1]) + b"\xff\xff") == (CheckOutcome.REVIEW, {Rule.TRAILING})
    assert looked(b"\x07\x08\x09\xfe" * 9) == (CheckOutcome.REVIEW, {Rule.UNKNOWN})
    assert looked(b"(\xb5\x2f\xfd" + b"x" * 9)[0] is not CheckOutcome.PASS
    assert looked(b"import os\nos.remove('x')\n") == (CheckOutcome.REVIEW, {Rule.SOURCE})
    assert looked(b"")[0] is CheckOutcome.PASS


def test_arrays_of_numpy_are_read_by_their_header() -> None:
    for array in (np.zeros((3, 4)), np.array([1, "a"], dtype=object), np.zeros(2, dtype="f8,i4")):
        file = io.BytesIO()
        np.save(file, array, allow_pickle=True)
        assert looked(file.getvalue())[0] is CheckOutcome.PASS
    several = io.BytesIO()
    np.savez_compressed(several, a=np.zeros(9), b=np.ones(3))
    assert looked(several.getvalue())[0] is CheckOutcome.PASS


def test_a_hidden_entry_of_an_archive_is_noticed() -> None:
    first, second = io.BytesIO(), zipped({"b": b"2" * 700})
    with zipfile.ZipFile(first, "w") as archive:
        archive.writestr("a", b"1" * 50)
    hidden = second[: second.find(b"PK\x01\x02")]
    with zipfile.ZipFile(first, "a") as archive:
        archive.start_dir += 0
        place = first.getvalue().find(b"PK\x01\x02")
        first.seek(place)
        first.write(hidden)
        archive.start_dir = place + len(hidden)
        archive.writestr("c", b"3")
    assert Rule.MISMATCH in looked(first.getvalue())[1]


def test_a_library_of_safetensors_with_honest_headers_passes() -> None:
    header = {"a": {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]}, "__metadata__": {"format": "pt"}}
    assert looked(safetensors(json.dumps(header).encode(), b"\0" * 8))[0] is CheckOutcome.PASS
    header["b"] = {"dtype": "F32", "shape": [0], "data_offsets": [8, 8]}
    assert looked(safetensors(json.dumps(header).encode().ljust(256), b"\0" * 8))[0] is CheckOutcome.PASS


@pytest.mark.parametrize(
    ("template", "is_wrong"),
    [
        ("{% for m in messages %}{{ m['content'] | trim }}{% endfor %}", False),
        ("{{ strftime_now('%d %b %Y') }} import this __class__ eval", False),
        ("{% set ns = namespace(found=false) %}{{ raise_exception('no') }}", False),
        ("{{ ''.__class__ }}", True),
        ("{{ x | attr('y') }}", True),
        ("{{ '_' * 2 }}", True),
        ("{% import 'x' as y %}", True),
        ("{{ '%s'.format(x) }}", True),
        ("{% for i in range(99999999) %}{% endfor %}", True),
    ],
)
def test_templates_may_use_texts_and_nothing_else(template: str, is_wrong: bool) -> None:
    assert bool(template_wrong(template)) is is_wrong


def test_a_tape_gives_the_bytes_in_order_whatever_the_pieces() -> None:
    content = bytes(range(256)) * 3
    tape = Tape(iter([content[:5], content[5:300], content[300:]]))
    assert tape.take(3) + bytes([tape.byte()]) == content[:4]
    tape.skip(500)
    assert (tape.position, tape.peek(2), tape.take(264)) == (504, content[504:506], content[504:])
    assert tape.byte() == -1
    with pytest.raises(StopLooking):
        tape.take(1)
    part = PartSource(BytesSource(content), 10, 20)
    assert (b"".join(chunks(part)), part.read(20, 1), part.read(-1, 5)) == (content[10:30], b"", b"")


def test_the_check_says_what_decided_and_binds_every_file() -> None:
    def one(path: str, content: bytes) -> FileLooked:
        return FileLooked(path, "a" * 64, len(content), look(BytesSource(content), path))

    good, bad = one("good.pkl", pickle.dumps([1])), one("bad.pt", CORPUS["torch.pt"])
    unclear = one("what.bin", b"\x07\x08\xfe")
    assert model_file_check([good]).outcome is CheckOutcome.PASS
    assert model_file_check([good, unclear]).outcome is CheckOutcome.REVIEW
    assert model_file_check([]).outcome is CheckOutcome.REVIEW
    failed = model_file_check([good, unclear, bad])
    assert failed.outcome is CheckOutcome.FAIL
    assert "bad.pt (archive/data.pkl: posix.system)" in failed.why
    assert [ground.name for ground in failed.grounds] == ["good.pkl", "what.bin", "bad.pt"]
    report = json.loads(model_file_sarif([good, unclear, bad], "1.0"))["runs"][0]
    assert {one["level"] for one in report["results"]} == {"error", "warning"}
    assert len({one["partialFingerprints"]["wardlaw/v1"] for one in report["results"]}) == len(report["results"])


def test_a_large_file_is_read_by_ranges() -> None:
    class Sparse:
        size = 8 * 2**30
        taken = 0

        def read(self, at: int, count: int) -> bytes:
            count = max(0, min(count, self.size - at))
            self.taken += count
            head = struct.pack("<Q", len(header)) + header
            return (head[at : at + count] if at < len(head) else b"").ljust(count, b"\0")

    shape = (8 * 2**30 - 8 - 80) // 4
    header = json.dumps({"a": {"dtype": "F32", "shape": [shape], "data_offsets": [0, shape * 4]}}).encode().ljust(80)
    source = Sparse()
    assert look(source, "x.safetensors").outcome is CheckOutcome.PASS
    assert source.taken < 2_000_000
