"""Carrying out, in the watching process, revocations that people have confirmed in the console or by the command."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from wardlaw.cli.client import ManagementClient, quoted
from wardlaw.cli.revoking import carry_out
from wardlaw.connectors.revoking import Revoker
from wardlaw.facts.errors import WardlawError

LOOK_S = 2.0
"""How often is asked whether somebody has confirmed one."""

_MOST = 200


class Carrier:
    """Carries out what was confirmed and not begun; what failed is for a person to look at and resume.

    Args:
        connect: A client of the management API that may report, made anew for each look.
        open_revoker: What revokes in a directory, by its name.
        say: Told each step in words.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        connect: Callable[[], ManagementClient],
        open_revoker: Callable[[str], Revoker],
        *,
        say: Callable[[str], None],
        sleep: Callable[[float], None],
    ) -> None:
        self._connect = connect
        self._open_revoker = open_revoker
        self._say = say
        self._sleep = sleep
        self._given_up: set[str] = set()

    def run_once(self) -> int:
        """Carry out what waits; answers how many revocations that were.

        Raises:
            WardlawError: The management API cannot be reached.
        """
        client = self._connect()
        waiting = [one for one in client.get("/revocations", limit=_MOST) if self._is_due(one)]
        for one in waiting:
            self._carry(client, one)
        return len(waiting)

    def run_until(self, stop: threading.Event) -> None:
        """Look again and again until told to stop."""
        while not stop.wait(LOOK_S):
            try:
                self.run_once()
            except WardlawError as error:
                self._say(f"revocations cannot be looked at: {error.message}")

    def _is_due(self, one: Mapping[str, Any]) -> bool:
        # Running, and begun by nobody here: the process was ended between two steps, or somebody runs the command now.
        return one["state"] == "confirmed" and one["id"] not in self._given_up

    def _carry(self, client: ManagementClient, one: Mapping[str, Any]) -> None:
        name = one["id"]
        try:
            revoker = self._open_revoker(one["directory"])
            view = client.get(f"/revocations/{quoted(name)}")
            told = carry_out(view, revoker, client, sleep=self._sleep, progress=lambda _part, _what: None)
        except WardlawError as error:
            self._given_up.add(name)  # until the next start: asking again at once would find the same
            self._say(f"{name} is confirmed and was not carried out: {error.message} {error.hint}")
            return
        self._say(f"{name}: {told['state']}, {told['done']} found gone, {told['failed']} failed")
