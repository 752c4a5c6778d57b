from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.unit.evidence.reports import report
from wardlaw.evidence.coverage import Line, State
from wardlaw.evidence.reportoscal import OSCAL_VERSION, oscal_results

FILES = {"report.json": "ab" * 32, "proofs/dec_1.json": "cd" * 32, "proofs/dec_10.json": "ef" * 32}


def test_what_oscal_requires_is_there_and_links_lead_somewhere() -> None:
    lines = (Line("law:1", "crm", State.PROVEN, "passed (dec_1)"), Line("law:2", "crm", State.GAP, "nothing"))
    document: dict[str, Any] = oscal_results(report(lines), FILES)["assessment-results"]
    assert {"uuid", "metadata", "import-ap", "results"} <= set(document)
    assert document["metadata"]["oscal-version"] == OSCAL_VERSION
    assert {"title", "last-modified", "version"} <= set(document["metadata"])
    (result,) = document["results"]
    assert {"uuid", "title", "description", "start", "reviewed-controls"} <= set(result)
    known = {one["uuid"] for one in document["back-matter"]["resources"]}
    links = [link["href"] for one in result["observations"] for link in one["relevant-evidence"]]
    assert {link.removeprefix("#") for link in links} <= known
    assert {link["href"].removeprefix("#") for link in result["links"]} == known
    located = {one["title"]: one["rlinks"][0] for one in document["back-matter"]["resources"]}
    assert {name: one["hashes"][0]["value"] for name, one in located.items()} == FILES
    assert [len(one["relevant-evidence"]) for one in result["observations"]] == [2, 1]
    observed = {one["uuid"] for one in result["observations"]}
    assert {one["related-observations"][0]["observation-uuid"] for one in result["findings"]} == observed
    assert [one["target"]["status"]["state"] for one in result["findings"]] == ["satisfied", "not-satisfied"]
    assert all(UUID(one).version == 5 for one in observed)
    assert all(UUID(one).version == 4 for one in known)


def test_a_report_without_lines_has_no_empty_lists() -> None:
    result = oscal_results(report(()), FILES)["assessment-results"]["results"][0]
    assert "findings" not in result
    assert "observations" not in result
