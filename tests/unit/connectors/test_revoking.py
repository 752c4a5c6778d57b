from __future__ import annotations

from inspect import signature

from wardlaw.connectors.revoking import Revoker


def test_what_is_planned_is_what_is_carried_out_and_looked_at() -> None:
    """The step that `plan` answers is what `carry_out` and `verify` take; nothing else passes between them."""
    assert signature(Revoker.plan).return_annotation == "tuple[RevocationStep, ...]"
    for method in (Revoker.carry_out, Revoker.verify):
        assert signature(method).parameters["step"].annotation == "RevocationStep"
