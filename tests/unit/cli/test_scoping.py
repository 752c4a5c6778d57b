from __future__ import annotations

from wardlaw.cli.scoping import NOBODY, Scoped


def test_what_was_named_is_what_the_api_is_told() -> None:
    assert NOBODY.body() == {"principals": [], "systems": [], "resources": []}
    said = Scoped(principal=("user:ana",), resource=("tool:a", "tool:b*"))
    assert said.body() == {"principals": ["user:ana"], "systems": [], "resources": ["tool:a", "tool:b*"]}
