"""``wardlaw backup`` and ``wardlaw restore``."""

from __future__ import annotations

import time
from pathlib import Path

from wardlaw.cli.options import NONE, Options
from wardlaw.cli.session import when
from wardlaw.store.backup import backup as take_backup
from wardlaw.store.backup import restore as bring_back


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
    for name in ("log.key.pub", "log.key.trusted", "bundle.key.pub", "gateway.key.pub"):
        file = Path(config.keys.dir) / name
        if file.is_file():
            extra[f"public-keys/{name}"] = file
    manifest = take_backup(
        Path(config.data_dir), Path(target), now=time.time(), extra=extra, deks_target=Path(keys) if keys else None
    )
    data = {"file": target, "keys": keys, "files": len(manifest.files), "log_size": manifest.log_size}
    text = f"{target}: {len(manifest.files)} files, log of {max(manifest.log_size, 0)} records."
    options.output().result(data, text)
    if not keys:
        options.output().note("Data keys were left out (--keys): the log proves, but sealed texts stay sealed.")
    return 0


def restore(source: str, *, keys: str = "", options: Options = NONE) -> int:
    """Bring a backup back into the data directory, which must be empty. Nothing is overwritten.

    A witness or gateway that has seen a longer log than the backup's says so at the next start.

    Args:
        source: The backup.
        keys: The backup of the data keys.
    """
    config = options.configuration()
    restored = bring_back(
        Path(source), Path(config.data_dir), now=time.time(), deks_source=Path(keys) if keys else None
    )
    data = {"data_dir": config.data_dir, "taken_at": restored.taken_at, "log_size": restored.log_size}
    text = f"{config.data_dir}: as of {when(restored.taken_at)}, log of {max(restored.log_size, 0)} records."
    options.output().result({**data, "with_keys": restored.with_deks}, text)
    options.output().note("Now run: wardlaw audit verify")
    return 0
