"""A log with a gap in it, and the keys a report is made with, behind the management API of the fakes."""

from __future__ import annotations

from sqlalchemy import insert

from tests.console_fakes import START, Api
from tests.unit.console.api.test_laws import CRM
from wardlaw.audit.envelope import Envelope, RecordKind, encode
from wardlaw.facts.person import Role
from wardlaw.store.database import writing
from wardlaw.store.keyring_signing import create_signing_key
from wardlaw.store.logdir import LogDirectory, LogWriter
from wardlaw.store.tables import RECORD
from wardlaw.testing.memorylog import MemoryLog, log_key, make_entries

GAP = "gap_00000000000000000000000001"


def with_log(api: Api) -> int:
    """Give the API a log of 300 records, the last one a gap, and a system; answers the uid of an auditor."""
    places = api.made.places
    create_signing_key(places.bundle_key_path, places.key_name("bundle"))
    places.log_key_path.with_name("log.key.pub").write_text(log_key().verifier.text + "\n")
    at_ms = int(START * 1_000)
    entry = encode(Envelope(at=at_ms, epoch=1, gateway="gateway-1", id=GAP, kind=RecordKind.GAP, seq=0, facts={"n": 2}))
    log = MemoryLog([*make_entries(299), entry])
    made = LogDirectory(api.made.log.folder / "log")
    writer = LogWriter.resume(made, 0)
    writer.append(log.entries, log.leaves)
    writer.publish(log.signed.note.encode(), cosigned=False)
    row = {"leaf_index": 299, "id": GAP, "kind": "gap", "exchange": "", "at_ms": at_ms, "gateway": "gateway-1"}
    rest = dict.fromkeys(("subject", "effect", "demanded", "action", "route", "policies", "code"), "")
    with writing(api.made.engine) as connection:
        connection.execute(insert(RECORD).values(row | rest | {"epoch": 1, "seq": 0, "envelope": entry}))
    api.ok("POST", "/systems", CRM, uid=api.person("own", Role.OWNER))
    return api.person("looks", Role.AUDITOR)


def days(api: Api) -> dict[str, str]:
    """The body that asks for a report of the days around the start."""
    del api
    return {"framework": "eu-ai-act", "since": "2020-01-01", "until": "2031-01-01"}
