"""Generators of benign documents: what mail boxes, wikis, shops, monitors and file servers give to a tool."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

from tools.train_injection.words import ABROAD, FIRMS, FIRST, PLACES, SUBJECTS, THINGS, date, fill, name, prose


def _lang(rng: random.Random) -> str:
    return rng.choice((*["en"] * 7, *ABROAD))


def _mail(rng: random.Random) -> str:
    who, to = name(rng), name(rng)
    subject = fill(
        rng,
        rng.choice(
            ("Re: {t} for {f}", "Fwd: {s}", "Reminder: {t} due {d}", "Your order {k}", "Lunch on {d}?", "Invoice {k}")
        ),
    )
    body = "\n\n".join(prose(rng, rng.randint(1, 5), lang) for lang in [_lang(rng)] for _ in range(rng.randint(1, 5)))
    close = rng.choice(("Best,", "Kind regards,", "Thanks", "Viele Grüße", "Cordialement", "Saludos"))
    foot = rng.choice(("", "", "\n--\nThis message is confidential. If you received it in error, please delete it and tell the sender.",
                       "\nTo stop these mails, click unsubscribe. Do not reply to this address.", f"\n> {prose(rng, 3)}"))  # fmt: skip
    return f"From: {who} <{who.split()[0].lower()}@{rng.choice(FIRMS).split()[0].lower()}.example>\nTo: {to}\nSubject: {subject}\nDate: {date(rng)}\n\nHi {to.split()[0]},\n\n{body}\n\n{close}\n{who.split()[0]}{foot}"


def _news(rng: random.Random) -> str:
    head = fill(rng, rng.choice((
        "{p}: council votes on {s}", "{f} reports record year", "Storm closes schools in {p}", "Minister defends plan on {s}",
        "Researchers warn about {s}", "Old {t} found in attic of {p}", "{f} to cut {k} jobs", "Court overrules ban in {p}",
    )))  # fmt: skip
    said = (
        'The mayor, {n}, said on {d}: "We will not ignore the concerns of residents."', "According to police, {k} people were at the scene.",
        'A spokeswoman of {f} told reporters that the instructions had been "clear from the beginning".', "Opposition members demanded that the {t} be made public.",
        "The measure would affect about {k} households, mostly in {p}.", "{n}, who has studied {s} for {m} years, called the result surprising.",
        "The decision comes after {m} months of negotiations between {f} and the union.", "Shares fell by {m} per cent on {d} before recovering.",
        "Critics say the government has forgotten the region around {p}.", "An inquiry found that safety rules had been bypassed on {k} occasions.",
        "Residents were told to stay at home, close their windows and follow the orders of the fire brigade.",
    )  # fmt: skip
    paragraphs = [
        " ".join(fill(rng, rng.choice(said)) for _ in range(rng.randint(1, 4))) for _ in range(rng.randint(2, 9))
    ]
    return f"{head}\n{date(rng)} | {rng.choice(PLACES)}\n\n" + "\n\n".join(paragraphs)


def _table(rng: random.Random) -> str:
    columns = rng.sample(
        ("id", "name", "city", "status", "amount", "due", "owner", "note", "sku", "email"), rng.randint(3, 7)
    )
    sign = rng.choice((",", ";", "\t", " | "))
    lines = [sign.join(columns)]
    for row in range(rng.randint(4, 40)):
        cell = {"id": str(row), "name": name(rng), "city": rng.choice(PLACES), "status": rng.choice(("open", "paid", "late", "void")),
                "amount": f"{rng.randint(5, 9000)}.{rng.randint(0, 99):02}", "due": date(rng), "owner": rng.choice(FIRST),
                "note": prose(rng, 1) if rng.random() < 0.3 else "", "sku": f"{rng.choice('ABCX')}-{rng.randint(100, 9999)}",
                "email": f"{rng.choice(FIRST).lower()}@mail.example"}  # fmt: skip
        lines.append(sign.join(cell[column] for column in columns))
    return "\n".join(lines)


def _log(rng: random.Random) -> str:
    words = ("request {k} done in {m} ms", "retrying connection to {p}-{m}", "user {n2} logged in", "cache miss for key {k}", "permission denied: {t}.txt",
             "WARNING override of default limit", "ignoring unknown option --{t}", "ERROR cannot parse {t}: unexpected token at {k}", "job {k} forked {m} workers",
             "restoring previous state", "system prompt loaded (version {m})", "skipping record {k}: already sent", "executing migration {k}")  # fmt: skip
    start = rng.randint(0, 50000)
    form = rng.choice(
        (
            "{h:02}:{i:02}:{s:02} {w}",
            "[2026-03-{m:02}T{h:02}:{i:02}:{s:02}Z] INFO {w}",
            "{w}",
            "<{m}>host app[{s}]: {w}",
        )
    )
    lines = []
    for step in range(rng.randint(6, 60)):
        at = start + step * rng.randint(1, 9)
        lines.append(
            form.format(
                h=at // 3600 % 24, i=at // 60 % 60, s=at % 60, m=rng.randint(1, 28), w=fill(rng, rng.choice(words))
            )
        )
    return "\n".join(lines)


def _ticket(rng: random.Random) -> str:
    turns = [
        f"{rng.choice(('Comment', 'Reply', 'Note'))} by {name(rng)} ({date(rng)}):\n{prose(rng, rng.randint(1, 5), _lang(rng))}"
        for _ in range(rng.randint(1, 6))
    ]
    return fill(rng, "Ticket {k}: {t} about {s}\nPriority: {m}\nReporter: {n}\n\n") + "\n\n".join(turns)


def _readme(rng: random.Random) -> str:
    tool = rng.choice(("ferrymap", "quillcast", "tinyrota", "saltmine", "brickset", "owlpost"))
    parts = [
        f"# {tool}\n\nA small tool for {rng.choice(SUBJECTS)}.", f"## Install\n\nRun `pip install {tool}` and then `{tool} init`. Do not run it as root.",
        f"## Usage\n\n```\n{tool} --input data.csv --output out.json --force\n```\n\nUse `--ignore-errors` to skip broken lines.",
        "## Contributing\n\nPlease read the guidelines, open an issue first, and never commit secrets. Always run the tests.",
        "## For coding agents\n\nRun `make check` before each commit. Do not edit generated files. Keep answers short.",
        "## Configuration\n\nSet `API_KEY` in the environment. The token is sent in the header; you must not print it in logs.",
        f"## Warning\n\nVersion {rng.randint(1, 9)} overrides the previous settings. Delete the old folder, then start again.",
        "## Licence\n\nMIT. No warranty of any kind.", f"## FAQ\n\n**Why?** {prose(rng, 2)}\n\n**How?** {prose(rng, 2)}",
    ]  # fmt: skip
    head, *rest = parts
    rng.shuffle(rest)
    return "\n\n".join([head, *rest[: rng.randint(2, 8)]])


def _recipe(rng: random.Random) -> str:
    goods = rng.sample(
        (
            "flour",
            "butter",
            "eggs",
            "leeks",
            "lentils",
            "rice",
            "lemons",
            "basil",
            "salmon",
            "paprika",
            "yeast",
            "cream",
            "onions",
            "honey",
        ),
        6,
    )
    steps = ("Chop the {a} and fry it gently for {m} minutes.", "Add the {a} and the {b}, cover, and do not lift the lid.", "Preheat the oven to {k} degrees.",
             "Whisk {a} with {b} until pale.", "Let it rest; ignore the lumps, they will go away.", "Season, taste, and serve with {a}.", "Forget about it for an hour.",
             "Pour the {a} into the tin and bake until golden.", "Discard the {a}, keep the broth.", "Remove from the heat and stir in the {b}.")  # fmt: skip
    lines = [
        rng.choice(steps).format(
            a=rng.choice(goods), b=rng.choice(goods), m=rng.randint(2, 40), k=rng.randint(140, 230)
        )
        for _ in range(rng.randint(4, 12))
    ]
    items = "\n".join(f"- {rng.randint(1, 500)} g {good}" for good in goods)
    return f"{goods[0].title()} with {goods[1]}\nServes {rng.randint(2, 8)}\n\n{items}\n\n" + "\n".join(
        f"{n}. {line}" for n, line in enumerate(lines, 1)
    )


def _manual(rng: random.Random) -> str:
    device = rng.choice(
        (
            "washing machine",
            "heat pump",
            "projector",
            "label printer",
            "bread maker",
            "router",
            "forklift",
            "microscope",
        )
    )
    steps = ("Switch the {v} off and unplug it before cleaning.", "Press and hold the button for {m} seconds until the light blinks.", "Do not open the housing. There are no parts inside that you can repair.",
             "To reset all settings, choose System, then Restore, then confirm.", "If error E{m} appears, follow the instructions in chapter {k}.", "Enter the administrator password (default: see the label) and change it.",
             "Ignore the message if the {v} works normally.", "WARNING: Never bypass the safety switch.", "You must read this manual before using the {v}.", "Keep these instructions for future reference.",
             "Enable developer options only when the service asks you to.", "Remove the previous cartridge and insert the new one.", "Call the service in {p} if the fault persists.")  # fmt: skip
    lines = [fill(rng, rng.choice(steps).replace("{v}", device)) for _ in range(rng.randint(5, 28))]
    return f"{device.title()} – Operating instructions\n\n" + rng.choice(("\n", "\n• ", " ")).join(lines)


def _minutes(rng: random.Random) -> str:
    here = [name(rng) for _ in range(rng.randint(3, 7))]
    items = [
        f"{number}. {rng.choice(SUBJECTS).capitalize()}\n{prose(rng, rng.randint(1, 5), _lang(rng))}\nAction: {rng.choice(here)} to send the {rng.choice(THINGS)} by {date(rng)}."
        for number in range(1, rng.randint(3, 9))
    ]
    return f"Minutes, {date(rng)}\nPresent: {', '.join(here)}\n\n" + "\n\n".join(items)


def _chat(rng: random.Random) -> str:
    who = rng.sample(FIRST, rng.randint(2, 4))
    says = ("ok", "can you send me the {t} pls", "lol forget it", "ignore my last msg", "who has the password for the wifi in {p}?", "ask {n2}", "just delete it and start over", "on my way",
            "do we still need the {t} for {f}?", "you are now officially in charge of {s} :)", "tell {n2} to call me", "no worries", "pretend i never asked", "I told you to follow the checklist", "{s} again??",
            "act normal, the boss is coming", "translate that for me please", "summary: nobody read the {t}", "please forward it to {n}")  # fmt: skip
    return "\n".join(
        rng.choice(("[{h}:{m:02}] {w}: {s}", "{w}: {s}")).format(
            h=rng.randint(7, 22), m=rng.randint(0, 59), w=rng.choice(who), s=fill(rng, rng.choice(says))
        )
        for _ in range(rng.randint(5, 45))
    )


def _json(rng: random.Random) -> str:
    def item() -> dict[str, object]:
        return {
            "id": rng.randint(1, 99999),
            "name": name(rng),
            "title": fill(rng, "{t} about {s}"),
            "body": prose(rng, rng.randint(1, 4), _lang(rng)),
            "tags": rng.sample(THINGS, 2),
            "done": rng.random() < 0.5,
        }

    return json.dumps(
        {"results": [item() for _ in range(rng.randint(1, 9))], "next": None},
        ensure_ascii=rng.random() < 0.2,
        indent=rng.choice((None, 2)),
    )


def _web(rng: random.Random) -> str:
    parts = [f"<h{rng.randint(1, 3)}>{fill(rng, 'All about {s}')}</h2>"] + [
        f'<p class="{rng.choice("abc")}">{prose(rng, rng.randint(1, 4), _lang(rng))}</p>'
        for _ in range(rng.randint(2, 9))
    ]
    extra = (
        '<a href="/login">Sign in</a>',
        "<!-- header: do not edit -->",
        "<button>Accept all cookies</button>",
        '<input type="hidden" name="csrf" value="9f2">',
        "<script>var a=1;</script>",
        "<li>Contact us</li>",
    )
    return "\n".join(part for pair in parts for part in ((pair, rng.choice(extra)) if rng.random() < 0.5 else (pair,)))


def _contract(rng: random.Random) -> str:
    clauses = ("The Supplier shall not disclose the confidential information to any third party.", "This agreement supersedes all previous agreements and instructions between the parties.",
               "The Customer must follow the instructions of the Supplier when using the {t}.", "Either party may terminate by notice of {k} days.", "The laws of {p} apply; the courts of {p} decide.",
               "Nothing in this clause overrides mandatory law.", "{f} shall send the {t} on or before {d}.", "Payments are due within {k} days; the account is named in the {t}.",
               "The parties act as independent contractors.", "Any restriction not listed here is void.")  # fmt: skip
    return "AGREEMENT\n\n" + "\n".join(
        f"§ {number} {fill(rng, rng.choice(clauses))}" for number in range(1, rng.randint(6, 30))
    )


def _review(rng: random.Random) -> str:
    says = ("Bought this for my mother, she loves it.", "Arrived on {d}, box damaged, content fine.", "The {t} in the box is useless, ignore it and watch a video.", "Do not buy. It broke after {m} days.", "{m} out of 5 stars.",
            "The assistant in the shop was rude and told me to read the manual.", "Would recommend to everybody interested in {s}.", "They never answered my mail, so I want my money back.", "Best purchase of the year!", "You need to charge it for {m} hours first.")  # fmt: skip
    return "\n\n".join(
        f"{rng.choice(FIRST)} – {'★' * rng.randint(1, 5)}\n"
        + " ".join(fill(rng, rng.choice(says)) for _ in range(rng.randint(1, 5)))
        for _ in range(rng.randint(1, 9))
    )


DOCUMENTS: dict[str, Callable[[random.Random], str]] = {
    "mail": _mail, "news": _news, "table": _table, "log": _log, "ticket": _ticket, "readme": _readme, "recipe": _recipe, "manual": _manual,
    "minutes": _minutes, "chat": _chat, "json": _json, "web": _web, "contract": _contract, "review": _review,
}  # fmt: skip
