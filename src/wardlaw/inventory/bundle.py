"""Things of one account as one, so that a run which tells what is known already costs one comparison an account.

A bundle is what one feed tells of one account; a thing of no account is a bundle of its own. Its digest is over
everything of it that is there. A page that holds exactly that has shown each of them, unchanged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from operator import attrgetter

import msgspec

from wardlaw.inventory.model import Grant, Thing
from wardlaw.inventory.view import account_of, identity_of, kind_of

MOST_DIGESTED = 256
"""Things in a bundle that has a digest; a larger one does not fit on a page, and is compared thing by thing."""

DIGEST_BYTES = 16
"""128 bits of BLAKE2b, of a bundle and of each thing in it."""

_ID = attrgetter("id")


def bundle_of(thing: Thing) -> str:
    """Name of the bundle a thing belongs to."""
    if (
        type(thing) is Grant and thing.account
    ):  # most things are; matching its class among five takes three times as long
        return thing.account
    return account_of(thing) or f"\n{kind_of(thing)} {thing.id}"


def bundle_digest(things: Iterable[Thing]) -> str:
    """Digest of things, in whatever order; the same thing twice is another digest.

    128 bits of BLAKE2b: who chooses names and scopes must not find two tellings of one digest.
    """
    ordered = sorted(things, key=_ID)
    if len(ordered) > 1 and len({type(thing) for thing in ordered}) > 1:
        ordered.sort(key=lambda thing: (kind_of(thing), thing.id))
    return hashlib.blake2b(msgspec.json.encode(ordered), digest_size=DIGEST_BYTES).hexdigest()


def thing_digest(thing: Thing) -> bytes:
    """Digest of one thing, 16 bytes: what a bundle keeps of each, so that one which differs tells in what."""
    return hashlib.blake2b(msgspec.json.encode(thing), digest_size=DIGEST_BYTES).digest()


def face_of(thing: Thing) -> str:
    """Digest of what all feeds of a directory agree on about a thing."""
    return hashlib.blake2b(f"{kind_of(thing)}\n{identity_of(thing)}".encode(), digest_size=16).hexdigest()
