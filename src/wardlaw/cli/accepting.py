"""Accepting, while Wardlaw is stopped, that records or counters are lost for good; the log gets a record of the gap."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from wardlaw.audit.envelope import RecordKind
from wardlaw.cli.accounting import record_by_account
from wardlaw.cli.roles.control import CONTROL_SPOOL
from wardlaw.config.model import Authority, Config
from wardlaw.facts.errors import InputError
from wardlaw.gateway.remembering import STATE_FILE, frames_of, limits_of
from wardlaw.state.rebuild import is_told, restore
from wardlaw.store.database import open_database
from wardlaw.store.installation import Installation
from wardlaw.store.instance import InstanceLock
from wardlaw.store.intake import find_spools
from wardlaw.store.spool import SpoolSettings, SpoolWriter
from wardlaw.store.spoolloss import SpoolLoss, find_loss, held_spool, set_aside
from wardlaw.store.treestate import newest_positions

_ROLE = "wardlaw audit accept-loss"
_OPERATION = "audit.accept_loss"


class Examined(msgspec.Struct, frozen=True):
    """How one spool stands.

    Attributes:
        spool: Its name, that of the gateway.
        loss: What is damaged in it; None when it is sound.
        state_lost: Counters and quarantines cannot be told any more (only looked at where the spool is sound).
    """

    spool: str
    loss: SpoolLoss | None
    state_lost: bool = False

    @property
    def is_sound(self) -> bool:
        """Nothing is lost."""
        return self.loss is None and not self.state_lost


def examine_spools(config: Config) -> tuple[Examined, ...]:
    """Look at every spool of a stopped Wardlaw; nothing that was durable is changed.

    Raises:
        UnavailableError: Wardlaw runs (WL-INS-001, WL-SPL-008), or the disk failed.
    """
    with InstanceLock(Installation(config).data_dir, role=_ROLE):
        return tuple(_examine(config, path) for path in find_spools(Path(config.audit.spool)))


def accept_loss(config: Config, spool: str, *, reason: str) -> Examined:
    """Set aside what is damaged, go on without it, and say so in the log; answers what was accepted.

    Raises:
        InputError: There is no such spool (WL-CLI-026), or nothing is lost (WL-CLI-027).
        UnavailableError: Wardlaw runs, or the disk failed.
    """
    places = Installation(config)
    with InstanceLock(places.data_dir, role=_ROLE):
        directory = Path(config.audit.spool) / spool
        names = [path.name for path in find_spools(Path(config.audit.spool))]
        if spool not in names:
            raise InputError("WL-CLI-026", f"There is no spool {spool}.", f"There are: {', '.join(names) or 'none'}.")
        found = _examine(config, directory)
        if found.is_sound:
            raise InputError(
                "WL-CLI-027", f"Nothing is lost in {spool}; no loss was recorded.", "Start Wardlaw as usual."
            )
        if found.loss is not None:
            _go_on(config, directory, found.loss, reason=reason)
            found = Examined(spool, found.loss, _is_state_lost(config, directory))
        if found.state_lost:
            _record(config, spool, {"lost": "state"}, reason=reason)
            _begin_state_anew(config, spool)
        return found


def _examine(config: Config, directory: Path) -> Examined:
    with held_spool(directory):
        loss = find_loss(directory)
        return Examined(directory.name, loss, loss is None and _is_state_lost(config, directory))


def _is_state_lost(config: Config, directory: Path) -> bool:
    if directory.name == CONTROL_SPOOL or config.state.authority is Authority.REDIS:
        return False
    return not is_told(_state_path(config), frames_of(directory), limits=limits_of(config))


def _go_on(config: Config, directory: Path, loss: SpoolLoss, *, reason: str) -> None:
    told: dict[str, str | int] = {
        "lost": "records",
        "code": loss.code,
        "after_epoch": loss.epoch,
        "after_seq": loss.seq,
        "set_aside": len(loss.files),
        "readable": loss.readable,
    }
    if directory.name != CONTROL_SPOOL:
        _record(config, directory.name, told, reason=reason)
    with held_spool(directory):
        set_aside(directory, loss)
    if directory.name == CONTROL_SPOOL:
        # The record itself goes through this spool, which takes none before it is mended.
        _record(config, directory.name, told, reason=reason)


def _record(config: Config, spool: str, told: Mapping[str, str | int], *, reason: str) -> None:
    keyring = Installation(config).open_keyring(os.environ)
    try:
        told = {"spool": spool, **told}
        record_by_account(config, keyring, _OPERATION, {**told, "reason": reason}, kind=RecordKind.GAP, told=told)
    finally:
        keyring.close()


def _begin_state_anew(config: Config, spool: str) -> None:
    """Write a snapshot of what can still be told, under a life of its own, so that the gateway starts from it."""
    places = Installation(config)
    engine = open_database(places.database_url(os.environ))
    try:
        known = newest_positions(engine)
    finally:
        engine.dispose()
    writer = SpoolWriter(
        Path(config.audit.spool),
        gateway=spool,
        sign=places.gateway_signer(),
        settings=SpoolSettings(reserve_bytes=config.audit.spool_reserve_bytes),
        min_epoch=known.get(spool, (-1, -1))[0] + 1,
    )
    try:
        path = _state_path(config)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        frames = frames_of(Path(config.audit.spool) / spool)
        restore(path, frames, epoch=writer.epoch, limits=limits_of(config), accept_loss=True)
    finally:
        writer.close()


def _state_path(config: Config) -> Path:
    return Path(config.data_dir) / "state" / STATE_FILE
