"""What must hold in the data of frameworks and controls, each fault in words. CI runs it over what ships."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from wardlaw.governance.frameworks.control import Control, broken_links, controls_for
from wardlaw.governance.frameworks.framework import AppliesFrom, Certainty, DateScope, Framework

MUST_BE_ANSWERED = ("eu-ai-act", "owasp-llm-2025", "owasp-agentic-2026", "owasp-nhi-2025")
"""Frameworks whose every provision has at least one control."""

APPLYING = ((date(2026, 11, 22), 21), (date(2026, 12, 2), 23), (date(2027, 12, 2), 41))
"""How many provisions of the EU AI Act as it ships apply on three days, counted by hand from its calendar."""


def framework_faults(framework: Framework) -> tuple[str, ...]:
    """What is wrong within one framework."""
    return tuple(f"{framework.id}: {fault}" for fault in _faults(framework))


def _faults(framework: Framework) -> Iterator[str]:
    ids = Counter([*(one.id for one in framework.provisions), *(one.id for one in framework.parts)])
    yield from (f"the id {name} stands {times} times." for name, times in ids.items() if times > 1)
    if not framework.provisions:
        yield "it has no provisions."
    kinds = {one.id: one for one in framework.sources}
    for provision in framework.provisions:
        scopes = Counter(one.scope for one in provision.dates)
        yield from (f"{provision.id} has {n} dates for {scope}." for scope, n in scopes.items() if n > 1)
        for one in provision.dates:
            yield from (f"{provision.id}: {fault}" for fault in _date_faults(one))
            if one.source not in kinds:
                yield f"{provision.id}: its date rests on the source {one.source}, which is not listed."
            elif one.verified is Certainty.PRIMARY and not _is_read_primary(framework, one.source):
                yield f"{provision.id}: a date is primary only when the official text itself was read."
    for milestone in framework.timeline:
        if milestone.source not in kinds:
            yield f"the day {milestone.day} rests on the source {milestone.source}, which is not listed."


def _is_read_primary(framework: Framework, source: str) -> bool:
    return any(one.id == source and one.kind is Certainty.PRIMARY and one.read for one in framework.sources)


def _date_faults(one: AppliesFrom) -> Iterator[str]:
    if (one.scope is DateScope.LEGACY) != (one.placed_before is not None):
        yield "a date of older systems says before which day they were placed, and no other date does."
    if one.readings and one.day not in one.readings:
        yield f"{one.day} is not among its readings."
    if one.was is not None and not one.changed_by:
        yield "its date was another, and it does not say which act changed it."


def controls_faults(controls: Iterable[Control], frameworks: Mapping[str, Framework]) -> tuple[str, ...]:
    """What is wrong between controls and frameworks: ids, links, provisions that nothing answers."""
    controls = tuple(controls)
    ids = Counter(one.id for one in controls)
    found = [f"the control {name} stands {times} times." for name, times in ids.items() if times > 1]
    found += broken_links(controls, frameworks)
    for name in MUST_BE_ANSWERED:
        found += [
            f"{name}:{one.id} has no control."
            for one in frameworks[name].provisions
            if not controls_for(f"{name}:{one.id}", controls)
        ]
    return tuple(found)


def calendar_faults(framework: Framework) -> tuple[str, ...]:
    """Days on which another number of provisions applies than was counted by hand."""
    counted = ((day, expected, len(framework.applying(day))) for day, expected in APPLYING)
    return tuple(f"on {day} {n} provisions apply, not {expected}." for day, expected, n in counted if n != expected)
