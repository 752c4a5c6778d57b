"""Names in place of ids: marks nobody else can make, one question a page, ids where a name is not for the reader."""

from __future__ import annotations

import asyncio
import re

from tests.console_fakes import Api
from tests.unit.console.pages.browser import Browser
from wardlaw.console.pages.inside import ApiAnswerError
from wardlaw.console.pages.naming import MOST, NamedPage, Naming, with_names
from wardlaw.facts.person import Role

HOSTILE = "<img src=x onerror=alert(1)>"
LEFT = re.compile(r"\bn[0-9a-f]{16}-[0-9]+\.")


def shown(text: str, names: dict[str, str], *, kind: str = "", ids_first: bool = False) -> str:
    naming = Naming(ids_first=ids_first)
    return naming.fill(str(naming.mark(text, kind)), names)


def test_ids_give_way_to_names_and_stay_to_be_found() -> None:
    names = {
        "person:ann": "Ann",
        "agent:pay": "Payments",
        "GOV-20": "No exports",
        "system:cv": "CV",
        "app:x.y": "Notes",
    }
    assert shown("person:ann", names) == '<span title="person:ann">Ann</span>'
    assert shown("agent:pay", names).endswith('Payments</span> <span class="mut">agent:pay</span>')
    assert shown("GOV-20", names).endswith('No exports</span> <span class="mut">GOV-20</span>')
    assert shown("cv", names, kind="system") == '<span title="cv">CV</span>'
    assert shown("x.y", names, kind="app").endswith('<span class="mut">x.y</span>')
    assert (
        shown("agreed by person:ann, person:bea", names) == 'agreed by <span title="person:ann">Ann</span>, person:bea'
    )
    assert "Payments" in shown("agent:pay for person:ann", names)
    assert shown("person:ann", names, ids_first=True) == '<span title="Ann">person:ann</span>'


def test_every_other_text_stays_as_it_is_and_nothing_becomes_markup() -> None:
    for text in ("legal", "", "a, b", "tool:pay", "GOV-20 is in force", "person:"):
        assert shown(text, {"GOV-20": "x"}) == text
    for text in ("person:a\0b", "agent:a\x7f"):
        assert shown(text, {text: "x"}) == text
    assert shown("a\0b", {"system:a\0b": "x"}, kind="system") == "a\0b"
    assert shown(HOSTILE, {}) == "&lt;img src=x onerror=alert(1)&gt;"
    assert shown(f"person:{'<b>'}", {}) == "person:&lt;b&gt;"
    told = shown("person:ann", {"person:ann": f'"{HOSTILE}'})
    assert "<img" not in told
    assert '"&' not in told.replace("&#34;", "")
    assert shown("cv", {"system:cv": "cv"}, kind="system") == "cv"
    assert "[U+202E]" in shown("agent:x", {"agent:x": "a\u202eb"})
    assert "\u202e" not in shown("agent:x\u202e", {"agent:x\u202e": "a\u202eb"})


def test_a_mark_cannot_be_made_by_what_stands_on_the_page() -> None:
    naming = Naming()
    mark = str(naming.mark("person:ann"))
    assert LEFT.fullmatch(mark)
    other = str(Naming().mark("person:ann"))
    assert naming.fill(f"{mark} {other}", {"person:ann": "Ann"}).endswith(other)


def test_no_more_is_asked_than_the_api_takes() -> None:
    naming = Naming()
    page = "".join(str(naming.mark(f"person:p{number}")) for number in range(MOST + 3))
    assert len(naming.ids) == MOST
    assert naming.fill(page, {}).count("person:p") == MOST + 3


def test_a_page_is_whole_where_names_cannot_be_had() -> None:
    class Broken:
        async def post(self, *_given: object) -> None:
            raise ApiAnswerError(503, "WL-STO-007", "The database is away.", "")

    naming = Naming()
    text = f"<p>{naming.mark('person:ann')}</p>"
    page = NamedPage(text, naming=naming, api=Broken(), session="s", status=200, media="text/html")  # type: ignore[arg-type]
    assert asyncio.run(with_names(page)).content == "<p>person:ann</p>"


def test_a_page_asks_once_and_tells_a_name_to_whoever_may_know_it(tmp_path) -> None:
    api = Api(tmp_path)
    owner, legal, dev = Browser(api), Browser(api), Browser(api)
    owner.sign_in("olu", Role.OWNER)
    legal.sign_in("lena", Role.LEGAL)
    dev.sign_in("dev", Role.DEVSECOPS)
    system = {"id": "cv", "title": HOSTILE, "owner": "person:olu", "purpose": "ranks applications"}
    api.ok("POST", "/systems", system, uid=api.person("maker", Role.OWNER))
    seen = legal.get("/systems").text
    assert '<span title="person:olu">olu</span>' in seen
    assert '<span title="person:olu">' not in dev.get("/systems").text
    assert "person:olu" in dev.get("/systems").text
    assert '<span title="person:olu">olu</span>' in owner.get("/systems").text  # one's own name
    assert "person:olu" in legal.get("/systems?format=csv").text  # files keep ids
    for reader in (owner, legal, dev):
        for path in ("/systems", "/systems/cv", "/approvals", "/waivers"):
            page = reader.get(path).text
            assert not LEFT.search(page)
            assert HOSTILE not in page
    api.close()
