"""``wardlaw detectors``: what detectors must see, and who agreed to less."""

from __future__ import annotations

from cyclopts import App

from wardlaw.cli.exits import Exit
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import rows
from wardlaw.cli.session import connect, show_one, when

app = App(name="detectors", help="Settings of detectors: what was approved, and who agrees to less.")


@app.command
def status(*, options: Options = NONE) -> int:
    """Show whether the configuration lets detectors see less than was approved; ends with 1 when it does."""
    found = connect(options).get("/detectors")
    lines = [
        (
            one["id"],
            "looks" if one["is_on"] else "off",
            "must" if one["must"] else "",
            "" if one["is_wanted"] else "not wanted",
        )
        for one in found.get("detectors", ())
    ]
    short = {name: value for name, value in found.items() if name not in ("detectors", "in_force")}
    ran = [f"{one['gateway']} runs {', '.join(one['detectors'])}" for one in found.get("in_force", ())]
    told = [(name.replace("_", " "), _plain(name, value)) for name, value in short.items() if value not in ("", [], 0)]
    options.output().result({"detectors": found}, rows(("", ""), told), rows(("detector", "", "", ""), lines), *ran)
    return Exit.FINDINGS if found["standing"] == "drifted" else Exit.DONE


def _plain(name: str, value: object) -> str:
    if name == "approved_at" and isinstance(value, float):
        return when(value)
    return ", ".join(value) if isinstance(value, list) else str(value)


@app.command
def loosen(*, options: Options = NONE) -> int:
    """Have looser settings of the configuration taken over. Who tunes detectors asks; somebody with the role risk agrees.

    Gateways take them over with their next start.
    """
    return show_one(options, "detectors", connect(options).post("/detectors/loosen"))
