from __future__ import annotations

import msgspec
import pytest

from wardlaw.register.entry import Dataset, Entry, EntryKind, RegisteredModel, Vendor, kind_of, leads_to


def test_an_entry_reads_as_what_it_says_it_is() -> None:
    model = RegisteredModel("ranker", "Ranker", "person:ann", vendor="acme", base="llm", datasets=("cvs",))
    for entry in (model, Dataset("cvs", "CVs", "person:ann"), Vendor("acme", "Acme", "person:ann")):
        assert msgspec.json.decode(msgspec.json.encode(entry), type=Entry) == entry
    assert kind_of(model) is EntryKind.MODEL
    assert leads_to(model) == ((EntryKind.VENDOR, "acme"), (EntryKind.MODEL, "llm"), (EntryKind.DATASET, "cvs"))


def test_what_is_none_is_refused() -> None:
    for wrong in ({"kind": "model", "id": "X", "title": "x", "owner": "y"}, {"kind": "oracle", "id": "x"},
                  {"kind": "dataset", "id": "x", "title": "x", "owner": "y", "digest": "12"}):  # fmt: skip
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(wrong, Entry)
