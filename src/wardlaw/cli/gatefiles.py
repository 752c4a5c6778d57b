"""Files of a run, opened beside the pipeline, and the checks that are run on them there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from wardlaw.cli.gatemeasuring import PATH_RUNNERS, run_by_path
from wardlaw.facts.errors import InputError
from wardlaw.register.checks import CheckKind, CheckResult
from wardlaw.register.gates.gate import Gate
from wardlaw.register.gates.runner import OF_FILES, GivenFile, Subject, files_of
from wardlaw.register.gates.runners import run_check

_BLOCK_BYTES = 1024 * 1024


def named_paths(inputs: tuple[str, ...], gate: Gate) -> dict[str, Path]:
    """``NAME=PATH`` by name.

    Raises:
        InputError: One has another form, or is for no check (WL-GAT-010).
    """
    known = {name for spec in gate.checks if spec.kind in OF_FILES for name in files_of(spec)}
    found = {}
    for text in inputs:
        name, equals, path = text.partition("=")
        if not equals or name not in known:
            raise InputError(
                "WL-GAT-010",
                f"--input {text} is for no check of {gate.gate}.",
                f"Give --input NAME=PATH; its names are {', '.join(sorted(known)) or 'none'}.",
            )
        found[name] = Path(path)
    return found


def run_on_files(gate: Gate, subject: Subject, paths: Mapping[str, Path]) -> tuple[CheckResult, ...]:
    """Run every check of files; of red-team reports only those that were handed in.

    Raises:
        InputError: A file cannot be read (WL-GAT-010), or a threshold is none (WL-GAT-012).
    """
    found = []
    for spec in gate.checks:
        if spec.kind not in OF_FILES:
            continue
        wanted = {name: paths[name] for name in files_of(spec) if name in paths}
        if spec.kind is CheckKind.RED_TEAM and not wanted:
            continue  # the installation may have kept one
        if spec.kind in PATH_RUNNERS:
            found.append(run_by_path(spec, subject, wanted))
            continue
        with _opened(wanted) as files:
            found.append(run_check(spec, subject, files))
    return tuple(found)


def digest_of(path: Path) -> tuple[str, int]:
    """SHA-256 of a file, and its size.

    Raises:
        InputError: It cannot be read (WL-GAT-010).
    """
    try:
        with path.open("rb") as stream:
            digest, size = hashlib.sha256(), 0
            while block := stream.read(_BLOCK_BYTES):
                digest.update(block)
                size += len(block)
            return digest.hexdigest(), size
    except OSError as error:
        raise _unreadable(path, error) from error


def to_json(results: tuple[CheckResult, ...]) -> list[dict[str, object]]:
    """Results as the API takes them."""
    return [dict(msgspec.to_builtins(one)) for one in results]


@contextmanager
def _opened(paths: Mapping[str, Path]) -> Iterator[dict[str, GivenFile]]:
    with ExitStack() as stack:
        files = {}
        for name, path in paths.items():
            digest, size = digest_of(path)
            try:
                stream = stack.enter_context(path.open("rb"))
            except OSError as error:
                raise _unreadable(path, error) from error
            files[name] = GivenFile(path.name, digest, size, stream)
        yield files


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError("WL-GAT-010", f"{path} cannot be read: {error.strerror}.", "Check the path and its permissions.")
