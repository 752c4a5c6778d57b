"""Results printed by Python, as JSON: ``[{'id': 1, 'name': "O'Neil", 'at': datetime.date(2026, 1, 2)}]``.

Servers of tools print rows of a database so (``str(rows)``). Names of types before a bracket are left out, brackets
become lists; nothing is evaluated.
"""

from __future__ import annotations

import json
import re

_TOKEN = re.compile(
    r"(?P<text>[bBrRuU]{0,2}(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))"
    r"|(?P<number>-?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+|inf\b|nan\b))"
    r"|(?P<word>[A-Za-z_][\w.]*)|(?P<sign>[\[\](){},:=])|(?P<space>\s+)|(?P<other>.)",
    re.DOTALL,
)
_START = re.compile(r"[\[({][\[({\s]*(?:[bBrRuU]?'|\"|\d|-|None\b|True\b|False\b|[A-Za-z_][\w.]*\(|[\])}])")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|.)", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "0": "\x00", "\n": ""}
_WORDS = {"None": "null", "True": "true", "False": "false"}


def as_json(text: str) -> str | None:
    """The same value as JSON; ``None`` for what is no such print."""
    if not _START.match(text):
        return None
    parts: list[str] = []
    pending_comma = False
    for token in _TOKEN.finditer(text):
        kind, word = token.lastgroup, token[0]
        if kind == "space":
            continue
        if kind == "other":
            return None
        if pending_comma and word not in "])}":
            parts.append(",")
        pending_comma = word == ","
        if pending_comma:
            continue
        written = _written(kind, word, text[token.end() : token.end() + 1])
        if written is None:
            return None
        parts.append(written)
    return "".join(parts)


def _written(kind: str | None, word: str, after: str) -> str | None:
    match kind:
        case "text":
            return json.dumps(_plain(word))
        case "number":
            return word if re.fullmatch(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", word) else json.dumps(word)
        case "word":
            if word in _WORDS:
                return _WORDS[word]
            return "" if after in ("(", "=") else None  # the name of a type, or of what it is given
        case _:
            return {"(": "[", ")": "]", "=": ""}.get(word, word)


def _plain(word: str) -> str:
    """The text of a literal."""
    start = min(place for place in (word.find("'"), word.find('"')) if place >= 0)
    prefix, inner = word[:start].lower(), word[start + 1 : -1]
    return inner if "r" in prefix or "\\" not in inner else _ESCAPE.sub(_unescaped, inner)


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    if code[0] in "xuU" and len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    if code[0] in "1234567" or len(code) > 1:
        return chr(int(code, 8))
    return _SIMPLE.get(code, code)
