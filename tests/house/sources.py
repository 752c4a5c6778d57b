"""The files of the repository as the house tests read them: once."""

from __future__ import annotations

import ast
import functools
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "wardlaw"
TESTS = ROOT / "tests"


@functools.cache
def python_files(folder: Path) -> tuple[Path, ...]:
    """Every Python file below a folder, migrations' generated versions left out."""
    return tuple(sorted(path for path in folder.rglob("*.py") if "versions" not in path.parts))


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    """Path from the repository root, with slashes."""
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function of a file with its dotted name, nested ones included."""

    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield prefix + child.name, child
                yield from walk(child, f"{prefix}{child.name}.")
            elif isinstance(child, ast.ClassDef):
                yield from walk(child, f"{prefix}{child.name}.")
            else:
                yield from walk(child, prefix)

    yield from walk(tree(path), "")


@functools.cache
def ratchet() -> dict[str, Any]:
    """Exceptions that may only become fewer."""
    found: dict[str, Any] = json.loads((ROOT / "tests" / "house" / "ratchet.json").read_text(encoding="utf-8"))
    return found


@functools.cache
def tracked() -> tuple[Path, ...]:
    """Every file under version control; outside a clone, every file that is none of the tools'."""
    git = shutil.which("git")  # a bare machine has none
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False) if git else None
    if listed is not None and listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
    else:
        hidden = {".venv", ".git", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
        names = [name_of(path) for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.parts)]
    return tuple(ROOT / name for name in names if (ROOT / name).is_file())


def unlisted(found: dict[str, int], listed: dict[str, int], *, limit: int) -> list[str]:
    """What breaks a limit without being listed, grew above its entry, or is listed and needs it no more."""
    broken = [
        f"{name}: {size} > {listed.get(name, limit)}" for name, size in found.items() if size > listed.get(name, limit)
    ]
    idle = [
        f"{name}: take it out of ratchet.json, it is {found.get(name, 'gone')}"
        for name in listed
        if found.get(name, 0) <= limit
    ]
    return broken + idle
