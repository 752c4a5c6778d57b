"""Parts of a folder that are had as a lock says: environments of Python from hashed requirements, modules of npm.

Only the standard library is used. A part is stamped with its locks, so that a second call costs nothing.
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

STAMP = ".made-of"
PACKAGES, LOCK = "package.json", "package-lock.json"

Run = Callable[[Sequence[str], Path], bool]


def part(made: Path, locks: Sequence[Path], make: Callable[[], bool]) -> bool:
    """Have one part, made anew when a lock or the interpreter has changed; whether it is there.

    Args:
        made: The folder that the part is.
        locks: What it is made of.
    """
    digest = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks) + sys.version.encode()).hexdigest()
    stamp = made / STAMP
    if stamp.is_file() and stamp.read_text() == digest:
        return True
    shutil.rmtree(made, ignore_errors=True)
    if not make():
        return False
    stamp.write_text(digest)
    return True


def environment(folder: Path, lock: Path, run: Run) -> bool:
    """An environment with exactly what the lock lists."""
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


def node_modules(source: Path, folder: Path, run: Run) -> bool:
    """The modules that the lock in ``source`` lists; no scripts are run, and npm checks each SHA-512."""
    wrong = unlocked(json.loads((source / LOCK).read_text()))
    if wrong:
        print(f"the lock of {source.name} has no SHA-512 of {', '.join(wrong)}", file=sys.stderr)
        return False
    for name in (PACKAGES, LOCK):
        shutil.copy(source / name, folder / name)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    return run(("npm", "ci", *quiet), folder)


def unlocked(lock: dict[str, object]) -> list[str]:
    """Packages of a lock of npm without a SHA-512, or with an address."""
    packages = lock["packages"]
    assert isinstance(packages, dict)
    return [
        name
        for name, package in packages.items()
        if name and ("resolved" in package or not str(package.get("integrity", "")).startswith("sha512-"))
    ]


def has_npm() -> bool:
    """Whether npm is there."""
    return shutil.which("npm") is not None


def run_command(command: Sequence[str], folder: Path) -> bool:
    """Run a command in a folder; whether it went well."""
    env = {**os.environ, "PIP_USER": "0", "PIP_NO_INPUT": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    return subprocess.run(command, cwd=folder, env=env, stdout=sys.stderr, check=False).returncode == 0
