"""Texts beside and inside models: JSON, markup, YAML, sources, the code of TorchScript."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any

from wardlaw.register.modelfiles.seen import Rule
from wardlaw.register.modelfiles.source import Ranged

Found = tuple[Rule, str]
_JSON_BYTES = 64 * 2**20
_TEXT_BYTES = 2**20
_YAML_TAG = re.compile(r"!!python/|tag:yaml\.org,2002:python/|!<tag:yaml\.org,2002:python")
_MARKUP = re.compile(rb"<!(?:DOCTYPE|ENTITY)|xlink:href|<(?:\w+:)?(?:script|include)\b", re.IGNORECASE)
_NAMESPACE = re.compile(r"\bops\.(\w+)\.(\w+)")
_TORCH = frozenset(
    {"aten", "prim", "quantized", "torchvision", "torchaudio", "prepacked", "profiler", "torch", "sparse"}
)
_TORCH_FILES = re.compile(r"\b(?:torch|aten)\.(from_file|save|load|_load\w*|hub)\b|\bopen\s*\(")


def json_document(source: Ranged) -> Any | None:
    """A JSON document; None when it is none, or too long for one that describes a model."""
    if source.size > _JSON_BYTES:
        return None
    try:
        return json.loads(source.read(0, source.size))
    except (ValueError, RecursionError):
        return None


def text_findings(source: Ranged, name: str) -> Iterator[Found]:
    """What a text would bring in: objects that YAML makes, programs."""
    text = source.read(0, _TEXT_BYTES).decode("utf-8", "replace")
    if _YAML_TAG.search(text):
        yield Rule.TYPE, "YAML that makes objects of Python"
    if text.startswith("#!"):
        yield Rule.SOURCE, "a script"
    elif name.endswith((".py", ".sh", ".pth")) or _is_python(text):
        yield Rule.SOURCE, "source code of Python"


def _is_python(text: str) -> bool:
    """Whether a text is a program that imports something."""
    if "import " not in text:
        return False
    try:
        return any(isinstance(one, ast.Import | ast.ImportFrom) for one in ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def xml_findings(source: Ranged) -> Iterator[Found]:
    """What markup such as PMML reaches for."""
    if found := _MARKUP.search(source.read(0, _TEXT_BYTES)):
        yield Rule.MARKUP, f"{found[0].decode('latin-1')}, which brings in something from outside"


def torchscript_findings(source: Ranged) -> Iterator[Found]:
    """What the code of a TorchScript archive calls beside torch's own operators."""
    text = source.read(0, _JSON_BYTES).decode("utf-8", "replace")
    for namespace, operator in _NAMESPACE.findall(text):
        if namespace not in _TORCH:
            yield Rule.OPERATOR, f"ops.{namespace}.{operator}, which needs a library of its own"
    for found in _TORCH_FILES.finditer(text):
        yield Rule.OPERATOR, f"{found[0]}, which reads or writes files"
