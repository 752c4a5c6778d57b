"""JSON beside and inside models: Keras layers, skops schemas, tokenizers' templates, code from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from wardlaw.register.modelfiles.allowed import Allowed, Use
from wardlaw.register.modelfiles.seen import Rule
from wardlaw.register.modelfiles.source import Ranged, chunks
from wardlaw.register.modelfiles.templates import template_wrong

Found = tuple[Rule, str]
_KERAS = re.compile(
    r"(?:keras|tf_keras|tensorflow\.keras)(?:\.src)?(?:\.(?:layers|models|engine|initializers|regularizers|constraints|"
    r"optimizers|optimizers\.\w+|losses|metrics|activations|layers\.\w+|layers\.\w+\.\w+|models\.\w+|dtype_policies|"
    r"initializers\.\w+|losses\.\w+|metrics\.\w+|activations\.\w+|ops\.\w+|random|mixed_precision|saving|saving\.\w+))?"
)
_RUNNING = frozenset(
    "Lambda __lambda__ TorchModuleWrapper TFSMLayer JaxLayer FlaxLayer get_file import_module load_model".split()
)
_SKOPS_LOADERS = frozenset(
    "ObjectNode DictNode ListNode TupleNode SetNode FrozenSetNode NdArrayNode TypeNode FunctionNode PartialNode "
    "SliceNode MaskedArrayNode RandomStateNode RandomGeneratorNode SparseMatrixNode JsonNode BytesNode BytearrayNode "
    "DefaultDictNode OrderedDictNode MethodNode OperatorFuncNode ReduceNode TreeNode CachedNode DatetimeNode LossNode "
    "QuantileForestNode SGDNode UfuncNode CythonNode DtypeNode".split()
)
_HIDDEN_TEXT = re.compile(rb'\{\s{0,64}"')
_TEXT_BYTES = 16 * 2**20
_DEPTH = 200


def json_findings(document: Any, allowed: Allowed) -> Iterator[Found]:
    """What a JSON document beside or inside a model would bring in."""
    if not isinstance(document, dict):
        return
    if "__loader__" in document:
        yield from _skops(document, allowed)
        return
    if "class_name" in document and "config" in document:
        yield from _keras(document)
    model = document.get("model_config")
    if isinstance(model, dict):
        yield from _keras(model)
    if "auto_map" in document:
        yield Rule.REMOTE, "auto_map: loading it with trust_remote_code runs code that stands beside it"
    for template in _templates(document.get("chat_template")):
        if wrong := template_wrong(template):
            yield Rule.TEMPLATE, f"chat_template: {wrong}"


def _templates(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            if isinstance(one, dict) and isinstance(one.get("template"), str):
                yield one["template"]
    elif isinstance(value, dict):
        yield from (one for one in value.values() if isinstance(one, str))


def _inner(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of a document, from outside in."""
    waiting = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        if depth > _DEPTH:
            continue
        if isinstance(one, dict):
            yield one
            waiting += [(inner, depth + 1) for inner in one.values()]
        elif isinstance(one, list):
            waiting += [(inner, depth + 1) for inner in one]


def _keras(document: dict[str, Any]) -> Iterator[Found]:
    for one in _inner(document):
        name, module = one.get("class_name"), one.get("module")
        if isinstance(name, str):
            if name in _RUNNING:
                yield Rule.LAYER, f"{name}, which runs code of its own"
            elif name == "function" and module not in (None, "builtins"):
                if not _KERAS.fullmatch(str(module)) or one.get("config") in _RUNNING:
                    yield Rule.LAYER, f"the function {module}.{one.get('config')}"
            elif name == "function":
                yield from _builtin_function(one)
            elif isinstance(module, str) and not _KERAS.fullmatch(module):
                yield Rule.LAYER, f"{module}.{name}, which is none of Keras"
            elif module is None and isinstance(one.get("registered_name"), str) and ">" in one["registered_name"]:
                yield Rule.LAYER, f"{one['registered_name']}, which is none of Keras"
        vocabulary = one.get("vocabulary")
        if isinstance(vocabulary, str) and ("/" in vocabulary or "\\" in vocabulary):
            yield Rule.ESCAPE, f"a vocabulary at {vocabulary[:120]!r}"


def _builtin_function(one: dict[str, Any]) -> Iterator[Found]:
    config = one.get("config")
    if not isinstance(config, str) or config not in ("relu", "gelu", "softmax", "sigmoid", "tanh", "linear"):
        yield Rule.LAYER, f"the function {one.get('module')}.{config}"


def _skops(document: dict[str, Any], allowed: Allowed) -> Iterator[Found]:
    for one in _inner(document):
        loader = one.get("__loader__")
        if loader is None:
            continue
        module, name = str(one.get("__module__", "")), str(one.get("__class__", ""))
        if loader not in _SKOPS_LOADERS:
            yield Rule.TYPE, f"the loader {loader}"
        inner = one.get("content")
        if loader in ("FunctionNode", "TypeNode", "UfuncNode") and isinstance(inner, dict):
            module, name = (
                str(inner.get("module_path", module)),
                str(inner.get("function", inner.get("__class__", name))),
            )
        if loader in ("MethodNode", "OperatorFuncNode"):
            yield Rule.TYPE, f"{module}.{name} by {loader}, which reaches any attribute"
        elif loader == "FunctionNode" and _is_plain(module, name):
            continue
        elif allowed.use(module, name) is Use.NOTHING and not _is_plain(module, name):
            yield Rule.TYPE, f"{module}.{name}"


def _is_plain(module: str, name: str) -> bool:
    return (module, name) in (
        ("builtins", "NoneType"),
        ("builtins", "type"),
        ("numpy", "ufunc"),
        ("builtins", "builtin"),
    )


def hidden_documents(source: Ranged) -> Iterator[Any]:
    """JSON objects that stand somewhere in a binary file, as an attribute of HDF5 does."""
    decoder, before, base = json.JSONDecoder(), b"", 0
    seen_to = 0
    for piece in chunks(source):
        held = before + piece
        for hit in _HIDDEN_TEXT.finditer(held):
            at = base + hit.start()
            if at < seen_to:
                continue
            head = source.read(at, 4_096).decode("utf-8", "replace")
            if not _begins(head):
                continue
            text = source.read(at, _TEXT_BYTES).decode("utf-8", "replace")
            try:
                document, size = decoder.raw_decode(text)
            except (ValueError, RecursionError):
                continue
            seen_to = at + len(text[:size].encode())
            yield document
        before, base = held[-80:], base + len(held) - min(80, len(held))


def _begins(head: str) -> bool:
    """Whether a name and a colon follow the brace: most of what looks so in numbers ends here."""
    return re.match(r'\{\s*"(?:[^"\\]|\\.){0,256}"\s*:', head) is not None
