"""Every value in force with its dotted key and where it comes from; of a secret only the place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from wardlaw.config.model import Config, Origin
from wardlaw.config.reference import plain
from wardlaw.config.secretref import SecretRef


class SettingValue(msgspec.Struct, frozen=True):
    """One setting.

    Attributes:
        key: Dotted, such as ``gateway.listen``.
        value: As it would be written in the file.
        origin: ``default``, or file and line, variable or flag.
    """

    key: str
    value: str
    origin: str


def every_value(config: Config, origins: Mapping[str, Origin]) -> tuple[SettingValue, ...]:
    """Every single value, in the order of the structs."""
    return tuple(
        SettingValue(path, plain(value), str(origins.get(path, Origin()))) for path, value in _leaves(config, "")
    )


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, msgspec.Struct) and not isinstance(value, SecretRef):
        prefix = f"{path}." if path else ""
        for name in value.__struct_fields__:
            yield from _leaves(getattr(value, name), f"{prefix}{name}")
    elif isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{index}]")
    elif isinstance(value, dict) and value:
        for name, item in value.items():
            yield from _leaves(item, f"{path}.{name}")
    else:
        yield path, value
