"""Texts held against texts that were accepted; and one document that is about to be written to a corpus."""

from __future__ import annotations

import msgspec

from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult, Figure, Ground
from wardlaw.register.poisoning.baseline import TextBaseline
from wardlaw.register.poisoning.shift import two_proportions
from wardlaw.register.poisoning.texts import (
    RUNS,
    Document,
    Marked,
    TextTally,
    is_known,
    marking_inspector,
    marks,
    min_hashes,
    strange_share,
    words_of,
)
from wardlaw.security.inspect import Inspector

_SHOWN = 5


class TextLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From where a change is a failure.

    Attributes:
        run_share: Of the documents, in which a run of four words new to the baseline stands; of two words three times that.
        run_least: And in at least so many.
        copies_delta: Growth of the share of near copies; it must also be more than chance (z of 3).
    """

    # Real answers of a model, 1,593: a trigger in 0.5 % is 8 of them; by chance a run of four new words stands in one or two.
    run_share: float = 0.003
    run_least: int = 5
    copies_delta: float = 0.01


def check_texts(
    texts: TextTally, baseline: TextBaseline, *, limits: TextLimits, grounds: tuple[Ground, ...] = ()
) -> tuple[CheckResult, ...]:
    """One result for each measure; the tally must have been made with this baseline."""
    results: tuple[CheckResult, ...]
    if not texts.documents:
        results = (_result("texts", CheckOutcome.REVIEW, "There is no text, so nothing can be measured."),)
    else:
        results = (_runs(texts, limits), _copies(texts, baseline, limits), _marks(texts, baseline))
    return tuple(msgspec.structs.replace(one, grounds=grounds) for one in results)


def check_document(document: Document, baseline: TextBaseline, inspector: Inspector | None = None) -> CheckResult:
    """One document before it is written to a corpus: held against the corpus as it was accepted.

    A trigger spread over many documents cannot show in one of them; the next whole check finds it.
    """
    found = marks(document, inspector or marking_inspector())
    words = words_of(document.text)
    figures = (Figure("runs of four words the corpus does not have", strange_share(words, baseline)),)
    notes = ("It nearly repeats a document of the corpus.",) if is_known(min_hashes(words), baseline.pieces) else ()
    if not document.text.strip():
        outcome, why = CheckOutcome.REVIEW, "The document is empty, so nothing can be measured."
    elif any(mark.blocks for mark in found):
        outcome, why = CheckOutcome.FAIL, f"{document.name} {_told(next(mark for mark in found if mark.blocks))}."
    elif found:
        outcome, why = CheckOutcome.REVIEW, f"{document.name} {_told(found[0])}, perhaps."
    else:
        outcome, why = CheckOutcome.PASS, "Nothing is hidden in the document, and it orders no model."
    return _result("document", outcome, why, figures, notes)


def _runs(texts: TextTally, limits: TextLimits) -> CheckResult:
    least = max(limits.run_least, round(limits.run_share * texts.documents))
    found = [
        *texts.strangers(RUNS[-1], least=least),
        *texts.strangers(RUNS[0], least=max(3 * limits.run_least, round(3 * limits.run_share * texts.documents))),
    ]
    figures = tuple(
        Figure(f"documents with “{one.words[:80]}”", one.documents, limit=least, count=texts.documents)
        for one in found[:_SHOWN]
    )
    if found:
        why = f"“{found[0].words[:80]}” stands in {found[0].documents:,} documents and in none of the baseline."
        return _result("runs-of-words", CheckOutcome.FAIL, why, figures)
    return _result(
        "runs-of-words", CheckOutcome.PASS, f"No run of words new to the baseline stands in {least:,} documents."
    )


def _copies(texts: TextTally, baseline: TextBaseline, limits: TextLimits) -> CheckResult:
    copies, pairs = texts.alike()
    rate, old = copies / texts.documents, baseline.alike / max(1, baseline.rows)
    z = two_proportions(copies, texts.documents, baseline.alike, baseline.rows)
    figures = (Figure("near copies", rate, limit=old + limits.copies_delta, count=texts.documents),)
    fails = rate - old > limits.copies_delta and z > 3
    notes = tuple(f"{one} and {two} nearly repeat each other." for one, two in pairs[:_SHOWN]) if fails else ()
    words = f"{rate:.2%} of the documents nearly repeat another, {old:.2%} before (z {z:.1f})."
    return _result("near-copies", CheckOutcome.FAIL if fails else CheckOutcome.PASS, words, figures, notes)


def _marks(texts: TextTally, baseline: TextBaseline) -> CheckResult:
    """Hidden text and orders to a model: more than the baseline had, by rule."""
    now: dict[str, list[Marked]] = {}
    for mark in texts.marked:
        now.setdefault(mark.rule, []).append(mark)
    grown = [
        (rule, found)
        for rule, found in sorted(now.items())
        if two_proportions(len(found), texts.documents, baseline.marked.get(rule, 0), baseline.rows) > 3
        or rule not in baseline.marked
    ]
    figures = tuple(
        Figure(f"documents of {rule}", len(found), limit=baseline.marked.get(rule, 0), count=texts.documents)
        for rule, found in grown[:_SHOWN]
    )
    notes = tuple(f"{mark.name} {_told(mark)}." for _, found in grown for mark in found[:2])[:20]
    blocking = [mark for _, found in grown for mark in found if mark.blocks]
    if blocking:
        return _result("marked", CheckOutcome.FAIL, f"{blocking[0].name} {_told(blocking[0])}.", figures, notes)
    if grown:
        mark = grown[0][1][0]
        return _result("marked", CheckOutcome.REVIEW, f"{mark.name} {_told(mark)}, perhaps.", figures, notes)
    return _result("marked", CheckOutcome.PASS, "Nothing is hidden and no text orders a model, beyond the baseline.")


def _told(mark: Marked) -> str:
    what = f"{mark.label or mark.rule} ({mark.rule})" if mark.label != mark.rule else mark.rule
    return f"holds what no text should: {what}"


def _result(
    name: str, outcome: CheckOutcome, why: str, figures: tuple[Figure, ...] = (), notes: tuple[str, ...] = ()
) -> CheckResult:
    step = {
        CheckOutcome.PASS: "",
        CheckOutcome.REVIEW: "Let a person read it, and sign or take it out.",
        CheckOutcome.FAIL: "Find where these documents come from and take them out, or have a person accept them.",
    }[outcome]
    return CheckResult(f"poisoning-{name}", CheckKind.POISONING, outcome, why, step, figures, notes=notes)
