from __future__ import annotations

import inspect

import pytest

from wardlaw.gateway.port import Call
from wardlaw.gateway.server import RsgiCall
from wardlaw.testing.edges import MemoryCall

METHODS = [name for name, _ in inspect.getmembers(Call, inspect.isfunction) if not name.startswith("_")]


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("made", [RsgiCall, MemoryCall])
def test_a_call_in_memory_takes_what_a_real_one_takes(made: type, name: str) -> None:
    wanted, found = inspect.signature(getattr(Call, name)), inspect.signature(getattr(made, name))
    assert list(found.parameters) == list(wanted.parameters)
    assert inspect.iscoroutinefunction(getattr(made, name)) == inspect.iscoroutinefunction(getattr(Call, name))
