from __future__ import annotations

import msgspec
import pytest

from tests.unit.cli.conftest import RecordingClient
from tests.unit.cli.worldrevoker import WorldRevoker
from tests.unit.inventory.test_withdrawal import planned
from wardlaw.cli.revoking import PAGE_BYTES, carry_out, plan, targets_of
from wardlaw.facts.errors import InputError, UnavailableError
from wardlaw.inventory.model import Grant
from wardlaw.inventory.revocation import RevocationStep, StepKind
from wardlaw.testing.saas.world import Charter, World


def item(thing: dict, directory: str = "acme", gone_at: float = 0.0) -> dict:
    return {"directory": directory, "thing": thing, "last_seen_at": 5.0, "gone_at": gone_at}


def test_what_is_meant_by_ids_and_by_an_app() -> None:
    client = RecordingClient()
    grant = {"kind": "grant", "id": "g1", "account": "ada", "app": "app-1"}
    client.answers["/inventory/items"] = {
        "items": [
            item(grant), item(grant | {"id": "g2"}, "beta"), item(grant | {"id": "old"}, gone_at=9.0),
            item(grant | {"id": "asked", "consent": "requested"}), item({"kind": "use", "id": "u", "account": "a", "app": "app-1"}),
        ]
    }  # fmt: skip
    (one,) = targets_of(client, ["g1"], app="", directory="")
    assert (one.directory, one.things, one.app) == ("acme", (Grant("g1", "ada", "app-1"),), "")
    both = targets_of(client, [], app="app-1", directory="")
    assert [(one.directory, len(one.things), one.app) for one in both] == [("acme", 1, "app-1"), ("beta", 1, "app-1")]
    for ids, app in (([], ""), (["g1"], "app-1"), (["old"], ""), (["u"], "")):
        with pytest.raises(InputError) as caught:
            targets_of(client, ids, app=app, directory="")
        assert caught.value.code == "WL-INV-084"


def test_a_long_plan_goes_out_in_parts_that_fit() -> None:
    client = RecordingClient()
    client.answers |= {path: {"revocation": {"id": "rev_1"}} for path in ("/revocations", "/revocations/rev_1/steps")}
    steps = [RevocationStep(str(n), StepKind.GRANT, f"g{n}", "ada", "app-1", "DELETE " + "x" * 300) for n in range(500)]
    plan(client, "acme", steps, body={"reason": "x", "app": "app-1"})
    bodies = [body for _, _, body in client.calls]
    assert [path for _, path, _ in client.calls][:2] == ["/revocations", "/revocations/rev_1/steps"]
    assert sum(len(body["steps"]) for body in bodies) == 500
    assert all(len(msgspec.json.encode(body)) < PAGE_BYTES + 2_000 and len(body["steps"]) <= 200 for body in bodies)


def test_a_step_that_fails_keeps_no_other_from_being_done() -> None:
    world = World(Charter("acme", "google", 5.0))
    world.put(Grant("g1", "ada", "app-1"), Grant("g2", "bob", "app-1"))
    revoker, client = WorldRevoker(world), RecordingClient()
    revoker.failing = {"g1"}
    said: list[float] = []
    view = {"revocation": msgspec.to_builtins(planned())}
    carry_out(view, revoker, client, sleep=lambda _s: None, progress=lambda share, _word: said.append(share))
    first, second = (body for _, _, body in client.calls)
    assert (first["outcome"]["done"], first["outcome"]["detail"]) == (False, "The platform is away.")
    assert first["proof"]["presence"] == "there"
    assert (second["outcome"]["done"], second["proof"]["presence"]) == (True, "gone")
    assert said == [0.0, 0.5]


def test_what_cannot_be_looked_at_is_unknown_and_not_gone() -> None:
    class Blind(WorldRevoker):
        def verify(self, step):
            raise UnavailableError("WL-INV-010", "It did not answer.", "Later.")

    client = RecordingClient()
    view = {"revocation": msgspec.to_builtins(planned())}
    carry_out(view, Blind(World(Charter("a", "google", 1.0))), client, sleep=lambda _s: None, progress=lambda *_: None)
    assert {body["proof"]["presence"] for _, _, body in client.calls} == {"unknown"}
