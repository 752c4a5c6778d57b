"""The page that checks a report: its script says what verify.py says, of a sound report and of every kind of changed one."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.console_fakes import Api
from tests.reporting import days, with_log
from wardlaw.cli.reportkeeping import files_of, write_report
from wardlaw.store.reportverify import check, read_report
from wardlaw.store.reportverifypage import verifier_page

NODE = shutil.which("node")
RUN = """
const fs = require("fs"), vm = require("vm");
globalThis.crypto ??= require("crypto").webcrypto;
vm.runInThisContext(fs.readFileSync(process.argv[1], "utf8") + ";globalThis.check = check;");
(async () => {
  const said = [];
  for (const one of JSON.parse(fs.readFileSync(0, "utf8"))) {
    const files = new Map(Object.entries(one.files).map(([name, text]) => [name, new Uint8Array(Buffer.from(text, "base64"))]));
    said.push(await globalThis.check(files, one.log, one.report));
  }
  process.stdout.write(JSON.stringify(said));
})();
"""


def test_the_page_stands_alone_and_can_send_nothing() -> None:
    page = verifier_page()
    assert not re.search(r"https?://|\bsrc=|\bhref=|url\(|@import|fetch\(|XMLHttp|innerHTML|eval\(", page)
    assert "default-src 'none'" in page
    assert page.count("</script>") == 1


@pytest.mark.skipif(NODE is None, reason="node is not installed")
def test_the_script_agrees_with_the_verifier_in_python(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    api = Api(tmp_path / "api")
    try:
        write_report(files_of(api.ok("POST", "/reports", days(api), uid=with_log(api))), tmp_path / "report")
    finally:
        api.close()
    files = read_report(tmp_path / "report")
    keys = json.loads(files["keys.json"])
    cases = [
        (files, [], []),
        (files, keys["log"], keys["report"]),
        (files, keys["report"], []),
        (files, [], keys["log"]),
    ]
    cases += [(files | {"more.txt": b"x"}, [], [])]
    for name, content in list(files.items())[::2]:
        at = len(content) // 2
        cases.append((files | {name: content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]}, [], []))
        cases.append(({other: kept for other, kept in files.items() if other != name}, [], []))
    script = Path(verifier_page.__code__.co_filename).with_name("reportverify.js")
    told = [
        {"files": {name: base64.b64encode(data).decode() for name, data in one.items()}, "log": log, "report": report}
        for one, log, report in cases
    ]
    command = [str(NODE), "-e", RUN, str(script)]
    ran = subprocess.run(command, input=json.dumps(told), capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr
    for said, (one, log, report) in zip(json.loads(ran.stdout), cases, strict=True):
        wrong, good = check(one, log_keys=log, report_keys=report)
        assert (bool(said["wrong"]), said["good"]) == (bool(wrong), good)
        if not any("cannot be read" in line for line in wrong):
            assert said["wrong"] == wrong
