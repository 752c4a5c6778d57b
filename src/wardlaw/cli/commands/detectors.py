"""``wardlaw detectors``: what detectors must see, and who agreed to less."""

from __future__ import annotations

from cyclopts import App

from wardlaw.cli.exits import Exit
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import connect, show_one

app = App(name="detectors", help="Settings of detectors: what was approved, and who agrees to less.")


@app.command
def status(*, options: Options = NONE) -> int:
    """Show whether the configuration lets detectors see less than was approved; ends with 1 when it does."""
    found = connect(options).get("/detectors")
    show_one(options, "detectors", found)
    return Exit.FINDINGS if found["standing"] == "drifted" else Exit.DONE


@app.command
def loosen(*, options: Options = NONE) -> int:
    """Have looser settings of the configuration taken over. Who tunes detectors asks; somebody with the role risk agrees.

    Gateways take them over with their next start.
    """
    return show_one(options, "detectors", connect(options).post("/detectors/loosen"))
