"""What a bill lists of a registered system."""

from __future__ import annotations

import pytest

from wardlaw.facts.errors import InputError
from wardlaw.register.bom import BomDataset, BomModel, BomParts, BomTool, BomVendor
from wardlaw.register.bomparts import added, entries_of, parts_of
from wardlaw.register.entry import Dataset, Entry, EntryKind, RegisteredModel, Vendor, kind_of
from wardlaw.register.system import MadeOf, System

A, B, C, D = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)
ENTRIES: tuple[Entry, ...] = (
    RegisteredModel("ranker", "Ranker", "person:ann", "Ranks.", A, licence="MIT", vendor="acme", base="core", datasets=("cvs",)),
    RegisteredModel("core", "Core", "person:ann", base="ranker"),  # a circle, as two changes could make one
    Dataset("cvs", "CVs", "person:ann", "Of 2025.", B, "our own", "internal", data_classes=("cv",), rows=9),
    Vendor("acme", "Acme AI", "person:ann", country="FR", regions=("EU",), contract="DPA-1", trains_on_our_data=False),
)  # fmt: skip


def find(kind: EntryKind, name: str) -> Entry | None:
    return next((one for one in ENTRIES if (kind_of(one), one.id) == (kind, name)), None)


def system(**more: object) -> System:
    base = System("cv", "CV", "person:ann", "ranks", built_on=("ranker",), vendors=("acme",), tools=("search",))
    fields = {name: getattr(base, name) for name in base.__struct_fields__} | more
    return System(**fields)


def test_everything_behind_a_system_is_listed_once_and_what_nobody_said_is_told() -> None:
    parts = parts_of(system(made_of=MadeOf(A, C, D, B), datasets=("cvs", "gone"), models=("gpt-x", "open-*")), find)
    assert [(one.id, one.unsaid) for one in parts.models] == [
        ("model:ranker", ()), ("model:core", ("digest", "licence", "datasets")), ("model:gpt-x", ("registered",)),
    ]  # fmt: skip
    assert parts.models[0].vendor == BomVendor("Acme AI", "", "FR", ("EU",), "DPA-1", "", False, "acme")
    assert (parts.models[0].base, parts.models[1].base) == ("model:core", "model:ranker")
    assert [(one.id, one.digest, one.form) for one in parts.datasets] == [
        ("dataset:cvs", B, "dataset"), ("dataset:gone", None, "dataset"), ("prompt:cv", C, "configuration"),
        ("tools:cv", D, "definition"),
    ]  # fmt: skip
    assert parts.datasets[0].description == "Of 2025. From our own. 9 rows."
    assert parts.tools == (BomTool("tool:search", "search"),)
    assert [one.id for one in parts.vendors] == ["acme"]
    assert parts.unsaid == ("regions", "data_classes", "users", "roles")
    assert (EntryKind.VENDOR, "acme") in entries_of(parts)


def test_the_digest_of_a_system_goes_to_its_only_model_and_is_told_where_it_could_be_of_several() -> None:
    assert "model digest" in parts_of(system(), find).unsaid
    alone = parts_of(system(built_on=("gpt",), made_of=MadeOf(C)), find)
    assert [(one.id, one.digest) for one in alone.models] == [("model:gpt", C)]
    several = parts_of(system(made_of=MadeOf(C)), find)
    assert "which model has the model digest" in several.unsaid
    assert [one.digest for one in several.models] == [A, None]
    assert [one.id for one in parts_of(system(made_of=MadeOf(data=C)), find).datasets] == ["dataset:cvs", "data:cv"]


def test_a_file_adds_and_fills_in_and_contradicts_nothing() -> None:
    ours = parts_of(system(), find)
    given = BomParts(
        ours.system,
        (
            BomModel("model:core", "Kern", "2", licence="MIT"),
            BomModel("model:ranker", "Ranker", datasets=("dataset:t",)),
        ),
        (BomDataset("dataset:t", "T"),),
    )
    both = added(ours, given)
    ranker, core = both.models
    assert ranker.datasets == ("dataset:cvs", "dataset:t")
    assert (core.name, core.version, core.licence, core.unsaid) == ("Core", "2", "MIT", ("digest", "datasets"))
    assert [one.id for one in both.datasets] == ["dataset:cvs", "dataset:t"]
    for part in (BomModel("model:ranker", "R", digest=B), BomModel("model:ranker", "R", vendor=BomVendor("Other"))):
        with pytest.raises(InputError, match="different things") as caught:
            added(ours, BomParts(ours.system, (part,)))
        assert caught.value.code == "WL-BOM-003"
