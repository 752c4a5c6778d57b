"""Write ``security/rules/namegrams.py``: which groups of letters names have and ordinary words have not.

    python -m tools.train_names DATA_FOLDER [--write]

Names come from the package ``faker`` (61,695 given and family names of 86 places, MIT); ordinary words are those that
the documents of ``DATA_FOLDER`` (``train.jsonl.gz``) spell in lower case. Prints how well it tells names of places it
was not taught from words it was not taught. Needs ``requirements.txt`` of ``tools/train_injection`` and ``faker``.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import pkgutil
import random
import re
from base64 import b85encode
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from wardlaw.security.namelike import SHORTEST, letters, places
from wardlaw.security.rules.people import COMMON

TARGET = Path(__file__).resolve().parents[2] / "src" / "wardlaw" / "security" / "rules" / "namegrams.py"
BITS, _PENALTY, _GROUPS = 13, 3e-6, 5
_MOST_WORDS = 60_000
_WORD = re.compile(r"(?<![\w'-])[^\W\d_]{3,24}(?![\w'-])")


def names() -> dict[str, set[str]]:
    """Words of names by place."""
    package = importlib.import_module("faker.providers.person")
    found: dict[str, set[str]] = {}
    for module in pkgutil.iter_modules(package.__path__):
        provider = importlib.import_module(f"faker.providers.person.{module.name}").Provider
        own: set[str] = set()
        for name in dir(provider):
            listed = getattr(provider, name)
            if ("first_name" in name or "last_name" in name) and isinstance(listed, Mapping | Sequence | Set):
                own |= {part for text in listed if isinstance(text, str) for part in text.split()}
        found[module.name] = {plain for part in own if len(plain := letters(part)) >= SHORTEST}
    return found


def words(folder: Path) -> list[str]:
    """Words that documents spell in lower case more than once, the commonest first, and the common words of rules."""
    seen: Counter[str] = Counter()
    with gzip.open(folder / "train.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["label"] == 0:
                seen.update(word for word in _WORD.findall(row["text"]) if word.islower())
    common = [plain for word, count in seen.most_common(_MOST_WORDS) if count > 1 and (plain := letters(word))]
    return list(dict.fromkeys((*common, *sorted(filter(None, map(letters, COMMON))))))


def matrix(texts: list[str]) -> csr_matrix:
    """One row for each word: its groups of letters, divided as ``likeness`` does."""
    found = [places(text, BITS) for text in texts]
    values = np.concatenate([np.full(len(own), len(own) ** -0.5) for own in found])
    rows = np.repeat(np.arange(len(found)), [len(own) for own in found])
    return csr_matrix((values, (rows, np.concatenate(found))), shape=(len(texts), 1 << BITS))


def fit(values: csr_matrix, wanted: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of a logistic regression, both sides alike."""
    weight = np.where(wanted == 1, 0.5 / wanted.sum(), 0.5 / (1 - wanted).sum())

    def loss(point: np.ndarray) -> tuple[float, np.ndarray]:
        sums = values @ point[:-1] + point[-1]
        error = weight * (1 / (1 + np.exp(-sums)) - wanted)
        value = (weight * (np.logaddexp(0, sums) - wanted * sums)).sum() + _PENALTY * (point[:-1] @ point[:-1])
        return float(value), np.append(values.T @ error + 2 * _PENALTY * point[:-1], error.sum())

    found = minimize(loss, np.zeros(values.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return found[:-1], float(found[-1])


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    by_place, ordinary = names(), words(asked.data)
    people = set().union(*by_place.values())
    ordinary = [word for word in ordinary if word not in people]
    rng = random.Random(1)
    order = sorted(by_place)
    rng.shuffle(order)
    group = {place: number % _GROUPS for number, place in enumerate(order)}
    told: list[tuple[np.ndarray, np.ndarray]] = []
    for number in range(_GROUPS):
        known = set().union(*(own for place, own in by_place.items() if group[place] != number))
        fresh = sorted(set().union(*(own for place, own in by_place.items() if group[place] == number)) - known)
        mine = [word for at, word in enumerate(ordinary) if at % _GROUPS != number]
        others = [word for at, word in enumerate(ordinary) if at % _GROUPS == number]
        taught = [*sorted(known), *mine]
        weights, bias = fit(matrix(taught), np.array([1.0] * len(known) + [0.0] * len(mine)))
        told.append((matrix(fresh) @ weights + bias, matrix(others) @ weights + bias))
    fresh, others = (np.concatenate([one[side] for one in told]) for side in (0, 1))
    cut = np.quantile(others, (0.9, 0.97, 0.99))
    print(f"{len(people)} names, {len(ordinary)} words; of places not taught, found at 10, 3, 1 % of ordinary words:")
    print(", ".join(f"{(fresh > at).mean():.1%} (from {at:.2f})" for at in cut))
    everything = [*sorted(people), *ordinary]
    weights, bias = fit(matrix(everything), np.array([1.0] * len(people) + [0.0] * len(ordinary)))
    unit = float(np.abs(weights).max() / 127)
    table = np.round(weights / unit).astype(np.int8)
    if asked.write:
        raw = b85encode(table.tobytes()).decode()
        lines = "\n".join(raw[at : at + 120] for at in range(0, len(raw), 120))
        TARGET.write_text(
            '"""Weights of ``wardlaw.security.namelike``, written by ``python -m tools.train_names``; do not edit."""\n\n'
            f'BITS = {BITS}\nUNIT = {unit:.6g}\nBIAS = {bias:.4f}\nWEIGHTS = r"""\n{lines}\n"""\n',
            encoding="utf-8",
        )  # fmt: skip


if __name__ == "__main__":
    main()
