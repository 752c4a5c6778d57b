"""Judge the secret detector on invented formats and on lookalikes.

Run from a checkout: ``python -m tools.judge_secrets --style judge --count 3000``. Prints recall for each family, the
share of lookalikes reported, and with ``--rules-out`` what the generic part alone finds of each provider's format in
a file of labelled rows (``text``, ``label``, ``rule``, ``span``).
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tools.judge_secrets import contexts, lookalikes
from tools.judge_secrets.keys import STYLES, Key, brand
from wardlaw.facts.exchange import Channel, Segment
from wardlaw.facts.finding import Finding
from wardlaw.security.normalise import Normaliser
from wardlaw.security.rules.secrets import PROVIDERS
from wardlaw.security.secrets import SecretDetector

# Rules of no provider: how any credential of that kind is written.
_OF_NOBODY = ("jwt", "private-key", "basic-auth", "curl-user", "kubernetes")


class Judge:
    """The detector, whole or without the rules of the providers and the list of their names."""

    def __init__(self, *, generic: bool) -> None:
        out = {rule.id for rule in PROVIDERS if rule.id not in _OF_NOBODY} | {"service"}
        self._detector = SecretDetector(without=frozenset(out) if generic else frozenset())
        self._normaliser = Normaliser()

    def found(self, text: str) -> list[Finding]:
        """Findings in a text."""
        return self._detector.detect(self._normaliser.normalise(text), Segment(0, Channel.USER, "", text))


def place(rng: random.Random, style: str, key: Key, name: str) -> str:
    """A credential in one of its contexts."""
    if key.whole:
        return f"{rng.choice(('', 'url: ', 'Use this: '))}{key.text}\n"
    named = contexts.NAMED[style]
    pool = (*named, *contexts.BARE[style]) if key.bare else named
    return rng.choice(pool).format(v=key.text, n=name, N=name.upper())


def lookalike(rng: random.Random, style: str) -> str:
    """A text without a credential."""
    if rng.random() < 0.4:
        return rng.choice(lookalikes.WHOLE[style])(rng)
    value = rng.choice(lookalikes.VALUES[style])(rng)
    plain = ("export API_KEY={v}", '{{"token": "{v}"}}', "password: {v}  # monthly", 'const key = "{v}";', "id: {v}",
             'curl -H "Authorization: Bearer {v}" https://api.example/v1')  # fmt: skip
    return rng.choice((*plain, *contexts.BARE[style])).format(v=value, n="acme", N="ACME")


class Case(NamedTuple):
    """A text and the credential in it, None for a lookalike."""

    text: str
    key: Key | None

    def hit(self, spans: Iterable[tuple[int, int]]) -> bool:
        """Whether a report overlaps the credential, or anything is reported where there is none."""
        if self.key is None:
            return any(True for _ in spans)
        start = self.text.index(self.key.text)
        return any(low < start + len(self.key.text) and high > start for low, high in spans)


def cases(style: str, *, count: int, seed: int) -> Iterator[Case]:
    """``count`` credentials in their places, and as many texts without one."""
    rng = random.Random(f"{style}:{seed}")
    makers, consonants = STYLES[style]
    for at in range(count):
        name = brand(rng, consonants)
        key = makers[at % len(makers)](rng, name)
        yield Case(place(rng, style, key, name), key)
    for _ in range(count):
        yield Case(lookalike(rng, style), None)


def judge_style(style: str, *, count: int, seed: int, generic: bool, show: int) -> None:
    """Print recall by family and the share of lookalikes reported."""
    judge = Judge(generic=generic)
    total: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    wrong = shown = 0
    for case in cases(style, count=count, seed=seed):
        found = judge.found(case.text)
        said = case.hit((one.start, one.end) for one in found)
        if case.key:
            total[case.key.family] += 1
            hit[case.key.family] += said
        else:
            wrong += said
        if said is not bool(case.key) and shown < show:
            shown += 1
            print(case.key.family if case.key else "wrong", [one.rule for one in found], repr(case.text[:200]))
    for family in total:
        print(f"  {family:16} {hit[family] / total[family]:6.1%} of {total[family]}")
    print(f"{style}: recall {hit.total() / total.total():.1%}, lookalikes reported {wrong / count:.2%} of {count}")


def judge_rows(path: Path, *, generic: bool) -> None:
    """Print what is found of each rule's rows in a labelled file, and how many of the others are reported."""
    judge = Judge(generic=generic)
    total: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    wrong = others = 0
    for line in path.read_text().splitlines():
        row = json.loads(line)
        found = judge.found(row["text"])
        if not row["label"]:
            others, wrong = others + 1, wrong + bool(found)
            continue
        total[row["rule"]] += 1
        hit[row["rule"]] += any(one.start < row["span"][1] and one.end > row["span"][0] for one in found)
    for rule in sorted(total, key=lambda one: hit[one] / total[one]):
        if hit[rule] < total[rule]:
            print(f"  {rule:40} {hit[rule] / total[rule]:6.1%}")
    print(f"rows: recall {hit.total() / total.total():.1%}, others reported {wrong / max(1, others):.2%} of {others}")


def main() -> None:
    """Read the command line and print."""
    parser = argparse.ArgumentParser(prog="tools.judge_secrets", description=__doc__)
    parser.add_argument("--style", choices=sorted(STYLES), default="judge")
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0, help="print so many misses and wrong reports")
    parser.add_argument("--rules-out", action="store_true", help="without the providers' rules and names")
    parser.add_argument("--rows", type=Path, help="judge a file of labelled rows instead")
    said = parser.parse_args()
    if said.rows:
        judge_rows(said.rows, generic=said.rules_out)
    else:
        judge_style(said.style, count=said.count, seed=said.seed, generic=said.rules_out, show=said.show)


if __name__ == "__main__":
    main()
