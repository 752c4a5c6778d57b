from __future__ import annotations

import pytest

from wardlaw.config.proving import Export, ExportKind, ExportTarget, export_faults


def faults(*targets: ExportTarget) -> list[str]:
    return [code for code, *_ in export_faults(Export(targets))]


@pytest.mark.parametrize(
    ("kind", "url", "sound"),
    [
        ("webhook", "https://siem.example/in", True), ("webhook", "http://127.0.0.1:9/in", True),
        ("webhook", "http://siem.example/in", False), ("webhook", "https://ana:pw@siem.example/", False),
        ("webhook", "", False), ("otlp", "https://collector.example/v1/logs", True),
        ("otlp", "tls://collector.example:4318", False), ("syslog", "tls://log.example:6514", True),
        ("syslog", "tcp://10.0.0.9:601", True), ("syslog", "tcp://log.example:601", False),
        ("syslog", "tls://log.example", False), ("syslog", "udp://10.0.0.9:514", False),
    ],
)  # fmt: skip
def test_the_log_travels_only_under_tls_or_near(kind: str, url: str, sound: bool) -> None:
    assert faults(ExportTarget("one", ExportKind(kind), url=url)) == ([] if sound else ["WL-CFG-008"])


def test_a_file_has_a_path_and_nothing_else_has_one() -> None:
    assert faults(ExportTarget("one", ExportKind.FILE, path="out.jsonl")) == []
    assert faults(ExportTarget("one", ExportKind.FILE)) == ["WL-CFG-005"]
    assert faults(ExportTarget("one", ExportKind.WEBHOOK, url="https://a.example/", path="x")) == ["WL-CFG-008"]


def test_names_are_unique() -> None:
    one = ExportTarget("one", ExportKind.FILE, path="a")
    assert faults(one, one) == ["WL-CFG-010"]
