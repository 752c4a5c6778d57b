from __future__ import annotations

import asyncio
from pathlib import Path

from wardlaw.audit.envelope import RecordKind
from wardlaw.facts.exchange import Channel
from wardlaw.facts.finding import FindingKind
from wardlaw.gateway.inspection import Inspection
from wardlaw.testing.edges import MemoryAnswer, MemoryCall, completion, user
from wardlaw.testing.worker import SECRET, TRIPWIRE, Worker, inspector, starter_set


def test_a_worker_serves_and_its_records_can_be_opened(tmp_path: Path) -> None:
    worker = Worker(tmp_path)
    worker.upstreams.will(MemoryAnswer(completion("Hi")))
    call = asyncio.run(worker.serve(MemoryCall(user("Hello"))))
    assert call.status == 200
    assert len(worker.inputs()) == len(worker.envelopes(RecordKind.DECISION)) == 2
    assert "Hello" in [passage.text for passage in worker.contents()[0].passages]
    assert worker.outcomes()[0]["result"] == "complete"
    assert worker.rebuilt_ledger().epoch == worker.ledger.epoch + 1
    worker.close()


def test_its_secrets_are_known_to_its_detectors() -> None:
    found = Inspection(inspector()).inspect_text(f"{SECRET} and {TRIPWIRE}", Channel.USER)
    assert {finding.kind for finding in found} >= {FindingKind.FINGERPRINT, FindingKind.TRIPWIRE}


def test_the_starter_pack_is_shared() -> None:
    assert starter_set() is starter_set()
