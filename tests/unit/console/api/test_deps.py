from __future__ import annotations

import inspect

import pytest

from wardlaw.console.api import deps
from wardlaw.console.desks.log import LogDesk
from wardlaw.console.desks.policies import PolicyDesk
from wardlaw.console.desks.recorder import ControlRecorder
from wardlaw.console.desks.records import RecordDesk


@pytest.mark.parametrize(
    ("promise", "kept_by"),
    [
        (deps.Recorder, ControlRecorder),
        (deps.Explainer, RecordDesk),
        (deps.ContentReader, RecordDesk),
        (deps.LogDesk, LogDesk),
        (deps.PolicyDesk, PolicyDesk),
    ],
)
def test_what_is_promised_is_kept_by_what_is_given(promise: type, kept_by: type) -> None:
    promised = [name for name, member in vars(promise).items() if inspect.isfunction(member) and name[0] != "_"]
    assert promised
    for name in promised:
        wanted, found = getattr(promise, name), getattr(kept_by, name)
        assert list(inspect.signature(wanted).parameters) == list(inspect.signature(found).parameters), name
        assert inspect.iscoroutinefunction(wanted) == inspect.iscoroutinefunction(found), name


def test_the_dependencies_cannot_be_changed_afterwards() -> None:
    assert deps.ApiDependencies.__struct_config__.frozen
