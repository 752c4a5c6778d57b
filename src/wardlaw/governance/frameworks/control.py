"""A control: something Wardlaw does or keeps that answers provisions of frameworks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from wardlaw.governance.frameworks.framework import Framework

FRAMEWORK = "wardlaw"
"""What stands before the colon where a clause names a control: ``wardlaw:WL-SEC-INJECT``."""


class Control(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One control.

    Attributes:
        kind: How it works: ``inline-policy``, ``gate``, ``workflow`` …
        owner: The role that answers for it.
        links: Provisions it answers, ``<framework>:<id>``.
        evidence: What shows that it lives.
        canary: How it is tried out; empty where it cannot be.
        drift: When it no longer is what was agreed.
        clauses: Clauses of the starter pack that carry it out; another clause says so by ``refs: ["wardlaw:<id>"]``.
    """

    id: str
    title: str
    kind: str
    owner: str
    links: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    canary: str = ""
    drift: str = ""
    clauses: tuple[str, ...] = ()


class Controls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All controls as they ship."""

    version: str
    as_of: date
    controls: tuple[Control, ...]


def controls_for(ref: str, controls: Iterable[Control]) -> tuple[Control, ...]:
    """The controls that answer a provision, ``<framework>:<id>``."""
    return tuple(one for one in controls if ref in one.links)


def broken_links(controls: Iterable[Control], frameworks: Mapping[str, Framework]) -> tuple[str, ...]:
    """Each link of a control that leads nowhere, in words."""
    found = []
    for control in controls:
        for link in control.links:
            framework, _, item = link.partition(":")
            known = frameworks.get(framework)
            if known is None or known.provision(item) is None:
                found.append(f"{control.id} answers {link}, which no framework has.")
    return tuple(found)
