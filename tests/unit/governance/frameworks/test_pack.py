from __future__ import annotations

import re
from datetime import date

import msgspec
import pytest

from tests.house.sources import ROOT
from wardlaw.facts.errors import InputError
from wardlaw.governance.frameworks.framework import AppliesFrom, Certainty, Framework, Provision
from wardlaw.governance.frameworks.pack import FORMAT, Pack, digest_of, law_change, read_pack, touched_refs
from wardlaw.governance.shipped import shipped_frameworks

EU = shipped_frameworks()["eu-ai-act"]


def changed(framework: Framework = EU) -> Framework:
    """A later state: one moved, one retitled, one asked of others, one gone, one new."""
    by_id = {one.id: one for one in framework.provisions}
    moved = by_id["art-14"].dates[0]
    later = msgspec.structs.replace(moved, day=date(2028, 12, 2), was=moved.day, changed_by="a later act")
    by_id["art-14"] = msgspec.structs.replace(by_id["art-14"], dates=(later, *by_id["art-14"].dates[1:]))
    by_id["art-4"] = msgspec.structs.replace(by_id["art-4"], title="Literacy")
    by_id["art-12"] = msgspec.structs.replace(by_id["art-12"], addressees=("deployer",))
    del by_id["art-86"]
    dates = (AppliesFrom(date(2027, 6, 1), Certainty.SECONDARY, "omnibus-readers"),)
    by_id["art-5-1-bc"] = Provision("art-5-1-bc", "Prohibited: something new", dates=dates)
    return msgspec.structs.replace(framework, as_of=date(2027, 1, 10), provisions=tuple(by_id.values()))


def packed(*frameworks: Framework) -> bytes:
    return msgspec.json.encode(Pack(FORMAT, "eu-2027-01", date(2027, 1, 10), "Legal, ACME", frameworks))


PACK = packed(changed())


def test_a_change_of_the_law_is_read_and_told() -> None:
    raw = packed(changed())
    change = law_change(EU, read_pack(raw).frameworks[0])
    assert change.added == ("art-5-1-bc",)
    assert change.removed == ("art-86",)
    assert [(one.provision, one.before, one.after) for one in change.moved] == [
        ("art-14", date(2027, 12, 2), date(2028, 12, 2))
    ]
    assert change.retitled == (("art-4", "AI literacy", "Literacy"),)
    assert change.reworded == ("art-12",)
    assert change.touched == ("art-12", "art-14", "art-4", "art-5-1-bc", "art-86")
    words = touched_refs((change,))
    assert words["eu-ai-act:art-14"] == "its date (annex-iii) moved from 2027-12-02 to 2028-12-02"
    assert words["eu-ai-act:art-86"] == "it was removed"
    assert words["eu-ai-act:art-5-1-bc"] == "it is new"
    assert words["eu-ai-act:art-4"] == "its title changed"
    assert words["eu-ai-act:art-12"] == "what it asks changed"


def test_the_same_state_changes_nothing_and_a_surer_date_is_no_change() -> None:
    assert law_change(EU, EU).touched == ()
    surer = msgspec.structs.replace(
        EU, provisions=tuple(msgspec.structs.replace(one, notes="read again") for one in EU.provisions)
    )
    assert law_change(EU, surer).touched == ()
    assert len(law_change(None, EU).added) == 41


def test_any_changed_byte_is_another_pack() -> None:
    raw = packed(changed())
    assert digest_of(raw) != digest_of(raw + b" ")
    assert len(digest_of(raw)) == 64


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"format": "x"}',
        packed(),
        packed(EU).replace(FORMAT.encode(), b"wardlaw-frameworks-2"),
        b" " * (4 * 1024 * 1024 + 1),
    ],
)
def test_what_is_no_pack_says_so(raw: bytes) -> None:
    with pytest.raises(InputError) as error:
        read_pack(raw)
    assert error.value.code == "WL-FWK-001"


def test_a_pack_with_faults_is_refused() -> None:
    for raw in (packed(EU, EU), packed(msgspec.structs.replace(EU, provisions=()))):
        with pytest.raises(InputError) as error:
            read_pack(raw)
        assert error.value.code == "WL-FWK-002"


def test_the_form_in_the_papers_is_one() -> None:
    page = (ROOT / "docs" / "governance.md").read_text()
    (shown,) = re.findall(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert read_pack(shown.encode()).frameworks[0].id == "eu-ai-act"
