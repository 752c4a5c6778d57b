"""One call being judged: what it does this time, where its arguments came from, and what was found."""

from __future__ import annotations

from functools import cached_property

from wardlaw.facts.effect import Effect
from wardlaw.facts.intent import Intent
from wardlaw.facts.origin import CallFinding, CallRule, Provenance, Source
from wardlaw.facts.resource import ToolEffect
from wardlaw.facts.toolclass import ArgumentRole, ToolClass
from wardlaw.security.provenance.session import Session, kinds_of, singular
from wardlaw.security.provenance.tracing import ArgumentLeaf, Arguments, Trace, trace, trace_day

_OUTWARD = frozenset((ToolEffect.EGRESS, ToolEffect.SHARE, ToolEffect.PAYMENT, ToolEffect.UNKNOWN))
_LONGEST_ID = 6  # figures of a number that counts many kinds of things
_GRAVE = _OUTWARD | {ToolEffect.DESTRUCTIVE, ToolEffect.CREDENTIAL}


class Call:
    """One call being judged: what it does this time, and what was found."""

    def __init__(self, session: Session, tool: ToolClass, arguments: Arguments) -> None:
        self.session = session
        self.tool = tool
        self.leaves = arguments.leaves
        self.findings: list[CallFinding] = []
        self.traces: dict[str, Trace] = {}
        self.effects = self._effects()
        self.outward = bool(self.effects & _OUTWARD)
        self.grave = bool(self.effects & _GRAVE)

    @cached_property
    def orders(self) -> int:
        """Passages that ask for such an effect of what the tool works on."""
        return self.ordering & self._mentioning()

    @cached_property
    def ordering(self) -> int:
        """Passages that ask for such an effect, whatever of."""
        mask = 0
        for intent in self.tool.intents if self.tool.known else Intent:
            mask |= self.session.orders[intent]
        return mask

    def _mentioning(self) -> int:
        """Passages that speak of what the tool works on; all of them where its name does not say."""
        if not self.tool.nouns:
            return -1
        mask = 0
        for noun in self.tool.nouns:
            mask |= self.session.words.get(noun, 0) | self.session.words.get(singular(noun), 0)
        return mask

    def _effects(self) -> frozenset[ToolEffect]:
        """Effects of this call: nothing leaves through destinations that were left empty."""
        ways = any(one.role is ArgumentRole.DESTINATION for one in self.tool.arguments.values())
        used = any(leaf.role is ArgumentRole.DESTINATION for leaf in self.leaves)
        if ways and not used and self.tool.known and ToolEffect.WRITE in self.tool.effects:
            return self.tool.effects - {ToolEffect.EGRESS}
        return self.tool.effects

    def trace(self, leaf: ArgumentLeaf) -> Trace:
        """A leaf's trace, made once."""
        known = self.traces.get(leaf.path)
        if known is None:
            day = trace_day(self.session, leaf.text) if leaf.role is ArgumentRole.WHEN else None
            known = self.traces[leaf.path] = day or trace(self.session, leaf.text, self._kinds(leaf))
        return known

    def _kinds(self, leaf: ArgumentLeaf) -> frozenset[str]:
        if leaf.role is not ArgumentRole.TARGET or len(leaf.text) > _LONGEST_ID:
            return frozenset()
        argument = self.tool.arguments.get(leaf.path.split("[", 1)[0].split(".", 1)[0])
        own = kinds_of(argument.nouns) if argument is not None else frozenset()
        return own | kinds_of(self.tool.nouns)

    def find(self, rule: CallRule, demand: Effect, why: str, *, path: str = "", at: Trace | None = None) -> None:
        """Note a finding."""
        sources: tuple[Source, ...] = at.sources if at is not None else ()
        origin = at.origin if at is not None else Provenance.UNKNOWN
        self.findings.append(CallFinding(rule, demand, path, why, origin, sources))
