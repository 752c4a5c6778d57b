"""Shared by all tests: outside services, the rule that required ones may not be skipped, calm hypothesis."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Generator, Iterator
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings

from wardlaw.facts.layouts import settle_layouts

POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/test"
REDIS = "redis://127.0.0.1:6379/0"

# Machines that run the tests differ in speed; a slow example is no failure.
settings.register_profile("wardlaw", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wardlaw")


def _required() -> tuple[str, ...]:
    """Services that must be there: a test that would skip for one of them fails instead."""
    return tuple(name.strip().lower() for name in os.environ.get("WARDLAW_TEST_REQUIRE", "").split(",") if name.strip())


def _reachable(url: str, default_port: int) -> bool:
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or default_port), timeout=2.0):
            return True
    except OSError:
        return False


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """A PostgreSQL the tests may fill; use a schema of your own."""
    url = os.environ.get("WARDLAW_TEST_POSTGRES", POSTGRES)
    if not _reachable(url, 5432):
        pytest.skip("postgres is not reachable (WARDLAW_TEST_POSTGRES)")
    return url


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A Redis or Valkey the tests may fill; use a prefix of your own."""
    url = os.environ.get("WARDLAW_TEST_REDIS", REDIS)
    if not _reachable(url, 6379):
        pytest.skip("redis is not reachable (WARDLAW_TEST_REDIS)")
    return url


@pytest.fixture
def own_name() -> str:
    """A name no other test uses: for a schema, a key prefix, a database."""
    return f"t{uuid.uuid4().hex[:16]}"


@pytest.fixture
def no_color(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Output as in a pipe."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "100")
    return


def pytest_collection_finish() -> None:
    """Tests run threads in one process, as the gateway does."""
    settle_layouts()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skip for a required service is a failure."""
    del call
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        why = str(report.longrepr).lower()
        missing = [name for name in _required() if name in why or item.get_closest_marker(name)]
        if missing:
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was skipped, but {', '.join(missing)} is required here: {why}"
    return report
