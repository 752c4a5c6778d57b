"""``wardlaw completion``."""

from __future__ import annotations

from typing import Literal

from wardlaw.cli.options import NONE, Options
from wardlaw.cli.run import build_app

Shell = Literal["bash", "zsh", "fish"]


def completion(shell: Shell, *, install: bool = False, options: Options = NONE) -> int:
    """Print the completion script of a shell, or put it where the shell finds it.

    Args:
        shell: bash, zsh or fish.
        install: Write it to the shell's folder for completions and tell where that is.
    """
    app = build_app()
    if install:
        place = app.install_completion(shell=shell, add_to_startup=False)
        options.output().result(
            {"shell": shell, "path": str(place)}, f"Written to {place}. Open a new shell to use it."
        )
        return 0
    script = app.generate_completion(prog_name="wardlaw", shell=shell)
    options.output().result({"shell": shell, "script": script}, script)
    return 0
