"""The keys of the configuration, read from its structs: for reading, for documentation, for nearest keys."""

from __future__ import annotations

import functools
import types
import typing
from enum import StrEnum

import msgspec

from wardlaw.config.model import Config
from wardlaw.config.secretref import SecretRef

ENV_PREFIX = "WARDLAW_"


class Key(msgspec.Struct, frozen=True):
    """One key of the file.

    Attributes:
        path: Dotted; ``[]`` stands for the entries of a list, ``*`` for the names of a mapping.
        type: Its type with bounds, as msgspec understands it.
        default: Its default; ``msgspec.NODEFAULT`` when it must be set.
        meaning: One sentence or two.
        settable: One value that a flag or an environment variable can set.
    """

    path: str
    type: typing.Any
    default: typing.Any
    meaning: str
    settable: bool


def bare(kind: typing.Any) -> typing.Any:
    """The type without its bounds and description."""
    return typing.get_args(kind)[0] if typing.get_origin(kind) is typing.Annotated else kind


def is_section(kind: typing.Any) -> typing.TypeGuard[type[msgspec.Struct]]:
    """The type is a group of keys (a struct that is not a secret reference)."""
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind is not SecretRef


def element(kind: typing.Any) -> typing.Any:
    """Element type of a list or value type of a mapping; None for everything else."""
    if typing.get_origin(kind) is tuple:
        return typing.get_args(kind)[0]
    if typing.get_origin(kind) is dict:
        return typing.get_args(kind)[1]
    return None


@functools.cache
def fields(section: type[msgspec.Struct]) -> types.MappingProxyType[str, Key]:
    """The keys of one group by name."""
    hints = typing.get_type_hints(section, include_extras=True)
    found = {}
    for field in msgspec.structs.fields(section):
        kind = hints[field.name]
        meta = typing.get_args(kind)[1] if typing.get_origin(kind) is typing.Annotated else None
        inner = element(bare(kind))
        settable = not is_section(bare(kind)) and (
            inner is None or (inner is str and typing.get_origin(bare(kind)) is tuple)
        )
        default = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        found[field.name] = Key(field.name, kind, default, (meta.description or "") if meta else "", settable)
    return types.MappingProxyType(found)


@functools.cache
def every_key() -> tuple[Key, ...]:
    """Every key of the file, depth first, in the order of the structs."""
    return tuple(_walk(Config, ""))


def _walk(section: type[msgspec.Struct], prefix: str) -> typing.Iterator[Key]:
    for name, key in fields(section).items():
        path = prefix + name
        kind = bare(key.type)
        inside = bare(element(kind))
        single = key.settable and "[]" not in path and "*" not in path
        yield msgspec.structs.replace(key, path=path, settable=single)
        if is_section(kind):
            yield from _walk(kind, path + ".")
        elif is_section(inside):
            yield from _walk(inside, path + ("[]." if typing.get_origin(kind) is tuple else ".*."))


def env_name(path: str) -> str:
    """The environment variable of a key: ``gateway.listen`` is ``WARDLAW_GATEWAY_LISTEN``."""
    return ENV_PREFIX + path.replace(".", "_").upper()


@functools.cache
def env_paths() -> types.MappingProxyType[str, str]:
    """Environment variable to dotted key, for every key that one value can set."""
    return types.MappingProxyType({env_name(key.path): key.path for key in every_key() if key.settable})


def type_words(kind: typing.Any) -> str:
    """The type in plain words, for documentation and messages."""
    inner = bare(kind)
    if inner is SecretRef:
        return "`env:NAME` or `file:/path`"
    if isinstance(inner, type) and issubclass(inner, StrEnum):
        return ", ".join(f"`{member.value}`" for member in inner)
    if isinstance(inner, types.UnionType):
        return type_words(next(one for one in typing.get_args(inner) if one is not type(None)))
    simple = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`"}
    if inner in simple:
        return simple[inner]
    if typing.get_origin(inner) is tuple:
        return "list" if is_section(bare(element(inner))) else "list of text"
    return "mapping" if typing.get_origin(inner) is dict else "group"
