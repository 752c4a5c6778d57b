"""Which apps and addresses belong to AI vendors, and which client ids are known from attacks; as data."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

import msgspec

from wardlaw.inventory.model import App


class AiVendor(msgspec.Struct, frozen=True):
    """One vendor, or a category of them.

    Attributes:
        names: Names that mean this vendor wherever they stand.
        guarded: Names that are words or people too; they count only with a domain of the vendor beside them, or with
            a word such as AI.
        domains: Registered names; each stands for everything below it.
    """

    vendor: str
    names: tuple[str, ...]
    guarded: tuple[str, ...]
    domains: tuple[str, ...]
    source: str


class KnownBad(msgspec.Struct, frozen=True):
    """A client id that was seen in attacks."""

    platform: str
    app: str
    name: str
    why: str
    source: str


_MOST_KEPT = 8_192  # names whose vendor is remembered: thousands of grants ask for each
_CONTEXT = re.compile(r"\b(ai|a\.i\.|gpt|llm|copilot|assistant|agent|notetaker|chatbot|mcp)\b", re.IGNORECASE)


def ai_vendor_of(app: App) -> str:
    """The vendor of an app by its domain, else by its names; empty where nothing says so."""
    if app.domain and (vendor := ai_vendor_at(app.domain)):
        return vendor
    return _vendor_named(f"{app.name} | {app.publisher}")


@lru_cache(maxsize=_MOST_KEPT)
def _vendor_named(words: str) -> str:
    if not _any_name().search(words):
        return ""
    for vendor_entry in _vendors():
        if any(_stands_in(name, words) for name in vendor_entry.names):
            return vendor_entry.vendor
    if _CONTEXT.search(words):
        for vendor_entry in _vendors():
            if any(_stands_in(name, words) for name in vendor_entry.guarded):
                return vendor_entry.vendor
    return ""


def ai_vendor_at(host: str) -> str:
    """The vendor a host name belongs to; empty when it belongs to none."""
    table = _domains()
    labels = host.strip().rstrip(".").lower().split(".")
    for start in range(len(labels) - 1):
        if vendor := table.get(".".join(labels[start:])):
            return vendor
    return ""


def domain_of_vendor(vendor: str) -> str:
    """A domain by which apps of a vendor are known; ``""`` for a vendor nobody has listed."""
    return next((one.domains[0] for one in _vendors() if one.vendor == vendor and one.domains), "")


def known_bad_app(platform: str) -> str:
    """A client id of a platform that was seen in attacks; ``""`` where none is known."""
    return next((one.app for one in _bad().values() if one.platform == platform), "")


def known_bad(platform: str, app: str) -> KnownBad | None:
    """What is known against a client id."""
    return _bad().get((platform, app.lower()))


@cache
def _any_name() -> re.Pattern[str]:
    """Any name of any vendor: most apps bear none, and need not be compared with each."""
    names = [re.escape(name) for vendor in _vendors() for name in (*vendor.names, *vendor.guarded)]
    return re.compile(rf"(?<![\w.])(?:{'|'.join(names)})(?!\w)", re.IGNORECASE)


def _stands_in(name: str, words: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", words, re.IGNORECASE) is not None


@cache
def _vendors() -> tuple[AiVendor, ...]:
    return msgspec.json.decode(_read("ai_vendors.json"), type=tuple[AiVendor, ...])


@cache
def _domains() -> dict[str, str]:
    return {domain: vendor.vendor for vendor in _vendors() for domain in vendor.domains}


@cache
def _bad() -> dict[tuple[str, str], KnownBad]:
    found = msgspec.json.decode(_read("known_bad.json"), type=tuple[KnownBad, ...])
    return {(one.platform, one.app.lower()): one for one in found}


def _read(name: str) -> bytes:
    return files("wardlaw.inventory").joinpath("data", name).read_bytes()
