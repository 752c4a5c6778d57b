"""What a bill of materials lists of a system, taken from the register; a file may add to it and not contradict it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from wardlaw.facts.errors import InputError
from wardlaw.register.bom import BomDataset, BomModel, BomParts, BomTool, BomVendor
from wardlaw.register.checks import CheckResult
from wardlaw.register.entry import Dataset, Entry, EntryKind, RegisteredModel, Vendor
from wardlaw.register.system import System

Find = Callable[[EntryKind, str], Entry | None]
"""An entry of the register, or None."""
_Part = TypeVar("_Part", BomModel, BomDataset, BomTool)

_UNNAMED = frozenset("*?[")


def parts_of(system: System, find: Find, checks: tuple[CheckResult, ...] = ()) -> BomParts:
    """Everything the register says a system is made of, in the order it names it.

    Models are those it is built on, what these were made from, and those its traffic names without a pattern.

    Args:
        checks: What its gate measured last.
    """
    models = _models(system, find)
    names = dict.fromkeys((*system.datasets, *(one for model in models for one in model.datasets)))
    found = {name: find(EntryKind.DATASET, name) for name in names}
    datasets = [_dataset(name, entry, find) for name, entry in found.items()]
    listed = [_model(one, find) for one in models]
    known = {model.id for model in models}
    unregistered = [one for one in system.built_on if one not in known]
    listed += [BomModel(f"model:{one}", one, unsaid=("registered",)) for one in unregistered]
    listed += [
        BomModel(f"model:{one}", one, unsaid=("registered",))
        for one in dict.fromkeys(system.models)
        if not _UNNAMED & set(one) and one not in known and one not in unregistered
    ]
    listed, unsaid = _with_digest(listed, system.made_of.model)
    return BomParts(
        system, tuple(listed), (*datasets, *_own_data(system, datasets)),
        tuple(BomTool(f"tool:{one}", one) for one in dict.fromkeys(system.tools)),
        checks, tuple(_vendor(one, find) for one in dict.fromkeys(system.vendors)),
        (*unsaid, *(name for name in ("regions", "data_classes", "users", "roles") if not getattr(system, name))),
    )  # fmt: skip


def entries_of(parts: BomParts) -> tuple[tuple[EntryKind, str], ...]:
    """Which entries of the register parts were taken from."""
    vendors = [*(one.vendor for one in parts.models), *(one.vendor for one in parts.datasets), *parts.vendors]
    found = [(EntryKind.MODEL, one.id.partition(":")[2]) for one in parts.models]
    found += [(EntryKind.DATASET, one.id.partition(":")[2]) for one in parts.datasets]
    found += [(EntryKind.VENDOR, one.id) for one in vendors if one is not None and one.id]
    return tuple(dict.fromkeys(found))


def added(parts: BomParts, given: BomParts) -> BomParts:
    """Parts with what a file says beside the register.

    Raises:
        InputError: It says otherwise than the register (WL-BOM-003).
    """
    return msgspec.structs.replace(
        parts,
        models=_joined(parts.models, given.models),
        datasets=_joined(parts.datasets, given.datasets),
        tools=_joined(parts.tools, given.tools),
    )


def _joined(ours: tuple[_Part, ...], theirs: tuple[_Part, ...]) -> tuple[_Part, ...]:
    more: dict[str, _Part] = {one.id: one for one in theirs}
    joined: list[_Part] = [_filled(one, more.pop(one.id)) if one.id in more else one for one in ours]
    return tuple(joined + list(more.values()))


def _filled(ours: _Part, theirs: _Part) -> _Part:
    """What the register leaves open is taken from the file; names are for people, and the register's stays."""
    changed: dict[str, Any] = {}
    for name in ours.__struct_fields__:
        own: Any = getattr(ours, name)
        said: Any = getattr(theirs, name)
        if name in ("id", "name", "unsaid", "form") or not said or said == own:
            continue
        if isinstance(own, tuple):
            changed[name] = tuple(dict.fromkeys((*own, *said)))
        elif own and not (name == "vendor" and own.name == said.name):
            raise InputError(
                "WL-BOM-003", f"The register and the file say different things of {ours.id}: its {name}.",
                "Correct the register with `wardlaw register put`, or leave it out of the file.",
            )  # fmt: skip
        elif not own:
            changed[name] = said
    if not isinstance(ours, BomTool):
        changed["unsaid"] = tuple(one for one in ours.unsaid if one not in changed)
    return msgspec.structs.replace(ours, **changed)


def _models(system: System, find: Find) -> list[RegisteredModel]:
    """Registered models behind a system, and what they were made from; a circle ends where it began."""
    found: dict[str, RegisteredModel] = {}
    waiting = [*system.built_on, *(one for one in system.models if not _UNNAMED & set(one))]
    while waiting:
        name = waiting.pop(0)
        entry = None if name in found else find(EntryKind.MODEL, name)
        if isinstance(entry, RegisteredModel):
            found[name] = entry
            waiting += [entry.base] if entry.base else []
    return list(found.values())


def _model(one: RegisteredModel, find: Find) -> BomModel:
    return BomModel(
        f"model:{one.id}", one.title, digest=one.digest or None, vendor=_vendor(one.vendor, find) if one.vendor else None,
        licence=one.licence, inputs=(), datasets=tuple(f"dataset:{name}" for name in one.datasets),
        uses=(one.purpose,) if one.purpose else (), base=f"model:{one.base}" if one.base else "",
        unsaid=_unsaid(one, ("digest", "licence", "datasets")),
    )  # fmt: skip


def _dataset(name: str, entry: Entry | None, find: Find) -> BomDataset:
    if not isinstance(entry, Dataset):
        return BomDataset(f"dataset:{name}", name, unsaid=("registered",))
    told = [entry.purpose, f"From {entry.origin}." if entry.origin else "", f"{entry.rows} rows." if entry.rows else ""]
    return BomDataset(
        f"dataset:{name}", entry.title, digest=entry.digest or None,
        vendor=_vendor(entry.vendor, find) if entry.vendor else None, licence=entry.licence,
        sensitive=entry.data_classes, description=" ".join(filter(None, told)),
        unsaid=_unsaid(entry, ("digest", "licence", "origin", "data_classes")),
    )  # fmt: skip


def _vendor(name: str, find: Find) -> BomVendor:
    entry = find(EntryKind.VENDOR, name)
    if not isinstance(entry, Vendor):
        return BomVendor(name, id=name)
    return BomVendor(
        entry.title, country=entry.country, regions=entry.regions, contract=entry.contract, ends=entry.ends,
        trains_on_our_data=entry.trains_on_our_data, id=entry.id,
    )  # fmt: skip


def _with_digest(models: list[BomModel], digest: str) -> tuple[list[BomModel], tuple[str, ...]]:
    """The model the system is registered with has its digest; where that is nobody's or several could be it, it is told."""
    if not digest:
        return models, ("model digest",)
    if any(one.digest == digest for one in models):
        return models, ()
    open_ones = [one for one in models if one.digest is None]
    if len(models) != 1 or not open_ones:
        return models, ("which model has the model digest",)
    only = open_ones[0]
    unsaid = tuple(one for one in only.unsaid if one != "digest")
    return [msgspec.structs.replace(only, digest=digest, unsaid=unsaid)], ()


def _own_data(system: System, datasets: Iterable[BomDataset]) -> list[BomDataset]:
    """The system's prompt, its tools' definitions and its data, where only their digests are known."""
    made, name = system.made_of, system.id
    found = []
    if made.prompt:
        found.append(BomDataset(f"prompt:{name}", "system prompt", digest=made.prompt, form="configuration"))
    if made.tools:
        found.append(BomDataset(f"tools:{name}", "definitions of tools", digest=made.tools, form="definition"))
    if made.data and all(one.digest != made.data for one in datasets):
        found.append(BomDataset(f"data:{name}", "data", digest=made.data))
    return found


def _unsaid(entry: RegisteredModel | Dataset, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if not getattr(entry, name))
