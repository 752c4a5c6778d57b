"""From YAML nodes to structs: every value with its line, every problem collected."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

import msgspec
import yaml

from wardlaw.config import schema
from wardlaw.config.model import ModelUpstream, Origin
from wardlaw.config.problem import ConfigProblem, nearest
from wardlaw.config.secretref import SecretRef

S = typing.TypeVar("S", bound=msgspec.Struct)

_SHORTHAND: typing.Final[Mapping[type[msgspec.Struct], str]] = types.MappingProxyType(
    {ModelUpstream: "name"}
)  # a bare text stands for this one key
_NULL = "tag:yaml.org,2002:null"
_STR = "tag:yaml.org,2002:str"
# A secret is named by where it stands: a variable name, or a path.
_SECRET_KINDS = ("env", "file")


class Override(msgspec.Struct, frozen=True):
    """A value from a flag or the environment."""

    text: str
    origin: Origin


class Reader:
    """Reads one document; ``problems`` and ``origins`` fill while it does.

    Args:
        source: Name of the file for messages.
        overrides: Values by dotted key that win over the file.
    """

    def __init__(self, *, source: str, overrides: Mapping[str, Override]) -> None:
        self.problems: list[ConfigProblem] = []
        self.origins: dict[str, Origin] = {}
        self._source = source
        self._overrides = overrides

    def section(self, kind: type[S], node: yaml.Node | None, path: str = "") -> S | None:
        """Read one group of keys; None when something in it is missing (the problem is noted)."""
        children = self._children(kind, node, path)
        values: dict[str, typing.Any] = {}
        complete = True
        for name, key in schema.fields(kind).items():
            child = f"{path}.{name}" if path else name
            value = self._value(key, children.get(name), child)
            if value is not msgspec.NODEFAULT:
                values[name] = value
            elif key.default is msgspec.NODEFAULT:
                complete = False
                if name not in children and child not in self._overrides:
                    self.note("WL-CFG-005", child, f"{name} is missing", f"Set it: {key.meaning}", node)
        return kind(**values) if complete else None

    def note(self, code: str, path: str, message: str, hint: str = "", node: yaml.Node | None = None) -> None:
        """Remember a problem; its place is the node's line, else the key's origin."""
        if node is not None and node.start_mark is not None:
            where = f"{self._source}:{node.start_mark.line + 1}"
        else:
            origin = self.origins.get(path, Origin())
            where = origin.detail or self._source
        self.problems.append(ConfigProblem(code, path, where, message, hint))

    def _at(self, node: yaml.Node) -> Origin:
        return Origin("file", f"{self._source}:{node.start_mark.line + 1}")

    def _children(self, kind: type[msgspec.Struct], node: yaml.Node | None, path: str) -> dict[str, yaml.Node]:
        """The child nodes by key, unknown and repeated keys noted."""
        if node is None or node.tag == _NULL:
            return {}
        if isinstance(node, yaml.ScalarNode) and kind in _SHORTHAND:
            return {_SHORTHAND[kind]: node}
        if not isinstance(node, yaml.MappingNode):
            self.note("WL-CFG-003", path, "expected a group of keys", "", node)
            return {}
        known = schema.fields(kind)
        children: dict[str, yaml.Node] = {}
        for name, key_node, value in self._pairs(node, path):
            if name in known:
                children[name] = value
                continue
            self.note(
                "WL-CFG-002", f"{path}.{name}" if path else name, "unknown key", _did_you_mean(name, known), key_node
            )
        return children

    def _pairs(self, node: yaml.MappingNode, path: str) -> list[tuple[str, yaml.Node, yaml.Node]]:
        """The entries of a mapping; a repeated or unreadable key is noted and left out."""
        seen: dict[str, int] = {}
        pairs = []
        for key_node, value in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.note("WL-CFG-003", path, "a key must be plain text", "", key_node)
                continue
            name = str(key_node.value)
            if name in seen:
                self.note("WL-CFG-004", name, f"set a second time; first in line {seen[name]}", "Keep one.", key_node)
                continue
            seen[name] = key_node.start_mark.line + 1
            pairs.append((name, key_node, value))
        return pairs

    def _value(self, key: schema.Key, node: yaml.Node | None, path: str) -> typing.Any:
        """One value: override, else file, else default; ``NODEFAULT`` when it has none of them or is wrong."""
        kind = schema.bare(key.type)
        if schema.is_section(kind):
            if node is not None:
                self.origins[path] = self._at(node)
            return _or_nodefault(self.section(kind, node, path))
        override = self._overrides.get(path)
        if override is not None:
            self.origins[path] = override.origin
            return self._overridden(key, override, path)
        if node is None or node.tag == _NULL:
            self.origins[path] = Origin()
            return key.default
        self.origins[path] = self._at(node)
        return self._from_node(key.type, node, path)

    def _overridden(self, key: schema.Key, override: Override, path: str) -> typing.Any:
        kind = schema.bare(key.type)
        if kind is str or kind is SecretRef or _is_closed(kind):
            return self._leaf(key.type, override.text, path, None)
        if schema.element(kind) is str:
            items = tuple(part.strip() for part in override.text.strip("[]").split(",") if part.strip())
            return self._leaf(key.type, items, path, None)
        try:
            value = yaml.safe_load(override.text)
        except yaml.YAMLError:
            value = override.text
        return self._leaf(key.type, value, path, None)

    def _from_node(self, declared: typing.Any, node: yaml.Node, path: str) -> typing.Any:
        kind = schema.bare(declared)
        inner = schema.element(kind)
        if schema.is_section(kind):
            return _or_nodefault(self.section(kind, node, path))
        if typing.get_origin(kind) is tuple:
            return self._list(inner, node, path)
        if typing.get_origin(kind) is dict:
            return self._mapping(inner, node, path)
        if not isinstance(node, yaml.ScalarNode):
            self.note("WL-CFG-003", path, f"expected {schema.type_words(kind)}", "", node)
            return msgspec.NODEFAULT
        # Of a closed set nothing must be guessed: `off` is one of the words, or it is not.
        is_word = _is_closed(kind) and node.value in kind.__members__.values()
        is_text = kind in (str, SecretRef) or _is_closed(kind)
        if is_text and not is_word and node.tag != _STR:
            # YAML reads `no`, `12` and dates as something else; guessing what was meant is how `region: no` turns false.
            self.note(
                "WL-CFG-003", path, f"expected text, found {node.value}", f'Put it in quotes: "{node.value}".', node
            )
            return msgspec.NODEFAULT
        # A day is read here, not by YAML, which fails on one that does not exist.
        value = node.value if is_text or kind is date else yaml.safe_load(yaml.serialize(node))
        return self._leaf(declared, value, path, node)

    def _list(self, inner: typing.Any, node: yaml.Node, path: str) -> typing.Any:
        if not isinstance(node, yaml.SequenceNode):
            self.note("WL-CFG-003", path, "expected a list", "Start each entry with a dash, or write [a, b].", node)
            return msgspec.NODEFAULT
        items = []
        for index, child in enumerate(node.value):
            place = f"{path}[{index}]"
            self.origins[place] = self._at(child)
            item = self._from_node(inner, child, place)
            if item is not msgspec.NODEFAULT:
                items.append(item)
        return tuple(items)

    def _mapping(self, inner: typing.Any, node: yaml.Node, path: str) -> typing.Any:
        if not isinstance(node, yaml.MappingNode):
            self.note("WL-CFG-003", path, "expected a mapping of names to values", "", node)
            return msgspec.NODEFAULT
        values = {}
        for name, _, child in self._pairs(node, path):
            place = f"{path}.{name}"
            self.origins[place] = self._at(child)
            value = self._from_node(inner, child, place)
            if value is not msgspec.NODEFAULT:
                values[name] = value
        return values

    def _leaf(self, declared: typing.Any, value: typing.Any, path: str, node: yaml.Node | None) -> typing.Any:
        """One plain value, held against type and bounds; secrets only as references."""
        kind = schema.bare(declared)
        if kind is SecretRef:
            return self._secret(value, path, node)
        try:
            return msgspec.convert(value, type=declared)
        except msgspec.ValidationError as error:
            hint = ""
            if _is_closed(kind):
                choice = nearest(str(value), [member.value for member in kind])
                hint = f"One of {schema.type_words(kind)}." + (f" Did you mean {choice}?" if choice else "")
            self.note("WL-CFG-003", path, f"{value!r} does not fit: {str(error).partition(' - at')[0]}", hint, node)
            return msgspec.NODEFAULT

    def _secret(self, value: str, path: str, node: yaml.Node | None) -> SecretRef | typing.Any:
        if value == "":
            return SecretRef()
        kind, colon, name = value.partition(":")
        if colon and kind in _SECRET_KINDS and name:
            return SecretRef(kind, name)
        # The value is not repeated: it may be the secret itself.
        self.note(
            "WL-CFG-006", path, "a secret must not stand in the file", "Write env:NAME or file:/path instead.", node
        )
        return msgspec.NODEFAULT


def _is_closed(kind: typing.Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, StrEnum)


def _or_nodefault(value: msgspec.Struct | None) -> typing.Any:
    return msgspec.NODEFAULT if value is None else value


def _did_you_mean(name: str, known: Mapping[str, schema.Key]) -> str:
    """The nearest valid key of this group, else of the whole file."""
    if choice := nearest(name, known):
        return f"Did you mean {choice}?"
    leaves = {key.path.rpartition(".")[2]: key.path for key in schema.every_key()}
    if choice := nearest(name, leaves):
        return f"Did you mean {leaves[choice]}?"
    return f"Valid keys: {', '.join(known)}."
