"""The one value in a text that a person points to: "the page on it", "his address is in the file".

Prose decides nothing critical, for whoever wrote it chose. Here the person chose the text and the kind of value, and
the text leaves no choice: there is one such value only, and nothing that was read asks for what the call does. What
remains is a text whose only address is an attacker's own and which asks for nothing: that is what the person pointed to.
"""

from __future__ import annotations

from wardlaw.facts.intent import Intent
from wardlaw.facts.origin import Provenance
from wardlaw.facts.resource import ToolEffect
from wardlaw.facts.toolclass import ArgumentRole
from wardlaw.security.provenance.call import Call
from wardlaw.security.provenance.session import Session, value_keys
from wardlaw.security.provenance.tracing import ArgumentLeaf, Trace
from wardlaw.security.provenance.vocabulary import LINKING, LINKS, LOOKING, MANY, PAGES, REACHED

_NEVER = frozenset((ToolEffect.PAYMENT, ToolEffect.CREDENTIAL, ToolEffect.DESTRUCTIVE, ToolEffect.UNKNOWN))
_REACHING = frozenset((Intent.SEND, Intent.SHARE))
_MAIL_IS = (" email is ", " mail is ", " e mail is ")


def points_at_page(session: Session, leaf: ArgumentLeaf, at: Trace) -> bool:
    """Whether a link in a text is the one the person wants read."""
    words = session.user_words
    if at.origin is not Provenance.NAMED_TEXT or not LINKING & words or not (LOOKING | PAGES) & words:
        return False
    if at.mask & session.orders[Intent.VISIT] or not session.points(at.mask):
        return False
    if (MANY | LINKS) & words:
        return True
    named = session.by_origin.get(Provenance.NAMED_TEXT, 0)
    return not at.mask & ~session.picked or _only(session, leaf, "u:", named)


def points_at_address(call: Call, leaf: ArgumentLeaf, at: Trace) -> bool:
    """Whether a mail address in a text is the one the person sent the agent to fetch."""
    session = call.session
    if leaf.role is not ArgumentRole.DESTINATION or not at.origin.prose:
        return False
    if call.effects & _NEVER or session.overfull or not at.mask or at.mask & ~session.led or _wanted(call):
        return False
    if not REACHED & session.user_words and not any(phrase in session.user_text for phrase in _MAIL_IS):
        return False
    return _only(session, leaf, "e:", -1)


def _wanted(call: Call) -> int:
    """Passages that ask for what the call does to others; that a file begins with "start" says nothing."""
    mask = 0
    for intent in (call.tool.intents & _REACHING) or call.tool.intents:
        mask |= call.session.orders[intent]
    return mask


def _only(session: Session, leaf: ArgumentLeaf, kind: str, among: int) -> bool:
    """Whether no other value of the kind stands in these passages, the person's own left out."""
    mine = value_keys(leaf.text)[:1]
    found = [key for key, mask in session.leading.items() if key.startswith(kind) and mask & among]
    return [key for key in found if key not in session.user_keys] == list(mine)
