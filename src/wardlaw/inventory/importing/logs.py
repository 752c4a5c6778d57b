"""Use of AI vendors from logs of DNS, proxies and firewalls: which account reached which vendor's addresses, by day.

Lines are read one by one; what is kept is one count for each account, address and day, and of these only so many.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from wardlaw.inventory.aiapps import ai_vendor_at
from wardlaw.inventory.importing.badrow import BadRow, UnreadableError, count_of, day_of, key_of, text_of, time_of
from wardlaw.inventory.importing.table import csv_rows
from wardlaw.inventory.model import App, Sighting, Use

MOST_USES = 200_000
"""Counts kept of one file: accounts × addresses × days, some 100 MB at most. What is beyond is told as a bad row."""

FIELDS = ("host", "account", "at", "bytes")
"""What a column of a log may be; only ``host`` is needed, and may hold an address (URL)."""

_DNSMASQ = re.compile(r"query\[[A-Z0-9]+\] (\S+) from (\S+)$")
_BIND = re.compile(r"client (?:@\S+ )?([0-9a-fA-F.:]+)#\d+(?: \([^)]*\))?: query: (\S+) IN ")


class Seen(NamedTuple):
    """What one line says."""

    host: str
    account: str
    at: float = 0.0
    sent_bytes: int = 0


Line = Iterator[Seen | BadRow | None]


class _Tally:
    """Counts by account, host and day; the one place that grows."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str, str], list[float]] = {}
        self.left_out = 0

    def add(self, seen: Seen) -> None:
        key = (seen.account, seen.host, day_of(seen.at))
        kept = self._counts.get(key)
        if kept is None:
            if len(self._counts) >= MOST_USES:
                self.left_out += 1
                return
            kept = self._counts[key] = [0, 0, 0.0]
        kept[0] += 1
        kept[1] += seen.sent_bytes
        kept[2] = max(kept[2], seen.at)

    def sightings(self) -> Iterator[Sighting]:
        for host in sorted({host for _, host, _ in self._counts}):
            yield Sighting(App(host, ai_vendor_at(host), "", host))
        for (account, host, day), (calls, sent, last) in sorted(self._counts.items()):
            yield Sighting(Use(key_of("use", account, host, day), account, host, day, int(calls), int(sent), last))


def tallied(parsed: Iterable[Seen | BadRow | None]) -> Iterator[Sighting | BadRow]:
    """Bad rows as they come, and the counts at the end; lines about other addresses tell nothing (None)."""
    tally = _Tally()
    for one in parsed:
        if isinstance(one, BadRow):
            yield one
        elif one is not None:
            tally.add(one)
    if tally.left_out:
        yield BadRow(0, f"{tally.left_out} lines were not counted: more than {MOST_USES} accounts, addresses and days")
    yield from tally.sightings()


def squid(lines: Iterable[str]) -> Line:
    """Squid's native access log: time, duration, client, code, bytes, method, address, user."""
    for number, line in enumerate(lines, 1):
        parts = line.split()
        if not parts:
            continue
        if len(parts) < 8:
            yield BadRow(number, f"{len(parts)} fields where Squid's log has 10")
            continue
        host = host_of(parts[6])
        if not ai_vendor_at(host):
            yield None
            continue
        try:
            account = text_of(parts[7] if parts[7] != "-" else parts[2], "user")
            # Squid's bytes are those sent to the client; what went out it does not say.
            yield Seen(host, account, time_of(parts[0], "time"))
        except UnreadableError as error:
            yield BadRow(number, str(error))


def dns(lines: Iterable[str]) -> Line:
    """Query logs of dnsmasq and BIND, whose times carry no zone or no year and are left out."""
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if "query" not in text:
            yield None
            continue
        if found := _DNSMASQ.search(text):
            host, account = found.groups()
        elif found := _BIND.search(text):
            account, host = found.groups()
        elif "query[" in text or " query: " in text:
            yield BadRow(number, "a query, but neither as dnsmasq nor as BIND writes it")
            continue
        else:
            yield None
            continue
        host = host_of(host)
        try:
            yield Seen(host, text_of(account, "client")) if ai_vendor_at(host) else None
        except UnreadableError as error:
            yield BadRow(number, str(error))


def table(lines: Iterable[str], columns: Mapping[str, str]) -> Line:
    """A log as CSV with a header: of a firewall, a secure web gateway, a SIEM.

    Args:
        columns: Field to the name of its column.
    """
    own = {field: columns[field] for field in FIELDS if field in columns}
    for row in csv_rows(lines, own, needed="host"):
        if isinstance(row, BadRow):
            yield row
        else:
            line, cells = row
            yield _entry({field: cells.get(own.get(field, field)) for field in FIELDS}, line)


def objects(lines: Iterable[str], columns: Mapping[str, str]) -> Line:
    """A log as JSON Lines."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            yield BadRow(number, "no JSON; one object a line is expected")
            continue
        if not isinstance(row, dict):
            yield BadRow(number, "not an object")
            continue
        yield _entry({field: row.get(columns.get(field, field)) for field in FIELDS}, number)


def _entry(told: Mapping[str, object], number: int) -> Seen | BadRow | None:
    try:
        host = host_of(text_of(told.get("host"), "host"))
        if not host:
            return BadRow(number, "host is empty")
        if not ai_vendor_at(host):
            return None
        account = text_of(told.get("account"), "account")
        return Seen(host, account, time_of(told.get("at"), "at"), count_of(told.get("bytes"), "bytes"))
    except UnreadableError as error:
        return BadRow(number, str(error))


def host_of(text: str) -> str:
    """The host name of an address, of ``host:port`` or of a name; lower case."""
    if "://" in text:
        try:
            return (urlsplit(text).hostname or "").rstrip(".")
        except ValueError:
            return ""
    return text.partition("/")[0].partition(":")[0].rstrip(".").lower()
