"""All detectors of prompt injections on the same texts in one run.

    python -m tools.judge_detection.contest DATA_FOLDER OUT PEERS [--write]

``OUT`` is where ``tools.train_injection.finetune`` has left its scores; ``PEERS`` holds one environment for each peer,
under its name. With ``--write`` ``docs/detection.md`` is replaced.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tools.judge_detection.page import PAGE, Judged, Manifest, render
from tools.judge_detection.peers import PEERS, PROSE, SIZES
from tools.judge_detection.texts import DATA, PROMPT, Text, sample
from tools.train_injection import figures
from tools.train_injection.data import manifest
from tools.train_injection.finetune import corpus
from tools.train_injection.judge_encoder import encoder_scores, linear_scores, weigh
from wardlaw.adapters.encoder import load_encoder
from wardlaw.adapters.weights import load_weights
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding, FindingKind
from wardlaw.security.encoder import EncoderDetector
from wardlaw.security.fingerprint import FingerprintBook
from wardlaw.security.injection import NAME as RULES
from wardlaw.security.inspect import HiddenDetector, Inspector
from wardlaw.security.learned import NAME as LINEAR
from wardlaw.security.learned import POINTS, Head
from wardlaw.security.normalise import Normaliser

_CHANNELS = {PROMPT: Channel.USER, DATA: Channel.TOOL_RESULT}
_REPEATS = 15


class Learned(NamedTuple):
    """What a learned tier says of texts whose sources it has not seen, as points."""

    points: dict[str, np.ndarray]


def points_of(scores: Sequence[np.ndarray], scales: Sequence[tuple[float, ...]]) -> Learned:
    """Scores of both channels on the common scale."""
    both = zip((PROMPT, DATA), scores, scales, strict=True)
    return Learned({name: np.interp(own, scale, POINTS) for name, own, scale in both})


def ours(texts: Sequence[Text], tiers: Sequence[Learned]) -> list[float]:
    """Highest points of the rules and of some learned tiers."""
    inspector = Inspector(
        book=FingerprintBook((), key=b"k" * 32, base=257),
        subject_key=b"s" * 32,
        only=frozenset((RULES, HiddenDetector.name)),
    )
    found = []
    for text in texts:
        rules = inspector.inspect(Segment(0, _CHANNELS[text.channel], "", text.text))
        highest = max((one.score for one in rules if one.kind is not FindingKind.FAULT), default=0)
        found.append(max(highest, *(float(tier.points[text.channel][text.id]) for tier in tiers), 0.0))
    return found


def timed(look: Callable[[str], object]) -> list[float]:
    """Median milliseconds of processor time for harmless texts of each size."""
    medians = []
    for size in SIZES:
        spent = []
        for number in range(_REPEATS):
            text = f"{number} {(PROSE * 120)[:size]}"
            begin = time.process_time()
            look(text)
            spent.append(1000 * (time.process_time() - begin))
        medians.append(float(np.median(spent)))
    return medians


def ours_timed() -> dict[str, list[float]]:
    """Processor time of the tiers that ship."""
    weights = load_weights()
    book = FingerprintBook((), key=b"k" * 32, base=257)
    normaliser, encoder = Normaliser(), load_encoder(weights)
    rules = Inspector(book=book, subject_key=b"s" * 32, only=frozenset((RULES,)))
    both = Inspector(book=book, subject_key=b"s" * 32, weights=weights, only=frozenset((RULES, LINEAR)))

    def inspected(by: Inspector) -> Callable[[str], object]:
        return lambda text: by.inspect(Segment(0, Channel.USER, "", text))

    return {
        "rules": timed(inspected(rules)),
        "linear": timed(inspected(both)),
        "encoder": timed(lambda text: _read(encoder, normaliser, text)),
    }


def _read(encoder: EncoderDetector, normaliser: Normaliser, text: str) -> Finding | None:
    return encoder.look(normaliser.normalise(text), Segment(0, Channel.USER, "", text))


def ask_peer(name: str, folder: Path, texts: Sequence[Text], kept: Path) -> Judged:
    """What a peer says; asked once, then read from ``kept``."""
    answers = kept / f"peer-{name}.jsonl"
    if not answers.exists():
        script = Path(__file__).with_name("peers.py")
        lines = "".join(json.dumps({"id": number, "text": text.text}) + "\n" for number, text in enumerate(texts))
        done = subprocess.run(
            [str(folder / name / "bin" / "python"), str(script), name],
            input=lines,
            capture_output=True,
            text=True,
            check=True,
        )
        answers.write_text(done.stdout, encoding="utf-8")
    rows = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    scores, flags = [row["score"] for row in rows[:-1]], [row["flag"] for row in rows[:-1]]
    return Judged(f"{name} {rows[-1]['version']}", np.array(scores), np.array(flags), rows[-1]["ms"])


def flagged(points: np.ndarray) -> np.ndarray:
    """Whether Wardlaw warns or stops."""
    return points >= POINTS[2]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("peers", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    found = corpus(asked.data, 1)
    linear, encoder = linear_scores(found, asked.output), encoder_scores(found, asked.output)
    weighed = [weigh(found, linear, encoder, head) for head in (0, 1)]
    held = figures.Held(found, weighed[0].held, weighed[1].held)
    texts = sample(found, held, seed=3)
    heads: tuple[Head, Head] = (load_weights().description.prompt, load_weights().description.data)
    first = points_of([one.linear for one in weighed], [head.scale for head in heads])
    second = points_of([one.held for one in weighed], [one.blend.scale for one in weighed])
    times = ours_timed()
    judged = []
    for name, tiers, cost in (
        ("rules", (), "rules"),
        ("rules, linear", (first,), "linear"),
        ("rules, linear, encoder", (second,), "encoder"),
    ):
        points = np.array(ours(texts, tiers))
        judged.append(Judged(f"**Wardlaw**, {name}", points, flagged(points), times[cost]))
    for name in PEERS:
        if (asked.peers / name).is_dir():
            print(f"asking {name}", file=sys.stderr, flush=True)
            judged.append(ask_peer(name, asked.peers, texts, asked.output))
    page = render(
        texts, judged, Manifest(manifest(asked.data)), PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    )
    print(page)
    if asked.write:
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
