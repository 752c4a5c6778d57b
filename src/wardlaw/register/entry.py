"""What systems are built of and bought from: models, datasets and vendors, each with an owner who answers for it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

EntryId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$(?!\n)")]
_Line = Annotated[str, msgspec.Meta(max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Said = Annotated[str, msgspec.Meta(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Text = Annotated[str, msgspec.Meta(max_length=2_000, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
_Digest = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$(?!\n)")]
_Many = Annotated[tuple[_Said, ...], msgspec.Meta(max_length=100)]
_Entries = Annotated[tuple[EntryId, ...], msgspec.Meta(max_length=100)]


class EntryKind(StrEnum):
    """What is registered beside systems."""

    MODEL = "model"
    DATASET = "dataset"
    VENDOR = "vendor"


class RegisteredModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="model"):
    """A model.

    Attributes:
        digest: SHA-256 of its weights, or of what the vendor calls the version.
        vendor: Id of who makes it; ``""`` for ourselves.
        base: Id of the model it was made from.
        datasets: Ids of what it was trained on.
        author: Person who trained or adapted it: nobody signs off a gate on their own model.
    """

    id: EntryId
    title: _Said
    owner: _Said
    purpose: _Text = ""
    digest: _Digest = ""
    format: _Line = ""
    licence: _Line = ""
    vendor: EntryId | None = None
    base: EntryId | None = None
    datasets: _Entries = ()
    author: _Line = ""


class Dataset(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="dataset"):
    """A dataset.

    Attributes:
        digest: SHA-256 of it.
        origin: Where it came from.
        data_classes: What stands in it: ``cv``, ``special-category``.
        baseline: SHA-256 of the state later ones are compared with.
    """

    id: EntryId
    title: _Said
    owner: _Said
    purpose: _Text = ""
    digest: _Digest = ""
    origin: _Line = ""
    licence: _Line = ""
    vendor: EntryId | None = None
    data_classes: _Many = ()
    rows: Annotated[int, msgspec.Meta(ge=0)] = 0
    baseline: _Digest = ""


class Vendor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="vendor"):
    """A vendor.

    Attributes:
        regions: Where it processes what it is given.
        contract: Reference of the contract, such as that of data processing.
        ends: Day the contract ends, ``2027-03-01``; ``""`` when it does not.
    """

    id: EntryId
    title: _Said
    owner: _Said
    purpose: _Text = ""
    country: _Line = ""
    regions: _Many = ()
    contract: _Line = ""
    ends: Annotated[str, msgspec.Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$(?!\n)")] = ""
    trains_on_our_data: bool | None = None


Entry = RegisteredModel | Dataset | Vendor


def kind_of(entry: Entry) -> EntryKind:
    """What an entry is."""
    match entry:
        case RegisteredModel():
            return EntryKind.MODEL
        case Dataset():
            return EntryKind.DATASET
        case Vendor():
            return EntryKind.VENDOR


def leads_to(entry: Entry) -> tuple[tuple[EntryKind, str], ...]:
    """The entries it names, which must be registered before it."""
    found: list[tuple[EntryKind, str]] = []
    match entry:
        case RegisteredModel():
            found += [(EntryKind.VENDOR, entry.vendor)] if entry.vendor else []
            found += [(EntryKind.MODEL, entry.base)] if entry.base else []
            found += [(EntryKind.DATASET, one) for one in entry.datasets]
        case Dataset():
            found += [(EntryKind.VENDOR, entry.vendor)] if entry.vendor else []
        case Vendor():
            pass
    return tuple(found)
