"""Grants, approvals and revocations in lines for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wardlaw.cli.output import program
from wardlaw.cli.session import when

_FATES = {
    "stands": "it stands",
    "asked": "it waits for somebody who says what it is for",
    "denied": "it should go; nothing is taken away by itself here",
    "would-revoke": "it would be revoked, were automatic revocation on",
    "protected": "it should go, and the app is one that only people touch",
    "tripped": "it should go, and too many were due within the hour: people must look first",
    "due": f"it is due: `{program()} grants revoke --due`",
}
_STATES = {
    "planned": "planned, and nobody has confirmed it",
    "lapsed": "planned, and lapsed because nobody confirmed it within a day",
    "confirmed": "confirmed, and not begun",
    "running": "running: not everything was found gone yet",
    "revoked": "revoked: everything was found gone",
    "residual": "revoked, and tokens that were given before may still work",
    "quiet": "revoked and quiet: a later reading shows no use since",
    "active-again": "ACTIVE AGAIN: something was used, or is there again, after it was found gone",
}


def standing_words(standing: Mapping[str, Any]) -> str:
    """How a grant stands to the approvals."""
    match standing["state"]:
        case "approved":
            return f"approved until {when(standing['until'])} ({standing['approval']})"
        case "expired":
            return f"the approval {standing['approval']} ran out {when(standing['until'])}"
        case "exceeds-approval":
            return f"beyond the approval {standing['approval']}: {', '.join(standing['excess'])}"
        case _:
            return "nobody has approved it"


def ruling_words(ruling: Mapping[str, Any] | None) -> str:
    """What the clauses last said of a grant."""
    if ruling is None:
        return f"not asked yet; see `{program()} grants judge`"
    clauses = f" ({', '.join(ruling['clauses'])})" if ruling["clauses"] else ""
    noted = f"; noted: {', '.join(ruling['observed'])}" if ruling["observed"] else ""
    return f"{ruling['effect']}{clauses}: {_FATES[ruling['fate']]}{noted}"


def grant_lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """One grant in short."""
    line = answer["line"]
    whose = line["account"] or "the whole organisation"
    name = f" “{line['app_name']}”" if line["app_name"] else ""
    yield f"grant {line['grant']} in {line['directory']}: {whose} lets {line['app'] or 'no app'}{name} act"
    if line["vendor"]:
        yield f"  AI vendor: {line['vendor']}"
    yield f"  last used: {when(line['last_used_at']) or 'no use was told'}"
    yield f"  approval: {standing_words(line['standing'])}"
    yield f"  clauses: {ruling_words(line['ruling'])}"
    yield from _advice_lines(answer["advice"])
    if (question := answer["question"]) is not None:
        said = f"{when(question['answered_at'])} by {question['answered_by']}: {question['reason']}"
        asked = f"  its person was asked {when(question['asked_at'])} ({question['id']})"
        yield f"{asked}; answered {said}" if question["answered_at"] else f"{asked}; no answer yet"


def unused_lines(line: Mapping[str, Any]) -> Iterator[str]:
    """A grant that allows more than was done, and what should go."""
    whose = line["account"] or "the whole organisation"
    app = f"{line['app']} {line['app_name']}".strip()
    yield f"{line['directory']} {line['grant']}: {whose} lets {app} act"
    yield from _advice_lines(line["advice"])


def _advice_lines(advice: Mapping[str, Any]) -> Iterator[str]:
    words = {"keep": "keep", "narrow": "narrower scope", "remove": "remove", "unknown": "no usage data"}
    verdict = f"{words[advice['verdict']]}: " if advice["known"] else ""
    yield f"  least privilege: {verdict}{advice['why']}"
    for one in advice["scopes"]:
        told = one["why"] if one["verdict"] == "unknown" else f"{words[one['verdict']]}: {one['why']}"
        yield f"    {one['scope']}: {told}"


def explained_lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """One grant, why it stands as it does, and what would change that."""
    yield from grant_lines(answer)
    grants, accounts = answer["reach"]
    yield f"  reach: {grants} grants of {accounts} accounts to this app here"
    for risk in answer["risks"]:
        how = f"level {risk['privilege']} of 4, {risk['data']}" if risk["known"] else "not classed, counts as high"
        yield f"  scope {risk['scope']}: {how}"
    for one in answer["findings"]:
        yield f"  {one['weight'].upper()} {one['rule']}: {' '.join(one['evidence'])}"
    if (approval := answer["approval"]) is not None:
        yield f"  {approval['id']}: {approval['reason']} (clause {approval['clause']}, owner {approval['owner']})"
    explanation = answer["explanation"]
    yield f"  now: {explanation['sentence']}"
    yield from (f"    {cause['clause']}: {cause['message']} → {cause['advice']}" for cause in explanation["causes"])
    for change in explanation["changes"]:
        yield f"    would stand with {change['attribute']} {change['needed']} instead of {change['actual']}"
    if explanation["together"]:
        parts = ", ".join(f"{change['attribute']} {change['needed']}" for change in explanation["together"])
        yield f"    would stand only with all of: {parts}"
    yield from (f"    noted: {text}" for text in explanation["observed"])
    yield from (f"  at the gateway it is {link['principal']}" for link in answer["links"])


def due_lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """Approvals that must be decided anew, each with its two answers."""
    for due in answer["due"]:
        one = due["approval"]
        about = f"app {one['app']}" if one["app"] else f"publisher {one['publisher']}"
        used = when(due["last_used_at"]) or "never, as far as was told"
        yield f"{one['id']} {about}, until {when(one['expires_at'])}: {due['grants']} grants of {due['accounts']} accounts, last used {used}"
        if one.get("groups"):
            yield f"  for the groups {', '.join(one['groups'])}"
        yield f"  {one['reason']} (clause {one['clause']}, owner {one['owner']}, approved by {one['approver']})"
        yield f'  → {program()} grants recertify {one["id"]} --keep-days 180 --reason "…"   or   --revoke --reason "…"'
    if not answer["due"]:
        yield f"nothing is to be decided; {len(answer['approvals'])} approvals stand"


def revocation_lines(view: Mapping[str, Any]) -> Iterator[str]:
    """A revocation: how far it has come, step by step, and how each is undone."""
    one = view["revocation"]
    what = f"app {one['app']}" if one["app"] else f"{len(one['steps'])} things"
    yield f"{one['id']}: {what} in {one['directory']}, {_STATES[view['state']]}"
    yield f"  {view['done']} of {len(one['steps'])} found gone" + (
        f", {view['failed']} FAILED" if view["failed"] else ""
    )
    if view["state"] == "residual":
        yield f"  tokens given before may work until {when(view['tokens_until'])}"
    yield f"  planned by {one['planned_by']} {when(one['planned_at'])}: {one['reason']}"
    if one["confirmed_at"]:
        yield f"  confirmed by {one['confirmed_by']} {when(one['confirmed_at'])}"
    yield from (f"  locked out at the gateway: {name}" for name in one["links"])
    for progress in one["steps"]:
        yield from _step_lines(progress)
    if view["state"] == "planned":
        who = "another person must run" if one["persons"] > 1 else "agree with"
        yield f"  → {who} `{program()} grants revoke --confirm {one['id']}`"
    elif view["state"] in ("confirmed", "running"):
        yield f"  → go on with `{program()} grants revoke --resume {one['id']}`"


def _step_lines(progress: Mapping[str, Any]) -> Iterator[str]:
    step, proof, outcome = progress["step"], progress["proof"], progress["outcome"]
    yield f"  {step['kind']} {step['subject']}" + (f" of {step['account']}" if step["account"] else "")
    yield f"    call: {step['call']}" + (f" → {outcome['status'] or 'no answer'}" if outcome else "")
    if outcome and outcome["detail"]:
        yield f"    {outcome['detail']}"
    if proof:
        digest = f", answer sha256:{proof['digest'][:16]}" if proof["digest"] else ""
        yield f"    proof: {proof['presence']} by {proof['method']} {when(proof['at'])}, status {proof['status']}{digest}"
        if proof["detail"]:
            yield f"    {proof['detail']}"
    if step["undo"]:
        yield f"    undo: {step['undo']}"


def chain_lines(view: Mapping[str, Any]) -> Iterator[str]:
    """Where each record of a revocation stands in the log."""
    for told in view["records"]:
        record = told["record"]
        place = f"leaf {told['leaf_index']}" if told["leaf_index"] >= 0 else "not in the log yet"
        yield f"  {when(record['at'])} {record['operation']}: {record['record']}, {place}"
    if view["checkpoint"]:
        _, size, root = view["checkpoint"].splitlines()[:3]
        yield f"  checkpoint: {size} records, root {root}"
    yield f"  → `{program()} audit prove RECORD` gives the proof of each; `--out FOLDER` here writes all of them"
