from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.audit.envelope import Envelope, RecordKind
from wardlaw.audit.siem import Exported, MissingLeaves, cef_message, ocsf_event, ocsf_lines, otlp_body, severity

BASE = {"at": 1_790_000_000_000, "epoch": 3, "gateway": "gateway-1", "id": "dec_1", "seq": 9}


def decision(effect: str, demanded: str = "", **more: object) -> Exported:
    fields = {"action": "ModelCall", "route": "chat.completions", "subject": "ab12", "policies": "cd" * 32} | more
    return Exported(7, Envelope(kind=RecordKind.DECISION, effect=effect, demanded=demanded or effect, **BASE | fields))


def event(item: Exported | MissingLeaves) -> dict:
    return ocsf_event(item, log="wardlaw/test", version="1")


# What OCSF 1.8 requires of the two classes and of every event.
REQUIRED = {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"}
OF_CLASS = {6003: {"actor", "api", "src_endpoint"}, 6002: {"app"}}


@pytest.mark.parametrize(
    ("effect", "demanded", "action", "status"),
    [
        ("allow", "", 1, 1), ("transform", "", 4, 1), ("hold", "", 2, 2), ("deny", "", 2, 2), ("cut", "", 2, 2),
        ("allow", "deny", 3, 1),
    ],
)  # fmt: skip
def test_a_decision_is_an_api_activity_with_what_the_control_did(effect, demanded, action, status) -> None:
    made = event(decision(effect, demanded, clauses=("GOV-07",)))
    assert (made["class_uid"], made["type_uid"]) == (6003, 600399)
    assert (made["action_id"], made["status_id"]) == (action, status)
    assert made["metadata"]["uid"] == "dec_1"
    assert made["metadata"]["profiles"] == ["security_control"]
    assert made["policy"]["name"] == "GOV-07"


@pytest.mark.parametrize("kind", list(RecordKind))
def test_every_kind_of_record_has_what_its_class_requires(kind: RecordKind) -> None:
    made = event(Exported(7, Envelope(kind=kind, facts={"operation": "keys.create"}, **BASE)))
    assert made.keys() >= REQUIRED | OF_CLASS[made["class_uid"]]
    assert made["type_uid"] == made["class_uid"] * 100 + made["activity_id"]
    assert made["category_uid"] == made["class_uid"] // 1000
    assert made["metadata"]["version"] == "1.8.0"


def test_a_canary_is_told_as_one() -> None:
    item = decision("deny", facts={"canary": "can_1"})
    assert event(item)["unmapped"]["facts"] == {"canary": "can_1"}
    assert b"cs1=can_1 cs1Label=canary" in cef_message(item, log="l", version="1", host="h")


def test_what_is_missing_is_an_event_of_its_own_with_a_stable_id() -> None:
    gap = MissingLeaves(4, 9, 1_790_000_000_000)
    made = event(gap)
    assert (made["class_uid"], made["metadata"]["uid"], made["metadata"]["sequence"]) == (6002, "gap_4_9", 4)
    assert "4 to 9" in made["message"]
    assert severity(gap) == 4


def test_otlp_is_one_request_with_all_records() -> None:
    body = json.loads(otlp_body([decision("allow"), MissingLeaves(1, 2, 5)], log="wardlaw/test", version="1"))
    (resource,) = body["resourceLogs"]
    first, second = resource["scopeLogs"][0]["logRecords"]
    assert first["timeUnixNano"] == "1790000000000000000"
    attributes = {one["key"]: one["value"]["stringValue"] for one in first["attributes"]}
    assert attributes["wardlaw.record"] == "dec_1"
    assert second["severityText"] == "ERROR"


CEF = re.compile(rb"<\d+>1 \S+ \S+ wardlaw - \S+ - CEF:0((?:\|(?:[^|\\]|\\.)*){6})\|(.*)", re.DOTALL)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=20))
def test_no_text_breaks_a_line_or_adds_a_field(route: str, fact: str, host: str) -> None:
    item = decision("deny", route=route, facts={"x": fact}, clauses=(fact,))
    line = cef_message(item, log="wardlaw/test", version="1", host=host)
    found = CEF.fullmatch(line)
    assert found is not None
    assert b"\n" not in line
    assert b"\r" not in line
    names = re.findall(rb"(?:^|(?<= ))(\w+)(?<!\\)=", found[2])
    known = {b"rt", b"dvchost", b"msg", b"externalId", b"act", b"suid", b"request", b"reason", b"cn1", b"cn1Label"}
    assert set(names) <= known
    (told,) = ocsf_lines([item], log="l", version="1").splitlines()
    assert json.loads(told)["unmapped"]["facts"] == {"x": fact}
