from __future__ import annotations

from tests.unit.store.test_grantlots import listed
from wardlaw.inventory.findings import PENDING, FindingState, closed, of_rule
from wardlaw.inventory.model import Credential
from wardlaw.inventory.rules import GrantFinding, Weight
from wardlaw.store.database import writing
from wardlaw.store.findingquery import FindingQuery, current_finding, current_findings
from wardlaw.store.findings import keep_finding

BESIDE = GrantFinding("unapproved-restricted-scope", Weight.HIGH, "acme", "app a", "", "a", ("n",), "r")
NOW = 1_000.0


def keys(count: int) -> list[Credential]:
    return [Credential(f"k{n}", "u", "key", never_expires=True) for n in range(count)]


def ids(connection, *, worked=(BESIDE,), **asked) -> tuple[int, int, list[tuple[str, str]]]:
    found = current_findings(connection, FindingQuery(at=NOW, **asked), worked)
    return found.total, found.pending, [(one.about, one.state.value) for one in found.findings]


def test_what_stands_and_what_was_worked_out_are_one_list(database) -> None:
    with writing(database) as connection:
        listed(connection, 1, *keys(4))
        total, pending, shown = ids(connection, limit=3)
        assert (total, pending) == (5, 5)
        assert shown == [("app a", "open"), ("credential k0", "open"), ("credential k1", "open")]
        assert ids(connection, rule="credential-never-expires", directory="acme")[0] == 4
        assert ids(connection, directory="other") == (0, 0, [])
        assert ids(connection, states=frozenset({FindingState.CLOSED})) == (0, 5, [])


def test_what_people_decided_counts_and_what_is_over_is_closed(database) -> None:
    with writing(database) as connection:
        listed(connection, 1, *keys(2))
        first = current_findings(connection, FindingQuery(at=NOW), (BESIDE,)).findings
        keep_finding(connection, closed(first[1], by="person:a", reason="r", at=NOW))
        keep_finding(connection, first[0])
        keep_finding(connection, first[2])
        assert ids(connection)[:2] == (2, 2)
        listed(connection, 2, keys(1)[0])
        everything = frozenset(FindingState)
        assert ids(connection, worked=(), states=everything) == (
            3,
            0,
            [("app a", "closed"), ("credential k0", "closed"), ("credential k1", "closed")],
        )
        over = current_finding(connection, first[2].id, (), at=NOW)
        assert over is not None
        assert (over.state, over.reason) == (FindingState.CLOSED, "It is no longer so.")


def test_one_finding_wherever_it_comes_from(database) -> None:
    with writing(database) as connection:
        listed(connection, 1, *keys(1))
        stands = current_findings(connection, FindingQuery(at=NOW), ()).findings[0]
        assert current_finding(connection, stands.id, (), at=NOW) == stands
        worked = of_rule(BESIDE, at=NOW)
        assert current_finding(connection, worked.id, (BESIDE,), at=NOW) == worked
        assert current_finding(connection, worked.id, (), at=NOW) is None
        assert stands.state in PENDING


def test_pages_hold_each_finding_once_whatever_the_length_of_a_page(database) -> None:
    with writing(database) as connection:
        listed(connection, 1, *keys(5))
        whole = current_findings(connection, FindingQuery(at=NOW), (BESIDE,))
        keep_finding(connection, whole.findings[2])
        assert whole.next is None
        for limit in (1, 2, 3, 6):
            paged, after = [], None
            while True:
                page = current_findings(connection, FindingQuery(at=NOW, limit=limit, after=after), (BESIDE,))
                assert (page.total, page.pending) == (6, 6)
                paged += page.findings
                after = page.next
                if after is None:
                    break
            assert paged == list(whole.findings)
