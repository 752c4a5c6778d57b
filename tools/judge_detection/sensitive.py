"""Secrets and personal data in ``docs/detection.md``: Wardlaw beside detect-secrets and presidio, in one run.

    python -m tools.judge_detection.sensitive DATA_FOLDER PEERS [--write]

``DATA_FOLDER`` holds ``secrets.jsonl`` and ``pii.jsonl``; ``PEERS`` the environments ``detect-secrets`` and
``presidio``. A peer without an environment is left out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tools.judge_detection.page import PAGE, put
from tools.judge_personal.__main__ import Look, Tally, judge, read, wardlaw
from tools.judge_secrets.__main__ import Case, Judge, cases
from tools.judge_secrets.keys import Key
from wardlaw.security.people import VERSION as PEOPLE

_COUNT, _SEED = 1500, 1
_STYLES = (("judge", "formats invented to judge by"), ("fresh", "formats invented after those"))
_TOOLS = Path(__file__).resolve().parents[1]
Spans = list[tuple[int, int]]


class Said(NamedTuple):
    """What one detector reports of texts.

    Attributes:
        name: For the table.
        spans: Reports of each text.
        ms: Processor time for each text.
    """

    name: str
    spans: list[Spans]
    ms: float


def ours(name: str, texts: Sequence[str], *, generic: bool) -> Said:
    """The secret detector, whole or without what it knows of providers."""
    detector = Judge(generic=generic)
    begin = time.process_time()
    spans = [[(one.start, one.end) for one in detector.found(text)] for text in texts]
    return Said(name, spans, 1000 * (time.process_time() - begin) / len(texts))


def asked(python: Path, script: Path, texts: Sequence[str]) -> list[dict[str, object]]:
    """Answers of a script in a peer's environment, one line for each text."""
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    done = subprocess.run([str(python), str(script)], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def detect_secrets(peers: Path, texts: Sequence[str]) -> Said:
    """What detect-secrets reports: values, looked up in the text."""
    *rows, last = asked(peers / "detect-secrets" / "bin" / "python", _TOOLS / "judge_secrets" / "peer.py", texts)
    spans = [
        [(at, at + len(value)) for value in row["found"] if (at := text.find(value)) >= 0]
        for text, row in zip(texts, rows, strict=True)
    ]
    return Said(f"detect-secrets {last['version']}", spans, float(str(last["ms"])))


def labelled(path: Path) -> list[Case]:
    """Rows of a file of labelled texts."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        key = Key(row["text"][slice(*row["span"])], row["rule"]) if row["label"] else None
        found.append(Case(row["text"], key))
    return found


def secrets_table(sets: Sequence[tuple[str, Sequence[Case]]], peers: Path) -> str:
    """Recall and lookalikes reported, for each set of texts and each detector."""
    lines = ["| texts | detector | recall | lookalikes reported | ms each |", "|---|---|---|---|---|"]
    for title, texts in sets:
        plain = [case.text for case in texts]
        said = [ours("**Wardlaw**", plain, generic=False)]
        said.append(ours("**Wardlaw**, without rules and names of providers", plain, generic=True))
        if (peers / "detect-secrets").is_dir():
            said.append(detect_secrets(peers, plain))
        for one in said:
            hits = [case.hit(spans) for case, spans in zip(texts, one.spans, strict=True)]
            keys = [hit for case, hit in zip(texts, hits, strict=True) if case.key]
            others = [hit for case, hit in zip(texts, hits, strict=True) if not case.key]
            lines.append(f"| {title} | {one.name} | {_share(keys)} | {_share(others)} | {one.ms:.2f} |")
    return "\n".join(lines)


def _share(hits: Sequence[bool]) -> str:
    return f"{100 * sum(hits) / max(1, len(hits)):.1f} % of {len(hits)}"


def personal_table(path: Path, peers: Path) -> str:
    """Recall by type and precision of each detector."""
    rows = list(read(path))
    tallies: list[tuple[str, Tally]] = [
        (f"**Wardlaw**, names and addresses too (version {PEOPLE})", judge(rows, wardlaw(people=True))),
        ("**Wardlaw**, formats alone", judge(rows, wardlaw(people=False))),
    ]
    if (peers / "presidio").is_dir():
        begin = time.monotonic()
        texts = [row.text for row in rows]
        answers = asked(peers / "presidio" / "bin" / "python", _TOOLS / "judge_personal" / "spans.py", texts)
        spent = 1000 * (time.monotonic() - begin) / len(rows)
        tallies.append(
            ("presidio-analyzer, small English model of spaCy", judge(rows, _looked(answers))._replace(ms=spent))
        )
    kinds = [kind for kind, _ in tallies[0][1].total.most_common(8)]
    lines = [
        f"| detector | recall | precision | {' | '.join(kind.lower().replace('_', ' ') for kind in kinds)} | ms each |",
        "|---" * (4 + len(kinds)) + "|",
    ]
    for name, tally in tallies:
        by_kind = " | ".join(f"{100 * tally.hit[kind] / tally.total[kind]:.0f} %" for kind in kinds)
        lines.append(
            f"| {name} | {100 * tally.recall:.1f} % | {100 * tally.precision:.1f} % | {by_kind} | {tally.ms:.2f} |"
        )
    return "\n".join(lines)


def _looked(answers: Sequence[dict[str, object]]) -> Look:
    kept = {row["text"]: [(start, end, label) for start, end, label in row["found"]] for row in answers}
    return lambda text: kept[text]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("peers", type=Path)
    parser.add_argument("--write", action="store_true")
    said = parser.parse_args()
    sets: list[tuple[str, Sequence[Case]]] = [
        (title, list(cases(style, count=_COUNT, seed=_SEED))) for style, title in _STYLES
    ]
    sets.append(("formats of a public rule set", labelled(said.data / "secrets.jsonl")))
    parts: list[tuple[str, Callable[[], str]]] = [
        ("secrets", lambda: secrets_table(sets, said.peers)),
        ("personal data", lambda: personal_table(said.data / "pii.jsonl", said.peers)),
    ]
    for name, made in parts:
        table = made()
        print(table)
        if said.write:
            PAGE.write_text(put(PAGE.read_text(encoding="utf-8"), name, table), encoding="utf-8")


if __name__ == "__main__":
    main()
