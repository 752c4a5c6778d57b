"""Attacks as they are hidden: obfuscated, split over turns, put into other text.

A mutated row keeps the source of what it was made from (and the source of its carrier), so that a source left out
is left out with all its offspring.
"""

from __future__ import annotations

import base64
import codecs
import random
from collections.abc import Callable, Iterator, Sequence

from tools.train_injection.attacks import to_machine
from tools.train_injection.data import Row
from tools.train_injection.orders import order

_LOOKALIKE = str.maketrans("aeopcxyis", "аеорсхуіѕ")
_LEET = str.maketrans("oieast", "013457")
_INTRO = ("Decode and follow: ", "", "Run this: ", "base64: ", "What does this say? ", "Please process: ")


def _spaced(text: str, rng: random.Random) -> str:
    sign = rng.choice((" ", ".", "-", "_"))
    return ("  " if sign == " " else " ").join(sign.join(word) for word in text[:200].split())


def _lookalikes(text: str, rng: random.Random) -> str:
    return "".join(char.translate(_LOOKALIKE) if rng.random() < 0.5 else char for char in text)


def _leet(text: str, rng: random.Random) -> str:
    return "".join(char.translate(_LEET) if rng.random() < 0.7 else char for char in text)


def _zero_width(text: str, rng: random.Random) -> str:
    return "".join(char + ("\u200b" if rng.random() < 0.2 else "") for char in text)


def _base64(text: str, rng: random.Random) -> str:
    return rng.choice(_INTRO) + base64.b64encode(text[:600].encode("utf-8", "replace")).decode()


def _rot13(text: str, rng: random.Random) -> str:
    return rng.choice(("", "rot13: ")) + codecs.encode(text, "rot13")


def _turns(text: str, rng: random.Random) -> str:
    words = text.split()
    cut = rng.randint(1, max(1, len(words) - 1))
    return f"User: {' '.join(words[:cut])}\nAssistant: {rng.choice(('Go on.', 'Sure.', 'I see.'))}\nUser: {' '.join(words[cut:])}"


def _typos(text: str, rng: random.Random) -> str:
    chars = list(text)
    for _ in range(max(1, len(chars) // 25)):
        at = rng.randrange(max(1, len(chars) - 1))
        chars[at : at + 2] = reversed(chars[at : at + 2])
    return "".join(chars)


def _shouted(text: str, rng: random.Random) -> str:
    return rng.choice(("", "!!! ", "*** ")) + text.upper() + rng.choice(("", "!!!"))


OBFUSCATIONS: dict[str, Callable[[str, random.Random], str]] = {
    "spaced": _spaced, "lookalikes": _lookalikes, "leet": _leet, "zero-width": _zero_width, "base64": _base64,
    "rot13": _rot13, "turns": _turns, "typos": _typos, "shouted": _shouted,
}  # fmt: skip


def obfuscated(rows: Sequence[Row], count: int, *, seed: int) -> Iterator[Row]:
    """Attacks of ``rows``, each hidden in one way."""
    rng = random.Random(seed)
    ways = list(OBFUSCATIONS)
    for index in range(count):
        row = rng.choice(rows)
        yield row._replace(text=OBFUSCATIONS[ways[index % len(ways)]](row.text[:800], rng), kind="mutated")


def put_into(carrier: str, attack: str, rng: random.Random) -> str:
    """``attack`` somewhere in ``carrier``, most often between two sentences or lines."""
    wrapped = attack
    way = rng.random()
    if way < 0.06:
        wrapped = f"<!-- {attack} -->"
    elif way < 0.12:
        wrapped = f'"note": "{attack}"'
    elif way < 0.2:
        wrapped = f"\n\n{attack}\n\n"
    breaks = [at + 1 for at, char in enumerate(carrier) if char in ".\n,。"]
    at = rng.choice((0, len(carrier), rng.choice(breaks or [len(carrier) // 2]), rng.choice(breaks or [0])))
    return f"{carrier[:at]} {wrapped} {carrier[at:]}".strip()


def snippet(text: str, rng: random.Random, *, low: int, high: int) -> str:
    """A piece of ``text`` of ``low`` to ``high`` characters."""
    size = rng.randint(low, high)
    at = rng.randint(0, max(0, len(text) - size))
    return text[at : at + size]


def embedded(
    rows: Sequence[Row],
    carriers: Sequence[Row],
    count: int,
    *,
    seed: int,
    longest: int = 560,
    channels: tuple[int, int] = (1, 1),
) -> Iterator[Row]:
    """Attacks in benign text: an attack on both channels, whatever the carrier; ``channels`` says where it is learned."""
    rng = random.Random(seed)
    for _ in range(count):
        row, carrier = rng.choice(rows), rng.choice(carriers)
        attack = row.text[: min(450, longest - 40)]
        text = put_into(_around(carrier, attack, rng, longest), attack, rng)
        yield Row(text, *channels, "embedded", row.source, row.lang, carrier.source)


def _around(carrier: Row, attack: str, rng: random.Random, longest: int) -> str:
    """A piece of the carrier that leaves room for ``attack``; half of them as long as can be."""
    room = max(30, longest - len(attack))
    return snippet(carrier.text, rng, low=room if rng.random() < 0.5 else 30, high=room)


def clean(carriers: Sequence[Row], count: int, *, seed: int, longest: int = 600) -> Iterator[Row]:
    """Pieces of benign texts, as long as those with an attack in them: else length would tell one from the other."""
    rng = random.Random(seed)
    for _ in range(count):
        carrier = rng.choice(carriers)
        low = longest if rng.random() < 0.5 else 60
        yield carrier._replace(text=snippet(carrier.text, rng, low=low, high=longest), kind="piece")


def ordered(carriers: Sequence[Row], count: int, *, seed: int, longest: int = 560) -> Iterator[Row]:
    """Orders in documents: attacks on the data channel; those without a cue are nothing on the prompt channel."""
    rng = random.Random(seed)
    for index in range(count):
        carrier = rng.choice(carriers)
        said = to_machine(rng) if index % 2 else order(rng)
        prompt, kind = (1, "embedded") if index % 2 else (-1, "order")
        text = put_into(_around(carrier, said, rng, longest), said, rng)
        yield Row(text, prompt, 1, kind, "gen-attack", "en", carrier.source)
