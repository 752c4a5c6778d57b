from __future__ import annotations

from pathlib import Path

import pytest

from wardlaw.cli.commands.bench import bench, find_checkout
from wardlaw.cli.options import Options
from wardlaw.facts.errors import UnavailableError

ROOT = Path(__file__).parents[4]


def test_the_checkout_is_found() -> None:
    assert find_checkout() == ROOT


def test_an_installed_package_has_no_benchmark(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="not part of the installed package") as caught:
        find_checkout(tmp_path / "lib" / "site-packages" / "wardlaw" / "__init__.py")
    assert caught.value.code == "WL-BCH-001"


def test_options_reach_the_benchmark(capfd: pytest.CaptureFixture[str]) -> None:
    assert bench(only="nothing", options=Options(quiet=True)) == 69
    assert "no part nothing" in capfd.readouterr().err
