"""Which part of a rule ordinary text holds most seldom.

Counted over benign prompts, questions to support and documents; a rule whose longest part is also its rarest is not
listed. The numbers only decide how fast a text is read, never what is found.
"""

from __future__ import annotations

# Rule id to the number of the part, counted from 0 between the gaps of the pattern.
CUES: dict[str, int] = {
    "agent-decode": 0,
    "agent-move-data": 2,
    "agent-shadow-tool": 1,
    "exfil-order": 1,
    "exfil-script": 0,
    "extract-prompt-el": 0,
    "extract-transparent": 0,
    "extract-were-told": 1,
    "forge-turn": 0,
    "override-order-above": 2,
    "override-own-cs": 0,
    "override-own-de": 0,
    "override-own-fr": 0,
    "override-own-it": 0,
    "override-own-ja": 2,
    "override-own-ko": 2,
    "override-own-nl": 0,
    "override-own-pl": 1,
    "override-own-ru": 0,
    "override-own-tr": 0,
    "override-own-uk": 0,
    "override-prior-ar": 0,
    "override-prior-de": 0,
    "override-prior-ja": 2,
    "override-prior-ko": 2,
    "override-prior-nl": 0,
    "override-prior-vi": 1,
    "override-void": 0,
    "role-free-ai": 0,
    "role-ignoring-ok": 1,
    "role-jailbreak": 0,
    "role-never-say": 0,
    "role-pretend-no-rules": 0,
    "role-pwned": 1,
    "role-unbound-ar": 0,
    "role-unbound-cs": 0,
    "role-unbound-el": 0,
    "role-unbound-id": 0,
    "role-unbound-pl": 0,
    "role-unbound-sv": 0,
    "role-unbound-tr": 1,
    "role-unbound-vi": 0,
    "secrets-ask-ar": 0,
    "secrets-ask-el": 0,
    "secrets-ask-hi": 1,
    "secrets-ask-id": 0,
    "secrets-ask-uk": 0,
}
