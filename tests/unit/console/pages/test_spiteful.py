"""On no page is a text that somebody else wrote taken for markup, wherever it comes from."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest

from tests.unit.console.pages.fullhouse import ADDRESSES, NO_PAGES, PARTS, FullHouse, page_addresses
from tests.unit.console.pages.spiteful import LED_ASTRAY, SHOWN, SPITE, SpitefulApi, Taken, led_astray, spited
from wardlaw.console.pages.visit import READINGS, Preference

pytestmark = pytest.mark.xdist_group("console-fullhouse")

FORMULAS = ("=", "+", "-", "@")
ASKING = re.compile(r'<form(?![^>]*method="post").*?</form>', re.DOTALL)


@pytest.fixture
def spiteful(full: FullHouse) -> Iterator[FullHouse]:
    """The full house, with spite in every free text."""
    assert full.pages  # seen as they are before they are seen so
    with full.asking_by(SpitefulApi):
        yield full
    for browser in full.browsers.values():
        browser.cookies.pop(Preference.READING, None)


def test_every_address_that_is_read_is_a_page_a_part_of_one_or_named_with_what_it_is(full: FullHouse) -> None:
    assert {full.path_of(one) for one in page_addresses()} == set(full.pages)
    assert [path for path, (_, seen) in full.pages.items() if "<html" not in seen.text] == []
    assert set(PARTS) | set(NO_PAGES) <= set(ADDRESSES)
    for part in PARTS:
        found = full.first_to_see(full.path_of(part))
        assert found and "<html" not in found[1].text, part


@pytest.mark.parametrize("reading", READINGS)
def test_no_text_of_others_is_taken_for_markup_on_any_page(reading: str, spiteful: FullHouse) -> None:
    found, shown = {}, set()
    for path in [*spiteful.pages, *map(spiteful.path_of, PARTS)]:
        for name, browser in spiteful.browsers.items():
            browser.cookies[Preference.READING] = reading
            if path in spiteful.pages and spiteful.pages[path][0] != name:
                continue
            seen = browser.get(spited(path))
            assert seen.status == 200, (path, name)
            found |= {path: faults} if (faults := led_astray(seen.text)) else {}
            shown |= {path} if times_shown(seen.text) > 1 else set()  # more than the reader's own name
            break
    assert found == {}
    assert len(shown) > 60


def times_shown(html: str) -> int:
    """In how many texts of a page the spite stands as it is."""
    taken = Taken()
    taken.feed(html)
    return sum(text.count(SHOWN) for text in taken.texts)


def test_nothing_of_an_address_is_taken_for_markup(full: FullHouse) -> None:
    found = {}
    for address in page_addresses():
        name, seen = full.pages[full.path_of(address)]
        bare = full.path_of(address).partition("?")[0]
        others = {"/".join(quote(SPITE, safe="") if part.startswith("{") else part for part in address.split("/"))}
        others |= {f"{bare}?{urlencode({asked: SPITE})}" for asked in asked_by(bare, seen.text)}
        for path in sorted(others):
            answer = full.browsers[name].get(path)
            assert answer.status < 500, path
            found |= {path: faults} if (faults := led_astray(answer.text)) else {}
    assert found == {}


def asked_by(path: str, html: str) -> set[str]:
    """What may stand behind the question mark of a page: its fields that are asked with, and what its links to itself say."""
    fields = {name for form in ASKING.findall(html) for name in re.findall(r'\bname="(\w+)"', form)}
    links = {
        name for link in re.findall(rf'href="{re.escape(path)}\?([^"#]*)', html) for name in re.findall(r"(\w+)=", link)
    }
    return (fields | links | {"notice"}) - ({"q"} if path != "/search" else set())


def test_no_table_that_is_taken_away_has_a_formula(full: FullHouse) -> None:
    tables = full.tables()
    assert len(tables) > 20
    with full.asking_by(lambda api: SpitefulApi(api, lambda text: f'=HYPERLINK("http://x","{text}")')):
        for (path, table), name in sorted(tables.items()):
            join = "&" if "?" in path else "?"
            seen = full.browsers[name].get(f"{path}{join}table={table}&as=csv")
            assert seen.status == 200, path
            cells = [cell for line in csv.reader(io.StringIO(seen.text, newline="")) for cell in line]
            assert [cell for cell in cells if cell.startswith(FORMULAS) and not cell[1:].isdigit()] == [], path


@pytest.mark.parametrize(
    "html",
    [
        "<img src=x>", "<script>1</script>", "<script nonce=a>1</script>", "<p onclick=1>", '<p title=""\'=1>', "<b>\u202e</b>",
        f'<a href=" {LED_ASTRAY}">', '<p style="x">', '<a href="//elsewhere">', '<i title="\u202e">', "<p>49\u202e</p>",
        '<div hx-get="<">',
    ],
)  # fmt: skip
def test_what_would_be_markup_is_found(html: str) -> None:
    assert led_astray(html)


def test_what_is_text_is_none() -> None:
    assert led_astray('<p title="&lt;img src=x&gt;">&lt;script&gt; 49</p><textarea>\u202e</textarea>') == []
