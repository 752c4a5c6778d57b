"""Reading of PDF and office files in a process of its own, which can be ended and takes only so much memory.

Parsers of such formats are where hostile files strike. What goes wrong there, an endless loop or a flood of memory
included, ends that process and not the one that asked.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys

import msgspec

from wardlaw.documents.piece import DEFAULT_BOUNDS, Bounds, Document, DocumentError, unsafe
from wardlaw.documents.reading import is_packed, read_document

SECONDS = 20.0
"""A PDF of a thousand pages of text takes about ten."""
MEMORY_BYTES = 1_073_741_824
"""Some ten times what the largest file within the bounds takes."""


class _Order(msgspec.Struct, array_like=True):
    name: str
    bounds: Bounds
    memory_bytes: int
    data: bytes


class _Told(msgspec.Struct, array_like=True):
    document: Document | None = None
    refused: str = ""


def read_apart(
    data: bytes,
    name: str,
    bounds: Bounds = DEFAULT_BOUNDS,
    *,
    seconds: float = SECONDS,
    memory_bytes: int = MEMORY_BYTES,
) -> Document:
    """As ``read_document``; what must be unpacked is read in a process of its own. Blocks until it is done.

    Args:
        data: Bytes of the file.
        name: Its name.
        bounds: How much is read at most.
        seconds: How long it may take.
        memory_bytes: How much memory.

    Raises:
        DocumentError: It cannot be read safely, or took too long.
    """
    if not is_packed(data):
        return read_document(data, name, bounds)
    # Nothing of this process's environment is of use there, least of all its secrets.
    env = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "LANG": "C.UTF-8"}
    order = msgspec.msgpack.encode(_Order(name, bounds, memory_bytes, data))
    try:
        ended = subprocess.run(
            # Safe path (-P): whoever scans a stranger's folder stands in it, and none of its modules must be taken.
            [sys.executable, "-P", "-m", "wardlaw.adapters.apart"],
            input=order,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=env,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise unsafe(f"reading it takes longer than {seconds:g} s") from error
    if ended.returncode != 0:
        raise unsafe("reading it takes too much memory, or it is damaged")
    told = msgspec.msgpack.decode(ended.stdout, type=_Told)
    if told.document is None:
        raise DocumentError("WL-DOC-001", told.refused, unsafe("").hint)
    return told.document


def main() -> None:
    """Read the file on stdin."""
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Order)
    resource.setrlimit(resource.RLIMIT_AS, (order.memory_bytes, order.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        told = _Told(document=read_document(order.data, order.name, order.bounds))
    except DocumentError as error:
        told = _Told(refused=error.message)
    sys.stdout.buffer.write(msgspec.msgpack.encode(told))


if __name__ == "__main__":
    main()
