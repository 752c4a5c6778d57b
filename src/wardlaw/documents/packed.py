"""A zip package, read within bounds: what it claims of its sizes is not believed, only what comes out is counted."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from wardlaw.documents.piece import Bounds, unsafe

_METHODS = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))  # the only ones of ECMA-376-2 and ODF 1.3 part 2
_ENCRYPTED = 0x1  # APPNOTE 6.3.10 section 4.4.4, bit 0
_STEP = 65_536


class Package:
    """The members of a package.

    Args:
        data: The bytes of the file.
        bounds: All members together unpack to no more.

    Raises:
        DocumentError: It is no zip, encrypted, of too many members, or two parsers could read it differently.
    """

    def __init__(self, data: bytes, bounds: Bounds) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, UnicodeError) as error:
            raise unsafe("it is packed and the package is damaged") from error
        self._left = bounds.unpacked_bytes
        self._most = bounds.unpacked_bytes
        members = [info for info in self._zip.infolist() if not info.is_dir()]
        if len(members) > bounds.parts:
            raise unsafe(f"it packs more than {bounds.parts} parts")
        # Package names differ by more than case (ECMA-376-2 section 6.2.2.3); which of two wins nobody knows.
        names = [info.filename.casefold() for info in members]
        if len(set(names)) != len(names):
            raise unsafe("two of its parts have one name")
        if any(info.flag_bits & _ENCRYPTED for info in members):
            raise unsafe("it is encrypted")
        if any(info.compress_type not in _METHODS for info in members):
            raise unsafe("it is packed in an unusual way")
        self._members = {info.filename: info for info in members}
        self.names: tuple[str, ...] = tuple(self._members)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        """A member, unpacked.

        Raises:
            DocumentError: It is damaged, or the package unpacks to more than the bounds.
        """
        parts: list[bytes] = []
        try:
            with self._zip.open(self._members[name]) as file:
                while part := file.read(_STEP):
                    self._left -= len(part)
                    if self._left < 0:
                        raise unsafe(f"it unpacks to more than {self._most} bytes")
                    parts.append(part)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, RuntimeError) as error:
            raise unsafe("it is packed and the package is damaged") from error
        return b"".join(parts)


def ending(name: str) -> str:
    """The ending of a member's name, lower case, with its dot."""
    return PurePosixPath(name).suffix.lower()
