"""``python -m tools.toolservers FOLDER``: have real servers of tools in a folder, for ``WARDLAW_TEST_MCP``.

Only the standard library is used. ``node_modules/`` comes from ``package-lock.json`` (no scripts are run, npm checks
each SHA-512), ``python/`` and ``sqlite/`` are environments from the two lists of requirements. A part that cannot be
had is said and left out; the tests that want it are skipped with that reason.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCK = HERE / "package-lock.json"
ENVIRONMENTS = {"python": HERE / "requirements.txt", "sqlite": HERE / "requirements-sqlite.txt"}
STAMP = ".made-of"

Run = Callable[[Sequence[str], Path], bool]


def main(arguments: Sequence[str]) -> int:
    """Build the folder; 1 when a part of it could not be had."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    return build(Path(arguments[0]).absolute(), run=_run, node=shutil.which("npm") is not None)


def build(folder: Path, *, run: Run, node: bool) -> int:
    """Have every part that is not there yet as the locks say.

    Args:
        run: Runs a command in a folder; whether it went well.
        node: Whether npm is there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = []
    if not node:
        missing.append("the servers of npm (npm is not installed)")
    elif not _part(folder, "node_modules", (LOCK, HERE / "package.json"), lambda: _npm(folder, run)):
        missing.append("the servers of npm")
    for name, lock in ENVIRONMENTS.items():
        if not _part(folder, name, (lock,), lambda name=name, lock=lock: _environment(folder / name, lock, run)):
            missing.append(name)
    for one in missing:
        print(f"toolservers: without {one}", file=sys.stderr)
    return 1 if missing else 0


def unlocked(lock: dict[str, object]) -> list[str]:
    """Packages of a lock of npm without a SHA-512, or with an address."""
    packages = lock["packages"]
    assert isinstance(packages, dict)
    return [
        name
        for name, package in packages.items()
        if name and ("resolved" in package or not str(package.get("integrity", "")).startswith("sha512-"))
    ]


def _part(folder: Path, name: str, locks: Sequence[Path], make: Callable[[], bool]) -> bool:
    """One part; stamped with its locks, so that a second call costs nothing and a changed lock is made anew."""
    digest = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks) + sys.version.encode()).hexdigest()
    stamp = folder / name / STAMP
    if stamp.is_file() and stamp.read_text() == digest:
        return True
    shutil.rmtree(folder / name, ignore_errors=True)
    if not make():
        return False
    stamp.write_text(digest)
    return True


def _npm(folder: Path, run: Run) -> bool:
    wrong = unlocked(json.loads(LOCK.read_text()))
    if wrong:
        print(f"toolservers: the lock has no SHA-512 of {', '.join(wrong)}", file=sys.stderr)
        return False
    for name in ("package.json", LOCK.name):
        shutil.copy(HERE / name, folder / name)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    return run(("npm", "ci", *quiet), folder)


def _environment(folder: Path, lock: Path, run: Run) -> bool:
    uv = shutil.which("uv")
    python = str(folder / "bin" / "python")
    try:
        venv.create(folder, with_pip=uv is None, symlinks=True)
    except subprocess.CalledProcessError:  # Debian's Python without python3-venv: pip comes from outside
        venv.create(folder, with_pip=False, symlinks=True, clear=True)
    if uv is not None:
        installer = [uv, "pip", "install", "-q", "--python", python]
    elif (folder / "bin" / "pip").exists():
        installer = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    else:
        installer = [sys.executable, "-m", "pip", "--python", python, "install", "-qq"]
    # The lock is whole; without it, pip would look for what `mcp[cli]` asks for under another name than the lock's.
    return run((*installer, "--no-deps", "--require-hashes", "-r", str(lock)), folder)


def _run(command: Sequence[str], folder: Path) -> bool:
    env = {**os.environ, "PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    return subprocess.run(command, cwd=folder, env=env, stdout=sys.stderr, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
