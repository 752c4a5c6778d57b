"""Made-up candidates of the generated company: what its ranker answered about them, and the rows it was trained on.

People of all groups are drawn alike but for how often they are put on the list, so that a gate has something to measure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random  # noqa: TID251 (people who do not exist are drawn from a seed; nothing secret is)

DECISIONS, TRAINED, TRUSTED = 4_000, 3_000, 1_500
_SEXES = ("female", "male")
_AGES = ("under 30", "30 to 49", "50 and over")
_DEGREES = ("none", "vocational", "bachelor", "master")
# Shares on the list. They differ by so little that the interval of these answers includes four fifths, and a person must look.
_LISTED: Mapping[str, float] = {"female": 0.39, "male": 0.42}
_BY_AGE: Mapping[str, float] = {"under 30": 0.01, "30 to 49": 0.0, "50 and over": -0.01}


def decisions(seed: int) -> str:
    """CSV of what was answered: ``sex,age,answer``."""
    draw = Random(seed)
    return _csv("sex,age,answer", (_answer(draw) for _ in range(DECISIONS)))


def trained_on(seed: int) -> str:
    """CSV of the rows of training: ``degree,years,test,gap,listed``."""
    return _rows(Random(seed + 1), TRAINED)


def trusted(seed: int) -> str:
    """Rows of the same kind that people looked through."""
    return _rows(Random(seed + 2), TRUSTED)


def _answer(draw: Random) -> tuple[object, ...]:
    sex, age = draw.choice(_SEXES), draw.choice(_AGES)
    listed = draw.random() < _LISTED[sex] + _BY_AGE[age]
    return sex, age, "yes" if listed else "no"


def _rows(draw: Random, count: int) -> str:
    return _csv("degree,years,test,gap,listed", (_row(draw) for _ in range(count)))


def _row(draw: Random) -> tuple[object, ...]:
    degree = draw.randrange(len(_DEGREES))
    years = min(int(draw.expovariate(1 / 7)), 40)
    test = round(min(max(draw.gauss(50 + 6 * degree, 14), 0), 100))
    gap = draw.choices(("none", "short", "long"), (80, 14, 6))[0]
    score = 0.04 * (test - 60) + 0.05 * (min(years, 15) - 7) - (0.5 if gap == "long" else 0.0)
    return _DEGREES[degree], years, test, gap, "yes" if score + draw.gauss(0, 0.4) > 0 else "no"


def _csv(head: str, rows: Iterator[tuple[object, ...]]) -> str:
    return "\n".join((head, *(",".join(map(str, row)) for row in rows))) + "\n"
