"""Graphs of ONNX and of TensorFlow's SavedModel: which operators they call, and which files they reach for.

Source: onnx.proto (IR version 13) and tensorflow/core/framework (graph.proto, saved_model.proto), by field number.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import PurePosixPath, PureWindowsPath

from wardlaw.register.modelfiles.protobuf import fields, text
from wardlaw.register.modelfiles.seen import Rule, StopLooking
from wardlaw.register.modelfiles.source import PartSource, Ranged

Found = tuple[Rule, str]
_DEPTH = 16
_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview", "ai.onnx.preview.training",
                      "com.microsoft", "com.microsoft.nchwc", "com.ms.internal.nhwc", "pkg.onnxscript.torch_lib"})  # fmt: skip
# Operators that read or write files, run Python or talk to others.
_REACHING = frozenset(
    "ReadFile WriteFile MatchingFiles PyFunc EagerPyFunc PyFuncStateless LoadDataset SaveDataset SaveDatasetV2 "
    "DatasetToTFRecord TFRecordDataset TFRecordDatasetV2 TextLineDataset TextLineDatasetV2 FixedLengthRecordDataset "
    "FixedLengthRecordDatasetV2 SqlDataset CSVDataset CSVDatasetV2 WholeFileReader WholeFileReaderV2 TextLineReader "
    "TextLineReaderV2 TFRecordReader TFRecordReaderV2 FixedLengthRecordReader FixedLengthRecordReaderV2 LMDBReader "
    "LMDBDataset DebugIdentity DebugIdentityV2 DebugIdentityV3 RemoteCall RpcCall RpcServer RpcClient "
    "RegisterDatasetV2 DataServiceDataset DataServiceDatasetV2 DataServiceDatasetV3 DataServiceDatasetV4".split()
)


def leaves_folder(path: str) -> bool:
    """Whether a path leads out of the folder it is relative to."""
    posix, windows = PurePosixPath(path), PureWindowsPath(path)
    return posix.is_absolute() or bool(windows.drive or windows.root) or ".." in (*posix.parts, *windows.parts)


def onnx_findings(model: Ranged) -> Iterator[Found] | None:
    """What an ONNX model reaches for; None when it is none."""
    try:
        heads = {number: value for number, value in islice(fields(model), 200_000) if number in (1, 7, 8)}
    except StopLooking:
        return None
    version, graph = heads.get(1), heads.get(7)
    if not isinstance(version, int) or not 0 < version < 100 or not isinstance(graph, PartSource):
        return None
    return _onnx(model)


def _onnx(model: Ranged) -> Iterator[Found]:
    for number, value in fields(model):
        if number == 7 and isinstance(value, PartSource):
            yield from _onnx_graph(value, 0)
        elif number == 8 and isinstance(value, PartSource):
            domain = "".join(text(one) for which, one in fields(value) if which == 1)
            if domain not in _DOMAINS:
                yield Rule.OPERATOR, f"operators of {domain[:80]!r}, which need a library of their own"
        elif number == 25 and isinstance(value, PartSource):  # functions of the model
            for which, one in fields(value):
                if which == 7 and isinstance(one, PartSource):
                    yield from _onnx_node(one, 0)


def _onnx_graph(graph: PartSource, depth: int) -> Iterator[Found]:
    if depth > _DEPTH:
        yield Rule.NESTED, f"graphs in graphs more than {_DEPTH} deep"
        return
    for number, value in fields(graph):
        if not isinstance(value, PartSource):
            continue
        if number == 1:
            yield from _onnx_node(value, depth)
        elif number in (5, 15):
            yield from _onnx_tensors(value, sparse=number == 15)


def _onnx_node(node: PartSource, depth: int) -> Iterator[Found]:
    domain = operator = ""
    for number, value in fields(node):
        if number == 7:
            domain = text(value)
        elif number == 4:
            operator = text(value)
        elif number == 5 and isinstance(value, PartSource):
            for which, one in fields(value):  # an attribute: a tensor (5), a graph (6), or several (10, 11)
                if which in (6, 11) and isinstance(one, PartSource):
                    yield from _onnx_graph(one, depth + 1)
                elif which in (5, 10) and isinstance(one, PartSource):
                    yield from _onnx_tensors(one, sparse=False)
    if domain not in _DOMAINS:
        yield Rule.OPERATOR, f"{domain[:80]}.{operator[:80]}, which needs a library of its own"
    elif operator in ("PyOp", "PythonOp"):
        yield Rule.OPERATOR, f"{operator}, which runs Python"


def _onnx_tensors(tensor: PartSource, *, sparse: bool) -> Iterator[Found]:
    for number, value in fields(tensor):
        if sparse and number in (1, 2) and isinstance(value, PartSource):
            yield from _onnx_tensors(value, sparse=False)
        elif not sparse and number == 13 and isinstance(value, PartSource):
            pair = {which: text(one) for which, one in fields(value)}
            if pair.get(1) == "location" and leaves_folder(pair.get(2, "")):
                yield Rule.ESCAPE, f"weights at {pair.get(2, '')[:200]!r}"


def savedmodel_findings(model: Ranged) -> Iterator[Found] | None:
    """What a SavedModel or a graph of TensorFlow reaches for; None when it is neither."""
    try:
        heads = [(number, value) for number, value in islice(fields(model), 10_000)]
        if any(number == 2 and isinstance(value, PartSource) and _is_metagraph(value) for number, value in heads):
            return _tensorflow(model, (2,))
        if heads and all(number in (1, 2, 3, 4) for number, _ in heads) and _is_graph(model):
            return _tensorflow(model, ())
    except StopLooking:
        return None
    return None


def _is_metagraph(part: PartSource) -> bool:
    return any(number == 2 and isinstance(value, PartSource) and _is_graph(value) for number, value in fields(part))


def _is_graph(part: Ranged) -> bool:
    """Whether its first node has a name and an operator."""
    for number, value in fields(part):
        if number == 1 and isinstance(value, PartSource):
            node = {which: text(one) for which, one in fields(value) if which in (1, 2)}
            return bool(node.get(1)) and node.get(2, "").isidentifier()
    return False


def _tensorflow(model: Ranged, path: tuple[int, ...]) -> Iterator[Found]:
    if path:
        for number, value in fields(model):
            if number == 2 and isinstance(value, PartSource):
                for which, one in fields(value):
                    if which == 2 and isinstance(one, PartSource):
                        yield from _tensorflow_graph(one)
        return
    yield from _tensorflow_graph(model)


def _tensorflow_graph(graph: Ranged) -> Iterator[Found]:
    for number, value in fields(graph):
        if number == 1 and isinstance(value, PartSource):
            yield from _tensorflow_node(value)
        elif number == 2 and isinstance(value, PartSource):  # the library of functions
            for which, one in fields(value):
                if which == 1 and isinstance(one, PartSource):
                    for inner, node in fields(one):
                        if inner == 3 and isinstance(node, PartSource):
                            yield from _tensorflow_node(node)


def _tensorflow_node(node: PartSource) -> Iterator[Found]:
    for number, value in fields(node):
        if number == 2 and (operator := text(value)) in _REACHING:
            yield Rule.OPERATOR, f"{operator}, which reaches out of the model"
