"""Takes apps of Slack away: uninstalls them, and restricts them so that nobody installs them again.

Slack has no call that takes one person's authorisation from an app; only the app itself, or the person, can.
"""

from __future__ import annotations

from collections.abc import Callable

from wardlaw.connectors.revoking import no_call
from wardlaw.connectors.slack import place_of
from wardlaw.connectors.slacklogs import integrations
from wardlaw.connectors.slackweb import SlackRefusedError, SlackWeb
from wardlaw.connectors.vendorclient import VendorClient
from wardlaw.facts.errors import UnavailableError
from wardlaw.inventory.activity import Deed
from wardlaw.inventory.model import Credential, Grant
from wardlaw.inventory.revocation import CallOutcome, Presence, RevocationProof, RevocationStep, StepKind

_UNINSTALL, _RESTRICT = "admin.apps.uninstall", "admin.apps.restrict"
_DONE_ALREADY = frozenset({"app_not_installed", "app_already_restricted"})


class SlackRevoker:
    """Takes apps of one enterprise or workspace away.

    Args:
        web: With a user token of an administrator that has ``admin.apps:write``, ``admin.apps:read`` and ``admin``.
        organisation: Id of the enterprise (``E…``) or workspace (``T…``).
        clock: Unix seconds.
    """

    platform = "slack"

    def __init__(self, web: VendorClient, organisation: str, *, clock: Callable[[], float]) -> None:
        self._web = SlackWeb(web)
        self._where = place_of(organisation)
        self._clock = clock

    def plan(self, things: tuple[Grant | Credential, ...], *, app: str = "") -> tuple[RevocationStep, ...]:
        """Uninstalling and restricting an app, or withdrawing an approval or request; see ``Revoker.plan``."""
        steps = []
        if app:
            steps = [_uninstall(app), _restrict(app, f"app/{app}", StepKind.APP)]
        for thing in things:
            if app and thing.app == app:
                continue  # goes with the app
            if isinstance(thing, Credential) or (thing.account and not thing.id.startswith("request/")):
                raise no_call(
                    f"{thing.id} alone",
                    "Revoke the whole app, or let the person remove it under Settings, Connected apps, in Slack.",
                )
            steps.append(_restrict(thing.app, thing.id, StepKind.GRANT))
        return tuple(steps)

    def carry_out(self, step: RevocationStep) -> CallOutcome:
        """Uninstall or restrict; see ``Revoker.carry_out``."""
        arguments: dict[str, str | int] = {"app_id": step.app}
        if step.call.startswith(_UNINSTALL):
            method = _UNINSTALL
            arguments |= {"team_ids" if name == "team_id" else name: value for name, value in self._where.items()}
        else:
            method = _RESTRICT
            arguments |= self._where
            if step.subject.startswith("request/"):
                arguments = {"request_id": step.subject.removeprefix("request/"), **self._where}
        try:
            self._web.call(method, arguments)
        except SlackRefusedError as error:
            is_done = str(error) in _DONE_ALREADY
            return CallOutcome(done=is_done, status=200, detail=f"Slack answers {error}.")
        except UnavailableError as error:
            return CallOutcome(done=False, detail=error.message)
        return CallOutcome(done=True, status=200)

    def verify(self, step: RevocationStep) -> RevocationProof:
        """Read the integration log for what was uninstalled, the lists of apps for the rest; see ``Revoker.verify``."""
        method = "re-read (integration log)" if step.call.startswith(_UNINSTALL) else "re-read"
        try:
            if step.call.startswith(_UNINSTALL):
                return self._uninstalled(step, method)
            return self._restricted(step, method)
        except (UnavailableError, SlackRefusedError) as error:
            detail = error.message if isinstance(error, UnavailableError) else f"Slack answers {error}."
            return RevocationProof(Presence.UNKNOWN, method, at=self._clock(), detail=detail)

    def _uninstalled(self, step: RevocationStep, method: str) -> RevocationProof:
        team = {name: value for name, value in self._where.items() if name == "team_id"}
        told = integrations(self._web.integration_log({"app_id": step.app, **team}), since=0.0).activities
        last = max(told, key=lambda one: one.at, default=None)
        presence, detail = Presence.UNKNOWN, "The log does not tell of this app."
        if last is not None:
            gone = last.deed is Deed.REVOKE and last.method == "removed"
            presence = Presence.GONE if gone else Presence.THERE
            detail = f"The last that the log tells of this app is: {last.method}."
        return RevocationProof(presence, method, 200, self._web.digest, self._clock(), detail=detail)

    def _restricted(self, step: RevocationStep, method: str) -> RevocationProof:
        is_request = step.subject.startswith("request/")
        listed, name = ("requests", "app_requests") if is_request else ("approved", "approved_apps")
        arguments: dict[str, str | int] = {} if is_request else {**self._where}
        # That a list does not show it proves nothing: so a list ends for somebody who may not read it any more. That the
        # list of restricted apps shows it does.
        if self._shows(f"admin.apps.{listed}.list", name, arguments, step):
            presence, detail = Presence.THERE, f"The list of {listed} apps still shows it."
        elif self._shows("admin.apps.restricted.list", "restricted_apps", {**self._where}, step):
            presence, detail = (
                Presence.GONE,
                f"The list of restricted apps shows it, and that of {listed} ones does not.",
            )
        else:
            presence, detail = Presence.UNKNOWN, "Neither list shows it."
        return RevocationProof(presence, method, 200, self._web.digest, self._clock(), detail=detail)

    def _shows(self, method: str, name: str, arguments: dict[str, str | int], step: RevocationStep) -> bool:
        return any(_is_it(entry, step) for entries in self._web.lists(method, name, arguments) for entry in entries)


def _is_it(entry: object, step: RevocationStep) -> bool:
    if not isinstance(entry, dict):
        return False
    if step.subject == f"request/{entry.get('id')}":
        return True
    app = entry.get("app")
    return "date_created" not in entry and isinstance(app, dict) and app.get("id") == step.app


def _uninstall(app: str) -> RevocationStep:
    undo = "Install the app again; everybody who had authorised it must do so again."
    return RevocationStep(f"uninstall/{app}", StepKind.APP, app, "", app, f"{_UNINSTALL} {app}", undo)


def _restrict(app: str, subject: str, kind: StepKind) -> RevocationStep:
    undo = "Approve the app under Manage apps in Slack's administration."
    return RevocationStep(f"restrict/{subject}", kind, subject, "", app, f"{_RESTRICT} {app}", undo)
