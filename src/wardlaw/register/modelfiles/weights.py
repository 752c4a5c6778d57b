"""Files that hold numbers and a header: safetensors, GGUF, npy. The header is held against the file.

Source: the format pages of safetensors (v0.6), GGUF (version 3) and numpy's ``npy`` (NEP 1).
"""

from __future__ import annotations

import ast
import json
import struct
from collections.abc import Iterator
from typing import Any

from wardlaw.register.modelfiles.dtypes import laid
from wardlaw.register.modelfiles.seen import Rule, StopLooking
from wardlaw.register.modelfiles.source import Ranged, Tape, chunks
from wardlaw.register.modelfiles.templates import template_wrong

Found = tuple[Rule, str]
_HEADER = 100_000_000  # the bound of the safetensors library
_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "I16": 16,
    "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "F64": 64, "I64": 64, "U64": 64, "C64": 64,
}  # fmt: skip
_GGUF_COUNT = 1 << 20  # tensors and keys; the largest public models have about 2,000
_GGUF_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_GGUF_TEXT, _GGUF_ARRAY = 8, 9
_ALIGNED = 1 << 20


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise StopLooking(Rule.HEADER, "the header names something twice")
    return found


def is_safetensors(source: Ranged) -> bool:
    """Whether a file begins as safetensors do: the header's length, then an object."""
    head = source.read(0, 9)
    return len(head) == 9 and head[8:9] == b"{" and struct.unpack("<Q", head[:8])[0] < max(1 << 40, source.size)


def safetensors_findings(source: Ranged) -> Iterator[Found]:
    """What is wrong with a file of safetensors."""
    size = struct.unpack("<Q", source.read(0, 8))[0]
    if size > _HEADER or size > source.size - 8:
        yield Rule.HEADER, f"a header of {size:,} bytes in a file of {source.size:,}"
        return
    try:
        header = json.loads(source.read(8, size), object_pairs_hook=_pairs)
    except (ValueError, RecursionError):
        yield Rule.HEADER, "a header that is no JSON"
        return
    if not isinstance(header, dict):
        yield Rule.HEADER, "a header that is no object"
        return
    ranges = []
    for name, tensor in header.items():
        if name == "__metadata__":
            if not isinstance(tensor, dict) or not all(isinstance(one, str) for one in tensor.values()):
                yield Rule.HEADER, "metadata that is not of texts"
            continue
        begin, end = _safetensors_range(tensor)
        if begin < 0:
            yield Rule.HEADER, f"{name[:80]}: type, shape and offsets contradict each other"
        ranges.append((begin, end))
    at = 0
    for begin, end in sorted(ranges):
        if begin != at:
            yield Rule.HEADER, "tensors that overlap" if begin < at else "bytes between the tensors that belong to none"
            return
        at = end
    if at != source.size - 8 - size:
        yield Rule.HEADER, "data behind the last tensor, or less than the header says"


def _safetensors_range(tensor: Any) -> tuple[int, int]:
    """Where a tensor stands; -1 when its parts contradict each other."""
    if not isinstance(tensor, dict) or set(tensor) != {"dtype", "shape", "data_offsets"}:
        return -1, -1
    offsets, shape = tensor["data_offsets"], tensor["shape"]
    if not isinstance(offsets, list) or not isinstance(shape, list) or len(offsets) != 2:
        return -1, -1
    if not all(type(one) is int and one >= 0 for one in (*offsets, *shape)) or tensor["dtype"] not in _BITS:
        return -1, -1
    bits = _BITS[tensor["dtype"]]
    for one in shape:
        bits *= one
    return (offsets[0], offsets[1]) if bits == 8 * (offsets[1] - offsets[0]) else (-1, -1)


def gguf_findings(source: Ranged) -> Iterator[Found]:
    """What is wrong with a GGUF file."""
    tape = Tape(chunks(source))
    tape.skip(4)
    version = struct.unpack("<I", tape.take(4))[0]
    if not 1 <= version <= 3:
        yield Rule.UNKNOWN, f"GGUF version {version}"
        return
    wide = "<Q" if version > 1 else "<I"
    tensors, keys = (struct.unpack(wide, tape.take(struct.calcsize(wide)))[0] for _ in range(2))
    if tensors > _GGUF_COUNT or keys > _GGUF_COUNT:
        yield Rule.HEADER, f"{tensors:,} tensors and {keys:,} keys"
        return
    alignment = 32
    for _ in range(keys):
        name = _gguf_text(tape, wide, source.size).decode("utf-8", "replace")
        kind = struct.unpack("<I", tape.take(4))[0]
        value = _gguf_value(tape, kind, wide, source.size)
        template = value if isinstance(value, bytes) and name.startswith("tokenizer.chat_template") else b""
        if wrong := template_wrong(template.decode("utf-8", "replace")):
            yield Rule.TEMPLATE, f"{name}: {wrong}"
        if name == "general.alignment" and isinstance(value, int):
            alignment = value
    if not 0 < alignment <= _ALIGNED or alignment & (alignment - 1):
        yield Rule.HEADER, f"an alignment of {alignment}"
        return
    yield from _gguf_tensors(tape, tensors, source.size, wide)


def _gguf_tensors(tape: Tape, tensors: int, size: int, wide: str) -> Iterator[Found]:
    names = set()
    for _ in range(tensors):
        name = _gguf_text(tape, wide, size)
        dimensions = struct.unpack("<I", tape.take(4))[0]
        if dimensions > 8:
            yield Rule.HEADER, f"a tensor of {dimensions} dimensions"
            return
        shape = [struct.unpack(wide, tape.take(struct.calcsize(wide)))[0] for _ in range(dimensions)]
        tape.skip(4)
        offset = struct.unpack("<Q", tape.take(8))[0]
        elements = 1
        for one in shape:
            elements *= one
        # The densest type has about 1.5 bits for each element (IQ1_S).
        if name in names or offset > size or elements > (size - offset) * 8:
            yield Rule.HEADER, f"{name[:80].decode('utf-8', 'replace')}: twice, or larger than the file"
            return
        names.add(name)


def _gguf_text(tape: Tape, wide: str, most: int) -> bytes:
    size = struct.unpack(wide, tape.take(struct.calcsize(wide)))[0]
    if size > most:
        raise StopLooking(Rule.HEADER, f"a text of {size:,} bytes", tape.position)
    return tape.take(size)


def _gguf_value(tape: Tape, kind: int, wide: str, most: int, depth: int = 0) -> int | bytes | None:
    if kind == _GGUF_TEXT:
        return _gguf_text(tape, wide, most)
    if kind == _GGUF_ARRAY:
        inner = struct.unpack("<I", tape.take(4))[0]
        count = struct.unpack(wide, tape.take(struct.calcsize(wide)))[0]
        if count > most or depth > 4:
            raise StopLooking(Rule.HEADER, f"a list of {count:,} values", tape.position)
        if inner in _GGUF_SIZES:
            tape.skip(count * _GGUF_SIZES[inner])
        else:
            for _ in range(count):
                _gguf_value(tape, inner, wide, most, depth + 1)
        return None
    if kind not in _GGUF_SIZES:
        raise StopLooking(Rule.HEADER, f"a value of kind {kind}", tape.position)
    return int.from_bytes(tape.take(_GGUF_SIZES[kind]), "little")


def npy_pickle_at(source: Ranged) -> int:
    """Where the pickle of an array of objects begins in an npy file; 0 when it holds numbers only.

    Raises:
        StopLooking: Its header is none.
    """
    major = source.read(6, 1)
    layout, start = ("<H", 10) if major == b"\x01" else ("<I", 12)
    size = struct.unpack(layout, source.read(8, struct.calcsize(layout)).ljust(struct.calcsize(layout), b"\0"))[0]
    if size > 1 << 20 or size > source.size:
        raise StopLooking(Rule.HEADER, f"a header of {size:,} bytes")
    try:
        header = ast.literal_eval(source.read(start, size).decode("latin-1").strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise StopLooking(Rule.HEADER, "a header that is no dictionary") from None
    if not isinstance(header, dict) or set(header) != {"descr", "fortran_order", "shape"}:
        raise StopLooking(Rule.HEADER, "a header with other fields than an array has")
    return start + size if _has_objects(header["descr"]) else 0


def _has_objects(described: Any, depth: int = 0) -> bool:
    if isinstance(described, str):
        return laid(described).has_objects
    if isinstance(described, tuple) and len(described) == 2:
        return _has_objects(described[0], depth + 1)
    if not isinstance(described, list) or depth > 8:
        raise StopLooking(Rule.HEADER, "an array whose type is none")
    return any(_has_objects(one[1], depth + 1) for one in described if isinstance(one, tuple) and len(one) > 1)
