"""Where an installation keeps its keys, databases and bundle, and how each is opened.

The one table of places: every process and command asks here, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy.engine import make_url

from wardlaw.audit.note import VerifierKey
from wardlaw.config.load import read_secret
from wardlaw.config.model import Config
from wardlaw.store.bundle import BundleReader
from wardlaw.store.keyring import Keyring
from wardlaw.store.keyring_kek import kek_source
from wardlaw.store.keyring_signing import SigningKey, load_signing_key, trusted_keys

LOG_KEY = "log.key"
GATEWAY_KEY = "gateway.key"
BUNDLE_KEY = "bundle.key"
_KEY_DATABASE = "deks.db"


class Installation:
    """The places of one installation.

    Args:
        config: The configuration in force, paths absolute.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.data_dir = Path(config.data_dir)
        keys = Path(config.keys.dir)
        self.log_key_path = keys / LOG_KEY
        self.gateway_key_path = keys / GATEWAY_KEY
        self.bundle_key_path = keys / BUNDLE_KEY
        self.bundle_path = self.data_dir / "bundle" / "policies.bundle"
        self.detecting_path = self.data_dir / "bundle" / "detectors.approved"
        self.endings_path = self.data_dir / "bundle" / "exemptions.ended"
        self.origin = f"wardlaw/{config.installation.name}"

    def key_name(self, role: str) -> str:
        """Name under which a key of this installation signs: ``log`` signs as the log's origin itself."""
        return self.origin if role == "log" else f"{self.origin}/{role}"

    @property
    def key_paths(self) -> dict[str, Path]:
        """Key file by role."""
        return {"log": self.log_key_path, "gateway": self.gateway_key_path, "bundle": self.bundle_key_path}

    def database_url(self, env: Mapping[str, str]) -> str:
        """Address of the tables, its password filled in.

        Raises:
            ConfigError: The password cannot be read.
        """
        return self._with_password(self.config.database.url, env)

    def key_database_url(self, env: Mapping[str, str]) -> str:
        """Address of the data keys: a file of its own on SQLite, tables of their own on PostgreSQL."""
        if self.config.database.url.startswith("sqlite:"):
            return f"sqlite:///{self.data_dir / _KEY_DATABASE}"
        return self._with_password(self.config.database.url, env)

    def _with_password(self, url: str, env: Mapping[str, str]) -> str:
        ref = self.config.database.password
        if not ref:
            return url
        password = read_secret(ref, env=env, what="database.password")
        return make_url(url).set(password=password).render_as_string(hide_password=False)

    def open_keyring(self, env: Mapping[str, str]) -> Keyring:
        """The keyring.

        Raises:
            ConfigError: The key-encryption key is missing, exposed or the wrong one.
            UnavailableError: The key database cannot be used.
        """
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        source = kek_source(str(self.config.keys.kek), data_dir=self.data_dir)
        return Keyring(self.key_database_url(env), source)

    def log_signer(self) -> SigningKey:
        """Signs checkpoints."""
        return load_signing_key(self.log_key_path)

    def gateway_signer(self) -> Callable[[bytes], bytes]:
        """Signs receipts."""
        return load_signing_key(self.gateway_key_path).sign

    def bundle_signer(self) -> SigningKey:
        """Signs policy bundles."""
        return load_signing_key(self.bundle_key_path)

    def bundle_keys(self) -> tuple[VerifierKey, ...]:
        """Keys whose bundles a gateway takes."""
        return tuple(key.verifier for key in trusted_keys(self.bundle_key_path))

    def bundle_reader(self, reader: str) -> BundleReader:
        """Reads bundles for one gateway and remembers the newest it has taken, so that none goes back."""
        return BundleReader(self.bundle_path, seen=self.data_dir / "bundle" / f"{reader}.seen")
