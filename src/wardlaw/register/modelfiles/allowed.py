"""Which names a pickle of a model may import, and which of them it may call.

Functions, and classes that stand here by name, were chosen by what their source does when a pickle calls them or hands
them a state, in the versions that were looked at: they build a value and nothing else. Classes that pass by a pattern
under a known package were not looked at one by one, and another version of a library may do otherwise. What is not here
is refused, whatever it is. Left out on purpose although models use them: ``scipy.stats`` distributions (their
``__setstate__`` executes a template that the state brings), ``numpy`` ``_ufunc_reconstruct`` (imports any module),
``builtins.getattr``, ``operator``, ``joblib.Parallel`` and ``Memory``, everything that loads or reads another file.
"""

from __future__ import annotations

import re
from enum import Enum
from types import MappingProxyType

import msgspec


class Use(Enum):
    """What a pickle may do with a name."""

    NOTHING = "nothing"
    NAME = "name"
    """Refer to it; not call it."""
    MAKE = "make"
    """Call it, or make an instance of it."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ARRAY_MAKERS = _words("_reconstruct scalar ndarray dtype")
_PANDAS = _words(
    "DataFrame Series Index MultiIndex RangeIndex DatetimeIndex TimedeltaIndex PeriodIndex IntervalIndex CategoricalIndex "
    "Categorical CategoricalDtype DatetimeTZDtype PeriodDtype IntervalDtype SparseDtype StringDtype ArrowDtype BooleanDtype "
    "Int8Dtype Int16Dtype Int32Dtype Int64Dtype UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype Float32Dtype Float64Dtype "
    "Timestamp Timedelta Period Interval NA NaT"
)
_STORAGES = _words(
    "FloatStorage DoubleStorage HalfStorage BFloat16Storage LongStorage IntStorage ShortStorage CharStorage ByteStorage "
    "BoolStorage ComplexFloatStorage ComplexDoubleStorage QInt8Storage QUInt8Storage QInt32Storage QUInt4x2Storage "
    "QUInt2x4Storage"
)
_MAKE = MappingProxyType(
    {
        "builtins": _words(
            "bytearray bytes complex dict float frozenset int list object range set slice str tuple bool"
        ),
        "copyreg": _words("_reconstructor __newobj__"),
        "_codecs": _words("encode"),
        "collections": _words("OrderedDict defaultdict Counter deque"),
        "datetime": _words("date datetime time timedelta timezone"),
        "decimal": _words("Decimal"),
        "fractions": _words("Fraction"),
        "functools": _words("partial"),
        "pathlib": _words("PosixPath PurePosixPath WindowsPath PureWindowsPath Path PurePath"),
        "uuid": _words("UUID"),
        "re": _words("_compile"),
        "types": _words("SimpleNamespace"),
        "argparse": _words("Namespace"),
        "numpy": _ARRAY_MAKERS | _words("matrix recarray record poly1d"),
        "numpy.core.multiarray": _ARRAY_MAKERS,
        "numpy._core.multiarray": _ARRAY_MAKERS,
        "numpy.core.numeric": _words("_frombuffer"),
        "numpy._core.numeric": _words("_frombuffer"),
        "numpy.ma": _words("MaskedArray"),
        "numpy.ma.core": _words("_mareconstruct MaskedArray"),
        "numpy.matrixlib.defmatrix": _words("matrix"),
        "numpy.random._pickle": _words("__bit_generator_ctor __generator_ctor __randomstate_ctor"),
        "numpy.random": _words("__RandomState_ctor RandomState Generator"),
        "numpy.random.mtrand": _words("RandomState"),
        "numpy.random.bit_generator": _words("SeedSequence __pyx_unpickle_SeedSequence"),
        "numpy.random._mt19937": _words("MT19937"),
        "numpy.random._pcg64": _words("PCG64 PCG64DXSM"),
        "numpy.random._philox": _words("Philox"),
        "numpy.random._sfc64": _words("SFC64"),
        "pandas": _PANDAS,
        "pandas.arrays": _words(
            "ArrowExtensionArray ArrowStringArray BooleanArray DatetimeArray FloatingArray IntegerArray IntervalArray "
            "NumpyExtensionArray PeriodArray SparseArray StringArray TimedeltaArray"
        ),
        "pandas._libs.arrays": _words("__pyx_unpickle_NDArrayBacked"),
        "pandas._libs.internals": _words("_unpickle_block BlockPlacement"),
        "pandas._libs.interval": _words("__pyx_unpickle_IntervalMixin Interval"),
        "pandas._libs.sparse": _words("IntIndex BlockIndex"),
        "pandas._libs.missing": _words("NAType"),
        "pandas._libs.tslibs.nattype": _words("_nat_unpickle"),
        "pandas._libs.tslibs.timestamps": _words("_unpickle_timestamp Timestamp"),
        "pandas._libs.tslibs.timedeltas": _words("_timedelta_unpickle Timedelta"),
        "pandas._libs.tslibs.period": _words("Period"),
        "pandas.core.indexes.base": _words("_new_Index Index"),
        "pandas.core.indexes.datetimes": _words("_new_DatetimeIndex DatetimeIndex"),
        "pandas.core.internals.managers": _words("BlockManager SingleBlockManager"),
        "pandas.core.internals.blocks": _words("new_block"),
        "pyarrow.lib": _words(
            "_restore_array py_buffer timestamp type_for_alias chunked_array schema field Decimal128Type "
            "struct list_ large_list dictionary decimal128 duration time32 time64 _reconstruct_table"
        ),
        "scipy.interpolate._bsplines": _words("BSpline"),
        "scipy.interpolate._interpolate": _words("interp1d PPoly"),
        "scipy.interpolate._cubic": _words("CubicSpline PchipInterpolator"),
        "scipy.spatial._kdtree": _words("KDTree"),
        "scipy.spatial._ckdtree": _words("cKDTree"),
        "scipy.spatial.ckdtree": _words("cKDTree"),
        "sklearn.utils": _words("Bunch"),
        "sklearn.utils._bunch": _words("Bunch"),
        "sklearn.utils._metadata_requests": _words("MetadataRequest MethodMetadataRequest MetadataRouter"),
        "sklearn.compose._column_transformer": _words("make_column_selector"),
        "sklearn.metrics._dist_metrics": _words("newObj"),
        "sklearn.neighbors._dist_metrics": _words("newObj"),
        "sklearn.neighbors._kd_tree": _words("newObj"),
        "sklearn.neighbors._ball_tree": _words("newObj"),
        "sklearn.neighbors._quad_tree": _words("_QuadTree"),
        "torch": _STORAGES | _words("Size device Tensor Generator"),
        "torch._utils": _words(
            "_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter _rebuild_parameter_with_state "
            "_rebuild_qtensor _rebuild_sparse_tensor _rebuild_sparse_csr_tensor _rebuild_nested_tensor "
            "_rebuild_meta_tensor_no_storage _rebuild_device_tensor_from_numpy _rebuild_device_tensor_from_cpu_tensor"
        ),
        "torch._tensor": _words("_rebuild_from_type_v2 Tensor"),
        "torch.nn.parameter": _words("Parameter Buffer"),
        "torch.serialization": _words("_get_layout"),
        "torch.storage": _words("UntypedStorage TypedStorage _load_from_bytes"),
        "torch.jit._pickle": _words("build_intlist build_tensorlist build_doublelist build_boollist restore_type_tag"),
        "transformers.training_args": _words("TrainingArguments OptimizerNames"),
        "transformers.training_args_seq2seq": _words("Seq2SeqTrainingArguments"),
        "transformers.trainer_utils": _words(
            "IntervalStrategy SchedulerType HubStrategy SaveStrategy EvaluationStrategy"
        ),
        "transformers.trainer_pt_utils": _words("AcceleratorConfig"),
        "accelerate.state": _words("PartialState"),
        "accelerate.utils.dataclasses": _words("DistributedType"),
        "tokenizers": _words("Tokenizer AddedToken Encoding"),
        "joblib.numpy_pickle": _words("NumpyArrayWrapper"),
        "sklearn.externals.joblib.numpy_pickle": _words("NumpyArrayWrapper"),
    }
)
_NUMPY_FUNCTIONS = _words(
    "abs absolute add ceil clip cos cbrt divide exp exp2 expm1 floor isfinite isnan log log10 log1p log2 maximum mean median "
    "minimum multiply nanmean nanmedian negative power reciprocal rint round sign sin sqrt square std subtract sum tan tanh "
    "var argmax argmin"
)
_TYPES = _words(
    "number integer floating inexact signedinteger unsignedinteger generic bool bool_ object_ str_ bytes_ void"
)
_NUMBERS = _words("int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128")
_TORCH_TYPES = _words(
    "float16 float32 float64 bfloat16 half float double int8 int16 int32 int64 uint8 bool long complex64 complex128 qint8 "
    "quint8 qint32 float8_e4m3fn float8_e5m2 strided sparse_coo contiguous_format preserve_format"
)
_NAME = MappingProxyType(
    {
        "numpy": _NUMPY_FUNCTIONS | _TYPES | _NUMBERS | _words("longlong ulonglong datetime64 timedelta64 memmap"),
        "numpy.core._multiarray_umath": _NUMPY_FUNCTIONS,
        "numpy._core._multiarray_umath": _NUMPY_FUNCTIONS,
        "scipy.special._ufuncs": _words("expit logit gammaln"),
        "scipy._lib.array_api_compat.numpy._aliases": _words("asarray"),
        "sklearn.cluster._kmeans": _words("_kmeans_single_lloyd _kmeans_single_elkan"),
        "torch": _TORCH_TYPES,
        "torch._C._nn": _words("gelu"),
        "torch.nn.functional": _words("relu gelu silu tanh sigmoid softmax leaky_relu elu mish hardtanh"),
    }
)
_CLASS = r"_{0,2}[A-Z][A-Za-z0-9_]*"
_SKLEARN = (
    r"calibration|cluster|compose|covariance|cross_decomposition|decomposition|discriminant_analysis|dummy|ensemble|"
    r"feature_extraction|feature_selection|gaussian_process|impute|isotonic|kernel_approximation|kernel_ridge|linear_model|"
    r"manifold|mixture|model_selection|multiclass|multioutput|naive_bayes|neighbors|neural_network|pipeline|preprocessing|"
    r"random_projection|semi_supervised|svm|tree|_loss|metrics"
)
_MAKE_PATTERNS = tuple(
    (re.compile(module), re.compile(name))
    for module, name in (
        (rf"sklearn\.(?:{_SKLEARN})(?:\._?[a-z]\w*)*", rf"{_CLASS}|__pyx_unpickle_{_CLASS}"),
        (r"numpy\.polynomial\.\w+", _CLASS),
        (r"scipy\.sparse\._?(?:csr|csc|coo|bsr|dia|dok|lil)", r"(?:csr|csc|coo|bsr|dia|dok|lil)_(?:matrix|array)"),
        (r"pandas\.core\.arrays\.[a-z_.]+", rf"{_CLASS}(?:Array|Dtype)"),
        (r"pandas\.core\.dtypes\.dtypes", rf"{_CLASS}Dtype"),
        (r"pandas\.core\.(?:frame|series)", r"DataFrame|Series"),
        (r"pandas\.core\.indexes\.[a-z]+", rf"{_CLASS}Index"),
        (r"pandas\._libs\.tslibs\.offsets", _CLASS),
        (r"lightgbm\.(?:basic|sklearn)", r"Booster|LGBM[A-Z]\w*|_LGBM\w+"),
        (r"xgboost\.(?:core|sklearn)", r"Booster|XGB[A-Z]\w*"),
        (r"catboost\.core|_catboost", r"_?CatBoost(?:Classifier|Regressor|Ranker)?"),
        (r"torch\.nn\.modules(?:\.\w+)*", _CLASS),
        (r"torchvision\.models(?:\.\w+)*", _CLASS),
        (r"tokenizers\.(?:models|normalizers|pre_tokenizers|processors|decoders)", _CLASS),
    )
)
_NAME_PATTERNS = tuple(
    (re.compile(module), re.compile(name))
    for module, name in (
        (
            r"sklearn\.metrics(?:\._?[a-z]\w*)*",
            r"[a-z][a-z0-9_]*_(?:score|error|loss|distances|kernel|deviance|variance)",
        ),
        (r"sklearn\.feature_selection\._\w+", r"f_classif|f_regression|chi2|mutual_info_\w+|r_regression"),
    )
)
# Classes that modules of those patterns import from elsewhere and that do more than hold values.
_NEVER = _words("Parallel Memory Popen Process Pool ThreadPool ThreadPoolExecutor Thread Path Template Loader")
_TORCHSCRIPT = re.compile(r"__torch__(?:\.\w+)*")


class Allowed(msgspec.Struct, frozen=True):
    """Whose names may be used.

    Attributes:
        extra: Names the company allows beside ours: ``module.Name``.
    """

    extra: frozenset[str] = frozenset()

    def use(self, module: str, name: str, *, torchscript: bool = False) -> Use:
        """What a pickle may do with a name.

        Args:
            torchscript: It stands in a TorchScript archive, whose classes are defined in that archive's own code.
        """
        if "." in name:
            return Use.NOTHING  # from protocol 4 on a dot walks through attributes, to any module that ours imports
        if f"{module}.{name}" in self.extra:
            return Use.MAKE
        if name in _MAKE.get(module, ()):
            return Use.MAKE
        if name in _NAME.get(module, ()):
            return Use.NAME
        if torchscript and _TORCHSCRIPT.fullmatch(module):
            return Use.MAKE
        if name in _NEVER:
            return Use.NOTHING
        if _matches(_MAKE_PATTERNS, module, name):
            return Use.MAKE
        return Use.NAME if _matches(_NAME_PATTERNS, module, name) else Use.NOTHING


def _matches(patterns: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...], module: str, name: str) -> bool:
    return any(of_module.fullmatch(module) and of_name.fullmatch(name) for of_module, of_name in patterns)
