"""Offline verification of a log directory, with what other places hold of it."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any, NamedTuple

from wardlaw.audit.note import VerifierKey, parse_verifier_key
from wardlaw.audit.receipt import receipt_claim
from wardlaw.audit.report import VerifyReport, describe
from wardlaw.audit.seen import Seen
from wardlaw.audit.sequence import GatewayKey
from wardlaw.audit.verify import FormerKey
from wardlaw.cli.options import Options
from wardlaw.cli.sources import read_text
from wardlaw.config.model import Config
from wardlaw.facts.errors import EvidenceError, InputError, WardlawError
from wardlaw.store.backup import restored_marker
from wardlaw.store.installation import Installation
from wardlaw.store.keyring_signing import TrustedKey, trusted_keys, trusted_list
from wardlaw.store.logdir import verify_directory
from wardlaw.store.secondplace import SecondPlace, WitnessPlace, WriteOncePlace


class Verification(NamedTuple):
    """What was found.

    Attributes:
        lines: For a person, the verdict first.
        data: For machines.
        notices: Places that could not be asked.
    """

    report: VerifyReport
    lines: list[str]
    data: dict[str, Any]
    notices: list[str]


def verify_log_folder(
    folder: str, options: Options, *, key: str, witness: str, gateway_key: str, receipts: tuple[str, ...]
) -> Verification:
    """Verify a log; keys and places come from the configuration where they are not given.

    Raises:
        InputError: There is no log, or neither a key nor a configuration to take it from.
    """
    config = options.configuration() if options.config_path() is not None else None
    if config is None and not (folder and key):
        raise InputError(
            "WL-CLI-010",
            "There is no configuration here to take log and key from.",
            "Give both: audit verify FOLDER --key LOG.pub",
        )
    path = Path(folder or _audit(config).log)
    if not path.is_dir():
        raise InputError(
            "WL-CLI-010", f"There is no log in {path}.", "Give the folder that holds `checkpoint` and `tile`."
        )
    current, former = _log_keys(key, config, is_elsewhere=config is None or not _is_same(path, _audit(config).log))
    witnesses = _witness_keys(witness, config)
    seen, notices = _seen_elsewhere(config, current.name, witnesses)
    kept = tuple(line for name in receipts for line in read_text(Path(name)).split())
    report = verify_directory(
        path,
        log_public_key=current,
        witness_public_keys=witnesses,
        former_keys=former,
        gateway_keys=_gateway_keys(gateway_key, config, kept),
        seen=seen,
        receipts=kept,
    )
    return Verification(report, list(describe(report)), _data(report), notices)


def _is_same(path: Path, other: str) -> bool:
    return path.resolve() == Path(other).resolve()


def _audit(config: Config | None) -> Any:
    if config is None:
        raise InputError("WL-CLI-010", "There is no configuration here.", "Give the folder of the log.")
    return config.audit


def _key_line(text: str) -> VerifierKey:
    """A key given as its line, or as the file that holds it."""
    text = text.removeprefix("file:")
    path = Path(text)
    return parse_verifier_key(read_text(path).strip() if path.is_file() else text)


def _log_keys(given: str, config: Config | None, *, is_elsewhere: bool) -> tuple[VerifierKey, tuple[FormerKey, ...]]:
    """The log's key in force and its former ones.

    Args:
        is_elsewhere: Another folder than that of the log in use was named: it may hold an older copy. The log in use
            may be one only when it was restored.
    """
    if given:
        path = Path(given.removeprefix("file:"))
        if not (path.is_file() and read_text(path).lstrip().startswith("[")):
            return _key_line(given), ()
        chain, taken_at = trusted_list(path), 0.0
    elif config is None:
        raise InputError("WL-CLI-010", "There is no key to verify with.", "Give it with --key.")
    else:
        chain = trusted_keys(Installation(config).log_key_path)
        marker = None if is_elsewhere else restored_marker(Path(config.data_dir))
        taken_at = 0.0 if is_elsewhere else marker.taken_at if marker is not None else math.inf
    *former, current = chain
    return current.verifier, tuple(
        FormerKey(one.verifier, int(one.until * 1000), may_head=taken_at <= one.until) for one in former
    )


def _witness_keys(given: str, config: Config | None) -> tuple[VerifierKey, ...]:
    text = given or (config.audit.witness.public_key if config is not None else "")
    return (_key_line(text),) if text else ()


def _gateway_keys(given: str, config: Config | None, receipts: tuple[str, ...]) -> dict[str, tuple[GatewayKey, ...]]:
    """Public keys by gateway id, newest first; all workers of an installation sign receipts with one key."""
    if given:
        path = Path(given.removeprefix("file:"))
        chain = trusted_list(path) if path.is_file() else (TrustedKey(_key_line(given).text),)
    elif config is not None:
        chain = trusted_keys(Installation(config).gateway_key_path)
    else:
        return {}
    keys = tuple(GatewayKey(one.verifier.public, int(one.until * 1000)) for one in reversed(chain))
    return {name: keys for name in map(_gateway_of, receipts) if name}


def _gateway_of(receipt: str) -> str:
    try:
        return receipt_claim(receipt).gateway
    except EvidenceError:
        return ""  # the verifier names it


def _seen_elsewhere(
    config: Config | None, origin: str, witnesses: tuple[VerifierKey, ...]
) -> tuple[tuple[Seen, ...], list[str]]:
    """Newest checkpoints kept out of the operator's reach, and which places could not be asked."""
    if config is None:
        return (), []
    places: list[SecondPlace] = []
    if config.audit.witness.url and witnesses:
        places.append(WitnessPlace(config.audit.witness.url, witnesses[0]))
    if config.audit.write_once:
        places.append(WriteOncePlace(Path(config.audit.write_once), now=time.time))
    seen, notices = [], []
    for place in places:
        try:
            found = place.newest(origin)
        except WardlawError as error:
            notices.append(f"not compared with {place.name}: {error.message}")
            continue
        if found is None:
            notices.append(f"not compared with {place.name}: it holds nothing of this log")
        else:
            seen.append(found)
    if not places:
        notices.append("No witness and no write-once folder is set up: a cut tail of the log cannot be seen.")
    return tuple(seen), notices


def _data(report: VerifyReport) -> dict[str, Any]:
    head = report.checkpoint
    return {
        "sound": report.is_sound,
        "origin": head.origin if head is not None else "",
        "size": head.size if head is not None else 0,
        "records": report.records,
        "minimum_index": report.minimum_index,
        "problems": [
            {"kind": str(one.kind), "where": one.where, "message": one.message, "index": one.index}
            for one in report.problems
        ],
        "further": report.further,
        "witnessed": [{"name": one.name, "size": one.size, "at": one.at} for one in report.witnessed],
    }
