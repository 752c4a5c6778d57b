from __future__ import annotations

import msgspec
import pytest

from wardlaw.console.api import shapes
from wardlaw.facts.credential import RegisteredSecret
from wardlaw.store.secrets import KeptSecret


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        (shapes.PersonId, "person:ann.b", ["ann", "person:", "person:Ann", "person:a\n", "person:a b", " person:a"]),
        (shapes.KeyId, "key:bot-1", ["key:", "secret:x", "key:x/y", "key:x\n"]),
        (shapes.SecretId, "tripwire:x", ["wire:x", "secret:", "secret:x\n"]),
        (shapes.PrincipalId, "user:ann@example.org", ["robot:x", "user:", "user:a\x00"]),
        (shapes.Pseudonym, "aabbccdd", ["aabb", "AABBCCDD", "aabbccdd\n", "person:ann"]),
        (shapes.Line, "a line", ["", "two\nlines", "nul\x00", "ends\n"]),
    ],
)
def test_texts_of_the_right_form_only(shape, good: str, bad: list[str]) -> None:
    assert msgspec.convert(good, shape) == good
    for text in bad:
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(text, shape)


def test_a_view_of_a_secret_tells_nothing_of_its_text() -> None:
    view = shapes.secret_view(KeptSecret(RegisteredSecret("secret:x", 31, 16, 77, "ab" * 32), "person:a", 1.0))
    assert set(view.__struct_fields__) == {"id", "tripwire", "created_by", "created_at", "removal_asked_by"}
