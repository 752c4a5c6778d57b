from __future__ import annotations

import msgspec

from tests.console_fakes import Api, api_of
from wardlaw.facts.person import Role
from wardlaw.store.database import writing
from wardlaw.store.exports import ExportCursor, keep_cursor


def test_targets_are_told_with_how_far_they_are(api: Api) -> None:
    api.app = api_of(msgspec.structs.replace(api.made.deps, export_targets=("siem", "file")))
    with writing(api.made.engine) as connection:
        keep_cursor(connection, ExportCursor("siem", 5, 5, failures=2, error="it answered 500"))
    told = api.ok("GET", "/audit/targets", uid=api.person("aud", Role.AUDITOR))
    assert told["end"] == 0
    assert [(one["target"], one["behind"], one["failures"], one["error"]) for one in told["targets"]] == [
        ("siem", 0, 2, "it answered 500"), ("file", 0, 0, ""),
    ]  # fmt: skip
