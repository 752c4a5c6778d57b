"""How many passages of ordinary files the detectors of injections would stop or warn of.

    python -m tools.judge_detection.passages FOLDER [FOLDER ...] [--most 60000] [--channel data]

Documentation, change logs and manuals of installed packages are texts that nobody wrote to be judged by and that are at
hand on every machine; some quote attacks, so the figure is an upper bound. The encoder is asked as in a gateway.
"""

from __future__ import annotations

import argparse
import gzip
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from wardlaw.cli.scanning.judging import TextJudge
from wardlaw.facts.exchange import Channel
from wardlaw.facts.finding import FindingKind, Level

PASSAGE_CHARS = 600
_SHORTEST = 200
_MOST_BYTES = 400_000  # of one file
_NAMES = re.compile(r"(?i)(\.(md|rst|txt|mdx|html|po|adoc)(\.gz)?$|^METADATA$|README|changelog)")
_CHANNELS = {"data": Channel.TOOL_RESULT, "prompt": Channel.USER}


def passages(folders: Sequence[Path], *, seed: int) -> Iterator[str]:
    """Passages of the files under folders, each once, files in an order drawn from ``seed``."""
    files = sorted(path for folder in folders for path in folder.rglob("*") if _NAMES.search(path.name))
    random.Random(seed).shuffle(files)
    seen: set[int] = set()
    for path in files:
        text = _text(path)
        for begin in range(0, len(text), PASSAGE_CHARS):
            passage = text[begin : begin + PASSAGE_CHARS]
            if len(passage) >= _SHORTEST and hash(passage) not in seen:
                seen.add(hash(passage))
                yield passage


def _text(path: Path) -> str:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return file.read(_MOST_BYTES).decode()
    except (OSError, UnicodeDecodeError, EOFError):
        return ""


def judge(texts: Iterator[str], channel: Channel, *, most: int) -> tuple[int, Counter[Level], Counter[str]]:
    """Passages judged, how many reach which level at most, and how often each rule stops one."""
    by = TextJudge(("injection",))
    levels: Counter[Level] = Counter()
    rules: Counter[str] = Counter()
    count = 0
    for text in texts:
        found = [one for one in by.judge(text, channel) if one.kind is FindingKind.INJECTION]
        count += 1
        for level in (Level.BLOCK, Level.REVIEW):
            if any(one.level is level for one in found):
                levels[level] += 1
                break
        rules.update({one.rule for one in found if one.level is Level.BLOCK})
        if count == most:
            break
    return count, levels, rules


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--most", type=int, default=60_000)
    parser.add_argument("--channel", choices=sorted(_CHANNELS), default="data")
    asked = parser.parse_args()
    channel = _CHANNELS[asked.channel]
    count, levels, rules = judge(passages(asked.folders, seed=1), channel, most=asked.most)
    print(f"{count} passages as {asked.channel}: {levels[Level.BLOCK]} stopped, {levels[Level.REVIEW]} for review")
    for rule, number in rules.most_common(15):
        print(f"{number:6} {rule}")


if __name__ == "__main__":
    main()
