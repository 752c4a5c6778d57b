"""The commands: what there is, in which order it is shown, and where it lives.

Only names stand here; a command's module is imported when the command runs, so that ``--help`` and
``--version`` cost no more than Python itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class CommandEntry(NamedTuple):
    """One command.

    Attributes:
        group: Heading it stands under.
        target: ``module:name`` of its function or its app.
    """

    name: str
    group: str
    summary: str
    target: str


_HERE = "wardlaw.cli.commands."

COMMANDS: tuple[CommandEntry, ...] = (
    CommandEntry("init", "Run", "Make a new installation: configuration, clauses, keys.", _HERE + "init:init"),
    CommandEntry("up", "Run", "Start gateway, control plane and sequencer together.", _HERE + "up:up"),
    CommandEntry("demo", "Run", "Play two stories on live traffic; needs no key and no network.", _HERE + "demo:demo"),
    CommandEntry("doctor", "Run", "Look for what is wrong and say how to mend it.", _HERE + "doctor:doctor"),
    CommandEntry("witness", "Run", "Run a witness that cosigns checkpoints.", _HERE + "witness:app"),
    CommandEntry("policy", "Decide", "Check, test, approve and publish clauses.", _HERE + "policy:app"),
    CommandEntry("decide", "Decide", "Decide one request offline, with reasons.", _HERE + "decide:decide"),
    CommandEntry(
        "replay", "Decide", "Try clauses on logged traffic before they are in force.", _HERE + "replay:replay"
    ),
    CommandEntry("scan", "Decide", "Show what the detectors see in texts, lines and files.", _HERE + "scan:scan"),
    CommandEntry("explain", "Decide", "Why a decision came out as it did.", _HERE + "explain:explain"),
    CommandEntry(
        "figures", "Decide", "How many decisions of each effect, and what the door adds.", _HERE + "figures:figures"
    ),
    CommandEntry("tail", "Decide", "Decisions and outcomes as they happen.", _HERE + "tail:tail"),
    CommandEntry("key", "Access", "Keys for callers of the gateway.", _HERE + "key:app"),
    CommandEntry("person", "Access", "People and their roles.", _HERE + "person:app"),
    CommandEntry("session", "Access", "Who is signed in to the console.", _HERE + "session:app"),
    CommandEntry("token", "Access", "Tokens for the management API.", _HERE + "token:app"),
    CommandEntry("secret", "Guard", "Secrets that must never leave, and tripwires.", _HERE + "secret:app"),
    CommandEntry("detectors", "Guard", "What detectors must see, and who agreed to less.", _HERE + "detectors:app"),
    CommandEntry("quarantine", "Guard", "Who is locked out.", _HERE + "quarantine:app"),
    CommandEntry("incidents", "Guard", "What security stopped and nobody has closed yet.", _HERE + "incidents:app"),
    CommandEntry("inbox", "Guard", "What waits for your word, and who else is waited for.", _HERE + "inbox:inbox"),
    CommandEntry("approvals", "Guard", "Calls that wait for a person, and the answer.", _HERE + "approvals:app"),
    CommandEntry("waiver", "Guard", "Time-limited exceptions to clauses, and who agreed.", _HERE + "waiver:app"),
    CommandEntry(
        "break-glass", "Guard", "Lift clauses at once in an emergency, for an hour at most.", _HERE + "breakglass:app"
    ),
    CommandEntry(
        "appeal", "Guard", "Say that a decision was wrong, and what another person found.", _HERE + "appeal:app"
    ),
    CommandEntry("habits", "Guard", "What callers usually do, and what they do now.", _HERE + "habits:app"),
    CommandEntry("mcp", "Guard", "Servers of tools: what they offer, and what of it may be used.", _HERE + "mcp:app"),
    CommandEntry("tools", "Guard", "What tools do: inferred, and confirmed by a person.", _HERE + "tools:app"),
    CommandEntry(
        "inventory", "Guard", "Grants, apps and identities: what is there, and what is wrong.", _HERE + "inventory:app"
    ),
    CommandEntry(
        "connect", "Guard", "Connect an organisation of a platform to the inventory.", _HERE + "connect:connect"
    ),
    CommandEntry("grants", "Guard", "Who may what, by which approval, and taking it away.", _HERE + "grants:app"),
    CommandEntry("nhi", "Guard", "Service accounts, agents, apps and keys, one by one.", _HERE + "nhi:app"),
    CommandEntry("shadow-ai", "Guard", "AI that people use, and whether anybody allowed it.", _HERE + "shadow:app"),
    CommandEntry("system", "Prove", "AI systems, who answers for them, which traffic is theirs.", _HERE + "system:app"),
    CommandEntry("measure", "Prove", "Bias and poisoned data, measured on this machine.", _HERE + "measure:app"),
    CommandEntry("outcomes", "Prove", "Live decisions by group, and a rule that watches.", _HERE + "outcomes:app"),
    CommandEntry("intake", "Prove", "Ask for an AI tool, a model or an integration.", _HERE + "intake:app"),
    CommandEntry("catalogue", "Prove", "What people may use today.", _HERE + "intake:catalogue"),
    CommandEntry("register", "Prove", "Models, datasets and vendors that systems are made of.", _HERE + "register:app"),
    CommandEntry("gate", "Prove", "What a system must pass before its traffic goes through.", _HERE + "gate:app"),
    CommandEntry("coverage", "Prove", "Which clauses a live control enforces today.", _HERE + "coverage:coverage"),
    CommandEntry("evidence", "Prove", "From a clause to one decision with its proof.", _HERE + "evidence:app"),
    CommandEntry("report", "Prove", "A signed evidence report that verifies offline.", _HERE + "report:app"),
    CommandEntry("model-file", "Prove", "Whether loading a model's files could run code.", _HERE + "modelfile:app"),
    CommandEntry("redteam", "Prove", "What red-team tools found, held against limits.", _HERE + "redteam:app"),
    CommandEntry("bom", "Prove", "A system's bill of materials as CycloneDX.", _HERE + "bom:bom"),
    CommandEntry("attest", "Prove", "Vouch for a clause, until a day.", _HERE + "attest:attest"),
    CommandEntry("frameworks", "Prove", "Laws and standards: what applies from when.", _HERE + "frameworks:app"),
    CommandEntry(
        "canary", "Prove", "Requests that each clause must stop, sent by the real door.", _HERE + "canary:app"
    ),
    CommandEntry("audit", "Prove", "Verify, prove, export, erase and prune.", _HERE + "audit:app"),
    CommandEntry("backup", "Prove", "Copy tables and log into one file.", _HERE + "backup:backup"),
    CommandEntry("restore", "Prove", "Bring a backup back; a log that shrank is noticed.", _HERE + "backup:restore"),
    CommandEntry("view", "Help", "Your saved views of the console's lists.", _HERE + "view:app"),
    CommandEntry("config", "Help", "Show the configuration and where it comes from.", _HERE + "config:app"),
    CommandEntry("bench", "Help", "Measure what it costs on this machine (needs a checkout).", _HERE + "bench:bench"),
    CommandEntry("completion", "Help", "Completion for your shell.", _HERE + "completion:completion"),
    CommandEntry("version", "Help", "Version of Wardlaw and of what it stands on.", _HERE + "version:version"),
)


ALIASES: Mapping[str, str] = MappingProxyType({"incident": "incidents"})
"""Former names, which scripts may still use."""


def find_command(name: str) -> CommandEntry | None:
    """The command of that name, or of that former name."""
    name = ALIASES.get(name, name)
    return next((entry for entry in COMMANDS if entry.name == name), None)


def help_text() -> str:
    """What ``wardlaw --help`` prints."""
    width = max(len(entry.name) for entry in COMMANDS)
    lines = [
        "Usage: wardlaw COMMAND [OPTIONS]",
        "",
        "One door between your people, your agents and your models: legal clauses and",
        "security detectors decide each request together, and the log proves it.",
    ]
    group = ""
    for entry in COMMANDS:
        if entry.group != group:
            group = entry.group
            lines += ["", group]
        lines.append(f"  {entry.name:<{width}}  {entry.summary}")
    lines += [
        "",
        "Every command: --help, --json (one object on stdout), --config FILE, --set KEY=VALUE, --quiet.",
        "Exit: 0 done or allowed, 1 findings, 2 usage, 3 configuration or policy, 4 evidence,",
        "      10 not allowed, 11 a person must decide, 69 unavailable, 70 fault.",
    ]
    return "\n".join(lines) + "\n"
