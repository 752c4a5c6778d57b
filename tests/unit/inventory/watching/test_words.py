from __future__ import annotations

import pytest

from wardlaw.inventory.model import App, Tristate
from wardlaw.inventory.watching.noticing import listed, network_name, stand_in_network
from wardlaw.inventory.watching.surroundings import AppFacts, Surroundings
from wardlaw.inventory.watching.words import is_scripting, product_of, sort_of

COVERS = ("surroundings", "alarm")


@pytest.mark.parametrize(("method", "sort"), [
    ("drive.files.export", "export"), ("repo.zipball", "export"), ("Bulk API query job", "export"), ("drive.files.list", "survey"),
    ("SELECT COUNT() FROM Account", "survey"), ("deleteJob", "delete"), ("GET /users/{id}/messages", "read"), ("", "read"),
    ("updateContact", "write"), ("env.decrypt", "rights"), ("listless.thing", "read"), ("GetSecretValue", "rights"),
])  # fmt: skip
def test_what_a_method_does(method, sort) -> None:
    assert sort_of(method) == sort


@pytest.mark.parametrize(("agent", "product"), [
    ("python-requests/2.32.4", "python-requests"), ("Salesforce-Multi-Org-Fetcher/1.0", "salesforce-multi-org-fetcher"),
    ("Acme Sync/4 (Linux)", "acme sync"), ("Mozilla/5.0 (X11)", "mozilla"), ("", ""), ("4/5", ""), ("\x00\u202e", ""), ("x" * 900, "x" * 64),
])  # fmt: skip
def test_the_product_of_a_user_agent(agent, product) -> None:
    assert product_of(agent) == product


def test_scripting_tools_are_known() -> None:
    assert is_scripting(product_of("curl/8.1"))
    assert not is_scripting(product_of("acme/8.1"))


def test_stand_ins_for_networks() -> None:
    assert stand_in_network("20.1.2.3") == stand_in_network("20.1.9.9") != stand_in_network("20.2.2.3")
    assert stand_in_network("2600:1::5") == stand_in_network("2600:1:9::5") != stand_in_network("2600:2::5")
    assert {stand_in_network(text) for text in ("10.1.1.1", "::1", "x", "")} == {0}
    assert stand_in_network("20.1.2.3") < 0 > stand_in_network("2600:1::5")
    assert (network_name(5, ""), network_name(-5, "20.1.0.0/16")) == ("AS5", "the surroundings of 20.1.0.0/16")
    assert listed([str(n) for n in range(7)]) == "0, 1, 2, 3, 4 and 2 more"


def test_what_a_company_says() -> None:
    facts = {
        "a": AppFacts(approved=True, scopes=("x", "y"), addresses=("20.0.0.0/8", "nonsense")),
        "b": AppFacts(approved=True),
    }
    around = Surroundings("google", apps={"own": App("own", first_party=Tristate.YES, publisher="Google")}, facts=facts)
    assert [around.is_ours(app) for app in ("a", "b", "own", "c")] == [True, True, True, False]
    assert [around.covers("a", scopes) for scopes in (("x",), ("x", "z"), ())] == [True, False, False]
    assert not around.covers("b", ("x",))
    assert [around.is_outside("a", ip) for ip in ("20.1.1.1", "21.1.1.1", "hello")] == [False, True, False]
    assert [around.is_inside("a", "20.1.1.1"), around.is_inside("b", "20.1.1.1")] == [True, False]
    assert (around.vendor_of("own"), around.vendor_of("c")) == ("Google", "")
