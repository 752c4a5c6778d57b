"""Help and version answer without the framework."""

from __future__ import annotations

import subprocess
import sys

import pytest

from wardlaw import __version__
from wardlaw.cli.main import main


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"wardlaw {__version__}\n"
    for words in ([], ["--help"], ["-h"], ["help"]):
        assert main(words) == 0
        assert capsys.readouterr().out.startswith("Usage: wardlaw COMMAND")


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_nothing_heavy_is_imported_for_them(word: str) -> None:
    # 150 ms is the promise; a clock in a test would measure the machine, so what is imported is held instead.
    code = (
        "import sys; from wardlaw.cli.main import main; main([sys.argv[1]]);"
        "heavy = {'cyclopts', 'rich', 'msgspec', 'yaml', 'asyncio', 'sqlalchemy', 'wardlaw.cli.run'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code, word], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_other_words_run_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["confg"]) == 2
    assert "Did you mean config?" in capsys.readouterr().err


def test_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "wardlaw", "--version"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, f"wardlaw {__version__}\n")
