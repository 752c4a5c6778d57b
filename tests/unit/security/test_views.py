from __future__ import annotations

from wardlaw.security.views import Building, Layer, View


def root(text: str) -> View:
    return View(text, text.lower(), Layer.PLAIN)


def test_a_view_without_pieces_is_its_source():
    view = View("ABC", "abc", Layer.FOLDED, 0, root("abc"))
    assert view.origin(1, 3) == (1, 3)


def test_pieces_map_stretches_scales_and_wholes():
    source = root("say %41%42%43 &amp; now")
    build = Building()
    build.add("say ", 0, 4)
    build.add("ABC", 4, 13, up=3)
    build.add(" ", 13, 14)
    build.add("&", 14, 19, up=0)
    build.add(" now", 19, 23)
    view = build.view(source, Layer.UNESCAPED, depth=1)
    assert view.text == "say ABC & now"
    assert view.origin(4, 7) == (4, 13)
    assert view.origin(5, 6) == (7, 10)
    assert view.origin(8, 9) == (14, 19)
    assert view.origin(0, len(view.text)) == (0, 23)


def test_maps_compose_towards_the_original():
    source = root("xx%41%42yy")
    first = Building()
    first.add("xx", 0, 2)
    first.add("AB", 2, 8, up=3)
    first.add("yy", 8, 10)
    middle = first.view(source, Layer.UNESCAPED, depth=1)
    second = Building()
    second.add("B", 3, 4)
    second.add("y", 4, 5)
    assert second.view(middle, Layer.JOINED, depth=1).origin(0, 1) == (5, 8)


def test_a_phase_in_a_run_is_counted():
    build = Building()
    build.add("de", 10, 22, up=4, down=3, skip=3)  # bytes 3 and 4 of base64 text that begins at 10
    assert build.view(root("." * 30), Layer.DECODED, depth=1).origin(0, 1) == (14, 16)


def test_empty_stretches_leave_no_piece():
    build = Building()
    build.add("", 0, 5)
    assert len(build) == 0
    assert build.view(root("hello"), Layer.JOINED, depth=0).text == ""
