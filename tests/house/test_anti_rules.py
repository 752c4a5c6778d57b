"""What the house does not do: hidden state, late imports, promises left open."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.sources import SRC, TESTS, functions, name_of, python_files, ratchet, tree

_FILLERS = {"append", "add", "update", "pop", "setdefault", "clear", "extend", "insert", "discard", "remove", "popitem"}
_BUILDERS = {
    "dict",
    "list",
    "set",
    "defaultdict",
    "deque",
    "Counter",
    "OrderedDict",
    "WeakValueDictionary",
    "bytearray",
}
_OPEN_PROMISES = re.compile(
    "|".join(("TO" + "DO", "FIX" + "ME", r"\bX" + r"XX\b", "NotImplemented" + "Error", "pragma: no " + "cover"))
)


def test_no_global_statement() -> None:
    found = [
        name_of(path) for path in python_files(SRC) for node in ast.walk(tree(path)) if isinstance(node, ast.Global)
    ]
    assert found == []


def test_no_mutable_state_at_module_level() -> None:
    assert [place for path in python_files(SRC) for place in _mutable(path)] == []


def _mutable(path: Path) -> Iterator[str]:
    module = tree(path)
    changed = _changed_names(module)
    for node in module.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if value is None or not _is_container(value):
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]  # type: ignore[union-attr]
        for name in [target.id for target in targets if isinstance(target, ast.Name)]:
            is_table = name.isupper() and not _is_empty(value) and name not in changed
            if not is_table and name != "__all__":
                yield f"{name_of(path)}:{node.lineno}: {name}"


def _changed_names(module: ast.Module) -> set[str]:
    """Names something is put into or taken out of anywhere in the file."""
    changed = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _FILLERS:
            holder: ast.expr = node.func.value
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            holder = node.value
        else:
            continue
        if isinstance(holder, ast.Name):
            changed.add(holder.id)
    return changed


def _is_container(value: ast.expr) -> bool:
    if isinstance(value, ast.Dict | ast.List | ast.Set | ast.DictComp | ast.ListComp | ast.SetComp):
        return True
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _BUILDERS


def _is_empty(value: ast.expr) -> bool:
    if isinstance(value, ast.Dict):
        return not value.keys
    if isinstance(value, ast.List | ast.Set):
        return not value.elts
    return isinstance(value, ast.Call) and not value.args and not value.keywords


def test_imports_stand_at_the_top() -> None:
    found = {}
    for path in python_files(SRC):
        for name, node in functions(path):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    found[f"{name_of(path)}::{name}"] = inner.lineno
    allowed = ratchet()["late_imports"]
    assert sorted(set(found) - set(allowed)) == []
    assert sorted(set(allowed) - set(found)) == []
    assert all(reason for reason in allowed.values())


def test_no_promise_is_left_open() -> None:
    found = [
        f"{name_of(path)}:{number}"
        for path in python_files(SRC)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if _OPEN_PROMISES.search(line)
    ]
    assert found == []


def test_every_source_file_with_functions_has_its_test_file() -> None:
    missing = [name_of(path) for path in python_files(SRC) if any(functions(path)) and not _has_test(path)]
    allowed = ratchet()["without_test_file"]
    assert sorted(set(missing) - set(allowed)) == []
    assert sorted(set(allowed) - set(missing)) == []


def _has_test(path: Path) -> bool:
    """A test file of the same name in the same place, or one there that says which files it covers."""
    inner = path.relative_to(SRC)
    name = f"test_{path.stem}.py" if path.stem != "__init__" else f"test_{path.parent.name}.py"
    for kind in ("unit", "property", "wire", "fault", "transcript"):
        folder = TESTS / kind / inner.parent
        if (folder / name).is_file() or path.stem in _covered(folder):
            return True
    return False


def _covered(folder: Path) -> set[str]:
    """Names in the ``COVERS`` of the test files of a folder."""
    found: set[str] = set()
    for path in folder.glob("test_*.py"):
        for node in tree(path).body:
            if isinstance(node, ast.Assign) and any(
                isinstance(one, ast.Name) and one.id == "COVERS" for one in node.targets
            ):
                found |= set(ast.literal_eval(node.value))
    return found
