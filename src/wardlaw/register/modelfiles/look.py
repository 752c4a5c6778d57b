"""Looking into a file of a model, and into everything that is in it."""

from __future__ import annotations

import bz2
import io
import lzma
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from itertools import pairwise

import msgspec

from wardlaw.register.checks import CheckOutcome
from wardlaw.register.modelfiles.allowed import Allowed
from wardlaw.register.modelfiles.configs import hidden_documents, json_findings
from wardlaw.register.modelfiles.graphs import leaves_folder, onnx_findings, savedmodel_findings
from wardlaw.register.modelfiles.kinds import Kind, kinds_of
from wardlaw.register.modelfiles.pickles import Followed, follow
from wardlaw.register.modelfiles.seen import Limits, Rule, Seen, StopLooking
from wardlaw.register.modelfiles.source import BytesSource, PartSource, Ranged, chunks
from wardlaw.register.modelfiles.texts import json_document, text_findings, torchscript_findings, xml_findings
from wardlaw.register.modelfiles.weights import gguf_findings, npy_pickle_at, safetensors_findings
from wardlaw.register.modelfiles.zips import (
    ZipEntry,
    inflated,
    is_readable,
    is_stored,
    local_range,
    unpacked_by,
    zip_entries,
)

# Raw numbers of torch's archives and of TensorFlow's checkpoints, which their loaders read as nothing else.
_RAW = re.compile(
    r"(?:[^/]+/)?(?:data|constants|tensors|xl_model_weights)/\d+|(?:[^/]+/)?(?:\.data/\w+|version|byteorder|"
    r"\.format_version|\.storage_alignment)|(?:.*/)?variables\.(?:data-\d{5}-of-\d{5}|index)"
)
_PROTO = re.compile(rb"\x80[\x00-\x05]")


class Looked(msgspec.Struct, frozen=True):
    """What a file holds.

    Attributes:
        kinds: What it is, the container first: ``zip``, ``pickle``.
        entries: How many things were looked into, itself included.
    """

    kinds: tuple[str, ...]
    seen: tuple[Seen, ...]
    entries: int

    @property
    def outcome(self) -> CheckOutcome:
        """How it ended."""
        if any(one.outcome is CheckOutcome.FAIL for one in self.seen):
            return CheckOutcome.FAIL
        return CheckOutcome.REVIEW if self.seen else CheckOutcome.PASS


_USUAL = Limits()
_OURS = Allowed()


def look(source: Ranged, name: str = "", *, limits: Limits = _USUAL, allowed: Allowed = _OURS) -> Looked:
    """Look into a file. It is never loaded, imported or run.

    Args:
        source: Its bytes.
        name: Its path below the model's folder; it decides nothing but what raw numbers are expected to be.
        allowed: The names a pickle may use.
    """
    looking = _Looking(limits, allowed)
    looking.at(source, "", name, 0)
    return Looked(tuple(looking.kinds), tuple(sorted(looking.seen)[: limits.seen]), looking.entries)


class _Looking:
    """One file with all that is in it; it carries what is left of the bounds."""

    def __init__(self, limits: Limits, allowed: Allowed) -> None:
        self.limits, self.allowed = limits, allowed
        self.seen: set[Seen] = set()
        self.kinds: list[str] = []
        self.entries = 0
        self._unpacked = 0
        self._opcodes = limits.opcodes

    def say(self, where: str, rule: Rule, what: str, at: int = 0) -> None:
        """Note a finding; a file of findings only is not listed to its end."""
        if len(self.seen) < self.limits.seen * 10:
            self.seen.add(Seen(where, at, rule, what))

    def at(self, source: Ranged, where: str, name: str, depth: int, *, torchscript: bool = False) -> None:
        """Look into one thing; what goes wrong while looking is a finding too."""
        self.entries += 1
        if depth > self.limits.depth:
            self.say(where, Rule.NESTED, f"more than {self.limits.depth} archives in each other")
            return
        if self.entries > self.limits.entries:
            raise StopLooking(Rule.BOMB, f"more than {self.limits.entries:,} entries")
        try:
            self._into(source, where, name, depth, torchscript=torchscript)
        except StopLooking as stop:
            if depth and stop.rule is Rule.BOMB:
                raise
            self.say(where, stop.rule, stop.what, stop.at)

    def _into(self, source: Ranged, where: str, name: str, depth: int, *, torchscript: bool) -> None:
        kinds = list(kinds_of(source))
        entries = zip_entries(source, self.limits.entries)
        if entries is not None:
            kinds.insert(0, Kind.ZIP)
        followed = self._follow(source, where, depth, torchscript=torchscript)
        is_pickle = self._judge_pickle(source, where, followed, kinds)
        if is_pickle:
            kinds.append(Kind.PICKLE)
        if not kinds or kinds == [Kind.TEXT]:
            kinds += self._graphs(source, where)
        if depth == 0:
            self.kinds = [kind.value for kind in kinds]
        if entries is not None:
            self._zip(source, entries, where, depth)
        known = [self._one(kind, source, where, name, depth) for kind in kinds if kind not in (Kind.ZIP, Kind.PICKLE)]
        is_known = any(known) or is_pickle or entries is not None
        if not is_known and source.size and not _RAW.fullmatch(name):
            self.say(where, Rule.UNKNOWN, "content of no known format")

    def _follow(self, source: Ranged, where: str, depth: int, *, torchscript: bool) -> Followed:
        def inner(content: bytes, at: int) -> None:
            self.at(BytesSource(content), f"{where}@{at}", "", depth + 1)

        found = follow(
            lambda: chunks(source),
            allowed=self.allowed,
            inner=inner,
            opcodes=self._opcodes,
            torchscript=torchscript,
        )
        self._opcodes -= found.opcodes
        return found

    def _judge_pickle(self, source: Ranged, where: str, found: Followed, kinds: list[Kind]) -> bool:
        """Whether it is taken for pickles, and what is wrong with them then."""
        begins = _PROTO.match(source.read(0, 2)) is not None
        is_pickle = found.runs or (found.asks and begins) or ((begins or found.asks or found.whole > 0) and not kinds)
        if not is_pickle:
            return False
        for rule, what, at in found.seen:
            self.say(where, rule, what, at)
        if found.stop is not None:
            if found.whole and found.stop.rule is Rule.DAMAGED and not found.is_torch:
                if Kind.ZIP not in kinds:
                    self.say(where, Rule.TRAILING, "bytes behind the last pickle that are none", found.end)
            elif not (kinds and not found.seen):
                self.say(where, found.stop.rule, found.stop.what, found.stop.at)
        return True

    def _graphs(self, source: Ranged, where: str) -> list[Kind]:
        for kind, findings in ((Kind.ONNX, onnx_findings(source)), (Kind.SAVEDMODEL, savedmodel_findings(source))):
            if findings is not None:
                for rule, what in findings:
                    self.say(where, rule, what)
                return [kind]
        return []

    def _one(self, kind: Kind, source: Ranged, where: str, name: str, depth: int) -> bool:
        """Look at a thing as one kind; whether it is fully known as that."""
        match kind:
            case Kind.GZIP | Kind.ZLIB | Kind.BZIP2 | Kind.XZ:
                return self._packed(kind, source, where, name, depth)
            case Kind.TAR:
                self._tar(source, where, depth)
            case Kind.NPY:
                if place := npy_pickle_at(source):
                    self.at(PartSource(source, place, source.size), f"{where}@{place}", "", depth + 1)
            case Kind.HDF5:
                for document in hidden_documents(source):
                    self._say_all(where, json_findings(document, self.allowed))
            case _:
                self._say_all(where, self._findings(kind, source, name))
        return True

    def _findings(self, kind: Kind, source: Ranged, name: str) -> Iterator[tuple[Rule, str]]:
        """What is wrong with a thing that holds no other things."""
        match kind:
            case Kind.SAFETENSORS:
                return safetensors_findings(source)
            case Kind.GGUF:
                return gguf_findings(source)
            case Kind.XML:
                return xml_findings(source)
            case Kind.TEXT:
                return text_findings(source, name)
            case Kind.JSON:
                document = json_document(source)
                return text_findings(source, name) if document is None else json_findings(document, self.allowed)
            case Kind.NATIVE:
                return iter([(Rule.NATIVE, "a program or a library, which no model needs")])
            case Kind.LOCKED:
                return iter([(Rule.LOCKED, "packed in a way that is not undone here")])
            case _:
                return iter(())

    def _say_all(self, where: str, findings: Iterator[tuple[Rule, str]]) -> None:
        for rule, what in findings:
            self.say(where, rule, what)

    # ---- what holds other things

    def _zip(self, source: Ranged, entries: tuple[ZipEntry, ...], where: str, depth: int) -> None:
        names = [one.name for one in entries]
        if len(set(names)) != len(names):
            self.say(where, Rule.MISMATCH, "an archive with two entries of one name")
        torchscript = any("/code/" in f"/{name}" for name in names)
        for entry in entries:
            inside = f"{where}!{entry.name}" if where else entry.name
            if leaves_folder(entry.name):
                self.say(inside, Rule.ESCAPE, "it would be unpacked outside of its folder")
            if entry.name.endswith("/") and not entry.packed:
                continue
            if not is_readable(entry):
                self.say(inside, Rule.LOCKED, "encrypted, or packed in a way that is not undone here")
                continue
            try:
                local, packed, _ = local_range(source, entry)
                if local != entry.name:
                    self.say(
                        inside,
                        Rule.MISMATCH,
                        f"the archive's list and its content name it differently ({local[:80]!r})",
                    )
                if packed.size < entry.packed:
                    self.say(inside, Rule.MISMATCH, "an entry that ends behind the archive")
                content = packed if is_stored(entry) else self._inflated(inside, packed)
            except StopLooking as stop:
                if stop.rule is Rule.BOMB:
                    raise
                self.say(inside, stop.rule, stop.what)
                continue
            if content is not None and torchscript and "/code/" in f"/{entry.name}" and entry.name.endswith(".py"):
                self.entries += 1
                self._say_all(inside, torchscript_findings(content))
            elif content is not None:
                self.at(content, inside, entry.name, depth + 1, torchscript=torchscript)
        self._gaps(source, entries, where)

    def _inflated(self, where: str, packed: Ranged) -> Ranged | None:
        return self._held(where, packed, lambda: inflated(packed))

    def _gaps(self, source: Ranged, entries: tuple[ZipEntry, ...], where: str) -> None:
        """Entries that the list does not name, which a reader from front to back would find."""
        listed = sorted(entries, key=lambda one: one.at)
        for one, following in pairwise(listed):
            try:
                _, _, end = local_range(source, one)
            except StopLooking:
                continue
            if b"PK\x03\x04" in source.read(end, min(max(0, following.at - end), 1 << 20)):
                self.say(where, Rule.MISMATCH, "an entry that the archive's list does not name")

    def _tar(self, source: Ranged, where: str, depth: int) -> None:
        at = 0
        try:
            with tarfile.open(fileobj=io.BufferedReader(_Reading(source)), mode="r:") as archive:
                for entry in archive:
                    inside = f"{where}!{entry.name}" if where else entry.name
                    links = entry.issym() or entry.islnk()
                    if leaves_folder(entry.name) or (links and leaves_folder(entry.linkname)):
                        self.say(inside, Rule.ESCAPE, "it would be unpacked outside of its folder")
                    if entry.isdev():
                        self.say(inside, Rule.ESCAPE, "it would make a device")
                    if entry.isfile():
                        part = PartSource(source, entry.offset_data, entry.size)
                        self.at(part, inside, entry.name, depth + 1)
                    at = entry.offset_data
        except (tarfile.TarError, ValueError, OverflowError):
            self.say(where, Rule.DAMAGED, "a tar archive that is damaged", at)

    def _packed(self, kind: Kind, source: Ranged, where: str, name: str, depth: int) -> bool:
        def pieces() -> Iterator[bytes]:
            match kind:
                case Kind.GZIP:
                    return unpacked_by(zlib.decompressobj(16 + zlib.MAX_WBITS), source)
                case Kind.ZLIB:
                    return unpacked_by(zlib.decompressobj(), source)
                case Kind.BZIP2:
                    return _decoded(bz2.BZ2Decompressor, source)
                case _:
                    return _decoded(lzma.LZMADecompressor, source)

        inside = f"{where}!{kind.value}"
        try:
            content = self._held(inside, source, pieces)
        except StopLooking as stop:
            if stop.rule is Rule.BOMB:
                raise
            if kind is Kind.GZIP or kind is Kind.BZIP2:
                self.say(where, stop.rule, stop.what)
                return True
            return False  # two bytes are no proof that it was packed at all
        if content is not None:
            self.at(content, inside, name.rpartition(".")[0], depth + 1)
        return True

    def _held(self, where: str, packed: Ranged, pieces: Callable[[], Iterator[bytes]]) -> Ranged | None:
        """What was packed, unpacked in memory; None when it is too much, which is said.

        Raises:
            StopLooking: It is a bomb, or damaged.
        """
        held = bytearray()
        for piece in pieces():
            self._unpacked += len(piece)
            held += piece
            if len(held) > self.limits.ratio_from_bytes and len(held) > self.limits.ratio * max(1, packed.size):
                raise StopLooking(Rule.BOMB, f"{where}: it unpacks to more than {self.limits.ratio} times its size")
            if self._unpacked > self.limits.unpacked_bytes:
                raise StopLooking(
                    Rule.BOMB, f"everything together unpacks to more than {self.limits.unpacked_bytes:,} bytes"
                )
            if len(held) > self.limits.held_bytes:
                self.say(where, Rule.LOCKED, f"it unpacks to more than {self.limits.held_bytes:,} bytes")
                return None
        return BytesSource(bytes(held))


def _decoded(make: Callable[[], bz2.BZ2Decompressor | lzma.LZMADecompressor], packed: Ranged) -> Iterator[bytes]:
    """What a decoder makes of bytes, in pieces of a bounded size, one stream behind the other."""
    decoder, some = make(), False
    try:
        for piece in chunks(packed):
            rest = piece
            while rest or not decoder.needs_input:
                if decoder.eof:
                    rest, decoder = decoder.unused_data + rest, make()
                    if not rest:
                        break
                made = decoder.decompress(rest, 1 << 18)
                rest = b""
                if made:
                    some = True
                    yield made
                if decoder.eof and not decoder.unused_data:
                    return
    except (OSError, EOFError, lzma.LZMAError) as error:
        if not some:
            raise StopLooking(Rule.DAMAGED, "compressed data is damaged") from error


class _Reading(io.RawIOBase):
    """A source as the standard library reads files."""

    def __init__(self, source: Ranged) -> None:
        super().__init__()
        self._source, self._place = source, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._place = offset + (0, self._place, self._source.size)[whence]
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        found = self._source.read(self._place, len(view))
        view[: len(found)] = found
        self._place += len(found)
        return len(found)
