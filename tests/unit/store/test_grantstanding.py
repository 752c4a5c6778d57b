from __future__ import annotations

from tests.unit.store.test_grantlots import MAIL, listed
from wardlaw.inventory.granting import ApprovalBook, GrantApproval
from wardlaw.inventory.model import App, Grant, Tristate
from wardlaw.store.database import writing
from wardlaw.store.grantstanding import approvals_due, read_apps, standing_lots


def approval(name: str, **said: object) -> GrantApproval:
    told = {"app": "a", "publisher": "", "directory": "", "scopes": ("*",), "accounts": (), "expires_at": 1_000.0}
    fixed = {"clause": "GRT-01", "owner": "person:a", "approver": "person:a", "approved_at": 0.0, "reason": "r"}
    return GrantApproval(name, **(told | fixed | said))


def states(connection, *approvals: GrantApproval, **asked) -> dict[tuple[str, str], tuple[str, int]]:
    found = standing_lots(connection, ApprovalBook(approvals), at=500.0, **asked)
    return {(lot.name, lot.account): (standing.state.value, lot.grants) for (lot, _, standing), _ in found}


def test_lots_stand_as_their_grants_do(database) -> None:
    grants = [Grant(f"g{n}", f"u{n}", "a", scopes=(MAIL,)) for n in range(3)]
    with writing(database) as connection:
        listed(connection, 1, *grants, Grant("w", "u1", "weak", scopes=("openid",)))
        assert states(connection) == {("a", ""): ("unapproved", 3), ("weak", "u1"): ("unapproved", 1)}
        assert states(connection, grave=True) == {("a", ""): ("unapproved", 3)}
        assert states(connection, approval("p"), grave=True) == {("a", ""): ("approved", 3)}
        assert states(connection, approval("p", app="weak", expires_at=9.0), grave=True)["weak", "u1"][0] == "expired"
        split = states(connection, approval("p", accounts=("u1",)), directory="acme", grave=True)
        assert split == {("a", "u0"): ("unapproved", 1), ("a", "u1"): ("approved", 1), ("a", "u2"): ("unapproved", 1)}
        assert states(connection, directory="other") == {}


def test_an_approval_of_a_publisher_is_held_against_its_apps(database) -> None:
    with writing(database) as connection:
        listed(connection, 1, Grant("g", "u", "a", scopes=(MAIL,)), App("a", publisher="Pub", verified=Tristate.YES))
        assert read_apps(connection, {("acme", "a"), ("acme", "")})["acme", "a"].publisher == "Pub"
        by_publisher = approval("p", app="", publisher="pub")
        assert states(connection, by_publisher, grave=True) == {("a", "u"): ("approved", 1)}


def test_what_rests_on_an_approval_that_ends(database) -> None:
    with writing(database) as connection:
        listed(connection, 1, *(Grant(f"g{n}", f"u{n % 2}", f"a{n // 2}", last_used_at=float(n)) for n in range(4)))
        kept = (approval("p", app="a0"), approval("q", app="a1", accounts=("u1",)), approval("r", expires_at=9_999.0))
        due = approvals_due(connection, kept, before=2_000.0, at=500.0)
        assert [(one.approval.id, one.grants, one.accounts, one.last_used_at) for one in due] == [
            ("p", 2, 2, 1.0),
            ("q", 1, 1, 3.0),
        ]
        assert approvals_due(connection, kept, before=10.0, at=500.0) == ()
