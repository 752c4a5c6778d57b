from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from wardlaw.cli.creating import create_installation
from wardlaw.demo.crowd import Crowd
from wardlaw.demo.past import put_past
from wardlaw.store.database import open_database, reading
from wardlaw.store.installation import Installation
from wardlaw.store.tables import RECORD


def test_weeks_are_decided_by_the_clauses_and_stand_in_the_log(tmp_path: Path) -> None:
    config = create_installation(tmp_path / "w").config
    moments = list(Crowd(7).weeks(time.time(), days=4, a_day=60))
    told: list[float] = []
    written = put_past(config, moments, about=len(moments), now=time.time, say=lambda share, _: told.append(share))
    assert written == len(moments)
    assert told == sorted(told)
    engine = open_database(Installation(config).database_url({}))
    with reading(engine) as connection:
        rows = connection.execute(
            select(RECORD.c.id, RECORD.c.effect, RECORD.c.at_ms).order_by(RECORD.c.leaf_index)
        ).all()
    engine.dispose()
    assert [row.at_ms for row in rows] == [int(one.request.at * 1000) for one in moments]
    assert Counter(row.effect for row in rows)["cut"] == 27
    assert (Path(config.audit.log) / "checkpoint").read_text().splitlines()[1] == str(written)
