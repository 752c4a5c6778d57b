"""``wardlaw demo``: the two stories on live traffic, with the real OpenAI client."""

from __future__ import annotations

import importlib.util
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.text import Text

from wardlaw.cli.client import ManagementClient
from wardlaw.cli.companyshow import show_company
from wardlaw.cli.creating import create_installation
from wardlaw.cli.exits import Exit
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.output import Output
from wardlaw.cli.session import connect
from wardlaw.facts.errors import UnavailableError

if TYPE_CHECKING:
    from wardlaw.demo.stories import Result, Scene

_TITLES = {
    "A": "A. A properly logged-in employee asks for the customer database. Nothing is malicious.",
    "B": "B. A prompt injection tries to get the internal API keys.",
}
_WIDEST = 100  # characters of a quotation on the terminal


def demo(
    *, keep: str = "", model: str = "scripted", company: bool = False, here: bool = False, options: Options = NONE
) -> int:
    """Play both stories of Wardlaw on live traffic; no key and no network needed.

    Everything runs in a folder of its own that is removed afterwards. Exit 1 when a story did not end as it must.

    Args:
        keep: Keep the installation in this folder, to look at its log and decisions.
        model: The model behind the gateway: scripted (ships with Wardlaw), or smollm2 (a real small one).
        company: Instead: a generated company of 2,000 people before the detectors of the inventory, and eight incidents
            that became public. With --keep also an installation with a month of traffic, people, systems and grants, to
            look around in.
        here: Instead: send some sample requests through the door that is running, to see it decide; only where the model
            that ships with Wardlaw is behind it.
    """
    if here:
        return _send_samples(options)
    if company:
        return show_company(options.output(), Path(keep).absolute() if keep else None)
    if importlib.util.find_spec("openai") is None:
        raise UnavailableError(
            "WL-DMO-002", "The official OpenAI client is not installed.", "Run `./wardlaw demo`, which installs it."
        )
    output = options.output()
    folder = Path(keep).absolute() if keep else Path(tempfile.mkdtemp(prefix="wardlaw-demo-"))
    # Asked to stop, it stops what it started, as at ctrl-C.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        results = _play(folder, output, model)
    finally:
        signal.signal(signal.SIGTERM, before)
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    data = {"stories": [msgspec.to_builtins(result) for result in results]}
    output.result(data, *[_verdict(result) for result in results])
    if keep:
        output.note(f"Kept in {folder}. Look: wardlaw audit verify --config {folder / 'wardlaw.yaml'}")
    return Exit.DONE if all(_ended_well(result) for result in results) else Exit.FINDINGS


def _send_samples(options: Options) -> int:
    output = options.output()
    key = connect(options).post("/samples", {})
    output.result({"key": key}, f"Six requests go through the door now, as {key['principal']}. See them: wardlaw tail")
    return Exit.DONE


def _play(folder: Path, output: Output, model: str) -> list[Result]:
    # The demo needs the OpenAI client, which the base installation does not have.
    from wardlaw.demo.stage import Stage
    from wardlaw.demo.stories import play_bulk, play_injection

    stage = Stage(folder, model=model)
    if model != "scripted":
        output.note(Text("Loading a real model; it thinks, so the stories take some minutes.", style="dim"))
    output.note(
        Text("Setting the scene: a fresh installation, its people, keys and a registered secret …", style="dim")
    )
    stage.prepare()
    created = create_installation(folder)
    try:
        stage.start()
        socket = Path(created.config.control.socket)
        scene = stage.people(lambda token: ManagementClient(socket_path=socket, token=token), created.admin_token)
        results = []
        for story, play in (("A", play_bulk), ("B", play_injection)):
            output.note(Text(f"\n{_TITLES[story]}", style="bold"))
            results.append(play(_spoken(scene, output)))
        return results
    finally:
        stage.close()


def _spoken(scene: Scene, output: Output) -> Scene:
    styles = {
        "ask": ("  ▸ ", "cyan"),
        "told": ("  ◂ ", "red"),
        "advice": ("    instead: ", "green"),
        "step": ("    ", "dim"),
    }

    def say(kind: str, text: str) -> None:
        mark, style = styles[kind]
        shown = text if kind != "ask" or len(text) <= _WIDEST else text[:_WIDEST] + " …"
        if shown:
            output.note(Text(mark, style=style).append(shown, style="default"))

    return msgspec.structs.replace(scene, say=say)


def _ended_well(result: Result) -> bool:
    """As the story must end; each value was observed from outside."""
    if result.secret_left or result.upstream_saw_injection or result.rows_left or not result.refused_afterwards:
        return False
    return result.effect == ("deny" if result.id == "A" else "cut")


def _verdict(result: Result) -> Text:
    good = _ended_well(result)
    mark = Text("✔ " if good else "✘ ", style="bold green" if good else "bold red")
    facts = f"{result.effect} by {result.clause}, decision {result.decision_id}"
    if result.id == "A":
        told = f"{result.rows_left} rows of the bulk left; in small sips it ended after {result.steps['sips_rows']}"
    else:
        told = (
            f"the model saw the injection: {_word(result.upstream_saw_injection)}, "
            f"connection closed: {_word(result.connection_closed)}, "
            f"refused afterwards: {_word(result.refused_afterwards)}, a byte of the secret left: {_word(result.secret_left)}"
        )
    return mark.append(f"Story {result.id}: {facts}; {told}.", style="not bold default")


def _word(value: bool) -> str:
    return "yes" if value else "no"
