"""What all kinds share."""

from __future__ import annotations

import json

from tests.unit.gateway.kinds.errands import errand, place
from wardlaw.gateway.credential import NO_CREDENTIAL
from wardlaw.gateway.kinds.kind import as_bearer, as_header


def test_the_original_bytes_go_where_nothing_changes() -> None:
    given = errand(raw=b'{ "model": "demo" }')
    assert given.body_for("demo") == b'{ "model": "demo" }'
    assert json.loads(given.body_for("other"))["model"] == "other"
    assert json.loads(errand(raw=None).body_for("demo"))["model"] == "demo"


def test_keys_go_as_bearer_or_in_a_header_of_their_own_and_not_at_all_when_there_is_none() -> None:
    assert as_bearer(place()) == (("authorization", "Bearer sk-up"),)
    assert as_header("api-key", place()) == (("api-key", "sk-up"),)
    assert as_header("api-key", place(bearer=True)) == (("authorization", "Bearer sk-up"),)
    assert as_header("api-key", place(credential=NO_CREDENTIAL)) == ()
