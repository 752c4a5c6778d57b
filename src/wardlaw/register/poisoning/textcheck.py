"""Texts held against texts that were accepted; and one document that is about to be written to a corpus."""

from __future__ import annotations

import msgspec

from wardlaw.register.checks import CheckKind, CheckOutcome, CheckResult, Figure, Ground
from wardlaw.register.poisoning.baseline import TextBaseline
from wardlaw.register.poisoning.copies import CROWD_LEAST, CROWD_SHARE
from wardlaw.register.poisoning.filters import blindness
from wardlaw.register.poisoning.pieces import sketch_of, words_of
from wardlaw.register.poisoning.plotting import runs_plot
from wardlaw.register.poisoning.shift import two_proportions
from wardlaw.register.poisoning.texts import (
    RUNS,
    Document,
    Marked,
    TextTally,
    is_known,
    marking_inspector,
    marks,
    strange_share,
)
from wardlaw.security.inspect import Inspector

_SHOWN, _DRAWN = 5, 12
_CLOSE = 2  # a count that may be too low by more than half of the limit decides nothing
_MOST_BLIND = 0.1  # of strange runs that a baseline may take for its own
_CHANCE = 3  # standard deviations
_SEEN = 10  # met in a part so often on average, something is there for all but one of 20,000 choices


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
        results = (_runs(texts, baseline, limits), _copies(texts, baseline, limits), _marks(texts, baseline))
    return tuple(msgspec.structs.replace(one, grounds=grounds) for one in results)


def check_document(document: Document, baseline: TextBaseline, inspector: Inspector | None = None) -> CheckResult:
    """One document before it is written to a corpus: held against the corpus as it was accepted.

    A trigger spread over many documents cannot show in one of them; the next whole check finds it.
    """
    found = marks(document, inspector or marking_inspector())
    words = words_of(document.text)
    figures = (Figure("runs of four words the corpus does not have", strange_share(words, baseline)),)
    notes = ("It nearly repeats a document of the corpus.",) if is_known(sketch_of(words), baseline.pieces) else ()
    if not document.text.strip():
        outcome, why = CheckOutcome.REVIEW, "The document is empty, so nothing can be measured."
    elif any(mark.blocks for mark in found):
        outcome, why = CheckOutcome.FAIL, f"{document.name} {_told(next(mark for mark in found if mark.blocks))}."
    elif found:
        outcome, why = CheckOutcome.REVIEW, f"{document.name} {_told(found[0])}, perhaps."
    else:
        outcome, why = CheckOutcome.PASS, "Nothing is hidden in the document, and it orders no model."
    return _result("document", outcome, why, figures, notes)


def _runs(texts: TextTally, baseline: TextBaseline, limits: TextLimits) -> CheckResult:
    leasts = {
        RUNS[-1]: max(limits.run_least, round(limits.run_share * texts.documents)),
        RUNS[0]: max(3 * limits.run_least, round(3 * limits.run_share * texts.documents)),
    }
    # What was let go could have stood in so many documents that a count decides nothing; then a person looks.
    loose = [length for length, least in leasts.items() if texts.lost(length) * _CLOSE > least]
    blind = [length for length in RUNS if length in baseline.runs and blindness(baseline.runs[length]) > _MOST_BLIND]
    notes = tuple(
        f"Runs of {length} words were too many to be kept at once: a count may be too low by {lost:,}."
        for length in RUNS
        if (lost := texts.lost(length))
    )
    if baseline.every > 1:
        part = max(1, round(baseline.rows / baseline.every / _SEEN))
        told = f"The baseline holds the runs of one in {baseline.every} of its later documents"
        notes += (f"{told}: what stood in fewer than one in {part:,} of them may count as new.",)
    found = [
        *((least, one) for length, least in leasts.items() if length not in loose
          for one in texts.strangers(length, least=least)),
    ]  # fmt: skip
    figures = tuple(
        Figure(f"documents with “{one.words[:80]}”", one.documents, limit=least, count=texts.documents)
        for least, one in found[:_SHOWN]
    )
    if found:
        one = found[0][1]
        why = f"“{one.words[:80]}” stands in {one.documents:,} documents and in none of the baseline."
        failed = _result("runs-of-words", CheckOutcome.FAIL, why, figures, notes)
        return msgspec.structs.replace(failed, plots=(runs_plot(found[:_DRAWN], texts.documents),))
    if loose:
        why = f"These documents hold more different runs of {loose[0]} words than can be counted closely."
        return _result("runs-of-words", CheckOutcome.REVIEW, why, (), notes)
    if blind:
        why = f"The baseline's runs of {blind[0]} words are so many that it takes strange ones for its own too often."
        return _result("runs-of-words", CheckOutcome.REVIEW, why, (), notes)
    said = f"No run of words new to the baseline stands in {leasts[RUNS[-1]]:,} documents."
    return _result("runs-of-words", CheckOutcome.PASS, said, (), notes)


def _copies(texts: TextTally, baseline: TextBaseline, limits: TextLimits) -> CheckResult:
    found, before = texts.alike(), baseline.compared or baseline.rows
    rate, old = found.copies / max(1, found.compared), baseline.alike / max(1, before)
    z = two_proportions(found.copies, found.compared, baseline.alike, before)
    crowded, crowded_before = found.crowded / texts.documents, baseline.crowded / max(1, baseline.rows)
    crowded_z = two_proportions(found.crowded, texts.documents, baseline.crowded, baseline.rows)
    figures = (
        Figure("near copies", rate, limit=old + limits.copies_delta, count=found.compared),
        Figure("in crowds of copies", crowded, limit=crowded_before + limits.copies_delta, count=texts.documents),
    )
    grown = rate - old > limits.copies_delta and z > _CHANCE
    # A crowd falls into the part that is compared as a whole or not at all; so crowds are held against those of before.
    crowds = found.every > 1 and crowded - crowded_before > limits.copies_delta and crowded_z > _CHANCE
    notes = tuple(f"{one} and {two} nearly repeat each other." for one, two in found.pairs[:_SHOWN]) if grown else ()
    if found.every > 1:
        crowd, part = max(CROWD_LEAST, round(CROWD_SHARE * texts.documents)), max(1, round(found.compared / _SEEN))
        notes += (
            f"Compared were {found.compared:,} documents, one of {found.every}, chosen so that copies fall into it together.",
            f"Crowds of {crowd:,} copies were counted in all; other copies under one in {part:,} documents may not be seen.",
        )
    words = f"{rate:.2%} of the documents nearly repeat another, {old:.2%} before (z {z:.1f})."
    if crowds:
        words = f"{crowded:.2%} of the documents stand in crowds of copies, {crowded_before:.2%} before (z {crowded_z:.1f})."
    outcome = CheckOutcome.FAIL if grown or crowds else CheckOutcome.PASS
    return _result("near-copies", outcome, words, figures, notes)


def _marks(texts: TextTally, baseline: TextBaseline) -> CheckResult:
    """Hidden text and orders to a model: more than the baseline had, by rule."""
    now: dict[str, list[Marked]] = {}
    for mark in texts.marked:
        now.setdefault(mark.rule, []).append(mark)
    amounts = texts.marks_by_rule
    grown = [
        (rule, found)
        for rule, found in sorted(now.items())
        if two_proportions(amounts[rule], texts.documents, baseline.marked.get(rule, 0), baseline.rows) > 3
        or rule not in baseline.marked
    ]
    figures = tuple(
        Figure(f"documents of {rule}", amounts[rule], limit=baseline.marked.get(rule, 0), count=texts.documents)
        for rule, _ in grown[:_SHOWN]
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
