"""Writing pickles opcode by opcode, and the containers they come in. Only the standard library is used."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from collections.abc import Mapping, Sequence


def text(value: str) -> bytes:
    """A short text, protocol 4."""
    raw = value.encode()
    return (b"\x8c" + bytes([len(raw)]) if len(raw) < 256 else b"X" + struct.pack("<I", len(raw))) + raw


def name(module: str, attribute: str) -> bytes:
    """An import by two texts."""
    return text(module) + text(attribute) + b"\x93"


def pack(value: object) -> bytes:
    """A constant, or bytes that are opcodes already, wrapped in `Raw`."""
    if isinstance(value, Raw):
        return value.code
    if isinstance(value, str):
        return text(value)
    if value is None:
        return b"N"
    if isinstance(value, bool):
        return b"\x88" if value else b"\x89"
    if isinstance(value, int):
        return b"J" + struct.pack("<i", value)
    if isinstance(value, bytes):
        return b"B" + struct.pack("<I", len(value)) + value
    if isinstance(value, tuple):
        return b"(" + b"".join(map(pack, value)) + b"t"
    if isinstance(value, dict):
        return b"}(" + b"".join(pack(key) + pack(one) for key, one in value.items()) + b"u"
    if isinstance(value, list):
        return b"](" + b"".join(map(pack, value)) + b"e"
    raise TypeError(type(value).__name__)


class Raw:
    """Opcodes."""

    def __init__(self, code: bytes) -> None:
        self.code = code


def call(module: str, attribute: str, *args: object) -> bytes:
    """Opcodes that import something and call it."""
    return name(module, attribute) + pack(args) + b"R"


def pickled(code: bytes, protocol: int = 4) -> bytes:
    """A whole pickle."""
    return b"\x80" + bytes([protocol]) + code + b"."


def zipped(entries: Mapping[str, bytes], *, deflate: bool = False) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED) as archive:
        for entry, content in entries.items():
            archive.writestr(zipfile.ZipInfo(entry), content, zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED)
    return buffer.getvalue()


def tarred(entries: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> bytes:
    """A tar archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for entry, content in entries.items():
            info = tarfile.TarInfo(entry)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for entry, target in (links or {}).items():
            info = tarfile.TarInfo(entry)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return buffer.getvalue()


def varint(value: int) -> bytes:
    """A number of protocol buffers."""
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number: int, value: int | bytes | str) -> bytes:
    """A field of protocol buffers."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def onnx(nodes: Sequence[bytes], *, domain: str = "", tensors: Sequence[bytes] = (), more: bytes = b"") -> bytes:
    """A model of ONNX."""
    graph = b"".join(field(1, node) for node in nodes) + field(2, "g") + b"".join(field(5, one) for one in tensors)
    return field(1, 10) + field(7, graph) + field(8, field(1, domain) + field(2, 21)) + more


def onnx_node(operator: str, domain: str = "", more: bytes = b"") -> bytes:
    """A node of ONNX."""
    return field(1, "x") + field(2, "y") + field(4, operator) + more + (field(7, domain) if domain else b"")


def savedmodel(operators: Sequence[str], *, in_function: bool = False) -> bytes:
    """A SavedModel of TensorFlow."""
    first = field(1, field(1, "x") + field(2, "Placeholder"))
    nodes = [field(1, f"n{place}") + field(2, operator) for place, operator in enumerate(operators)]
    if in_function:
        graph = first + field(2, field(1, field(1, field(1, "f")) + b"".join(field(3, node) for node in nodes)))
    else:
        graph = first + b"".join(field(1, node) for node in nodes)
    return field(1, 1) + field(2, field(1, field(4, "serve")) + field(2, graph))


def gguf(values: Mapping[str, str], *, tensors: int = 0, keys: int | None = None, more: bytes = b"") -> bytes:
    """A GGUF file, version 3."""

    def long_text(value: str) -> bytes:
        raw = value.encode()
        return struct.pack("<Q", len(raw)) + raw

    head = b"GGUF" + struct.pack("<IQQ", 3, tensors, len(values) if keys is None else keys)
    return head + b"".join(long_text(key) + struct.pack("<I", 8) + long_text(one) for key, one in values.items()) + more


def safetensors(header: bytes, data: bytes) -> bytes:
    """A file of safetensors with a header as it is given."""
    return struct.pack("<Q", len(header)) + header + data


def npy(described: str, shape: str, data: bytes) -> bytes:
    """An array of numpy."""
    header = f"{{'descr': {described}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    header = header.ljust(-(-(len(header) + 11) // 64) * 64 + 53) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data
