"""How many persons a result speaks of: bulk is metered on meaning, not on rows.

A result is read as JSON (nested, several documents, lines, JSON inside a string, so that one row of ``json_agg``
is not one person), as Python prints it, CSV, TSV, a Markdown or box table, or a YAML list. Each record that carries a key
of a person or personal data is one subject; the same person twice counts once. A column of people's names counts by what
it holds. What is encoded or compressed in it is read too. Any other text is searched for personal data. A text that
presents itself as structured and cannot be read is ``unparsed``: it counts as over every ceiling.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from wardlaw.security.fold import fold
from wardlaw.security.namecolumns import LEAST as LEAST_NAMES
from wardlaw.security.namecolumns import holds_names
from wardlaw.security.pii import PiiDetector, subject_digest
from wardlaw.security.pyliteral import as_json
from wardlaw.security.unpacking import unpack
from wardlaw.security.views import Layer, View

# Nesting deeper than this is refused as unreadable; honest results stay under ten.
MAX_DEPTH = 64
MAX_STRING_DEPTH = 4  # JSON inside a string inside JSON …

# Keys that identify one person, strongest first; the first one present names the record.
_STRONG = (
    "email", "e_mail", "mail", "email_address", "customer_id", "user_id", "person_id", "employee_id", "patient_id",
    "client_id", "member_id", "account_id", "subscriber_id", "student_id", "contact_id", "customer_number", "ssn",
    "tax_id", "iban", "card_number", "phone", "phone_number", "mobile", "telephone", "username", "user_name", "login",
)  # fmt: skip
_NAMES = (
    "name", "full_name", "fullname", "customer_name", "customer", "person", "employee", "patient", "contact", "display_name",
    "last_name", "lastname", "surname", "family_name", "first_name", "firstname", "given_name", "date_of_birth", "dob", "birth_date",
    "kunde", "nachname", "vorname", "nom", "prenom", "nombre", "apellido", "nome", "cognome",
)  # fmt: skip
_STRONG_SET, _NAME_SET = frozenset(_STRONG), frozenset(_NAMES)
# A bare ``name`` also names things; it makes a person only beside one of these.
_HEADERS = frozenset({"columns", "fields", "headers", "header", "column_names", "columnnames", "cols"})
_WEAK = frozenset({"name", "display_name", "contact", "customer", "login", "client_id"})
_BESIDE = re.compile(
    r"address|street|city|zip|postal|birth|age$|gender|salary|email|phone|plan|balance|nationality|joined|signup|customer|surname|hire"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_KEY = re.compile(r"[^a-z0-9]+")
_FENCE = re.compile(r"\A\s*```\w*\s*\n(.*?)\n\s*```\s*\Z", re.DOTALL)
_YAML_ITEM = re.compile(r"^(?P<indent> *)- +(?P<rest>\S.*)?$")
_YAML_PAIR = re.compile(r"^ *[\"']?(?P<key>[A-Za-z_][\w .-]{0,60})[\"']? *: +(?P<value>.*)$")
_LIST_MARK = re.compile(r"[,;|\n]+")
_MOST_PARTS = 3  # "Lee, Ann, Dr." is still one person
_MOST_LAYERS = 3  # base64 of gzip of base64 …
_RULE_LINE = re.compile(r"[\s|+:=─━┼├┤┬┴-]+")


class _Place(msgspec.Struct, frozen=True, gc=False):
    """A value on the way through a document; ``key`` is the nearest key above it, ``strings`` counts texts entered."""

    value: Any
    depth: int = 0
    strings: int = 0
    key: str = ""
    in_list: bool = False


class Subjects(msgspec.Struct, frozen=True):
    """Distinct persons of one result.

    Attributes:
        digests: One keyed digest for each person.
        unparsed: The result presents itself as structured and cannot be read.
    """

    digests: frozenset[str]
    unparsed: bool = False


class SubjectCounter:
    """Counts data subjects.

    Args:
        subject_key: The key given to the inspector, so that both name a person alike.
    """

    def __init__(self, subject_key: bytes) -> None:
        self._key = subject_key
        self._pii = PiiDetector(subject_key)

    def distinct_subjects(self, text: str, *, structured: bool = False) -> Subjects:
        """The distinct persons in a tool result or answer.

        Args:
            text: The result as it came.
            structured: The sender declared a structured type.
        """
        found, unparsed = self._read(text, structured=structured)
        texts, level = [text], 0
        while texts and level < _MOST_LAYERS:
            inner = [unpack(one) for one in texts]
            unparsed = unparsed or any(one.unreadable for one in inner)
            texts = [one for packed in inner for one in packed.texts]
            for one in texts:
                found |= self._read(one, structured=False)[0]
            level += 1
        return Subjects(frozenset(found), unparsed)

    def _read(self, text: str, *, structured: bool) -> tuple[set[str], bool]:
        """The persons of a text as it stands, and whether it cannot be read."""
        stripped = text.strip()
        fenced = _FENCE.match(text)
        if fenced:
            stripped = fenced[1].strip()
        found: set[str] = set()
        if not stripped:
            return found, False
        if stripped[0] in "{[(" or structured:
            if self._read_json(stripped, found) or self._read_literal(stripped, found):
                return found, False
            if structured and stripped[0] not in "{[" and self._read_table(stripped, found):
                return found, False
            looks = structured or _looks_json(stripped)
            found |= self._in_text(stripped)
            return found, looks
        if not self._read_table(stripped, found):
            found |= self._in_text(stripped)
        return found, False

    # --- JSON

    def _read_json(self, text: str, found: set[str]) -> bool:
        """Read ``text`` as one JSON document, several in a row, or one a line."""
        decoder = json.JSONDecoder()
        at, end = 0, len(text)
        try:
            while at < end:
                value, at = decoder.raw_decode(text, at)
                if not self._walk(value, found):
                    return False
                while at < end and text[at] in " \t\r\n,;\x1e":
                    at += 1
        except (ValueError, RecursionError):
            return False
        return True

    def _read_literal(self, text: str, found: set[str]) -> bool:
        """Read ``text`` as Python prints values."""
        written = as_json(text)
        return written is not None and self._read_json(written, found)

    def _walk(self, value: Any, found: set[str]) -> bool:
        """Visit every record below ``value``; False when it is nested too deep."""
        pending = [_Place(value)]
        while pending:
            place = pending.pop()
            if place.depth > MAX_DEPTH:
                return False
            match place.value:
                case dict() as record:
                    rows = _with_columns(record)
                    if rows is not None:
                        pending.append(_Place(rows, place.depth + 1, place.strings, place.key))
                        continue
                    self._record(record, found)
                    pending += [
                        _Place(inner, place.depth + 1, place.strings, normal_key(key))
                        for key, inner in record.items()
                        if isinstance(inner, (dict, list, str))
                    ]
                case list() as items:
                    self._names(items, found)
                    if place.in_list and _is_row(items):
                        self._first_datum([cell for cell in items if isinstance(cell, str)], found)
                        continue
                    self._column(place.key, items, found)
                    pending += [
                        _Place(inner, place.depth + 1, place.strings, place.key, in_list=True)
                        for inner in items
                        if isinstance(inner, (dict, list, str))
                    ]
                case str() as text:
                    pending += self._inside(text, place, found)
        return True

    def _column(self, key: str, items: list[Any], found: set[str]) -> None:
        """A list of plain values under a key of persons: each value is one of them."""
        if key in _STRONG_SET or key in _NAME_SET:
            plain = [item for item in items if isinstance(item, (str, int)) and not isinstance(item, bool)]
            found.update(subject_digest(_value_identity(key, str(item)), self._key) for item in plain)

    def _names(self, items: list[Any], found: set[str]) -> None:
        """Columns of people's names in a list of records or rows, under whatever key."""
        if len(items) < LEAST_NAMES or not isinstance(items[0], dict | list):
            return
        first: set[str] = set()
        if isinstance(items[0], dict):
            self._record(items[0], first)
        else:
            self._first_datum([cell for cell in items[0] if isinstance(cell, str)], first)
        if first:
            return  # the records are counted one by one
        columns: dict[str, list[str]] = {}
        for item in items:
            cells = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
            for key, cell in cells:
                if isinstance(cell, str) and len(cell) <= _SHORT_VALUE:
                    columns.setdefault(str(key), []).append(cell)
        for held in columns.values():
            if holds_names(held):
                found.update(subject_digest(_value_identity("name", cell), self._key) for cell in held)

    def _inside(self, text: str, place: _Place, found: set[str]) -> list[_Place]:
        """JSON inside a string is walked like the rest; a long text is read as a result of its own."""
        head = text.lstrip()[:1]
        if any(mark in text for mark in "\n%/"):
            for inner in unpack(text).texts:
                found |= self._read(inner, structured=False)[0]
        deeper = place.strings < MAX_STRING_DEPTH
        if head and head in "{[" and deeper:
            try:
                return [_Place(json.loads(text), place.depth + 1, place.strings + 1, place.key)]
            except (ValueError, RecursionError):
                found |= self._in_text(text)
                return []
        if "\n" in text and deeper and self._read_table(text.strip(), found):
            return []
        # A short value of a record was read with the record; alone in a list it stands for itself.
        if place.in_list or len(text) > _SHORT_VALUE:
            found |= self._in_text(text)
        return []

    def _record(self, record: dict[str, Any], found: set[str]) -> None:
        for key in record:
            if "@" in key:
                found |= self._in_text(key)
        values = {
            normal_key(key): value
            for key, value in record.items()
            if isinstance(value, (str, int)) and not isinstance(value, bool)
        }
        if self._aggregates(values, found):
            return
        identity = _identity(values)
        if identity:
            found.add(subject_digest(identity, self._key))
            return
        self._first_datum([value for value in values.values() if isinstance(value, str)], found)

    def _aggregates(self, values: dict[str, Any], found: set[str]) -> bool:
        """Values that hold many persons at once (``string_agg``) are counted one by one; False when there are none."""
        many = False
        for key, value in values.items():
            if not isinstance(value, str):
                continue
            if value.count("@") > 1:
                found |= self._in_text(value)
                many = True
                continue
            parts = [part.strip() for part in _LIST_MARK.split(value) if part.strip()]
            if len(parts) > _MOST_PARTS and (_holds_key(key) or holds_names(parts)):
                found.update(subject_digest(_value_identity(key, part), self._key) for part in parts)
                many = True
        addresses = {value.strip().lower() for value in values.values() if isinstance(value, str) and "@" in value}
        if len(addresses) > _MOST_PARTS:
            # A person has two or three addresses; more of them side by side are a join of several persons.
            found.update(digest for address in addresses for digest in self._in_text(address))
            many = True
        return many

    def _first_datum(self, texts: list[str], found: set[str]) -> None:
        """A record without a telling key: its first personal datum names it; a text with many names them all."""
        for text in texts:
            if len(text) > _SHORT_VALUE or not ("@" in text or any(char.isdigit() for char in text)):
                continue
            digests = self._in_text(text)
            if digests:
                found |= digests if text.count("@") > 1 else {min(digests)}
                return

    # --- tables and lists

    def _read_table(self, text: str, found: set[str]) -> bool:
        """Read ``text`` as a table or list of records; False when it is none."""
        lines = [line for line in text.splitlines() if line.strip()]
        rows = _table_rows(lines)
        if rows is None:
            return self._read_yaml(lines, found)
        header = [normal_key(cell) for cell in rows[0]]
        titled = any(key in _STRONG_SET or key in _NAME_SET or _BESIDE.search(key) for key in header)
        for row in rows[1:] if titled else rows:
            identity = _identity(dict(zip(header, row, strict=False))) if titled else ""
            if identity:
                found.add(subject_digest(identity, self._key))
            else:
                self._first_datum(row, found)
        return True

    def _read_yaml(self, lines: list[str], found: set[str]) -> bool:
        """Records of a YAML list or of ``key: value`` paragraphs."""
        records: list[dict[str, str]] = []
        indent = -1
        for line in lines:
            item = _YAML_ITEM.match(line)
            if item and (indent < 0 or len(item["indent"]) <= indent):
                indent = len(item["indent"])
                records.append({})
            pair = _YAML_PAIR.match((item["rest"] or "") if item else line)
            if not pair:
                continue
            key = normal_key(pair["key"])
            if not records or key in records[-1]:
                records.append({})
            records[-1][key] = pair["value"].strip().strip("\"'")
        known = [identity for identity in map(_identity, records) if identity]
        if not known or len(known) * 2 < len(lines) / max(1, *(len(record) for record in records)):
            return False
        found.update(subject_digest(identity, self._key) for identity in known)
        return True

    # --- free text

    def _in_text(self, text: str) -> set[str]:
        view = fold(View(text, text.lower(), Layer.PLAIN))
        findings = self._pii.scan(view, view.text.encode())
        return {finding.subject for finding in findings if finding.label != "ip"}


# Values up to this length are fields of a record; longer ones are texts of their own.
_SHORT_VALUE = 256


def normal_key(key: str) -> str:
    """A key in lower case with underscores: ``customerId`` and ``Customer-ID`` are one."""
    return _NOT_KEY.sub("_", _CAMEL.sub("_", key.strip()).lower()).strip("_")


def _identity(values: dict[str, Any]) -> str:
    """What names the person of a record; ``""`` when it is no person's."""
    if _STRONG_SET.isdisjoint(values) and _NAME_SET.isdisjoint(values):
        return ""
    beside = any(_BESIDE.search(key) for key in values)
    for key in _STRONG:
        value = values.get(key)
        if _is_said(value) and (key not in _WEAK or beside):
            return _value_identity(key, str(value))
    parts = [
        str(values[key]).strip().lower() for key in _NAMES if _is_said(values.get(key)) and (key not in _WEAK or beside)
    ]
    return "name:" + " ".join(parts) if parts else ""


def _is_said(value: Any) -> bool:
    """Whether a value says something: it stands there and was not masked, or all who were masked would be one."""
    return value not in (None, "") and not (isinstance(value, str) and value.startswith("[redacted:"))


def _value_identity(key: str, value: str) -> str:
    text = value.strip().lower()
    if "mail" in key:
        return text
    return f"{key}:{text}"


def _holds_key(key: str) -> bool:
    """``group_concat(name)`` and ``customer_ids`` hold what ``name`` and ``customer_id`` do."""
    if key in _STRONG_SET or key in _NAME_SET:
        return True
    last = key.removesuffix("s").rpartition("_")[2]
    return key.removesuffix("s") in _STRONG_SET or last in _STRONG_SET | _NAME_SET


def _with_columns(record: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Records of ``{"columns": ["id", "email"], "rows": [[1, …], …]}``; ``None`` when it is none."""
    columns = next((value for key, value in record.items() if key.lower() in _HEADERS), None)
    if not isinstance(columns, list):
        return None
    given = [one.get("name") if isinstance(one, dict) else one for one in columns]
    named = [one for one in given if isinstance(one, str)]
    if not named or len(named) != len(given):
        return None
    for rows in record.values():
        if rows is not columns and isinstance(rows, list) and rows and all(isinstance(row, list) for row in rows):
            return [dict(zip(named, row, strict=False)) for row in rows]
    return None


def _is_row(item: list[Any]) -> bool:
    """A list of plain values: a row of a result given as arrays."""
    return bool(item) and not any(isinstance(cell, (dict, list)) for cell in item)


def _looks_json(text: str) -> bool:
    """Begins as JSON would, unlike ``[INFO]`` or ``[1] a note``."""
    return (
        re.match(r"\{\s*(?:[\"}]|$)|\[\s*(?:[\[{\"\]]|-?\d+(?:\.\d+)?\s*[,\]](?!\s*[A-Za-z])|true|false|null)", text)
        is not None
    )


def _table_rows(lines: list[str]) -> list[list[str]] | None:
    """Cells of a Markdown, box, tab, semicolon or comma table; None when ``lines`` are none."""
    if len(lines) < 2:
        return None
    if sum(line.count("|") >= 1 or "│" in line for line in lines) >= len(lines) * 0.7:
        split = ([cell.strip() for cell in line.replace("│", "|").strip().strip("|").split("|")] for line in lines)
        rows = [row for line, row in zip(lines, split, strict=True) if not _RULE_LINE.fullmatch(line)]
        return rows or None
    for delimiter in "\t;,":
        count = lines[0].count(delimiter)
        if count and sum(line.count(delimiter) >= count for line in lines) >= len(lines) * 0.8:
            return list(_csv_rows(lines, delimiter))
    return None


def _csv_rows(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)
    except csv.Error:
        yield from (line.split(delimiter) for line in lines)
