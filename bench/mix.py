"""Texts as they pass a gateway on an ordinary day, put together here: questions, mail, code, tables, answers of tools.

Nothing in it is an attack, and every text is another one. It stands for what a company's traffic is made of, not for
any collection of real texts; what share of it leaves a doubt is a figure about this mix.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator

from bench.bodies import COMMON, SYSTEM, WORDS
from bench.bodies import MODEL as DEMO
from wardlaw.facts.exchange import Channel

_VERBS = (
    "summarise",
    "translate",
    "explain",
    "shorten",
    "compare",
    "check",
    "rewrite",
    "draft",
    "list",
    "plan",
    "sort",
)
_ENDS = (
    "in three sentences", "for a customer", "as a table", "in plain words", "for the board", "with one example", "by Friday",
    "in a friendly tone", "without jargon", "step by step", "for someone new to the team",
)  # fmt: skip
_SCRIPTS: tuple[tuple[str, str], ...] = (
    ("Пожалуйста подготовьте краткий отчёт о встрече с клиентом и отправьте список вопросов команде завтра утром", " "),
    ("Παρακαλώ ετοιμάστε μια σύντομη αναφορά για τη συνάντηση με τον πελάτη και στείλτε την στην ομάδα αύριο", " "),
    ("يرجى إعداد تقرير قصير عن الاجتماع مع العميل وإرسال قائمة الأسئلة إلى الفريق صباح الغد قبل بداية العمل", " "),
    ("कृपया ग्राहक के साथ बैठक की छोटी रिपोर्ट तैयार करें और प्रश्नों की सूची कल सुबह टीम को भेजें", " "),
    ("고객 회의에 대한 짧은 보고서를 준비하고 질문 목록을 내일 아침 팀에 보내 주세요 예산 계획 일정", " "),
    ("请 准备 一份 关于 客户 会议 的 简短 报告 并 在 明天 上午 把 问题 清单 发给 团队 预算 计划 日程", ""),
    ("顧客 との 会議 について 短い 報告書 を 作成 し 質問 の 一覧 を 明日 の 朝 チーム に 送って ください", ""),
    ("Bitte für die Kundenbesprechung einen kürzeren Überblick erstellen und Rückfragen möglichst früh klären", " "),
    ("Proszę przygotować krótkie podsumowanie spotkania z klientem i wysłać listę pytań do zespołu jutro rano", " "),
)


_SENTENCES = (
    "The {noun} {thing} was {done} in {month} after the {noun} team had {done} the {thing}.",
    "In {month} the {place} office {did} {number} {things}, {number} more than a year before.",
    "{Things} for {place} are {done} twice a week, and the {noun} {thing} follows on Monday.",
    "A {adjective} {thing} costs about {number} euros and lasts for {number} months.",
    "The {thing} begins at nine and ends at {number}; lunch is in the {noun} room.",
    "Most customers in {place} asked for a {adjective} {thing}, some for two.",
    "Our {noun} partner {did} the {adjective} {things} that were missing in {month}.",
    "Because the {thing} was {adjective}, the {noun} department {did} it again before the {things} were {done}.",
    "See page {number} for the {noun} {things} and the {adjective} {thing} of last {month}.",
    "It rained in {place} for {number} days, so the {noun} {thing} was {done} later than planned.",
)
_FILL: dict[str, tuple[str, ...]] = {
    "noun": ("sales", "finance", "project", "garden", "energy", "research", "delivery", "customer", "summer", "press"),
    "thing": (
        "report",
        "budget",
        "contract",
        "meeting",
        "survey",
        "machine",
        "building",
        "invoice",
        "schedule",
        "course",
    ),
    "things": ("orders", "visits", "samples", "letters", "offers", "repairs", "payments", "tickets", "drafts", "tests"),
    "done": ("reviewed", "delivered", "signed", "printed", "moved", "counted", "repaired", "approved", "closed"),
    "did": ("shipped", "received", "sold", "checked", "planned", "returned", "finished", "paid for"),
    "adjective": ("new", "small", "careful", "cheap", "longer", "second", "quiet", "larger", "simple", "late"),
    "month": ("January", "March", "April", "June", "August", "October", "November"),
    "place": ("Lisbon", "Gdansk", "Porto", "Leeds", "Turin", "Bergen", "Graz", "Ghent"),
}


def sentence(draw: random.Random) -> str:
    """A plain statement as reports and letters make them."""
    filled = {name: draw.choice(words) for name, words in _FILL.items()}
    text = draw.choice(_SENTENCES).replace("{Things}", filled["things"].capitalize())
    return text.format(number=draw.randrange(2, 90), **filled)


def sentences(draw: random.Random, count: int) -> str:
    """Several statements."""
    return " ".join(sentence(draw) for _ in range(count))


def words_of(draw: random.Random, count: int) -> str:
    """So many words of English, half of them the commonest."""
    return " ".join(draw.choice(COMMON if draw.random() < 0.5 else WORDS) for _ in range(count))


def in_other_scripts(draw: random.Random, chars: int) -> str:
    """Text of one language that is not written in ASCII alone, about so long."""
    sentence, between = draw.choice(_SCRIPTS)
    words = sentence.split()
    text = ""
    while len(text) < chars:
        text += draw.choice(words) + (between if draw.random() < 0.9 else f", {between}")
    return text[:chars]


def _question(draw: random.Random) -> str:
    verb, thing, end = draw.choice(_VERBS), draw.choice(WORDS), draw.choice(_ENDS)
    start = draw.choice(("Can you", "Please", "Could you", "I need you to", "Help me to"))
    return (
        f"{start} {verb} the {thing} {draw.choice(WORDS)} {end}? It is about {words_of(draw, draw.randrange(5, 60))}."
    )


def _mail(draw: random.Random) -> str:
    lines = [f"Subject: {draw.choice(_FILL['noun'])} {draw.choice(_FILL['thing'])}", "", "Hello all,", ""]
    lines += [sentences(draw, draw.randrange(1, 4)) for _ in range(draw.randrange(2, 5))]
    return "\n".join((*lines, "", "Kind regards", "the team"))


def _code(draw: random.Random) -> str:
    names = [draw.choice(WORDS) for _ in range(6)]
    lines = [f"def {names[0]}_{names[1]}({names[2]}, {names[3]}=None):", f'    """{words_of(draw, 8).capitalize()}."""']
    lines += [
        f"    if {draw.choice(names)} > {draw.randrange(100)}:\n        {draw.choice(names)}.append({draw.choice(names)}[{draw.randrange(9)}])"
        for _ in range(draw.randrange(2, 12))
    ]
    return "\n".join((draw.choice(("Why does this fail?", "Add tests for this.", "What does it do?")), *lines))


def _rows(draw: random.Random) -> str:
    return json.dumps(
        {
            "rows": [
                {
                    "id": draw.randrange(10**6),
                    draw.choice(WORDS): words_of(draw, 4),
                    "total": round(draw.random() * 1e4, 2),
                }
                for _ in range(draw.randrange(3, 20))
            ]
        }
    )


def _log(draw: random.Random) -> str:
    return "\n".join(
        f"2026-11-{draw.randrange(1, 29):02}T{draw.randrange(24):02}:{draw.randrange(60):02}:07Z "
        f"{draw.choice(('INFO', 'WARN', 'DEBUG'))} {draw.choice(WORDS)}.{draw.choice(WORDS)} {words_of(draw, 8)}"
        for _ in range(draw.randrange(4, 20))
    )


def _page(draw: random.Random) -> str:
    return "\n\n".join(
        f"## {draw.choice(_FILL['noun']).title()} {draw.choice(_FILL['things'])}\n\n{sentences(draw, draw.randrange(2, 14))}"
        for _ in range(draw.randrange(1, 5))
    )


def _foreign(draw: random.Random) -> str:
    return in_other_scripts(draw, draw.randrange(60, 900))


_KINDS: tuple[tuple[Callable[[random.Random], str], Channel, int], ...] = (
    (_question, Channel.USER, 34),
    (_mail, Channel.USER, 12),
    (_code, Channel.USER, 12),
    (_foreign, Channel.USER, 10),
    (_rows, Channel.TOOL_RESULT, 14),
    (_page, Channel.TOOL_RESULT, 12),
    (_log, Channel.TOOL_RESULT, 6),
)


def segments(seed: int) -> Iterator[tuple[Channel, str]]:
    """Texts without end, each with where it stands."""
    draw = random.Random(seed)
    weights = [weight for _, _, weight in _KINDS]
    while True:
        make, channel, _ = draw.choices(_KINDS, weights)[0]
        yield channel, make(draw)


def mixed_prompts(seed: int) -> Iterator[str]:
    """The texts of the mix as prompts: what tools bring is pasted by a person then."""
    for _, text in segments(seed):
        yield text


def chat(texts: list[str]) -> bytes:
    """A chat completion request; the texts are said by the user and the assistant in turn, the user last."""
    messages = [{"role": "system", "content": SYSTEM}]
    for place, text in enumerate(texts):
        role = "user" if (len(texts) - place) % 2 else "assistant"
        messages.append({"role": role, "content": text})
    return json.dumps({"model": DEMO, "messages": messages}, separators=(",", ":"), ensure_ascii=False).encode()
