"""Model cards: what a card says of a model, what it leaves out, and whether it is of this model.

Two forms are read: the front matter of a README as model hubs have it, with headings below it; and a YAML file of our own
with the same names as `ModelCard`. A card is text of a stranger: it is read for what it says, never believed on its own.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import msgspec
import yaml

from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult, Digest, Ground

_BYTES = 4 * 2**20
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FRONT = re.compile(r"\A---\r?\n(.*?)\r?\n---\r?(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^#{1,4}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
# Which heading of a README speaks of what; the headings are those of the hubs' own template.
_SECTIONS = (
    ("intended_use", re.compile(r"intended use|direct use|^uses?$|how to use", re.IGNORECASE)),
    ("out_of_scope", re.compile(r"out[- ]of[- ]scope|misuse", re.IGNORECASE)),
    ("training_data", re.compile(r"training data|training details|^data$|datasets?", re.IGNORECASE)),
    ("evaluation", re.compile(r"evaluation|results|metrics|benchmark", re.IGNORECASE)),
    ("limitations", re.compile(r"limitation", re.IGNORECASE)),
    ("risks", re.compile(r"bias|risk|ethic", re.IGNORECASE)),
    ("oversight", re.compile(r"oversight|recommendations|human", re.IGNORECASE)),
)
_EMPTY = re.compile(r"\[?more information needed\]?|\btbd\b|\bn/?a\b|\[\.\.\.\]|<!--.*?-->", re.IGNORECASE | re.DOTALL)


class ModelCard(msgspec.Struct, frozen=True):
    """What a card says; an empty field is not said.

    Attributes:
        digest: SHA-256 of the model's file that the card is of.
    """

    name: str = ""
    version: str = ""
    developer: str = ""
    licence: str = ""
    intended_use: str = ""
    out_of_scope: str = ""
    training_data: str = ""
    evaluation: str = ""
    limitations: str = ""
    risks: str = ""
    oversight: str = ""
    contact: str = ""
    digest: str = ""


REQUIRED = (
    "name", "developer", "licence", "intended_use", "training_data", "evaluation", "limitations", "risks", "digest",
)  # fmt: skip
"""What a card of a deployed model must say. Source: Regulation (EU) 2024/1689 Art. 11, 13(3) and Annex XI section 1."""


class CardRefusedError(Exception):
    """A text is no card. Its message says why, in one sentence."""


def read_card(content: bytes) -> ModelCard:
    """Read a card in either form.

    Raises:
        CardRefusedError: It is none.
    """
    if len(content) > _BYTES:
        raise CardRefusedError("It is larger than 4 MiB.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise CardRefusedError("It is no UTF-8 text.") from None
    front = _FRONT.match(text)
    if front is not None:
        return _from_readme(_mapping(front[1]), text[front.end() :])
    if _HEADING.search(text):
        return _from_readme({}, text)
    values = _mapping(text)
    unknown = sorted(set(values) - set(ModelCard.__struct_fields__))
    if unknown:
        raise CardRefusedError(f"It names {unknown[0]!r}, which a card does not have.")
    return ModelCard(**{name: _said(value) for name, value in values.items()})


def _mapping(text: str) -> dict[str, Any]:
    try:
        # References would let a small text unfold to one that fills the memory.
        if any(isinstance(one, yaml.AliasEvent) for one in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise CardRefusedError("Its YAML refers to itself, which a card need not.")
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise CardRefusedError("Its YAML cannot be read.") from None
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise CardRefusedError("It is neither a README with headings nor a mapping of names.")
    return found


def _said(value: Any) -> str:
    """A value as text, without the words that stand for nothing."""
    if isinstance(value, list):
        return ", ".join(filter(None, (_said(one) for one in value)))
    if value is None or isinstance(value, dict):
        return ""
    return _EMPTY.sub("", str(value)).strip()


def _from_readme(front: dict[str, Any], body: str) -> ModelCard:
    found = {
        "name": _said(front.get("model_name") or front.get("name")),
        "licence": _said(front.get("license_name") or front.get("license")),
        "developer": _said(front.get("developer") or front.get("developers") or front.get("author")),
        "training_data": _said(front.get("datasets")),
        "evaluation": "in the front matter" if front.get("model-index") else "",
        "digest": _said(front.get("sha256") or front.get("digest")),
        "version": _said(front.get("version")),
        "contact": _said(front.get("contact")),
    }
    headings = list(_HEADING.finditer(body))
    if headings and not found["name"]:
        found["name"] = _said(headings[0][1]).removeprefix("Model Card for ").strip()
    for place, heading in enumerate(headings):
        end = headings[place + 1].start() if place + 1 < len(headings) else len(body)
        below = _said(body[heading.end() : end])
        for name, heads in _SECTIONS:
            if below and heads.search(heading[1]) and not found.get(name):
                found[name] = below
    for name, pattern in (("developer", r"developed by"), ("contact", r"contact")):
        said = re.search(rf"(?im)^[-*\s]*\**{pattern}:?\**:?[ \t]*(.+)$", body)
        if said and not found[name]:
            found[name] = _said(said[1])
    return ModelCard(**found)


def missing(card: ModelCard) -> tuple[str, ...]:
    """What a card must say and does not."""
    return tuple(name for name in REQUIRED if not getattr(card, name))


def model_card_check(content: bytes, *, model_digest: Digest, check_id: str = "model-card") -> CheckResult:
    """Hold a card against what it must say, and against the model it must be of."""
    grounds = (
        Ground("card", "model card", hashlib.sha256(content).hexdigest()),
        Ground("model", "model", model_digest),
    )

    def ended(outcome: CheckOutcome, why: str, following: str = "") -> CheckResult:
        return CheckResult(check_id, CheckKind.MODEL_CARD, outcome, why, following, (), grounds)

    try:
        card = read_card(content)
    except CardRefusedError as refused:
        return ended(CheckOutcome.FAIL, f"The card cannot be read. {refused}", "Write it as a README or as YAML.")
    left_out = missing(card)
    if card.digest and (not _DIGEST.fullmatch(card.digest.lower()) or card.digest.lower() != model_digest):
        return ended(CheckOutcome.FAIL, "The card is of another model: its digest differs.", "Get this model's card.")
    if left_out:
        words = ", ".join(one.replace("_", " ") for one in left_out)
        return ended(CheckOutcome.REVIEW, f"The card does not say: {words}.", "Have it completed.")
    return ended(CheckOutcome.PASS, "The card says what it must, and is of this model.")
