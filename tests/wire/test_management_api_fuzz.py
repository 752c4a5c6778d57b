"""Whatever the document allows, and much it does not, is answered without a fault."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core import NOT_SET

from tests.console_fakes import Api
from wardlaw.facts.person import Role
from wardlaw.governance.operations import OPERATIONS


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    api = Api(tmp_path_factory.mktemp("fuzz"))
    yield api
    api.close()


@pytest.fixture(scope="module")
def persons(api: Api) -> dict[Role, int]:
    """One person for each role: together they may do everything."""
    return {role: api.person(role, role) for role in Role}


@pytest.fixture(scope="module")
def operations(api: Api) -> dict[str, object]:
    document = schemathesis.openapi.from_dict(api.ok("GET", "/openapi.json"))
    found = [result.ok() for result in document.get_all_operations()]
    return {operation.definition.raw["operationId"]: operation for operation in found}


def test_the_document_can_be_read_by_others(operations: dict[str, object]) -> None:
    assert set(operations) == set(OPERATIONS)


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_no_request_makes_a_fault(name: str, mode, api: Api, persons: dict[Role, int], operations) -> None:
    able = [uid for role, uid in persons.items() if api.made.deps.roles.roles[role] & {*OPERATIONS[name].permissions}]
    callers = [-1, persons[Role.AUDITOR], *able, *able]
    strategy = operations[name].as_strategy(generation_mode=mode)

    @given(strategy, st.sampled_from(callers))
    @settings(max_examples=4, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def ask(case, uid: int) -> None:
        path = case.formatted_path.removeprefix("/api")
        query = urlencode(case.query or {}, doseq=True)
        body = None if case.body is NOT_SET else case.body
        status, answer = api.call(case.method, f"{path}?{query}" if query else path, body, uid=uid)
        assert status < 500, (status, answer, path, query, body)
        if status >= 400:
            assert answer["error"]["code"].startswith("WL-"), answer

    ask()
