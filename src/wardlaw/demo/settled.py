"""People, systems, requests and waivers of the generated company: made through the management API, as people make them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wardlaw.demo.stage import Connect, Management

_DAY_S = 86_400
# A person for each role: nobody has all, because some may not go together.
PEOPLE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "counsel": ("Counsel", ("legal",)),
    "risk": ("Risk officer", ("risk", "compliance")),
    "ciso": ("CISO", ("ciso",)),
    "oncall": ("Security on call", ("secops",)),
    "platform": ("Platform engineer", ("devsecops",)),
    "owner": ("Head of people", ("owner",)),
    "auditor": ("Auditor", ("auditor",)),
}
_SYSTEMS: tuple[dict[str, Any], ...] = (
    {"id": "cv-ranker", "title": "CV ranker", "purpose": "Ranks applications before a recruiter reads them",
     "principals": ["agent:cv-ranker"], "data_classes": ["cv"], "users": ["recruiters"]},
    {"id": "helpdesk-bot", "title": "Helpdesk assistant", "purpose": "Answers tickets of employees",
     "principals": ["agent:helpdesk-bot"], "users": ["employees"]},
    {"id": "crm-assistant", "title": "CRM assistant", "purpose": "Looks customers up for sales",
     "principals": ["agent:crm-assistant"], "data_classes": ["customer"], "users": ["sales"]},
    {"id": "procure", "title": "Purchasing agent", "purpose": "Prepares payments of invoices",
     "principals": ["agent:procure"], "users": ["finance"]},
)  # fmt: skip
# Everything that is not said here is answered with no: an unknown answer would keep the system unclassified.
_ANSWERS: dict[str, dict[str, Any]] = {
    "cv-ranker": {"role": ["deployer"], "is_ai": "yes", "eu_scope": "yes", "personal_data": "yes", "workplace": "yes",
                  "profiling": "yes", "annex_iii": ["annex-iii-4a"], "f_condition": "none", "gpai_flop": 0,
                  "gpai_mod_fraction": 0},
    "helpdesk-bot": {"role": ["deployer"], "is_ai": "yes", "eu_scope": "yes", "t_interacts": "yes", "annex_iii": [],
                     "f_condition": "none", "gpai_flop": 0, "gpai_mod_fraction": 0},
}  # fmt: skip
GATE = """\
gate: before-live
title: Before a system goes live
checks:
  - {id: classified, kind: classification, require: {max_age_days: 365}}
  - {id: oversight, kind: sign-offs, refs: ["eu-ai-act:art-14"]}
  - id: fair
    kind: bias
    refs: ["eu-ai-act:art-10"]
    require: {by: [sex, age], predicted: answer, favourable: "yes", metric: demographic_parity_ratio, limit: 0.8}
    files: [decisions]
  - {id: data, kind: poisoning, refs: ["eu-ai-act:art-15"], require: {label: listed}}
approvals: {roles: [ciso, legal]}
days: 90
"""
_ASKED: tuple[dict[str, Any], ...] = (
    {"system": "meeting-notes", "kind": "tool", "title": "Notes of meetings", "vendor": "Notely",
     "purpose": "Writes down what was said in meetings", "data_classes": ["speech"], "principals": ["agent:notes"], "price": "EUR 12 a seat and month"},
    {"system": "contract-reader", "kind": "tool", "title": "Reader of contracts", "vendor": "Clausely",
     "purpose": "Finds unusual terms in contracts of suppliers", "data_classes": ["contract"], "principals": ["agent:contracts"], "price": "EUR 900 a month"},
)  # fmt: skip

Say = Callable[[str], None]
Check = Callable[[Mapping[str, Any], Mapping[str, Any]], Sequence[Mapping[str, Any]]]
"""Runs a gate's checks of files for a system in its version, both as the API tells them; answers results as the API takes them."""


def no_files(_gate: Mapping[str, Any], _kept: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Nothing was handed in."""
    return ()


class Settled:
    """The company's people and what they made.

    Args:
        connect: Makes a client that calls with a token.
        admin_token: The first admin's one-time token.
        check: Runs what a gate asks of files.

    Attributes:
        people: A client for each person, by name.
        tokens: What each of them calls with.
    """

    def __init__(self, connect: Connect, admin_token: str, check: Check = no_files) -> None:
        self._connect, self._check = connect, check
        self.admin = connect(self._redeem(admin_token))
        self.people: dict[str, Management] = {}
        self.tokens: dict[str, str] = {}

    def settle(self, say: Say) -> dict[str, str]:
        """Make everything; answers the text of a key for each caller of the gateway."""
        say("people")
        for name, (title, roles) in PEOPLE.items():
            self.admin.post("/persons", {"id": f"person:{name}", "name": title, "roles": list(roles)})
            self.tokens[name] = self._redeem(self.invite(name))
            self.people[name] = self._connect(self.tokens[name])
        say("systems")
        for system in _SYSTEMS:
            self.people["owner"].post("/systems", system | {"owner": "person:owner"})
        for named, answers in _ANSWERS.items():
            told = self.people["counsel"].get(f"/systems/{named}/classification")
            asked = [question["id"] for question in told["questionnaire"]["questions"]]
            said = {one: {"value": answers.get(one, "no"), "reason": "as it is built"} for one in asked}
            self.people["counsel"].post(f"/systems/{named}/classification", {"answers": said})
        say("requests, waivers, statements")
        for form in _ASKED:
            self.people["owner"].post("/intake", form | {"owner": "person:owner"})
        self.people["owner"].post(
            "/waivers",
            {"clause": "GOV-07", "reason": "yearly audit of customer records", "minutes": 8 * 60,
             "systems": ["agent:crm-assistant"]},
        )  # fmt: skip
        self.people["counsel"].post(
            "/attestations",
            {"clause": "eu-ai-act:art-4", "system": "cv-ranker", "text": "Recruiters are trained once a year.",
             "until": time.time() + 180 * _DAY_S},
        )  # fmt: skip
        say("a gate")
        kept = self.people["platform"].post("/gates", {"text": GATE})
        self.people["risk"].post(f"/gates/{kept['gate']['gate']}/sign", {"digest": kept["digest"]})
        results = self._check(kept["gate"], self.people["platform"].get("/systems/cv-ranker")["kept"])
        run = {"gate": kept["gate"]["gate"], "system": "cv-ranker", "results": list(results)}
        self.people["platform"].post("/gate-runs", run)
        return {
            name: str(self.admin.post("/keys", {"id": f"key:{name}", "principal": principal})["text"])
            for name, principal in (("desk", "user:desk"), ("helpdesk", "user:helpdesk"))
        }

    def invite(self, name: str) -> str:
        """A one-time token with which somebody gets in."""
        return str(self.admin.post("/tokens", {"person": f"person:{name}"})["text"])

    def _redeem(self, token: str) -> str:
        answer = self._connect("").post("/session/redeem", {"token": token, "bind": False, "api_token": True})
        return str(answer["api_token"])
