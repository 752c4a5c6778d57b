"""What a file is, by its content alone: a name proves nothing, and a file may be several things at once."""

from __future__ import annotations

import re
import struct
from enum import StrEnum

from wardlaw.register.modelfiles.source import Ranged
from wardlaw.register.modelfiles.weights import is_safetensors


class Kind(StrEnum):
    """A format."""

    ZIP = "zip"
    TAR = "tar"
    GZIP = "gzip"
    ZLIB = "zlib"
    BZIP2 = "bzip2"
    XZ = "xz"
    LOCKED = "locked"
    """Packed in a way that cannot be undone here."""
    PICKLE = "pickle"
    NPY = "npy"
    HDF5 = "hdf5"
    SAFETENSORS = "safetensors"
    GGUF = "gguf"
    ONNX = "onnx"
    SAVEDMODEL = "savedmodel"
    JSON = "json"
    XML = "xml"
    TEXT = "text"
    NATIVE = "native"
    DATA = "data"
    """Numbers or tables in a format that holds nothing else."""


_MAGIC = (
    (b"\x7fELF", Kind.NATIVE),
    (b"\xfe\xed\xfa\xce", Kind.NATIVE),
    (b"\xfe\xed\xfa\xcf", Kind.NATIVE),
    (b"\xcf\xfa\xed\xfe", Kind.NATIVE),
    (b"\xca\xfe\xba\xbe", Kind.NATIVE),
    (b"dex\n", Kind.NATIVE),
    (b"\x00asm", Kind.NATIVE),
    (b"\x1f\x8b", Kind.GZIP),
    (b"BZh", Kind.BZIP2),
    (b"\xfd7zXZ\x00", Kind.XZ),
    (b"\x5d\x00\x00", Kind.XZ),
    (b"\x28\xb5\x2f\xfd", Kind.LOCKED),
    (b"\x04\x22\x4d\x18", Kind.LOCKED),
    (b"7z\xbc\xaf\x27\x1c", Kind.LOCKED),
    (b"Rar!", Kind.LOCKED),
    (b"\x93NUMPY", Kind.NPY),
    (b"\x89HDF\r\n\x1a\n", Kind.HDF5),
    (b"GGUF", Kind.GGUF),
    (b"PAR1", Kind.DATA),
    (b"ARROW1", Kind.DATA),
    (b"CBM1", Kind.DATA),
    (b"{L\x00\x00\x00\x00\x00\x00\x00\x07learner", Kind.DATA),  # xgboost's UBJSON
)
_TEXT_HEAD = re.compile(rb"[\x09\x0a\x0c\x0d\x20-\x7e\x80-\xff]*")


def kinds_of(source: Ranged) -> tuple[Kind, ...]:
    """Every format a file may be taken for by its first bytes; zip and pickle are found by reading."""
    head = source.read(0, 1_024)
    found = [kind for magic, kind in _MAGIC if head.startswith(magic)]
    if head[:2] == b"MZ" and len(head) > 64:
        place = struct.unpack("<I", head[60:64])[0]
        if source.read(place, 4) == b"PE\0\0":
            found.append(Kind.NATIVE)
    if len(head) > 2 and head[0] & 0x0F == 8 and head[0] >> 4 <= 7 and (head[0] * 256 + head[1]) % 31 == 0:
        found.append(Kind.ZLIB)
    if head[257:262] == b"ustar" or _is_old_tar(head):
        found.append(Kind.TAR)
    if head[4:8] == b"TFL3":
        found.append(Kind.DATA)
    if is_safetensors(source):
        found.append(Kind.SAFETENSORS)
    if not found:
        found += _text_kind(head)
    return tuple(found)


def _is_old_tar(head: bytes) -> bool:
    """Whether a header's checksum holds, as tar wrote them before ``ustar``."""
    if len(head) < 512 or not head[0]:
        return False
    try:
        said = int(head[148:156].strip(b" \0") or b"x", 8)
    except ValueError:
        return False
    return said == sum(head[:148]) + 8 * 32 + sum(head[156:512])


def _text_kind(head: bytes) -> list[Kind]:
    begun = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not _TEXT_HEAD.fullmatch(head):
        return []
    if begun[:1] in (b"{", b"["):
        return [Kind.JSON]
    if begun[:1] == b"<":
        return [Kind.XML]
    try:
        head[: max(0, len(head) - 4)].decode("utf-8")
    except UnicodeDecodeError:
        return []
    return [Kind.TEXT]
