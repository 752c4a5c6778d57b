"""Whatever platforms send, reading it ends in a page or in one clear error, and an event read twice is one event."""

from __future__ import annotations

import json
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from wardlaw.connectors import githubhook, googlepush
from wardlaw.connectors.feed import FeedPage
from wardlaw.connectors.githubaudit import AuditNames, audit_page
from wardlaw.connectors.googlelog import APPLICATIONS, log_page
from wardlaw.facts.errors import InputError
from wardlaw.testing.saas.githubhooks import signed_delivery

SECRET = "s"
EVENTS = (
    "installation",
    "installation_repositories",
    "github_app_authorization",
    "personal_access_token_request",
    "ping",
)
names = st.sampled_from(
    ["id", "time", "actor", "profileId", "email", "events", "name", "parameters", "client_id", "value", "multiValue", "scope",
     "authorize", "activity", "AUTHORIZE_API_CLIENT_ACCESS", "networkInfo", "ipAsn", "agentAttributionInfo", "agentId",
     "isAgenticAction", "action", "created", "installation", "app_id", "permissions", "sender", "login", "owner",
     "repositories_added", "personal_access_token_request", "@timestamp", "token_scopes", "repo", "2026-09-20T10:00:00Z"]
)  # fmt: skip
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | names
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6), max_leaves=30
)


def is_clean(page: FeedPage) -> bool:
    """Nothing that would not print has come through in what is shown."""
    texts = [text for one in page.activities for text in (one.app_name, one.account, one.app, one.method, one.object)]
    return all(text.isprintable() for text in [*texts, *page.gaps])


def read_or_code(read: Callable[[], FeedPage]) -> FeedPage | str:
    """The page, or the code of the one error that is allowed."""
    try:
        return read()
    except InputError as error:
        return error.code


@given(st.lists(trees, max_size=4), st.sampled_from(APPLICATIONS))
@settings(max_examples=300)
def test_entries_of_googles_logs(entries, application) -> None:
    page = log_page(entries, application, id_of=lambda mail: mail)
    assert len(page.gaps) <= len(entries)
    assert is_clean(page)


@given(st.lists(trees, max_size=4))
@settings(max_examples=300)
def test_entries_of_githubs_log(entries) -> None:
    page = audit_page(entries, AuditNames.of(entries, entries))
    assert len(page.gaps) + len(page.activities) == len(entries)
    assert is_clean(page)


@given(trees, st.sampled_from(EVENTS))
@settings(max_examples=300)
def test_signed_deliveries(payload, event) -> None:
    headers, body = signed_delivery(event, payload, secret=SECRET, number=1)
    page = read_or_code(lambda: githubhook.read(headers, body, SECRET))
    if isinstance(page, str):
        assert page == "WL-INV-033"
        return
    assert is_clean(page)
    assert githubhook.read(headers, body, SECRET) == page


@given(
    st.dictionaries(st.sampled_from(["X-GitHub-Event", "X-GitHub-Delivery", "X-Hub-Signature-256", "X"]), st.text()),
    st.binary(),
)
def test_nothing_unsigned_is_read(headers, body) -> None:
    assert read_or_code(lambda: githubhook.read(headers, body, SECRET)) == "WL-INV-030"


@given(trees)
def test_messages_of_channels(payload) -> None:
    headers = {
        "X-Goog-Channel-ID": "c",
        "X-Goog-Channel-Token": SECRET,
        "X-Goog-Resource-State": "authorize",
        "X-Goog-Message-Number": "2",
        "X-Goog-Resource-URI": "https://x/applications/token?alt=json",
    }
    page = read_or_code(lambda: googlepush.read(headers, json.dumps(payload).encode(), SECRET))
    assert page == "WL-INV-033" if isinstance(page, str) else is_clean(page)
