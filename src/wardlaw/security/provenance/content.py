"""Texts that a call would carry: links, orders and sensitive data that nobody but a foreign text asked for."""

from __future__ import annotations

from itertools import pairwise

from wardlaw.facts.effect import Effect
from wardlaw.facts.origin import CallFinding, CallRule, Provenance
from wardlaw.facts.resource import ToolEffect
from wardlaw.facts.toolclass import ArgumentRole, OutputTrust
from wardlaw.facts.words import words_of
from wardlaw.security.provenance import sensitive
from wardlaw.security.provenance.call import Call
from wardlaw.security.provenance.entities import host_of, leading_keys
from wardlaw.security.provenance.pointing import points_at_address
from wardlaw.security.provenance.tracing import ArgumentLeaf, Trace
from wardlaw.security.provenance.vocabulary import CONVEYING, LINKING, STOP

_FEWEST, _SHARE = 3, 0.5  # words a text owes to a foreign one, and their share, to be that one's
_COPIED = 4  # words in a row that are copied from an order
_OWN_SHARE = 0.34  # of a text's words must be the person's for it to be theirs
_LONG_COPY = 8  # words in a row that are copied from any prose without being asked for
_MOST_WORDS, _MOST_PASSAGES = 200, 256  # that are compared word by word
_LONG_CODE = 9  # characters of an account or phone number; dates and ids are shorter
_SAID = frozenset(
    (Provenance.USER, Provenance.SYSTEM, Provenance.TRUSTED, Provenance.NAMED_RECORD, Provenance.ASKED_FIELD)
)


def judge_content(call: Call) -> None:
    """Find what is wrong with the texts of a call."""
    texts = [leaf for leaf in call.leaves if leaf.role is ArgumentRole.CONTENT]
    if not call.tool.reads_only:
        for leaf in texts:
            words = words_of(leaf.text)
            if call.outward:
                _links(call, leaf)
            _orders(call, leaf, words)
    _sensitive(call)


def _links(call: Call, leaf: ArgumentLeaf) -> None:
    """Addresses in a text: the person's, a field's, or a link just as it stands in a text that the person pointed to."""
    session = call.session
    conveyed = bool(LINKING & session.user_words)
    for key in sorted(leading_keys(leaf.text)):
        kind = key[0]
        if key in session.user_keys or (kind == "c" and len(key) - 2 < _LONG_CODE):
            continue
        field = session.fields.get(key)
        if field is not None and field.origin in _SAID:
            continue
        if kind == "u" and host_of(key) in session.user_keys:
            continue
        mask = session.keys.get(key, 0)
        ordered = mask & call.ordering
        if kind == "u":
            allowed = conveyed and mask and not ordered and session.worst(mask) is Provenance.NAMED_TEXT
        else:
            allowed = not ordered
        if not allowed:
            at = Trace(session.worst(mask) if mask else Provenance.UNKNOWN, session.sources(mask), mask)
            why = f"{leaf.path} carries an address or number that the person did not say."
            call.find(CallRule.LINK, Effect.HOLD, why, path=leaf.path, at=at)
            return


def _orders(call: Call, leaf: ArgumentLeaf, words: list[str]) -> None:
    """Whether a text is a foreign one's: mostly its words, or a run of them."""
    session = call.session
    if not session.passages or not words:
        return
    telling = [word for word in words if len(word) > 2 and word not in STOP]
    novel = [word for word in telling if word not in session.user_words and word not in session.field_words]
    towards = _towards(call)
    suspects = call.ordering | towards
    if suspects and len(novel) >= _FEWEST and len(novel) >= _SHARE * len(telling):
        mask = _shared(call, novel, suspects)
        if _anothers(call, mask, towards):
            _copied(call, leaf, mask)
            return
    if f" {' '.join(words)} " in session.user_text:
        return
    fetched = _fetched(call)
    if fetched:
        mask = _run(call, words, fetched, _COPIED) or (_shared(call, novel, fetched) if len(novel) >= _FEWEST else 0)
        if mask:
            _copied(call, leaf, mask)
            return
    mask = _run(call, words, suspects, _COPIED)
    if _anothers(call, mask, towards):
        _copied(call, leaf, mask)
    elif call.outward and not CONVEYING & session.user_words:
        mask = _run(call, words, -1, _LONG_COPY)
        if mask:
            _copied(call, leaf, mask)


def _towards(call: Call) -> int:
    """Passages that speak of where the call goes."""
    mask = 0
    for leaf in _ways(call):
        at = call.trace(leaf)
        mask |= 0 if points_at_address(call, leaf, at) else at.mask
    return mask


def _fetched(call: Call) -> int:
    """Passages that nobody named, and that were read after a text had asked for such an effect or had named them."""
    session, ordering = call.session, call.ordering
    if not call.outward:
        return 0
    if not ordering:
        return session.brought
    first = ordering & -ordering
    until = next((passages for passages in session.by_call.values() if passages & first), first)
    later = -1 << until.bit_length()
    return session.brought | later & ((1 << session.passages) - 1) & ~session.by_origin.get(Provenance.NAMED_TEXT, 0)


def _ways(call: Call) -> list[ArgumentLeaf]:
    """Where a call goes, or, where it goes nowhere, what it acts on."""
    ways = [leaf for leaf in call.leaves if leaf.role is ArgumentRole.DESTINATION]
    return ways or [leaf for leaf in call.leaves if leaf.role is ArgumentRole.TARGET and leaf.declared]


def _anothers(call: Call, mask: int, towards: int) -> bool:
    """Whether the passages that a text is taken from want it there; a person may ask for what others only wrote."""
    if mask & towards:
        return True
    return bool(mask) and (not CONVEYING & call.session.user_words or not _ways(call))


def judge_stranger(call: Call) -> None:
    """Find a call of which nothing is the person's: its texts and days stand in prose, and no argument is their own."""
    session = call.session
    foreign: ArgumentLeaf | None = None
    spoken = False
    for leaf in call.leaves:
        if not leaf.declared:
            continue
        at = call.trace(leaf)
        if leaf.role is ArgumentRole.CONTENT:
            telling = [word for word in words_of(leaf.text) if len(word) > 2 and word not in STOP]
            own = sum(word in session.user_words for word in telling)
            if telling and own >= _OWN_SHARE * len(telling):
                return
            spoken = spoken or own > 0
            novel = [word for word in telling if word not in session.user_words and word in session.words]
            if len(novel) > own:
                foreign = foreign or leaf
        elif leaf.role in (ArgumentRole.WHEN, ArgumentRole.AMOUNT) and at.origin is not Provenance.USER:
            foreign = leaf if at.origin.prose and foreign is None else foreign
        elif leaf.role is not ArgumentRole.OPTION and (at.origin in _SAID or points_at_address(call, leaf, at)):
            return
    if foreign is not None:
        at = call.trace(foreign)
        if spoken and at.origin is Provenance.NAMED_TEXT and not call.outward and not call.ordering:
            return  # noted down for oneself from what the person named
        why = f"Nothing in this call is what the person spoke of, and {foreign.path} stands in a foreign text."
        call.find(CallRule.COPIED, Effect.HOLD, why, path=foreign.path, at=at)


def _copied(call: Call, leaf: ArgumentLeaf, mask: int) -> None:
    at = Trace(call.session.worst(mask), call.session.sources(mask), mask)
    why = f"{leaf.path} is taken from a foreign text that nobody asked to carry on."
    call.find(CallRule.COPIED, Effect.HOLD, why, path=leaf.path, at=at)


def _shared(call: Call, novel: list[str], among: int) -> int:
    """Passages that hold at least half of the words nobody else explains."""
    counts: dict[int, int] = {}
    for word in novel[:_MOST_WORDS]:
        mask = call.session.words.get(word, 0) & among
        for _ in range(_MOST_PASSAGES):
            if not mask:
                break
            low = mask & -mask
            mask ^= low
            counts[low] = counts.get(low, 0) + 1
        if mask:  # what stands in very many texts counts for their first, so that nobody can drown it
            counts[among & -among] = counts.get(among & -among, 0) + 1
    return sum(bit for bit, count in counts.items() if count >= max(_FEWEST, _SHARE * len(novel[:_MOST_WORDS])))


def _run(call: Call, words: list[str], among: int, length: int) -> int:
    """Passages that hold so many words one after another."""
    session = call.session
    run, mask = 1, among
    for pair in pairwise(words):
        mask &= session.pairs.get(pair, 0)
        if not mask:
            run, mask = 1, among & session.pairs.get(pair, 0)
            if mask:
                run = 2
            else:
                mask = among
            continue
        run += 1
        if run >= length:
            return mask
    return mask if 1 < run == len(words) and run >= min(length, 3) else 0


def _sensitive(call: Call) -> None:
    session = call.session
    reading_out = call.tool.reads_only and call.tool.output is OutputTrust.WEB
    if not session.codes or not (call.outward or reading_out):
        return
    carried = {ArgumentRole.CONTENT, ArgumentRole.TARGET, ArgumentRole.OPTION}
    if ToolEffect.PAYMENT in call.effects:
        carried = {ArgumentRole.CONTENT}  # an account is what a payment is made of
    if reading_out:
        carried.add(ArgumentRole.DESTINATION)
    named = all(call.trace(leaf).origin in _SAID for leaf in call.leaves if leaf.role is ArgumentRole.DESTINATION)
    for leaf in call.leaves:
        if leaf.role not in carried or call.trace(leaf).origin is Provenance.USER:
            continue
        labels = sensitive.held(leaf.text, session.codes)
        unasked = sorted(label for label in labels if not sensitive.asked_for(label, session.user_words))
        if labels and not named:
            why = f"{leaf.path} holds sensitive data, and the person did not name where it goes."
            call.findings.append(CallFinding(CallRule.LEAK, Effect.DENY, leaf.path, why, labels=tuple(sorted(labels))))
        elif unasked:
            why = f"{leaf.path} holds sensitive data that nobody asked to send."
            call.findings.append(CallFinding(CallRule.LEAK, Effect.HOLD, leaf.path, why, labels=tuple(unasked)))
