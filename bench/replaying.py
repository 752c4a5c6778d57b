"""Judging the log anew: how many recorded decisions a second ``wardlaw replay`` tries clauses on, on one core.

The decisions are varied (``deciding.cases``), sealed as a gateway seals them and put into the tables; the clauses are
the starter pack with one ceiling lowered, so that some decisions come out otherwise and are put into words.
"""

from __future__ import annotations

import time
from itertools import islice
from pathlib import Path

import msgspec

from bench.deciding import cases, policy_text
from bench.installation import raised_starter
from wardlaw.console.api.deps import ReplayAsked
from wardlaw.console.desks.replay import ReplayDesk
from wardlaw.decision.policyset import PolicySet
from wardlaw.decision.replay import Replaying
from wardlaw.store.database import open_database, reading, writing
from wardlaw.store.keyring import Keyring
from wardlaw.store.keyring_kek import FileKek, create_kek
from wardlaw.store.migrate import upgrade
from wardlaw.testing.decisions import put_decisions

_CLAUSES = 12
_BATCH = 5_000
_STRICTER = """- id: OPS-99
  title: No long prompts
  text: A draft that stops some of it.
  owner: dpo
  wing: governance
  risk: low
  effect: deny
  actions: [ModelCall]
  when: {all: [{attribute: promptTokens, over: 3900}]}
  examples:
    - {name: long, effect: deny, action: ModelCall, context: {promptTokens: 3901}}
    - {name: short, effect: allow, action: ModelCall, context: {promptTokens: 3900}}
"""


class ReplayFigures(msgspec.Struct, frozen=True):
    """What judging a log anew took; CPU of all threads of the process."""

    decisions: int
    clauses: int
    differing: int
    per_second: float
    cpu_us: float


def measure(decisions: int, folder: Path) -> ReplayFigures:
    """Record so many decisions and judge them anew."""
    place = folder / "replay"
    (place / "data").mkdir(parents=True)
    engine = open_database(f"sqlite:///{place}/w.db")
    upgrade(engine)
    kek = place / "keys" / "kek"
    create_kek(kek, data_dir=place / "data")
    keyring = Keyring(f"sqlite:///{place}/data/deks.db", FileKek(kek, data_dir=place / "data"))
    held = PolicySet.build(policy_text(_CLAUSES))
    made = iter(cases(decisions, seed=1))
    for first in range(0, decisions, _BATCH):
        with writing(engine) as connection:
            put_decisions(connection, keyring, held, islice(made, _BATCH), first=first)
    sources = {**raised_starter(), "stricter.yaml": _STRICTER}
    desk, adding = ReplayDesk(keyring, clock=time.time), Replaying(examples=3)
    # Reading the clauses is done once, before anything is judged.
    with reading(engine) as connection:
        desk.replay(connection, ReplayAsked(sources, begin=0, end=1), may_know_persons=True)
    began, cpu = time.perf_counter(), time.process_time()
    begin = end = 0
    while not end or begin < end:
        with reading(engine) as connection:
            part = desk.replay(connection, ReplayAsked(sources, begin=begin, end=end), may_know_persons=True)
        adding.add(part.report)
        begin, end = part.next, part.end
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    keyring.close()
    engine.dispose()
    report = adding.report()
    clauses = sum(text.count("\n- id:") + text.startswith("- id:") for text in sources.values())
    return ReplayFigures(report.judged, clauses, report.total.total, report.judged / seconds, cpu / report.judged * 1e6)
