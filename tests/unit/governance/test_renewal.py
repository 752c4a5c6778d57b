"""Is what is published of this version, and does the disk still say what was published?"""

from __future__ import annotations

import hashlib

import msgspec
import pytest

from tests.unit.governance.cases import BULK, WRITTEN, WRITTEN_EXAMPLES, checked
from wardlaw.governance.bundle import Bundle, bundle_payload, decode_bundle
from wardlaw.governance.check import Checked
from wardlaw.governance.differ import Direction, diff
from wardlaw.governance.renewal import clause_digest, differences, is_of_this_version, published_set

PERMIT = """\
@id("own-permit")
@base("true")
@owner("legal")
permit (principal == Wardlaw::User::"user:a", action, resource == Wardlaw::Model::"model:x");
"""


def both(bulk: str = BULK, written: str = WRITTEN) -> Checked:
    found = checked(bulk, hand_cedar=written, **{"hand.examples_yaml": WRITTEN_EXAMPLES})
    assert found.ok, found.problems
    return found


def published(found: Checked, **changed: str) -> Bundle:
    bundle = msgspec.structs.replace(decode_bundle(bundle_payload(found)), **changed)
    return msgspec.structs.replace(bundle, digest=hashlib.sha256(bundle.text.encode()).hexdigest())


def test_what_this_version_published_is_of_this_version() -> None:
    assert is_of_this_version(published(both()))


def test_another_attribute_table_is_another_version() -> None:
    assert not is_of_this_version(published(both(), schema="0" * 64))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("context.requestedRows > 100", "100 < context.requestedRows"),  # of a clause
        ("context.principalRegistered && ", ""),  # of a base permit
        ('@id("GOV-20")', '@id("GOV-20")\n@more("x")'),
    ],
)
def test_another_compiler_is_another_version(old: str, new: str) -> None:
    text = both().text
    assert old in text
    assert not is_of_this_version(published(both(), text=text.replace(old, new)))


def test_a_policy_this_compiler_would_not_write_is_another_version() -> None:
    second = checked(BULK).compiled[0].text.replace('@id("GOV-20")', '@id("GOV-20.9")')
    assert not is_of_this_version(published(both(), text=both().text + "\n" + second))


def test_a_clause_this_version_cannot_compile_is_another_version() -> None:
    bundle = published(both())
    clause = msgspec.structs.replace(bundle.clauses[0], valid_from="no date")
    assert not is_of_this_version(msgspec.structs.replace(bundle, clauses=(clause,)))


def test_the_published_clauses_differ_in_nothing_whoever_compiled_them() -> None:
    assert differences(published(both()), both()) == ()
    other = both().text.replace("context.requestedRows > 100", "100 < context.requestedRows")
    assert differences(published(both(), text=other), both()) == ()


@pytest.mark.parametrize(
    ("bulk", "written", "named"),
    [
        (BULK.replace("over: 100}", "over: 99}").replace("Rows: 100}", "Rows: 99}"), WRITTEN, ("GOV-20",)),
        (BULK.replace("GOV-20", "GOV-21"), WRITTEN, ("GOV-20", "GOV-21")),
        (BULK.replace("few rows", "not many rows"), WRITTEN, ("GOV-20",)),  # an example is part of what was approved
        (BULK, WRITTEN.replace("context.hour < 6", "context.hour < 5"), ("GOV-30",)),
        (BULK, WRITTEN + PERMIT, ("own-permit",)),
    ],
)
def test_whatever_was_written_since_is_named(bulk: str, written: str, named: tuple[str, ...]) -> None:
    assert differences(published(both()), both(bulk, written)) == named
    assert differences(published(both(bulk, written)), both()) == named


def test_the_digest_tells_a_truth_value_from_a_number() -> None:
    clause = both().clauses[0]
    one, true = (
        msgspec.structs.replace(
            clause, examples=(msgspec.structs.replace(clause.examples[0], context={"requestedRows": value}),)
        )
        for value in (1, True)
    )
    assert one == true
    assert clause_digest(one) != clause_digest(true)


def test_the_published_set_compares_in_words() -> None:
    before = published_set(published(both(written=WRITTEN + PERMIT), schema="0" * 64))
    # The examples of hand-written policies are not in a bundle; nothing of them is enforced.
    assert [change.direction for change in diff(before, both(written=WRITTEN + PERMIT))] == [Direction.WORDING]
    loosened = both(BULK.replace("over: 100}", "over: 200}").replace("Rows: 101}", "Rows: 201}"))
    assert {change.clause for change in diff(before, loosened)} == {"GOV-20", "GOV-30", "BASE"}
    assert not before.text
