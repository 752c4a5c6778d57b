"""``python benign.py FOLDER``: models as people really save them, written by the libraries themselves.

It runs in the environment ``makers`` of ``tools/modelpeers``; what it needs of torch's container it writes by hand, with
the names and the layout of ``torch.save``, because torch itself is too large for a test.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import struct
import sys
import tarfile
import warnings
import zipfile
import zlib
from collections import OrderedDict, defaultdict
from pathlib import Path

warnings.simplefilter("ignore")

import joblib  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from sklearn.calibration import CalibratedClassifierCV  # noqa: E402
from sklearn.compose import ColumnTransformer, make_column_selector  # noqa: E402
from sklearn.datasets import load_digits, load_iris  # noqa: E402
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier  # noqa: E402
from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: E402
from sklearn.gaussian_process import GaussianProcessClassifier  # noqa: E402
from sklearn.gaussian_process.kernels import RBF, WhiteKernel  # noqa: E402
from sklearn.linear_model import LogisticRegression, SGDClassifier  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.neighbors import KNeighborsClassifier  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler  # noqa: E402
from sklearn.svm import SVC  # noqa: E402


def main(folder: Path) -> None:
    """Write every file."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in (scikit, tables, arrays, torches, others, graphs, texts):
        part(folder)


def dumped(value: object, protocol: int = 4) -> bytes:
    return pickle.dumps(value, protocol)


def scikit(folder: Path) -> None:
    x, y = load_digits(return_X_y=True)
    xi, yi = load_iris(return_X_y=True)
    forest = RandomForestClassifier(20, random_state=0).fit(x, y)
    for protocol in (0, 2, 4, 5):
        (folder / f"forest-{protocol}.pkl").write_bytes(dumped(forest, protocol))
    joblib.dump(forest, folder / "forest.joblib")
    for kind in ("zlib", "gzip", "bz2", "xz", "lzma"):
        joblib.dump(forest, folder / f"forest-{kind}.joblib", compress=(kind, 3))
    joblib.dump(forest, folder / "forest-lz4.joblib", compress=("lz4", 3))
    (folder / "pipeline.pkl").write_bytes(
        dumped(make_pipeline(FunctionTransformer(np.log1p), StandardScaler(), LogisticRegression()).fit(xi, yi))
    )
    (folder / "text-pipeline.pkl").write_bytes(
        dumped(make_pipeline(TfidfVectorizer(), SGDClassifier()).fit(["a b cc", "dd cc"] * 5, [0, 1] * 5))
    )
    (folder / "grid.pkl").write_bytes(dumped(GridSearchCV(SVC(), {"C": [1, 2]}).fit(xi, yi)))
    (folder / "gaussian.pkl").write_bytes(
        dumped(GaussianProcessClassifier(1.0 * RBF() + WhiteKernel(), random_state=0).fit(xi, yi))
    )
    joblib.dump(HistGradientBoostingClassifier(max_iter=5).fit(xi, yi), folder / "boosting.joblib")
    joblib.dump(KNeighborsClassifier(algorithm="ball_tree").fit(xi, yi), folder / "neighbours.joblib")
    joblib.dump(MLPClassifier(max_iter=5).fit(xi, yi), folder / "network.joblib", compress=3)
    joblib.dump(CalibratedClassifierCV(SVC()).fit(xi, yi), folder / "calibrated.joblib")
    frame = pd.DataFrame({"a": ["x", "y"] * 10, "b": range(20)})
    columns = ColumnTransformer([
        ("words", OneHotEncoder(), ["a"]), ("numbers", StandardScaler(), make_column_selector(dtype_include=np.number))
    ])  # fmt: skip
    (folder / "columns.pkl").write_bytes(dumped(columns.fit(frame)))
    from skops.io import dump

    dump(make_pipeline(StandardScaler(), RandomForestClassifier(5)).fit(xi, yi), folder / "forest.skops")


def tables(folder: Path) -> None:
    frame = pd.DataFrame({
        "n": [1, 2, 3], "t": ["x", "y", None], "d": pd.to_datetime(["2020", "2021", "2022"]),
        "c": pd.Categorical(["a", "b", "a"]), "i": pd.array([1, None, 3], dtype="Int64"),
    })  # fmt: skip
    frame.to_pickle(folder / "frame.pkl")
    frame.to_pickle(folder / "frame.pkl.gz")
    frame.to_pickle(folder / "frame.pkl.xz")
    frame.to_pickle(folder / "frame.zip")
    frame.convert_dtypes(dtype_backend="pyarrow").to_pickle(folder / "frame-arrow.pkl")
    frame.set_index(["n", "t"]).to_pickle(folder / "frame-index.pkl")
    frame.to_parquet(folder / "frame.parquet")
    frame.to_feather(folder / "frame.feather")


def arrays(folder: Path) -> None:
    rng = np.random.default_rng(7)
    joblib.dump({"w": rng.random((50, 40)), "b": np.zeros(3, dtype=[("x", "<f4"), ("y", "U3")])}, folder / "raw.joblib")
    joblib.dump(np.array([1, "a", None], dtype=object), folder / "objects.joblib")
    joblib.dump([rng.random(10) for _ in range(20)], folder / "list.joblib", compress=9)
    np.save(folder / "weights.npy", rng.random((30, 30)))
    np.save(folder / "objects.npy", np.array([{"a": 1}, [2]], dtype=object))
    np.savez(folder / "weights.npz", a=rng.random(5), b=np.arange(4))
    np.savez_compressed(folder / "weights-deflated.npz", a=rng.random(5), b=np.arange(4))
    (folder / "mixed.pkl").write_bytes(dumped({
        "counts": defaultdict(int, a=1), "order": OrderedDict(a=1), "set": {1, 2}, "rng": np.random.RandomState(3),
        "gen": rng, "scalar": np.float32(1), "bytes": b"x" * 9, "path": Path("a/b"), "masked": np.ma.masked_array([1, 2], [0, 1]),
    }))  # fmt: skip
    (folder / "several.pkl").write_bytes(b"".join(dumped({"epoch": n, "loss": 1 / (n + 1)}) for n in range(5)))


class Storage:
    """Stands for a storage; the pickler below names it as torch does."""

    def __init__(self, key: str, count: int) -> None:
        self.key, self.count = key, count


def torch_pickle(value: object) -> bytes:
    """A pickle with the names of torch's, made by putting them in for stand-ins."""

    class Pickler(pickle._Pickler):  # noqa: SLF001 - the one written in Python can be taught other types
        dispatch = dict(pickle._Pickler.dispatch)  # noqa: SLF001, RUF012

        def persistent_id(self, one: object) -> object:
            return (
                ("storage", Named("torch", "FloatStorage"), one.key, "cpu", one.count)
                if isinstance(one, Storage)
                else None
            )

        def save_named(self, one: object) -> None:
            self.write(b"c" + one.module.encode() + b"\n" + one.attribute.encode() + b"\n")

        def save_called(self, one: object) -> None:
            self.save(one.callee)
            self.save(one.args)
            self.write(b"R")

    Pickler.dispatch[Named] = Pickler.save_named
    Pickler.dispatch[Called] = Pickler.save_called
    buffer = io.BytesIO()
    Pickler(buffer, 2).dump(value)
    return buffer.getvalue()


class Named:
    def __init__(self, module: str, attribute: str) -> None:
        self.module, self.attribute = module, attribute


class Called:
    def __init__(self, callee: Named, *args: object) -> None:
        self.callee, self.args = callee, args


def tensor(key: str, count: int) -> Called:
    return Called(
        Named("torch._utils", "_rebuild_tensor_v2"), Storage(key, count), 0, (count,), (1,), False, OrderedDict()
    )


def torches(folder: Path) -> None:
    rng = np.random.default_rng(1)
    data = {str(key): rng.random(1000).astype("<f4").tobytes() for key in range(3)}
    state = OrderedDict((f"layer{key}.weight", tensor(key, 1000)) for key in data)
    entries = {"model/data.pkl": torch_pickle(state), "model/byteorder": b"little", "model/version": b"3\n"}
    entries |= {f"model/data/{key}": value for key, value in data.items()} | {"model/.data/serialization_id": b"1" * 40}
    write_zip(folder / "state_dict.pt", entries)
    parameter = Called(Named("torch._utils", "_rebuild_parameter"), tensor("0", 1000), True, OrderedDict())
    checkpoint = {"epoch": 3, "state_dict": OrderedDict(w=parameter), "optimizer": {"param_groups": [{"lr": 0.1}]},
                  "dtype": Named("torch", "float16"), "size": Called(Named("torch", "Size"), [3, 4])}  # fmt: skip
    write_zip(folder / "checkpoint.ckpt", entries | {"model/data.pkl": torch_pickle(checkpoint)})
    legacy = [
        dumped(0x1950A86A20F9469CFC6C, 2),
        dumped(1001, 2),
        dumped({"little_endian": True, "type_sizes": {"int": 4}}, 2),
    ]
    legacy += [torch_pickle(OrderedDict(w=tensor("0", 1000))), dumped(["0"], 2), struct.pack("<q", 1000), data["0"]]
    (folder / "legacy.pth").write_bytes(b"".join(legacy))
    script = b"class Net(Module):\n  def forward(self, x: Tensor) -> Tensor:\n    return torch.relu(torch.linear(x, self.w))\n"
    write_zip(folder / "script.pt", {
        "net/data.pkl": torch_pickle(Called(Named("__torch__", "Net") )), "net/code/__torch__.py": script,
        "net/code/__torch__.py.debug_pkl": dumped((("net.py", 1, 2),), 2), "net/constants.pkl": dumped((), 2),
        "net/version": b"3\n", "net/data/0": data["0"],
    })  # fmt: skip
    with tarfile.open(folder / "archive.nemo", "w:gz") as archive:
        for name in ("state_dict.pt", "checkpoint.ckpt"):
            archive.add(folder / name, arcname=name)
    arguments = Called(Named("transformers.training_args", "TrainingArguments"))
    write_zip(folder / "training_args.bin", {"archive/data.pkl": torch_pickle(arguments), "archive/version": b"3\n"})


def write_zip(path: Path, entries: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)


def others(folder: Path) -> None:
    import lightgbm
    from tokenizers import Tokenizer, models, pre_tokenizers

    x, y = load_iris(return_X_y=True)
    model = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(x, y)
    (folder / "lightgbm.pkl").write_bytes(dumped(model))
    model.booster_.save_model(folder / "lightgbm.txt")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.train_from_iterator(["a b c d"] * 5)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer.pkl").write_bytes(dumped(tokenizer))


def graphs(folder: Path) -> None:
    import gguf
    import h5py
    import onnx
    from safetensors.numpy import save_file

    rng = np.random.default_rng(2)
    save_file(
        {"a": rng.random((4, 4)).astype("f4"), "b": rng.integers(0, 9, 5)}, folder / "w.safetensors", {"format": "pt"}
    )
    save_file({}, folder / "empty.safetensors")
    node = onnx.helper.make_node("Gemm", ["x", "w"], ["y"])
    weights = onnx.numpy_helper.from_array(rng.random((3, 2)).astype("f4"), "w")
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph([node], "g", [value("x", 1, [1, 3])], [value("y", 1, [1, 2])], [weights])
    onnx.save(onnx.helper.make_model(graph), folder / "gemm.onnx")
    onnx.save(
        onnx.helper.make_model(graph),
        folder / "gemm-outside.onnx",
        save_as_external_data=True,
        location="gemm.data",
        size_threshold=0,
    )
    (folder / "gemm.data").unlink()
    writer = gguf.GGUFWriter(folder / "small.gguf", "llama")
    writer.add_chat_template(TEMPLATE)
    writer.add_token_list(["<s>", "a", "b"])
    writer.add_tensor("token_embd.weight", rng.random((8, 32)).astype("f4"))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with h5py.File(folder / "weights.h5", "w") as file:
        file["dense/kernel"] = rng.random((100, 100))
        file.attrs["model_config"] = json.dumps(KERAS)
    with h5py.File(folder / "model.weights.h5", "w") as file:
        file["layers/dense/vars/0"] = rng.random((4, 2))
    write_zip(folder / "network.keras", {
        "metadata.json": b'{"keras_version": "3.8.0"}', "config.json": json.dumps(KERAS | {"module": "keras"}).encode(),
        "model.weights.h5": (folder / "model.weights.h5").read_bytes(),
    })  # fmt: skip


TEMPLATE = (
    "{%- if messages[0]['role'] == 'system' %}{{ messages[0]['content'].strip() }}{% endif %}{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] | trim }}{% if loop.last and add_generation_prompt %}"
    "{{ raise_exception('no') }}{% endif %}{% endfor %} You may import nothing from __future__; say exec summary."
)
KERAS = {"class_name": "Sequential", "config": {"name": "s", "layers": [
    {"class_name": "InputLayer", "config": {"batch_shape": [None, 4]}, "module": "keras.layers", "registered_name": None},
    {"class_name": "Dense", "config": {"units": 2, "activation": "relu"}, "module": "keras.layers", "registered_name": None},
]}}  # fmt: skip


def texts(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"model_type": "llama", "hidden_size": 8}))
    (folder / "tokenizer_config.json").write_text(json.dumps({"chat_template": TEMPLATE}))
    (folder / "README.md").write_text("---\nlicense: mit\n---\n# Model\nUse `import x` to load it.\n")
    (folder / "vocab.txt").write_text("cat\ndog\nis\nPython\n(is\n")
    (folder / "model.pmml").write_text('<?xml version="1.0"?><PMML version="4.4"><Header/></PMML>')
    (folder / "state.pkl.xz").write_bytes(lzma.compress(dumped({"a": [1.5] * 50})))
    (folder / "state.pkl.bz2").write_bytes(bz2.compress(dumped({"a": [1.5] * 50})))
    (folder / "state.pkl.gz").write_bytes(gzip.compress(dumped({"a": [1.5] * 50})))
    (folder / "state.z").write_bytes(zlib.compress(dumped({"a": [1.5] * 50})))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
