"""Reads, checks and publishes the clauses on disk."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from wardlaw.console.api.lifedesk import PolicyStatus
from wardlaw.decision.policyset import PolicySet
from wardlaw.facts.clause import Clause
from wardlaw.facts.errors import ConfigError, InputError, UnavailableError
from wardlaw.governance.bundle import bundle_payload, decode_bundle, schema_digest
from wardlaw.governance.check import Checked, check
from wardlaw.governance.frameworks.framework import Framework
from wardlaw.governance.problems import Severity
from wardlaw.governance.renewal import published_set
from wardlaw.governance.shipped import shipped_frameworks
from wardlaw.store.bundle import read_bundle, write_bundle
from wardlaw.store.installation import Installation
from wardlaw.store.keyring_signing import replace_file

_ENDINGS = (".yaml", ".cedar")
_MOST_CHECKED = 8  # the files, and what a few people are writing


class Published(msgspec.Struct, frozen=True):
    """What is in force: the forms of its clauses, the set as the door reads it, since when (Unix seconds)."""

    clauses: tuple[Clause, ...]
    policies: PolicySet
    published_at: float


class PolicyDesk:
    """The clauses of one installation.

    Args:
        places: Where bundle and keys are.
        clock: Unix seconds.
        frameworks: What clauses may refer to: the frameworks that count, with what packs have changed.
    """

    def __init__(
        self,
        places: Installation,
        *,
        clock: Callable[[], float],
        frameworks: Callable[[], Mapping[str, Framework]] = shipped_frameworks,
    ) -> None:
        self._places = places
        self._clock = clock
        self._folder = Path(places.config.policies.dir)
        self._kept = places.bundle_path.parent / "kept"
        self._prepared: dict[str, bytes] = {}
        self._in_force: PolicySet | None = None
        self._lock = threading.Lock()
        self._checked: dict[tuple[tuple[tuple[str, str], ...], date, str], Checked] = {}
        self.frameworks = frameworks

    async def status(self) -> PolicyStatus:
        """What is published now."""
        return await asyncio.to_thread(self._status)

    async def prepare(self) -> PolicyStatus:
        """Read and check the clauses on disk without publishing them.

        Raises:
            ConfigError: They do not pass (WL-CTL-003); what is published stays.
        """
        return await asyncio.to_thread(self._prepare)

    async def publish(self, prepared: PolicyStatus) -> PolicyStatus:
        """Publish what ``prepare`` checked, signed.

        Raises:
            InputError: It was not prepared, or something was published in between (WL-CTL-004).
        """
        return await asyncio.to_thread(self.publish_now, prepared)

    def check_clauses(self) -> Checked:
        """Read and check the clauses on disk.

        Raises:
            ConfigError: They do not pass (WL-CTL-003); what is published stays.
        """
        checked = self.check_sources(self.sources())
        errors = [str(one) for one in checked.problems if one.severity is Severity.ERROR]
        if errors:
            raise ConfigError(
                "WL-CTL-003",
                f"The clauses have {len(errors)} errors; the first: {errors[0]}",
                "See `wardlaw policy check`. What is published stays in force.",
            )
        return checked

    def sources(self) -> dict[str, str]:
        """The clauses on disk, text by name below the folder.

        Raises:
            ConfigError: They cannot be read, or there are none (WL-CTL-003).
        """
        try:
            sources = {
                str(path.relative_to(self._folder)): path.read_text(encoding="utf-8")
                for path in sorted(self._folder.rglob("*"))
                if path.suffix in _ENDINGS and path.is_file()
            }
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                "WL-CTL-003", f"The clauses in {self._folder} cannot be read: {error}.", "Check the files."
            ) from error
        if not sources:
            # An empty folder is a wrong path or a lost disk; publishing nothing would open the door.
            raise ConfigError("WL-CTL-003", f"There are no clauses in {self._folder}.", "Check policies.dir.")
        return sources

    def check_sources(self, sources: dict[str, str]) -> Checked:
        """Check a set by the day and the frameworks that count now; problems are part of the answer."""
        return self._check(sources, datetime.fromtimestamp(self._clock(), tz=UTC).date())

    def write_source(self, name: str, text: str) -> None:
        """Put a text into one file of the clauses, whole or not at all.

        Raises:
            UnavailableError: It cannot be written (WL-CTL-018).
        """
        path = self._folder / name
        try:
            mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
            replace_file(path, text.encode(), mode=mode)
        except OSError as error:
            raise UnavailableError(
                "WL-CTL-018",
                f"The clause cannot be written to {path}: {error.strerror}.",
                "Let the control process write to policies.dir, or change the file where it is kept and hand it in.",
            ) from error

    def _check(self, sources: dict[str, str], today: date) -> Checked:
        """As ``check``; what came of the same files is not worked out again: whoever publishes holds up all writers."""
        frameworks = self.frameworks()
        law = sha256(msgspec.json.encode(sorted(frameworks.values(), key=lambda one: one.id))).hexdigest()
        key = (tuple(sorted(sources.items())), today, law)
        with self._lock:
            known = self._checked.get(key)
        if known is None:
            known = check(sources, today=today, frameworks=frameworks)
            with self._lock:
                if len(self._checked) >= _MOST_CHECKED:
                    self._checked.pop(next(iter(self._checked)))
                self._checked[key] = known
        return known

    def prepare_checked(self, checked: Checked) -> PolicyStatus:
        """Make what was checked ready to be published."""
        payload = bundle_payload(checked)
        digest = decode_bundle(payload).digest
        self._prepared = {digest: payload}
        return PolicyStatus(digest, self._status().version + 1, len(checked.clauses))

    def set_of(self, digest: str) -> PolicySet | None:
        """The policy set of a digest that was published once; None when it is not kept, or not of this version.

        Asked with attributes it was not made for, an old set would explain what never happened.
        """
        if not (len(digest) == 64 and digest.isalnum()):
            return None
        try:
            payload = (self._kept / f"{digest}.json").read_bytes()
        except FileNotFoundError:
            payload = self._published_payload()
        bundle = decode_bundle(payload)
        is_meant = bundle.digest == digest and bundle.schema == schema_digest()
        return PolicySet.build(bundle.text) if is_meant else None

    def in_force(self) -> PolicySet:
        """The published set; parsed once for as long as it stays.

        Raises:
            ConfigError: It was published by another version (WL-INV-077): its clauses ask for other attributes.
        """
        return self.published().policies

    def published(self) -> Published:
        """The published set with the forms of its clauses.

        Raises:
            ConfigError: As ``in_force``.
        """
        bundle = decode_bundle(self._published_payload())
        if bundle.schema != schema_digest():
            raise ConfigError(
                "WL-INV-077",
                "The published clauses are of another version of Wardlaw.",
                "Run `wardlaw policy publish`.",
            )
        if self._in_force is None or self._in_force.digest != bundle.digest:
            self._in_force = PolicySet.build(bundle.text)
        return Published(bundle.clauses, self._in_force, self._places.bundle_path.stat().st_mtime)

    def published_forms(self) -> Checked:
        """What is in force, in the form sets are compared in."""
        return published_set(decode_bundle(self._published_payload()))

    def keep_published(self) -> None:
        """Keep the published set by its digest, so that old decisions can be explained after it changed."""
        self._keep(self._published_payload())

    def _published_payload(self) -> bytes:
        return read_bundle(self._places.bundle_path, trusted_keys=self._places.bundle_keys()).payload

    def _keep(self, payload: bytes) -> None:
        digest = decode_bundle(payload).digest
        path = self._kept / f"{digest}.json"
        try:
            self._kept.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                replace_file(path, payload)
        except OSError as error:
            raise UnavailableError(
                "WL-CTL-005", f"The policy set cannot be kept in {self._kept}: {error.strerror}.", "Check the disk."
            ) from error

    def _status(self) -> PolicyStatus:
        bundle = read_bundle(self._places.bundle_path, trusted_keys=self._places.bundle_keys())
        # Of another version's bundle it can be told what is published; only the door must not take it.
        content = decode_bundle(bundle.payload)
        published_at = self._places.bundle_path.stat().st_mtime
        return PolicyStatus(content.digest, bundle.version, len(content.clauses), published_at)

    def _prepare(self) -> PolicyStatus:
        return self.prepare_checked(self.check_clauses())

    def publish_now(self, prepared: PolicyStatus) -> PolicyStatus:
        """As ``publish``, from a thread that may wait."""
        payload = self._prepared.get(prepared.digest)
        if payload is None or self._status().version + 1 != prepared.version:
            raise InputError(
                "WL-CTL-004", "The policies changed between checking and publishing.", "Publish them again."
            )
        self._keep(payload)
        places = self._places
        write_bundle(places.bundle_path, payload, places.bundle_signer().sign, version=prepared.version)
        self._prepared = {}
        return msgspec.structs.replace(prepared, published_at=self._clock())
