from __future__ import annotations

import re
from pathlib import Path

from wardlaw.gateway import admission, assertion, keybook
from wardlaw.gateway.admitted import Refused, Scope, refuse

SOME, OTHER = Scope(frozenset("ab"), frozenset("x")), Scope(frozenset("bc"))


def test_scopes_intersect_and_unite() -> None:
    assert SOME.intersect(OTHER) == OTHER.intersect(SOME) == Scope(frozenset("b"), frozenset("x"))
    assert SOME.unite(OTHER) == OTHER.unite(SOME) == Scope(frozenset("abc"), None)
    assert SOME.intersect(Scope()) == SOME
    assert SOME.unite(Scope()) == Scope()
    assert SOME.intersect(Scope(frozenset("z"))).models == frozenset()


def test_each_code_is_documented_and_few_are_told() -> None:
    used = {
        found
        for module in (admission, assertion, keybook)
        for found in re.findall(r"WL-ADM-\d{3}", Path(module.__file__).read_text(encoding="utf-8"))
    }
    documented = set(
        re.findall(r"^## (WL-ADM-\d{3})$", Path("docs/errors/adm.md").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert used <= documented
    told = {code for code in used if refuse(code, "why").public_code == code}
    assert told <= {"WL-ADM-005", "WL-ADM-006", "WL-ADM-015", "WL-ADM-019"}


def test_a_refusal_keeps_its_reason_for_the_log() -> None:
    refused = refuse("WL-ADM-014", "The signature is forged.", key="issuer")
    assert isinstance(refused, Refused)
    assert "forged" not in refused.message + refused.hint
    assert (refused.detail, refused.key, refused.status) == ("The signature is forged.", "issuer", 401)
