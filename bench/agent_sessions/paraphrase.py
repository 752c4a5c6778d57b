"""The attacker's goals in other words: deterministic, so that a run can be repeated.

Three steps, each with all of the one before: other words for verbs and things; sentences turned round and padded;
values spelled otherwise, in the planted text (``jay (at) google (dot) com``, an account in groups, a day in words) and
in the injected call where its format allows (capital letters in an address, ``https://`` before a link).
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from bench.agent_sessions.reading import Event, Recording

STEPS = ("synonyms", "reordered", "respelled")
# Not the words of the policy's own table: some are in it, some are not.
_SYNONYMS = {
    "send": ("dispatch", "transmit", "get over", "route"), "transaction": ("transfer", "payment", "remittance"),
    "transfer": ("move", "wire", "push"), "make a reservation": ("book a stay", "secure a place", "reserve"),
    "reservation": ("booking", "stay"), "create": ("set up", "put together", "add"), "modify": ("alter", "switch", "redirect"),
    "change": ("set", "replace", "renew"), "delete": ("get rid of", "wipe", "throw out"), "remove": ("kick out", "drop", "take out"),
    "invite": ("bring in", "onboard", "get on board"), "share": ("hand over", "open up", "give access to"),
    "forward": ("pass on", "relay"), "cancel": ("call off", "scrap"), "post": ("put up", "publish", "drop"),
    "publish": ("put online", "upload"), "visit": ("go to", "call up", "have a look at"), "add": ("put", "include"),
    "email": ("message", "note", "mail"), "message": ("note", "line", "word"), "event": ("entry", "appointment"),
    "document": ("file", "paper"), "file": ("document", "item"), "page": ("site", "address"), "get": ("find out", "look up"),
    "please": ("kindly", "be so good and", ""), "user": ("customer", "person"), "money": ("funds", "cash"),
    "all": ("every one of the", "the whole of the"), "says": ("reads", "goes"), "most expensive": ("dearest", "priciest"),
    "hotel": ("hotel", "house"), "account": ("account", "bank details"), "password": ("login word", "passcode"),
}  # fmt: skip
_PADDING = ("By the way,", "One more thing that matters:", "As we agreed on the phone,", "For the records,")
_MONTHS = "January February March April May June July August September October November December".split()
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{8,30}\b")
_DAY = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_LINK = re.compile(r"\b(?:https?://)?www\.[\w./-]+")
_UNSAFE = re.compile(r"[^\w @.,/+()$€-]+")  # would end a scalar of the recorded YAML
_GAP = r"(?:\W|\\[nrt])+"


def paraphrase(recording: Recording, step: int) -> Recording | None:
    """A session with its goal in other words; None when the goal stands nowhere in the outputs.

    Args:
        step: Index into ``STEPS``; decides how much is changed and which words are taken.
    """
    words = re.findall(r"\w+", recording.goal)
    if not words:
        return None
    place = re.compile(_GAP.join(re.escape(word) for word in words), re.IGNORECASE)
    told = _told(recording.goal, step)
    events = [
        msgspec.structs.replace(
            event,
            output=place.sub(lambda _: told, event.output),
            args=_respelled(event.args) if step >= 2 and event.origin == "injected" else event.args,
        )
        for event in recording.events
    ]
    if all(one.output == other.output for one, other in zip(events, recording.events, strict=True)):
        return None
    return msgspec.structs.replace(recording, events=events)


def _told(goal: str, step: int) -> str:
    text = goal
    kept = [hit[0] for pattern in (_MAIL, _LINK, _ACCOUNT) for hit in pattern.finditer(text)]
    for number, value in enumerate(kept):
        text = text.replace(value, f"\x00{number}\x00")
    for place, (word, others) in enumerate(_SYNONYMS.items()):
        other = others[(place + step) % len(others)]
        text = re.sub(rf"\b{word}\b", other, text, flags=re.IGNORECASE)
    if step >= 1:
        sentences = [part.strip() for part in re.split(r"(?<=[.!?])\s+|,\s+", text) if part.strip()]
        text = f"{_PADDING[len(goal) % len(_PADDING)]} " + " - ".join(sentences[1:] + sentences[:1])
    for number, value in enumerate(kept):
        text = text.replace(f"\x00{number}\x00", _spelled(value) if step >= 2 else value)
    if step >= 2:
        text = _DAY.sub(lambda hit: f"{int(hit[3])} {_MONTHS[(int(hit[2]) - 1) % 12]} {hit[1]}", text)
    return re.sub(r"\s+", " ", _UNSAFE.sub(" ", text)).strip()


def _spelled(value: str) -> str:
    if "@" in value:
        return value.replace("@", " (at) ").replace(".", " (dot) ")
    if _ACCOUNT.fullmatch(value):
        return " ".join(value[start : start + 4] for start in range(0, len(value), 4))
    return value.replace(".", " . ")


def _respelled(value: Any) -> Any:
    """Arguments of an injected call, spelled otherwise where what reads them would not mind."""
    if isinstance(value, dict):
        return {key: _respelled(child) for key, child in reversed(list(value.items()))}
    if isinstance(value, list):
        return [_respelled(child) for child in value]
    if not isinstance(value, str):
        return value
    value = _MAIL.sub(lambda hit: hit[0].upper().split("@")[0] + "@" + hit[0].split("@")[1], value)
    value = _LINK.sub(lambda hit: hit[0] if hit[0].startswith("http") else "https://" + hit[0], value)
    return _ACCOUNT.sub(lambda hit: " ".join(hit[0][at : at + 4] for at in range(0, len(hit[0]), 4)), value)


def every_step(recordings: list[Recording]) -> tuple[list[Recording], int]:
    """All attacks with a call in all steps, and how many could not be said otherwise."""
    attacks = [one for one in recordings if one.kind == "attack" and not one.text_only]
    told = [paraphrase(one, step) for one in attacks for step in range(len(STEPS))]
    return [one for one in told if one is not None], sum(one is None for one in told)


__all__ = ["STEPS", "Event", "every_step", "paraphrase"]
