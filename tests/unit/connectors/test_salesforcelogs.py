from __future__ import annotations

import pytest

from wardlaw.connectors.salesforcelogs import app_of_label, label_of_app, login, read_log_file, record_id, setup_change
from wardlaw.inventory.activity import Deed
from wardlaw.inventory.importing.badrow import UnreadableError

HEAD = "TIMESTAMP_DERIVED,USER_ID,JOB_ID,JOB_STATUS,OPERATION_TYPE,ENTITY_TYPE,ROWS_PROCESSED\n"


def file(text: str, kind: str = "BulkApi2"):
    return read_log_file(text, kind, "0AT000000000001", labels={})


def line(minute: int, job: str, status: str, rows: int) -> str:
    return f"2026-09-20T10:{minute:02}:00.000Z,005000000000001,{job},{status},query,Case,{rows}\n"


def test_a_job_is_one_event_however_often_it_tells_how_far_it_is() -> None:
    told = file(HEAD + line(1, "J1", "inProgress", 100) + line(2, "J1", "complete", 250) + line(3, "J2", "complete", 7) + line(4, "J1", "deleted", 0))  # fmt: skip
    assert [(one.deed, one.items, one.calls) for one in told.activities] == [
        (Deed.EXPORT, 250, 1), (Deed.EXPORT, 7, 1), (Deed.TRACE_REMOVED, 0, 1),
    ]  # fmt: skip
    assert {one.credential for one in told.activities} == {""}
    assert told.activities[0].at > 1.7e9
    batches = file(HEAD + line(1, "J1", "", 100) + line(2, "J1", "", 50), "BulkApi")
    assert [(one.items, one.calls, one.method) for one in batches.activities] == [(150, 2, "BulkApi query")]


@pytest.mark.parametrize(("text", "gaps", "events"), [
    ("", 1, 0), ("A,B\n1,2\n", 1, 0), (HEAD, 0, 0), (HEAD + "x\n", 1, 0), (HEAD + line(1, "J", "c", 1) + '"unended', 1, 1),
    (HEAD + line(1, "J", "c", 1).replace("005000000000001", "nobody"), 1, 0), (HEAD + "," * 6 + "\n", 1, 0),
    (HEAD + line(1, "J", "c", 1) + "x\n" * 20, 6, 1), (HEAD + line(1, "J", "c", 1).strip() + ",more\n", 1, 0),
])  # fmt: skip
def test_a_file_that_is_cut_or_nonsense_has_gaps(text: str, gaps: int, events: int) -> None:
    told = file(text)
    assert (len(told.gaps), len(told.activities)) == (gaps, events)


def test_ids_are_cut_and_nothing_else_is_one() -> None:
    assert record_id("005000000000001AAA", "Id") == "005000000000001"
    for bad in ("", "005", "005000000000001'AA", None, 7, "ö" * 15):
        with pytest.raises(UnreadableError):
            record_id(bad, "Id")


def test_logins_of_browsers_and_refused_ones_tell_nothing_but_their_time() -> None:
    row = {
        "Id": "0Ya000000000001",
        "UserId": "005000000000001",
        "LoginTime": "2026-09-20T10:00:00.000+0000",
        "LoginType": "Remote Access 2.0",
        "Status": "Success",
        "Application": "App",
    }
    assert login(row).activities[0].app == "name:App"
    for change in ({"LoginType": "Application"}, {"Status": "Failed: Computer activation"}):
        told = login(row | change)
        assert (told.activities, told.at) == ((), login(row).at)
    with pytest.raises(UnreadableError):
        login(row | {"UserId": "x"})


@pytest.mark.parametrize(("action", "deed"), [
    ("insertConnectedApplication", Deed.APP_CREATED), ("updateConnectedAppAttributes", Deed.APP_CHANGED),
    ("deleteConnectedApplication", Deed.APP_DELETED), ("PermSetAssign", Deed.ROLE_ASSIGNED), ("weeklydataexport", Deed.EXPORT),
    ("eventLogFileDeleted", Deed.TRACE_REMOVED),
])  # fmt: skip
def test_changes_of_the_setup(action: str, deed: Deed) -> None:
    row = {
        "Id": "0Ym000000000001AAA",
        "Action": action,
        "Display": "x\n",
        "CreatedDate": "2026-09-20T10:00:00Z",
        "CreatedById": "005000000000001AAA",
    }
    assert setup_change(row).activities[0].deed is deed
    assert setup_change(row | {"Action": "changedEmail"}).activities == ()


@pytest.mark.parametrize("label", ["Data Loader", "100% \u202eevil\x00", "a\nb", "name:x", "%E2%80%AE", "'", " "])
def test_a_label_leads_back_letter_by_letter(label: str) -> None:
    app = app_of_label(label)
    assert app.isprintable()
    assert label_of_app(app) == label
    assert (app_of_label(""), app_of_label(None), label_of_app("0H4000000000001")) == ("", "", "")
