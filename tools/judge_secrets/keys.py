"""Invented formats of credentials: disjoint styles, one to develop against and two to judge by."""

from __future__ import annotations

import base64
import json
import random
import string
import uuid
from collections.abc import Callable
from typing import NamedTuple

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
BASE62, BASE36, HEX = string.ascii_letters + DIGITS, LOWER + DIGITS, DIGITS + "abcdef"
BASE58 = "".join(char for char in BASE62 if char not in "0OIl")
_WORDS = ("river", "amber", "copper", "lantern", "meadow", "orbit", "pepper", "quartz", "saddle", "timber")
BASE32, URL_SAFE, BASE64 = UPPER + "234567", BASE62 + "-_", BASE62 + "+/"


class Key(NamedTuple):
    """One invented credential.

    Attributes:
        text: The credential.
        family: Which format it is of.
        bare: It may stand without a name beside it; hexadecimal ones cannot be told from digests then.
        whole: It is a line of its own already, such as a connection string.
    """

    text: str
    family: str
    bare: bool = True
    whole: bool = False


def draw(rng: random.Random, count: int, alphabet: str) -> str:
    """``count`` characters of ``alphabet``."""
    return "".join(rng.choice(alphabet) for _ in range(count))


def brand(rng: random.Random, consonants: str, parts: int = 2) -> str:
    """An invented provider's name."""
    return "".join(rng.choice(consonants) + rng.choice("aeiou") for _ in range(parts)) + rng.choice(consonants)


def _short(rng: random.Random, name: str) -> str:
    return rng.choice((name[:2], name[:3], name[0] + name[2] + name[-1]))


_Maker = Callable[[random.Random, str], Key]


def _dev() -> tuple[_Maker, ...]:
    return (
        lambda rng, name: Key(f"{_short(rng, name)}_{rng.choice(('live', 'test'))}_{draw(rng, rng.randint(24, 40), BASE62)}", "environment"),
        lambda rng, name: Key(f"{name[:4]}-{draw(rng, rng.choice((32, 40, 48, 64)), HEX)}", "prefix-hex"),
        lambda rng, name: Key(f"{_short(rng, name)}pat-{draw(rng, rng.randint(20, 32), URL_SAFE)}", "pat"),
        lambda rng, name: Key(f"{_short(rng, name)}_{draw(rng, rng.randint(30, 44), BASE62)}", "prefix-base62"),
        lambda rng, _: Key(draw(rng, rng.randint(28, 48), BASE62), "base62"),
        lambda rng, _: Key(draw(rng, rng.randint(24, 40), BASE36), "base36", bare=False),
        lambda rng, _: Key(draw(rng, rng.choice((32, 40, 64)), HEX), "hex", bare=False),
        lambda rng, _: Key(draw(rng, 40, BASE64), "base64", bare=False),
        lambda rng, _: Key(draw(rng, rng.randint(8, 12), LOWER) + draw(rng, 2, DIGITS) + rng.choice("!#%"), "password", bare=False),
        lambda rng, name: Key(f"{rng.choice(('postgresql', 'amqp', 'redis'))}://{name}:{draw(rng, 14, BASE62)}@db.{name}.internal:5432/main", "connection", whole=True),
    )  # fmt: skip


def _judge() -> tuple[_Maker, ...]:
    return (
        lambda rng, name: Key(f"{_short(rng, name)}.{rng.choice(('v1', 'v2', 's'))}.{draw(rng, rng.randint(28, 60), URL_SAFE)}", "versioned"),
        lambda rng, name: Key(f"{name[:3]}k_{rng.choice(('prod', 'dev', 'eu'))}_{draw(rng, rng.randint(22, 36), BASE36)}", "region"),
        lambda rng, name: Key(f"{name.capitalize()[:3]}{draw(rng, rng.randint(30, 45), BASE62)}", "glued"),
        lambda rng, name: Key(f"{name[:3]}{draw(rng, rng.choice((32, 48)), HEX)}", "glued-hex"),
        lambda rng, name: Key(f"{name[:2]}-sk-{draw(rng, 8, HEX)}-{draw(rng, 32, BASE62)}", "two-part"),
        lambda rng, name: Key(f"{name}_secret_{draw(rng, rng.randint(20, 30), BASE62)}", "worded"),
        lambda rng, name: Key(f"{draw(rng, 12, BASE62)}.{draw(rng, rng.randint(32, 43), BASE62)}", "id-secret"),
        lambda rng, _: Key(draw(rng, rng.randint(26, 36), UPPER + DIGITS), "upper", bare=False),
        lambda rng, _: Key(draw(rng, rng.randint(20, 30), LOWER), "letters", bare=False),
        lambda rng, _: Key(draw(rng, rng.choice((32, 40)), HEX), "hex", bare=False),
        lambda rng, _: Key(draw(rng, rng.randint(20, 24), BASE62), "short", bare=False),
        lambda rng, _: Key(rng.choice(("Winter", "Porto", "Falcon")) + str(rng.randint(100, 9999)) + rng.choice("!?$#") + draw(rng, 3, LOWER), "password", bare=False),
        lambda rng, name: Key(f"https://{name}:{draw(rng, 20, BASE62)}@git.{name}.example/team/app.git", "basic-url", whole=True),
        lambda rng, name: Key(f"Server=tcp:{name}.example,1433;User ID=svc;Password={draw(rng, 16, BASE62)}9;Encrypt=True", "ado", whole=True),
        lambda rng, _: Key(_token(rng), "jwt"),
        lambda rng, _: Key("-----BEGIN EC PRIVATE " + "KEY-----\n" + draw(rng, 64, BASE64) + "\n" + draw(rng, 60, BASE64) + "\n-----END EC PRIVATE KEY-----", "pem", whole=True),
    )  # fmt: skip


def _fresh() -> tuple[_Maker, ...]:
    """Made after the detector had been finished with the other two."""
    return (
        lambda rng, name: Key(f"{name}:{draw(rng, 10, DIGITS)}:{draw(rng, rng.randint(32, 44), URL_SAFE)}", "colons"),
        lambda rng, _: Key(f"{draw(rng, 3, BASE62)}8Q~{draw(rng, rng.randint(28, 36), URL_SAFE + '.')}", "tilde", bare=False),
        lambda rng, name: Key(f"{name[0].upper()}{name[2].upper()}{draw(rng, 1, DIGITS)}-" + "-".join(draw(rng, 6, UPPER + DIGITS) for _ in range(5)), "groups", bare=False),
        lambda rng, name: Key(f"{name}_{rng.choice(('sandbox', 'private', 'admin'))}_{draw(rng, 32, HEX)}", "worded-hex"),
        lambda rng, name: Key(f"K{draw(rng, rng.randint(48, 56), BASE58)}", "base58", bare=False),
        lambda rng, name: Key(f"{_short(rng, name)}-{rng.choice(('oauth', 'app', 'bot'))}-{draw(rng, 13, DIGITS)}-{draw(rng, 32, BASE62)}", "oauth"),
        lambda rng, _: Key(draw(rng, rng.randint(60, 90), URL_SAFE), "long", bare=True),
        lambda rng, _: Key("".join(rng.choice(_WORDS).capitalize() for _ in range(3)) + draw(rng, 2, DIGITS) + rng.choice("!*+"), "passphrase", bare=False),
        lambda rng, _: Key(draw(rng, 3, LOWER) + draw(rng, 4, DIGITS) + draw(rng, 3, UPPER) + rng.choice("@%&"), "short-password", bare=False),
        lambda rng, _: Key(base64.b64encode(draw(rng, rng.choice((24, 32)), BASE62).encode()).decode(), "encoded", bare=False),
        lambda rng, _: Key(str(uuid.UUID(int=rng.getrandbits(128), version=4)), "uuid", bare=False),
        lambda rng, name: Key(f"mongodb+srv://svc-{name}:{draw(rng, 18, BASE62)}@cluster0.{name}.example/prod?retryWrites=true", "srv", whole=True),
        lambda rng, name: Key(f"https://hooks.{name}.example/services/T{draw(rng, 9, UPPER + DIGITS)}/B{draw(rng, 9, UPPER + DIGITS)}/{draw(rng, 24, BASE62)}", "hook", whole=True),
        lambda rng, name: Key(f"otpauth://totp/{name}:svc?secret={draw(rng, 32, BASE32)}&issuer={name}", "totp", whole=True),
    )  # fmt: skip


def _token(rng: random.Random) -> str:
    parts = ({"typ": "JWT", "alg": "ES256"}, {"sub": draw(rng, 8, DIGITS), "exp": rng.randint(10**9, 2 * 10**9)})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join((*encoded, draw(rng, 86, URL_SAFE)))


STYLES: dict[str, tuple[tuple[_Maker, ...], str]] = {
    "dev": (_dev(), "bdkmnrtv"),
    "judge": (_judge(), "fglpqswxz"),
    "fresh": (_fresh(), "bcfjlnrvz"),
}
"""Makers of keys and the consonants of the providers' names, for each style."""
