"""The machine and the versions a figure was measured with; without them it says nothing."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.figures import percentile
from bench.mock import find_nginx
from bench.targets import ENV_LITELLM, ENV_PORTKEY, peer_version

_PACKAGES = (
    "cedarpy", "cryptography", "google-re2", "granian", "msgspec", "numpy", "orjson", "httptools", "sqlalchemy", "uvloop",
)  # fmt: skip


class Machine(msgspec.Struct, frozen=True):
    """Where it was measured.

    Attributes:
        disk_sync_us: Median of writing 4 KiB and ``fdatasync`` on the disk the records go to; what waiting costs.
        commit: Revision of the checkout, with ``+`` when something in it was changed.
    """

    processor: str
    cores: int
    memory_gb: float
    system: str
    python: str
    filesystem: str
    disk_sync_us: float
    wardlaw: str
    commit: str
    packages: dict[str, str]
    tools: dict[str, str]


def describe(folder: Path, root: Path) -> Machine:
    """Look around.

    Args:
        folder: Where the records will go.
        root: The checkout.
    """
    return Machine(
        processor=_field("/proc/cpuinfo", "model name"),
        cores=os.cpu_count() or 1,
        memory_gb=round(int(_field("/proc/meminfo", "MemTotal").split()[0]) * 1024 / 1e9, 1),
        system=f"{_field('/etc/os-release', 'PRETTY_NAME', '=').strip(chr(34))}, Linux {platform.release()}",
        python=platform.python_version(),
        filesystem=filesystem(folder, Path("/proc/mounts").read_text(encoding="utf-8")),
        disk_sync_us=_disk_sync_us(folder),
        wardlaw=importlib.metadata.version("wardlaw"),
        commit=_commit(root),
        packages={name: importlib.metadata.version(name) for name in _PACKAGES},
        tools=_tools(),
    )


def load_average() -> tuple[float, float, float]:
    """Load of the last 1, 5 and 15 minutes."""
    one, five, fifteen = os.getloadavg()
    return round(one, 2), round(five, 2), round(fifteen, 2)


def filesystem(folder: Path, mounts: str) -> str:
    """Kind of file system a folder lies on, out of ``/proc/mounts``."""
    best, kind = "", "unknown"
    for line in mounts.splitlines():
        _, place, found, *_ = line.split()
        is_above = folder.is_relative_to(place)
        if is_above and len(place) >= len(best):
            best, kind = place, found
    return kind


def _field(path: str, name: str, mark: str = ":") -> str:
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(mark)
        if key.strip() == name:
            return value.strip()
    return "unknown"


def _disk_sync_us(folder: Path) -> float:
    path = folder / "sync-probe"
    took = []
    with path.open("wb", buffering=0) as file:
        os.posix_fallocate(file.fileno(), 0, 200 * 4096)  # as the spool does: a sync then writes no sizes
        os.fsync(file.fileno())
        for _ in range(200):
            began = time.perf_counter_ns()
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())
            took.append((time.perf_counter_ns() - began) / 1000)
    path.unlink()
    return percentile(took, 0.5)


def _commit(root: Path) -> str:
    revision = _output(["git", "-C", str(root), "rev-parse", "--short=12", "HEAD"])
    changed = _output(["git", "-C", str(root), "status", "--porcelain", "--untracked-files=no"])
    return revision + ("+" if changed else "")


def _tools() -> dict[str, str]:
    found = {
        "nginx": _output([find_nginx(), "-v"]).removeprefix("nginx version: nginx/") if find_nginx() else "",
        "wrk": _output(["wrk", "-v"]).partition(" ")[2].partition(" ")[0] if shutil.which("wrk") else "",
        "LiteLLM": peer_version(ENV_LITELLM),
        "Portkey": peer_version(ENV_PORTKEY),
    }
    return {name: version for name, version in found.items() if version}


def _output(command: Sequence[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except OSError:
        return ""
    return (done.stdout + done.stderr).strip()
