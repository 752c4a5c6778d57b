"""Check an evidence report without Wardlaw: this one file and a Python of 3.10 or later are all that is needed.

    python verify.py FOLDER-OR-ZIP [--log-key LINE] [--report-key LINE]

It checks the signature over the manifest, the digest of every file, that nothing was added, and for each record of the
log that its entry stands under a checkpoint the log signed. A copy lies in every report as ``verify.py``; ``wardlaw report
verify`` runs the same code. Sources: RFC 8032 (Ed25519), RFC 9162 section 2.1.3.2 (inclusion), C2SP signed-note,
tlog-checkpoint and tlog-proof.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

MANIFEST, SIGNATURE, KEYS, REPORT, CHECKPOINT = (
    "MANIFEST.json", "MANIFEST.sig", "keys.json", "report.json", "proofs/checkpoint",
)  # fmt: skip
MAX_BYTES = 512 * 1024 * 1024
"""Most a report may hold, unpacked; a packed file must not fill the memory of whoever checks it."""
FORMAT = "wardlaw report v1"
"""First line of what is signed, so that no other signature of the same key can be taken for one of a report."""

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_Point = tuple[int, int, int, int]


class Untrue(Exception):
    """Something does not verify; the text says what."""


def ed25519_verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is of the key over the message (RFC 8032, section 5.1.7, without the cofactor)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, point = _decode_point(public), _decode_point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or point is None or scalar >= _L:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    told = int.from_bytes(digest, "little") % _L
    return _same(_times(scalar, _base()), _add(point, _times(told, key)))


def _add(one: _Point, other: _Point) -> _Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: _Point) -> _Point:
    total: _Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point = _add(point, point)
        scalar >>= 1
    return total


def _same(one: _Point, other: _Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % _P == 0 and (one[1] * other[2] - other[1] * one[2]) % _P == 0


def _base() -> _Point:
    point = _decode_point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))
    assert point is not None
    return point


def _decode_point(data: bytes) -> _Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


def open_note(data: bytes, keys: Sequence[str], what: str) -> str:
    """The text of a signed note once one of the keys, as lines of their public form, is seen to have signed it."""
    text, gap, signatures = data.decode("utf-8").rpartition("\n\n")
    lines = signatures.split("\n")
    if not gap or lines.pop() != "":
        raise Untrue(f"{what} is no signed note")
    signed = text + "\n"
    for key in keys:
        name, _, rest = key.strip().partition("+")
        named, body = rest.partition("+")[0], _base64(rest.partition("+")[2])
        own = hashlib.sha256(name.encode() + b"\n" + body).digest()[:4]
        if len(body) != 33 or body[0] != 1 or own.hex() != named:
            raise Untrue(f"the key {key} is no Ed25519 key line")
        for line in lines:
            words = line.split(" ")
            if len(words) != 3 or words[:2] != ["—", name]:
                continue
            value = _base64(words[2])
            if value[:4] == own and ed25519_verify(body[1:], signed.encode(), value[4:]):
                return signed
    raise Untrue(f"{what} is not signed by the key")


def included(entry: bytes, proof: bytes, log_keys: Sequence[str], what: str) -> None:
    """Check that the entry stands under the checkpoint in the proof, and that the log signed it."""
    head, _, note = proof.partition(b"\n\n")
    lines = [line for line in head.decode("ascii").split("\n") if not line.startswith("extra ")]
    if len(lines) < 2 or lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("index "):
        raise Untrue(f"{what} has no proof that can be read")
    size, root = _checkpoint(note, log_keys, what)
    index, path = int(lines[1][6:]), [_base64(line) for line in lines[2:]]
    if not 0 <= index < size:
        raise Untrue(f"{what} is outside its log")
    node, first, last = hashlib.sha256(b"\x00" + entry).digest(), index, size - 1
    for other in path:
        if last == 0:
            raise Untrue(f"{what}: its proof is too long")
        if first & 1 or first == last:
            node = hashlib.sha256(b"\x01" + other + node).digest()
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + other).digest()
        first, last = first >> 1, last >> 1
    if last or node != root:
        raise Untrue(f"{what} is not in the log")


def _checkpoint(note: bytes, keys: Sequence[str], what: str) -> tuple[int, bytes]:
    lines = open_note(note, keys, f"the checkpoint of {what}").split("\n")
    if len(lines) != 4 or lines[0] not in {key.partition("+")[0] for key in keys}:
        raise Untrue(f"the checkpoint of {what} is of another log")
    return int(lines[1]), _base64(lines[2])


def _base64(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise Untrue(f"{text} is written otherwise than base64 is")
    return data


def check(
    files: dict[str, bytes], *, log_keys: Sequence[str] = (), report_keys: Sequence[str] = ()
) -> tuple[list[str], list[str]]:
    """What is wrong, and what was found in order; nothing is wrong when the first is empty.

    Args:
        files: The report's files by their names.
        log_keys: Public key lines of the log, as its owner published them; those in the report when left out.
        report_keys: Likewise of the key that signs reports.
    """
    wrong: list[str] = []
    good: list[str] = []
    try:
        told = json.loads(files[KEYS])
        manifest = _manifest(files, report_keys or told["report"])
        good.append(f"signed by {manifest['origin']}")
        wrong += _differing(files, manifest["files"])
        if not wrong:
            good.append(f"{len(manifest['files'])} files are as they were signed")
            good.append(f"{_proofs(files, log_keys or told['log'])} records proven to be in the log")
    except KeyError as error:
        wrong.append(f"{error.args[0]} is missing")
    except Untrue as error:
        wrong.append(str(error))
    except (ValueError, TypeError, AttributeError) as error:
        wrong.append(f"it cannot be read: {error}")
    return wrong, good


def _manifest(files: dict[str, bytes], keys: Sequence[str]) -> Any:
    signed = open_note(files[SIGNATURE], keys, "the manifest")
    if files[SIGNATURE].count(b"\n") != 6:  # four lines, an empty one and one signature: nothing may hide in it
        raise Untrue("the signature of the manifest has more than its one line")
    manifest = json.loads(files[MANIFEST])
    digest = hashlib.sha256(files[MANIFEST]).hexdigest()
    if signed != f"{FORMAT}\n{manifest['origin']}\n{digest}\n{len(manifest['files'])} files\n":
        raise Untrue("the manifest is not the one that was signed")
    return manifest


def _differing(files: dict[str, bytes], listed: dict[str, str]) -> list[str]:
    wrong = [f"{name} is missing" for name in sorted(set(listed) - set(files))]
    wrong += [f"{name} was added" for name in sorted(set(files) - set(listed) - {MANIFEST, SIGNATURE})]
    for name in sorted(set(listed) & set(files)):
        if hashlib.sha256(files[name]).hexdigest() != listed[name]:
            wrong.append(f"{name} was changed")
    return wrong


def _proofs(files: dict[str, bytes], keys: Sequence[str]) -> int:
    if CHECKPOINT in files:
        _checkpoint(files[CHECKPOINT], keys, "the log")
    proven = [one["id"] for one in json.loads(files[REPORT])["records"] if one["is_proven"]]
    for name in proven:
        entry = files[f"proofs/{name}.json"]
        if json.loads(entry)["id"] != name:
            raise Untrue(f"the entry of {name} is another record's")
        included(entry, files[f"proofs/{name}.tlog-proof"], keys, name)
    return len(proven)


def read_report(path: Path) -> dict[str, bytes]:
    """The files of a report, from its folder or its ZIP file.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no report, is too large, or holds a file twice.
    """
    if path.is_dir():
        found = [one for one in sorted(path.rglob("*")) if one.is_file()]
        if sum(one.stat().st_size for one in found) > MAX_BYTES:
            raise ValueError("it is too large")
        return {one.relative_to(path).as_posix(): one.read_bytes() for one in found}
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
            if sum(one.file_size for one in members) > MAX_BYTES:
                raise ValueError("it is too large")
            if len({one.filename for one in members}) != len(members):
                raise ValueError("it holds a file twice")
            return {one.filename: packed.read(one) for one in members}
    except (zipfile.BadZipFile, EOFError, RuntimeError, zlib.error) as error:
        raise ValueError(f"its packing is damaged: {error}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program; answers 0 when all is well, 4 when something is not, 2 when it cannot be read."""
    parser = argparse.ArgumentParser(description="Check an evidence report of Wardlaw.")
    parser.add_argument("report", type=Path)
    parser.add_argument("--log-key", action="append", default=[], help="public key line of the log, kept elsewhere")
    parser.add_argument("--report-key", action="append", default=[], help="public key line that signs reports")
    asked = parser.parse_args(arguments)
    try:
        files = read_report(asked.report)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{asked.report} cannot be read: {error}\n")
        return 2
    wrong, good = check(files, log_keys=asked.log_key, report_keys=asked.report_key)
    for line in good:
        sys.stdout.write(f"ok     {line}\n")
    for line in wrong:
        sys.stdout.write(f"WRONG  {line}\n")
    if not (asked.log_key and asked.report_key):
        sys.stdout.write(
            "note   keys were taken from the report itself: compare keys.json with what its owner published\n"
        )
    sys.stdout.write("NOT SOUND\n" if wrong else "sound\n")
    return 4 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
