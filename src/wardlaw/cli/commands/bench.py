"""``wardlaw bench``: what Wardlaw costs on this machine. The benchmark itself stands beside the source, in ``bench/``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

import wardlaw
from wardlaw.cli.options import NONE, Options
from wardlaw.facts.errors import UnavailableError


def bench(
    *,
    quick: Annotated[bool, Parameter(negative=())] = False,
    only: Annotated[str, Parameter(show_default=False)] = "",
    targets: Annotated[str, Parameter(show_default=False)] = "",
    rounds: Annotated[int, Parameter(show_default=False)] = 0,
    seconds: Annotated[float, Parameter(show_default=False)] = 0.0,
    records: Annotated[int, Parameter(show_default=False)] = 0,
    stages: Annotated[bool, Parameter(negative=())] = False,
    dir: Annotated[str, Parameter(show_default=False)] = "",
    write: Annotated[bool, Parameter(negative=())] = False,
    options: Options = NONE,
) -> int:
    """Measure what Wardlaw costs, beside nginx and, where installed, other gateways. Needs a checkout.

    Args:
        quick: Short runs: to see that it works, not to quote.
        only: Parts, with commas: traffic,decision,guard,mcp,audit,verify,replay,inventory,deliveries,console,live.
        targets: What is measured side by side, with commas.
        rounds: Saturated rounds per target.
        seconds: Length of a round.
        records: Records of the log that is verified.
        stages: Also where the CPU goes; needs py-spy.
        dir: Folder for its data; the disk it lies on is the one that is measured.
        write: Put the tables into docs/benchmarks.md.
    """
    given = {"only": only, "targets": targets, "rounds": rounds, "seconds": seconds, "records": records, "dir": dir}
    flags = {"quick": quick, "stages": stages, "write": write, "json": options.json, "quiet": options.quiet}
    words = [f"--{name}={value}" for name, value in given.items() if value]
    words += [f"--{name}" for name, value in flags.items() if value]
    # A process of its own: it is no part of the installed program, and it runs and ends many others.
    # It stands in the checkout alone, so it must be taken from the folder it is started in.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    return subprocess.run([sys.executable, "-m", "bench", *words], cwd=find_checkout(), env=env, check=False).returncode


def find_checkout(package: Path = Path(wardlaw.__file__)) -> Path:
    """The checkout this program runs from.

    Args:
        package: A file of the package ``wardlaw``.

    Raises:
        UnavailableError: It runs from an installed package, which does not hold the benchmark.
    """
    root = package.resolve().parents[2]
    if not (root / "bench" / "__main__.py").is_file():
        raise UnavailableError(
            "WL-BCH-001",
            "The benchmark is not part of the installed package.",
            "Clone the repository and run `./wardlaw bench` there.",
        )
    return root
