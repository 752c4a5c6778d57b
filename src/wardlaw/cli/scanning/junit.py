"""The report as JUnit XML, which build servers show as tests: one case a file, one failure a finding."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET  # writes only; nothing is parsed
from collections.abc import Sequence

from wardlaw.cli.scanning.files import FileReport
from wardlaw.facts.finding import Level

# Characters XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(reports: Sequence[FileReport], *, old: frozenset[str] = frozenset()) -> bytes:
    """The report; findings that are notes or accepted fail nothing."""
    suite = ET.Element("testsuite", name="wardlaw scan")
    failures = skipped = 0
    for report in reports:
        case = ET.SubElement(suite, "testcase", name=_clean(report.path), classname=f"wardlaw.{report.kind.value}")
        if report.skipped is not None:
            skipped += 1
            ET.SubElement(case, "skipped", message=_clean(report.skipped.why))
            continue
        grave = [one for one in report.found if one.level is not Level.NOTE and one.fingerprint not in old]
        failures += bool(grave)
        for one in grave:
            place = f"{one.path}:{one.line}" + (f" {one.pointer}" if one.pointer else "")
            failure = ET.SubElement(case, "failure", type=_clean(one.rule), message=_clean(f"{place}: {one.says}"))
            failure.text = _clean(f"{one.level.value} {one.kind} {one.score / 1000:.3f} {one.excerpt}")
    suite.set("tests", str(len(reports)))
    suite.set("failures", str(failures))
    suite.set("errors", "0")
    suite.set("skipped", str(skipped))
    root = ET.Element("testsuites")
    root.append(suite)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("?", text)
