"""Forms with a file: read strictly, and written anew, so that no other reader sees another form (RFC 7578, RFC 2046)."""

from __future__ import annotations

import re

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.gateway.wire.failure import UnsupportedBodyError

_TYPE = re.compile(r'multipart/form-data\s*;\s*boundary="?([A-Za-z0-9\'()+_,./:=?-]{1,70})"?\s*', re.IGNORECASE)
_NAME = re.compile(r"[a-z_][a-z0-9_\[\]]{0,63}")
# A file's name as official clients write it; what would end or escape the quotes is refused.
_DISPOSITION = re.compile(r'form-data; name="([^"\\\r\n]*)"(?:; filename="([^"\\\r\n]*)")?', re.IGNORECASE)
_MOST_PARTS = 16
_HEAD_BYTES = 1_024


class FormFile(msgspec.Struct, frozen=True):
    """The file of a form."""

    name: str
    data: bytes


class Form(msgspec.Struct, frozen=True):
    """A form with one file."""

    fields: dict[str, str]
    file: FormFile


def read_form(content_type: str, raw: bytes, *, allowed: frozenset[str]) -> Form:
    """Read a form with exactly one member ``file`` that is a file.

    Args:
        content_type: Header of the request.
        raw: Its body.
        allowed: Names of the other members.

    Raises:
        UnsupportedBodyError: WL-GW-114 it is not declared as a form.
        InputError: WL-GW-121 it is none, or holds something else.
    """
    declared = _TYPE.fullmatch(content_type.strip())
    if declared is None:
        raise UnsupportedBodyError(
            "WL-GW-114", "The body is not declared as a form with a file.", "Send content-type: multipart/form-data."
        )
    mark = b"--" + declared[1].encode("ascii")
    parts = (b"\r\n" + raw).split(b"\r\n" + mark)
    if len(parts) < 3 or parts[0] or parts[-1] not in (b"--", b"--\r\n") or len(parts) - 2 > _MOST_PARTS:
        raise _wrong("it is damaged")
    fields: dict[str, str] = {}
    file: FormFile | None = None
    for part in parts[1:-1]:
        name, filename, content = _part(part)
        if name in fields or (name == "file" and file is not None):
            raise _wrong(f"{name} stands in it twice")
        if filename is not None:
            if name != "file":
                raise _wrong(f"{name[:64]} is a file")
            file = FormFile(filename, content)
        elif name in allowed:
            fields[name] = _text(content)
        else:
            raise _wrong(f"the member {name[:64]!a} is not taken")
    if file is None:
        raise _wrong("there is no file in it")
    return Form(fields, file)


def _part(part: bytes) -> tuple[str, str | None, bytes]:
    head, found, content = part.partition(b"\r\n\r\n")
    if not found or not head.startswith(b"\r\n") or len(head) > _HEAD_BYTES:
        raise _wrong("it is damaged")
    headers: dict[str, str] = {}
    for line in _text(head[2:]).split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon or name.lower() in headers:
            raise _wrong("it is damaged")
        headers[name.lower()] = value.strip()
    disposition = _DISPOSITION.fullmatch(headers.pop("content-disposition", ""))
    headers.pop("content-type", None)  # what a file is, is seen in it
    if disposition is None or headers or _NAME.fullmatch(disposition[1]) is None:
        raise _wrong("a part of it is not plain")
    return disposition[1], disposition[2], content


def _text(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise _wrong("it is not UTF-8") from None
    return text


def write_form(form: Form, boundary: str) -> tuple[str, bytes]:
    """The form as content type and body.

    Args:
        form: What ``read_form`` gave, perhaps with other bytes.
        boundary: Random, so that it stands nowhere in the file.
    """
    out: list[bytes] = []
    for name, value in form.fields.items():
        out.append(f'--{boundary}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    head = f'--{boundary}\r\ncontent-disposition: form-data; name="file"; filename="{form.file.name}"\r\n'
    out += [head.encode(), b"content-type: application/octet-stream\r\n\r\n", form.file.data]
    out.append(f"\r\n--{boundary}--\r\n".encode())
    return f"multipart/form-data; boundary={boundary}", b"".join(out)


def _wrong(what: str) -> InputError:
    return InputError("WL-GW-121", f"The form is not taken: {what}.", "Send one file and the members of the API alone.")
