"""What a file is, by its first bytes more than by its name, and its texts."""

from __future__ import annotations

from pathlib import PurePosixPath

from wardlaw.documents.office import read_office
from wardlaw.documents.pdf import read_pdf
from wardlaw.documents.piece import DEFAULT_BOUNDS, Bounds, Document, Form, unsafe
from wardlaw.documents.plain import read_plain

_PDF = b"%PDF-"
_PDF_WITHIN = 1_024  # readers look for the mark in the first 1,024 bytes (ISO 32000-1 annex H.3.4.1)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # [MS-CFB] section 2.2
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # [MS-OFFCRYPTO] section 2.3.4.4
_BINARY = frozenset((".pdf", ".docx", ".pptx", ".xlsx", ".odt", ".ods", ".odp"))


def is_packed(data: bytes) -> bool:
    """Whether reading the file means unpacking it: work that is done apart."""
    return data.startswith(_ZIP) or _PDF in data[:_PDF_WITHIN]


def read_document(data: bytes, name: str, bounds: Bounds = DEFAULT_BOUNDS) -> Document:
    """The texts of a file.

    Args:
        data: Its bytes.
        name: Its name; only the ending matters, and only for files of text.

    Raises:
        DocumentError: It cannot be read safely: damaged, encrypted, or larger inside than the bounds.
    """
    ending = PurePosixPath(name).suffix.lower()
    packed, is_pdf = data.startswith(_ZIP), _PDF in data[:_PDF_WITHIN]
    if packed and is_pdf:
        raise unsafe("it is a package to one reader and a PDF to another")
    if is_pdf:
        return read_pdf(data, bounds)
    if packed:
        return read_office(data, bounds)
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise unsafe("it is encrypted")
        return Document(Form.OTHER, uninspected=("file",))
    if ending in _BINARY:
        raise unsafe(f"it is called {ending} and is none")
    return read_plain(data, ending, bounds)
