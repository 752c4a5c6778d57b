"""Where a command's words go: results to stdout, everything else to stderr."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

FORMAT = 1
"""Version of the JSON that commands print; it rises when a field changes its meaning."""
# A pipe has no width; rows must stay on one line for whoever reads them with grep.
_PIPE_WIDTH = 200


def program() -> str:
    """How this command line was called, for what is printed to be typed next; the launcher of a checkout says so."""
    return shlex.quote(os.environ.get("_WARDLAW_CALLED") or "wardlaw")


class Output:
    """What a command prints.

    Args:
        as_json: One JSON object on stdout instead of text.
        quiet: Nothing on stderr but errors.
    """

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self._stdout = _console(sys.stdout)
        self._stderr = _console(sys.stderr)

    @property
    def is_live(self) -> bool:
        """A person watches stderr: progress may be drawn."""
        return self._stderr.is_terminal and not self.quiet

    def result(self, data: Mapping[str, Any], *lines: str | Text | Table) -> None:
        """The result: the object in JSON, or the lines for a person."""
        if self.as_json:
            whole = {"format": FORMAT, **data}
            sys.stdout.buffer.write(msgspec.json.encode(whole, enc_hook=str) + b"\n")
            sys.stdout.buffer.flush()
            return
        for line in lines:
            self._stdout.print(line, soft_wrap=isinstance(line, str))

    def exactly(self, data: Mapping[str, Any]) -> None:
        """One JSON object with these fields and no other, where a form was promised."""
        sys.stdout.buffer.write(msgspec.json.encode(data, enc_hook=str) + b"\n")
        sys.stdout.buffer.flush()

    def note(self, text: str | Text) -> None:
        """A word beside the result."""
        if not self.quiet:
            self._stderr.print(text, soft_wrap=True)

    @contextmanager
    def progress(self, title: str) -> Iterator[Callable[[float, str], None]]:
        """How far a long work is, on a terminal alone; call what it gives with the share done and a word beside it."""
        if not self.is_live:
            yield lambda _share, _word: None
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[word]}"),
        )
        with Progress(*columns, console=self._stderr, transient=True) as drawn:
            task = drawn.add_task(title, total=1.0, word="")
            yield lambda share, word: drawn.update(task, completed=share, word=word)

    def warn(self, text: str) -> None:
        """Something a person should look at; said even when quiet."""
        self._stderr.print(Text("warning ", style="bold yellow").append(text, style="not bold default"), soft_wrap=True)


def rows(columns: Sequence[str], lines: Iterable[Sequence[str | Text]]) -> Table:
    """A plain table: columns aligned, no frame."""
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    for line in lines:
        table.add_row(*[cell if isinstance(cell, Text) else Text(cell) for cell in line])
    return table


class _Stream(Console):
    """A console that leaves a broken pipe to the one place where errors become exit codes."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def _console(stream: Any) -> Console:
    width = None if stream.isatty() else _PIPE_WIDTH
    return _Stream(file=stream, highlight=False, markup=False, emoji=False, width=width)
