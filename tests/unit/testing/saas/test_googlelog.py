"""What happened becomes an entry in the log of the application that would tell it, or of none."""

from __future__ import annotations

import pytest

from tests.worlds import NOW, google_world
from wardlaw.connectors.googlelog import EXPORTS
from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.model import Consent
from wardlaw.testing.saas.googlelog import EXPORTING, number_of, report_entry


def test_the_stand_in_and_the_connector_mean_the_same_by_an_export() -> None:
    assert EXPORTING == EXPORTS


@pytest.mark.parametrize(
    ("activity", "application", "name"),
    [
        (Activity("x", NOW, Deed.CONSENT, app="c", consent=Consent.ADMIN), "admin", "ADD_TO_TRUSTED_OAUTH2_APPS"),
        (Activity("x", NOW, Deed.REVOKE, "100", app="c"), "token", "revoke"),
        (Activity("x", NOW, Deed.USE, "100", object="doc"), "drive", "view"),
        (Activity("x", NOW, Deed.USE, "100", app="c"), "token", "activity"),
        (Activity("x", NOW, Deed.OTHER, "100", method="login_failure"), "login", "login_failure"),
        (Activity("x", NOW, Deed.APP_CREATED, app="c"), "admin", "ADD_APPLICATION"),
        (Activity("x", NOW, Deed.APP_DELETED, app="c"), "admin", "REMOVE_APPLICATION"),
        (Activity("x", NOW, Deed.TRACE_REMOVED, object="rule"), "admin", "DELETE_ALERT"),
    ],
)
def test_each_deed_has_its_place(activity: Activity, application: str, name: str) -> None:
    entry = report_entry(activity, google_world())
    assert entry is not None
    assert (entry["id"]["applicationName"], entry["events"][0]["name"]) == (application, name)


@pytest.mark.parametrize("deed", [Deed.ADVISORY, Deed.CREDENTIAL_ADDED, Deed.APP_CHANGED, Deed.OTHER])
def test_what_google_has_no_word_for_is_not_told(deed: Deed) -> None:
    assert report_entry(Activity("x", NOW, deed, "100"), google_world()) is None


def test_values_stand_under_the_kind_that_google_gives_them() -> None:
    entry = report_entry(
        Activity("x", NOW, Deed.USE, "100", app="c", method="drive.files.get", bytes=5), google_world()
    )
    assert entry is not None
    told = {one["name"]: one for one in entry["events"][0]["parameters"]}
    assert told["num_response_bytes"] == {"name": "num_response_bytes", "intValue": "5"}
    assert told["api_name"]["value"] == "drive"
    assert number_of("x") == number_of("x") != number_of("y")
