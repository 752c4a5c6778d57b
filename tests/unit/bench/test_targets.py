from __future__ import annotations

from pathlib import Path

from bench.installation import make, raised_starter
from bench.mock import answer_text, nginx_answers
from bench.targets import peer_version

from wardlaw.governance.shipped import starter_sources
from wardlaw.store.installation import Installation


def test_ceilings_are_out_of_reach_and_nothing_else_changes() -> None:
    raised, shipped = raised_starter(), starter_sources()
    changed = [
        (old, new)
        for name in shipped
        for old, new in zip(shipped[name].splitlines(), raised[name].splitlines(), strict=True)
        if old != new
    ]
    assert {old.strip(" -{").split(",")[0] for old, _ in changed} == {
        "attribute: callsPerMinute", "attribute: tokensPerDay", "attribute: bytesPerDay", "attribute: sessionBytes",
    }  # fmt: skip
    assert all("1000000000000000" in new for _, new in changed)


def test_an_installation_for_the_benchmark(tmp_path: Path) -> None:
    made = make(tmp_path / "one", port=1, answer_port=2, stream_port=3, spool=tmp_path / "elsewhere")
    assert len(set(made.keys)) == 8
    assert made.config.audit.spool == str(tmp_path / "elsewhere")
    assert Installation(made.config).bundle_path.is_file()


def test_the_mock_answers_differ_by_connection_and_number(tmp_path: Path) -> None:
    assert len(answer_text("1 in 2", "A text.")) > 400
    config = nginx_answers(81, tmp_path)
    assert "$connection in $connection_requests" in config
    assert config.count("25% '") == 4


def test_versions_of_other_gateways(tmp_path: Path) -> None:
    package = tmp_path / "node_modules" / "gateway"
    (package / "build").mkdir(parents=True)
    (package / "package.json").write_text('{"version": "1.2.3"}')
    assert peer_version("PEER", {"PEER": f"node {package}/build/start.js"}) == "1.2.3"
    assert peer_version("PEER", {}) == ""
