"""Replacing the installation's own keys while Wardlaw is stopped; the log says that it was done."""

from __future__ import annotations

import os
import time
from enum import StrEnum

from wardlaw.cli.accounting import record_by_account
from wardlaw.config.model import Config
from wardlaw.facts.errors import ConfigError
from wardlaw.governance.bundle import parse_bundle
from wardlaw.store.bundle import read_bundle, write_bundle
from wardlaw.store.database import open_database
from wardlaw.store.installation import Installation
from wardlaw.store.instance import InstanceLock
from wardlaw.store.keyring import Keyring, rotate_kek_file
from wardlaw.store.keyring_kek import FileKek, kek_source
from wardlaw.store.keyring_signing import rotate_signing_key
from wardlaw.store.sequencer import Sequencer, SequencerSettings
from wardlaw.store.sequencing import log_parts


class InstallationKey(StrEnum):
    """Keys of the installation itself."""

    LOG = "log"
    KEK = "kek"
    BUNDLE = "bundle"
    GATEWAY = "gateway"


def rotate_installation_key(config: Config, which: InstallationKey) -> str:
    """Put a new key in place of one of the installation's; answers what to do next.

    Raises:
        UnavailableError: Wardlaw runs on this data directory (WL-INS-001).
        ConfigError: The key cannot be replaced from here (WL-CLI-023).
    """
    places = Installation(config)
    with InstanceLock(places.data_dir, role=f"wardlaw key rotate {which.value}"):
        keyring = places.open_keyring(os.environ)
        try:
            # Recorded before it is done: a change nobody wrote down would be worse than a record of an attempt.
            record_by_account(config, keyring, "installation.key_rotate", {"key": which.value})
            return _rotate(config, places, keyring, which)
        finally:
            keyring.close()


def _rotate(config: Config, places: Installation, keyring: Keyring, which: InstallationKey) -> str:
    now = time.time()
    match which:
        case InstallationKey.KEK:
            source = kek_source(str(config.keys.kek), data_dir=places.data_dir)
            if not isinstance(source, FileKek):
                raise ConfigError(
                    "WL-CLI-023",
                    "The key-encryption key comes from the environment and cannot be replaced from here.",
                    "Rotate it by way of a file, as docs/operations.md says.",
                )
            count = rotate_kek_file(keyring, source)
            return f"{count} keys are wrapped anew. Back up {config.keys.kek.name} apart from the data."
        case InstallationKey.LOG:
            key = rotate_signing_key(places.log_key_path, now=now)
            _publish(config, places)
            return f"The log signs with {key.text} now. Tell the witness: wardlaw witness add FOLDER '{key.text}'"
        case InstallationKey.GATEWAY:
            key = rotate_signing_key(places.gateway_key_path, now=now)
            return f"Receipts are signed with {key.text} now; earlier ones verify with the keys in gateway.key.trusted."
        case InstallationKey.BUNDLE:
            bundle = read_bundle(places.bundle_path, trusted_keys=places.bundle_keys())
            parse_bundle(bundle.payload)
            key = rotate_signing_key(places.bundle_key_path, now=now)
            # The policies in force, signed anew: a bundle of the old key must not be needed any longer.
            write_bundle(places.bundle_path, bundle.payload, places.bundle_signer().sign, version=bundle.version + 1)
            return f"Policies are signed with {key.text} now, as bundle {bundle.version + 1}."


def _publish(config: Config, places: Installation) -> None:
    """Have the newest checkpoint signed by the new key at once, so that the log verifies while Wardlaw is stopped."""
    engine = open_database(places.database_url(os.environ))
    sequencer = Sequencer(
        log_parts(places, engine), now=time.time, settings=SequencerSettings(checkpoint_s=config.audit.checkpoint_s)
    )
    try:
        sequencer.run_once()
    finally:
        sequencer.close()
        engine.dispose()
