"""What msgspec knows of each struct, made before threads ask for it.

msgspec (0.22.0, seen) works out a struct's fields when a struct is decoded for the first time, and keeps the result on
the class before it is whole. A second thread that decodes the same struct at that moment reads fields that are not there
yet, and the process dies of a segmentation fault: ``tests/fault/test_layouts.py`` shows it. So each process that decodes in
threads calls ``settle_layouts`` once, after its imports and before its first thread.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec


def settle_layouts(package: str = "wardlaw") -> tuple[type[msgspec.Struct], ...]:
    """Work out every struct of a package that is imported by now; doing it again costs little.

    Args:
        package: Whose structs, by the name of the module they are defined in.

    Returns:
        The structs that can be decoded. The others (a field of a type that JSON has no form of, for instance) never are.
    """
    meant = (one for one in _descendants(msgspec.Struct) if f"{one.__module__}.".startswith(f"{package}."))
    return tuple(one for one in meant if _can_be_decoded(one))


def _descendants(of: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for one in of.__subclasses__():
        yield one
        yield from _descendants(one)


def _can_be_decoded(one: type[msgspec.Struct]) -> bool:
    try:
        msgspec.json.Decoder(one)
    except (TypeError, NameError):  # NameError: a field's type is imported for type checkers alone
        return False
    return True
