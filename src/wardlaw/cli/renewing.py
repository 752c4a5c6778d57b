"""Publishing while Wardlaw is stopped: the policies in force after an upgrade, or the clauses on disk on demand."""

from __future__ import annotations

import asyncio
import os
import time

from wardlaw.cli.accounting import record_by_account
from wardlaw.cli.roles.control import life_desk
from wardlaw.config.model import ClauseLife, Config
from wardlaw.console.api.lifedesk import PolicyStatus
from wardlaw.console.desks.policies import PolicyDesk
from wardlaw.facts.errors import ConfigError, EvidenceError, UnavailableError
from wardlaw.governance.bundle import Bundle, decode_bundle
from wardlaw.governance.check import Checked
from wardlaw.governance.examples import run_examples
from wardlaw.governance.renewal import differences, is_of_this_version
from wardlaw.store.bundle import BundleReader, read_bundle
from wardlaw.store.database import open_database, reading
from wardlaw.store.installation import Installation
from wardlaw.store.instance import InstanceLock
from wardlaw.store.migrate import upgrade

_OTHER_VERSION = "The policies in force were made by another version of Wardlaw"
_KEPT = "Nothing was published, the old bundle is kept, nothing was started."


def renew_policies(config: Config) -> str:
    """Publish the policies in force anew if another version of Wardlaw made them; answers what was done, or ``""``.

    Only clauses that were published are published again. The caller holds the instance lock.

    Raises:
        ConfigError: The clauses on disk are not the published ones (WL-CLI-024), or do not pass with this version
            (WL-CLI-025); nothing was changed.
        WardlawError: It could not be recorded; nothing was changed.
    """
    places = Installation(config)
    content = _in_force(places)
    if content is None or is_of_this_version(content):
        return ""
    desk = PolicyDesk(places, clock=time.time)
    if (approved := _approved(config, desk)) is not None:
        status = _publish(config, desk, approved, reason="upgrade")
        return f"Approved clauses compiled and published for this version as bundle {status.version}: {status.digest[:16]}."
    try:
        checked = desk.check_clauses()
    except ConfigError as error:
        raise _not_passing(error.message) from error
    changed = differences(content, checked)
    if changed:
        raise ConfigError(
            "WL-CLI-024",
            f"{_OTHER_VERSION}, and the clauses in {config.policies.dir} are not those that were published: "
            f"{_names(changed)}. {_KEPT}",
            "See `wardlaw policy diff`. Put the published clauses back, or put those on disk in force with "
            "`wardlaw policy publish --stopped`; then start again.",
        )
    _refuse_failing(checked)
    status = _publish(config, desk, checked, reason="upgrade")
    return f"Policies checked anew and published for this version as bundle {status.version}: {status.digest[:16]}."


def publish_stopped(config: Config) -> PolicyStatus:
    """Put the clauses on disk in force while Wardlaw is stopped; where clauses have a life, those that are approved.

    Raises:
        UnavailableError: Wardlaw runs on this data directory (WL-INS-001).
        ConfigError: The clauses do not pass (WL-CTL-003, WL-CLI-025); what is published stays.
    """
    places = Installation(config)
    with InstanceLock(places.data_dir, role="wardlaw policy publish"):
        desk = PolicyDesk(places, clock=time.time)
        checked = _approved(config, desk) or desk.check_clauses()
        _refuse_failing(checked)
        return _publish(config, desk, checked, reason="stopped")


def _approved(config: Config, desk: PolicyDesk) -> Checked | None:
    """What the tables say is in force; None where clauses have no life, or none yet.

    Raises:
        WardlawError: They cannot be believed (WL-LIF-009), or do not pass with this version (WL-LIF-010).
    """
    if config.policies.life is ClauseLife.OFF:
        return None
    places = Installation(config)
    keyring = places.open_keyring(os.environ)
    try:
        engine = open_database(places.database_url(os.environ))
        try:
            upgrade(engine)
            with reading(engine) as connection:
                return life_desk(config, desk, keyring).renewed(connection, at=time.time())
        finally:
            engine.dispose()
    finally:
        keyring.close()


def _in_force(places: Installation) -> Bundle | None:
    """The bundle in force; None where there is none a gateway would take: it says so itself, and better."""
    folder = places.bundle_path.parent
    try:
        # A bundle older than any gateway has seen must not come back in new clothes.
        seen = max((BundleReader(places.bundle_path, seen=file).version for file in folder.glob("*.seen")), default=0)
        bundle = read_bundle(places.bundle_path, trusted_keys=places.bundle_keys(), min_version=seen)
    except (UnavailableError, EvidenceError):
        return None
    return decode_bundle(bundle.payload)


def _refuse_failing(checked: Checked) -> None:
    failed = [result for result in run_examples(checked.compiled) if not result.passed]
    if failed:
        first = failed[0]
        raise _not_passing(
            f"{len(failed)} examples do not come out as they must; the first: {first.clause}, {first.example}: "
            f"{first.message}"
        )


def _not_passing(why: str) -> ConfigError:
    return ConfigError(
        "WL-CLI-025",
        f"The clauses do not pass with this version of Wardlaw: {why} {_KEPT}",
        "See `wardlaw policy check` and `wardlaw policy test`; mend the clauses and run `wardlaw policy publish "
        "--stopped`, or go back to the version before.",
    )


def _publish(config: Config, desk: PolicyDesk, checked: Checked, *, reason: str) -> PolicyStatus:
    """Record, then publish: nothing runs that the log does not know."""
    prepared = desk.prepare_checked(checked)
    keyring = Installation(config).open_keyring(os.environ)
    try:
        facts: dict[str, str | int] = {"policies": prepared.digest, "clauses": prepared.clauses, "reason": reason}
        record_by_account(config, keyring, "policy.reload", facts)
    finally:
        keyring.close()
    return asyncio.run(desk.publish(prepared))


def _names(changed: tuple[str, ...]) -> str:
    shown = ", ".join(changed[:5])
    return shown if len(changed) <= 5 else f"{shown} and {len(changed) - 5} more"
