"""``wardlaw backup`` and ``wardlaw restore``."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from rich.text import Text

from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import when
from wardlaw.facts.errors import ConfigError
from wardlaw.store.backup import EXTRA_FOLDER
from wardlaw.store.backup import backup as take_backup
from wardlaw.store.backup import restore as bring_back
from wardlaw.store.installation import Installation
from wardlaw.store.sequencing import log_signer_key
from wardlaw.store.trust import VOUCHER_NAME, Brought, BroughtKey, bring_back_trust, vouch

_PUBLIC = "public-keys"


def backup(target: str, *, keys: str = "", options: Options = NONE) -> int:
    """Copy tables, log and spool into one file, also while Wardlaw runs. Private keys are never in it.

    Args:
        target: File to write; must not exist.
        keys: A second file for the data keys, to be kept elsewhere and for a shorter time: what is erased
            comes back with an old copy of it. Left out, sealed texts cannot be read after a restore.
    """
    config = options.configuration()
    path = options.config_path()
    extra = {"wardlaw.yaml": path} if path is not None else {}
    key_paths = Installation(config).key_paths
    for key in key_paths.values():
        for file in (key.with_name(key.name + ".pub"), key.with_name(key.name + ".trusted")):
            if file.is_file():
                extra[f"{_PUBLIC}/{file.name}"] = file
    with tempfile.TemporaryDirectory() as scratch:
        voucher = Path(scratch, VOUCHER_NAME)
        try:
            voucher.write_bytes(vouch(key_paths, log_signer_key(key_paths["log"])))
            extra[f"{_PUBLIC}/{VOUCHER_NAME}"] = voucher
        except ConfigError as error:
            options.output().note(f"The public keys in it are not signed: {error.message}")
        manifest = take_backup(
            Path(config.data_dir), Path(target), now=time.time(), extra=extra, deks_target=Path(keys) if keys else None
        )
    data = {"file": target, "keys": keys, "files": len(manifest.files), "log_size": manifest.log_size}
    text = f"{target}: {len(manifest.files)} files, log of {max(manifest.log_size, 0)} records."
    options.output().result(data, text)
    if not keys:
        options.output().note("Data keys were left out (--keys): the log proves, but sealed texts stay sealed.")
    return 0


def restore(source: str, *, keys: str = "", trust_keys: bool = False, options: Options = NONE) -> int:
    """Bring a backup back into the data directory, which must be empty. Nothing is overwritten.

    A witness or gateway that has seen a longer log than the backup's says so at the next start. Public keys in the
    backup that are not trusted here yet come back where the log's key here signed them; all are shown.

    Args:
        source: The backup.
        keys: The backup of the data keys.
        trust_keys: Trust all public keys in the backup: only after comparing them with those noted at set-up.
    """
    config = options.configuration()
    restored = bring_back(
        Path(source), Path(config.data_dir), now=time.time(), deks_source=Path(keys) if keys else None
    )
    places = Installation(config)
    brought = bring_back_trust(
        places.data_dir / EXTRA_FOLDER / _PUBLIC,
        places.key_paths,
        {role: places.key_name(role) for role in places.key_paths},
        now=time.time(),
        trust_all=trust_keys,
    )
    data = {"data_dir": config.data_dir, "taken_at": restored.taken_at, "log_size": restored.log_size}
    text = f"{config.data_dir}: as of {when(restored.taken_at)}, log of {max(restored.log_size, 0)} records."
    said = [
        {"role": one.role, "key": one.key.key, "from": one.key.since, "until": one.key.until, "done": one.done.value}
        for one in brought
    ]
    options.output().result({**data, "with_keys": restored.with_deks, "public_keys": said}, text, *map(_told, brought))
    if any(one.done is Brought.LEFT_OUT for one in brought):
        options.output().note(
            "Keys left out are not trusted: the log's key here did not sign them. If they are those noted at set-up, "
            "empty the data directory and restore again with --trust-keys."
        )
    options.output().note("Now run: wardlaw audit verify")
    return 0


def _told(one: BroughtKey) -> Text:
    span = f"from {when(one.key.since)}" if one.key.since else "from the beginning"
    span += f" until {when(one.key.until)}" if one.key.until else ", in force when the backup was taken"
    words = {
        Brought.KNOWN: "trusted here before",
        Brought.TRUSTED: "TRUSTED from now on",
        Brought.LEFT_OUT: "LEFT OUT, not trusted",
    }
    return Text(f"{one.role} key {one.key.key} ({span}): {words[one.done]}")
