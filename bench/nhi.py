"""``python -m bench.nhi``: a recorded organisation and its log before the detectors, as fast as they go.

    python -m bench.nhi --directory DIR --events FILE [--advisories FILE]   findings as JSON lines
    python -m bench.nhi --write NAME DIR     an incident that ships, or ``ordinary-SEED``, as such a folder
    python -m bench.nhi --ordinary 1,2,3     false alarms in sixty ordinary days of two thousand people

The format is described in docs/replaying-incidents.md. Findings go to the output, figures to the error output.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.testing.saas.company import DAY
from wardlaw.testing.saas.incidents import REPLAYS
from wardlaw.testing.saas.recorded import findings_of, ordinary, standing
from wardlaw.testing.saas.world import load_world, read_lines, save_world


class Advisory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A vendor, or one app, is said to have been broken into.

    Attributes:
        at: When that became known, Unix seconds.
        vendor: As apps name their publisher, or as the company does; empty for an app alone.
        app: Client id.
    """

    id: str
    at: float
    vendor: str = ""
    app: str = ""


def main(arguments: list[str]) -> int:
    """Run what was asked for; answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.nhi", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--directory", type=Path, help="folder of the organisation")
    parser.add_argument("--events", type=Path, help="file of events, one JSON object a line")
    parser.add_argument("--advisories", type=Path, help="file of advisories, one JSON object a line")
    parser.add_argument("--write", nargs=2, metavar=("NAME", "DIR"), help="write an incident or ordinary-SEED there")
    parser.add_argument("--ordinary", metavar="SEEDS", help="count false alarms, such as 1,2,3")
    asked = parser.parse_args(arguments)
    try:
        if asked.write:
            return _write(asked.write[0], Path(asked.write[1]))
        if asked.ordinary:
            return _ordinary([int(seed) for seed in asked.ordinary.split(",")])
        if not asked.directory or not asked.events:
            parser.error("--directory and --events are needed, or --write, or --ordinary")
        return _judge(asked.directory, asked.events, asked.advisories)
    except (msgspec.MsgspecError, OSError, ValueError, UnicodeError) as error:
        print(f"bench.nhi: {error}", file=sys.stderr)
        return 2


def _judge(folder: Path, events: Path, advisories: Path | None) -> int:
    world = load_world(folder)
    told = sorted(read_lines(advisories, Advisory), key=lambda one: one.at) if advisories else []
    counted = [0]

    def stream() -> Iterator[Activity]:
        for activity in read_lines(events, Activity):
            counted[0] += 1
            while told and told[0].at <= activity.at:
                yield _spoken(told.pop(0))
            yield activity
        yield from map(_spoken, told)

    gc.freeze()  # the organisation stays: looking through it again and again would be counted, too
    began = time.process_time()
    lookout, found = findings_of(world, stream())
    took = max(time.process_time() - began, 1e-9)
    for one in [*found, *standing(world, lookout)]:
        sys.stdout.write(msgspec.json.encode(one).decode() + "\n")
    print(
        f"bench.nhi: {counted[0]} events of {len(lookout.apps)} apps in {took:.2f} s of one core,"
        f" {counted[0] / took:,.0f} a second with reading; {len(found)} findings in the log",
        file=sys.stderr,
    )
    return 0


def _spoken(advisory: Advisory) -> Activity:
    return Activity(advisory.id, advisory.at, Deed.ADVISORY, app=advisory.app, object=advisory.vendor)


def _write(name: str, folder: Path) -> int:
    if name.startswith("ordinary-"):
        world = ordinary(int(name.removeprefix("ordinary-")))
    elif name in REPLAYS:
        world = REPLAYS[name]().world
    else:
        raise ValueError(f"there is no {name}; there are ordinary-SEED, {', '.join(REPLAYS)}")
    save_world(world, folder)
    print(f"bench.nhi: wrote {folder} with {len(world.activities)} events", file=sys.stderr)
    return 0


def _ordinary(seeds: list[int]) -> int:
    rates = []
    for seed in seeds:
        world = ordinary(seed)
        seen = len({(one.app, int(one.at // DAY)) for one in world.activities if one.app})
        _, found = findings_of(world, world.activities)
        rates.append(1_000 * len(found) / seen)
        kinds = ", ".join(f"{kind} {count}" for kind, count in Counter(one.rule for one in found).most_common())
        print(
            f"seed {seed}: {len(world.activities)} events, {seen} app-days, {len(found)} false alarms,"
            f" {rates[-1]:.2f} in 1,000 app-days ({kinds})"
        )
    print(f"mean of {len(rates)} seeds: {sum(rates) / len(rates):.2f} in 1,000 app-days")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
