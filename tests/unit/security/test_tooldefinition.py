from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardlaw.security.tooldefinition import canonical, changes, pin_of

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
_TOOLS = st.fixed_dictionaries(
    {"name": st.text(min_size=1), "description": st.text(), "inputSchema": st.dictionaries(st.text(), _VALUES)},
    optional={"title": st.text(), "annotations": st.dictionaries(st.text(), _VALUES), "_meta": _VALUES},
)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        # RFC 8785 appendix B and section 3.2.2.3.
        (0.0, "0"),
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (-5e-324, "-5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992.0, "9007199254740992"),
        (295147905179352830000.0, "295147905179352830000"),
        (9.999999999999997e22, "9.999999999999997e+22"),
        (1e23, "1e+23"),
        (1.0000000000000001e23, "1.0000000000000001e+23"),
        (999999999999999700000.0, "999999999999999700000"),
        (1e21, "1e+21"),
        (9.999999999999997e-7, "9.999999999999997e-7"),
        (0.000001, "0.000001"),
        (333333333.3333332, "333333333.3333332"),
        (4.50, "4.5"),
        (2e-3, "0.002"),
        (1e-27, "1e-27"),
    ],
)
def test_numbers_are_written_as_the_rfc_has_them(value, written) -> None:
    assert canonical(value).decode() == written


def test_members_stand_in_the_order_of_the_rfc() -> None:
    # RFC 8785 section 3.2.3.
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    order = list(json.loads(canonical(dict.fromkeys(names, 0))))
    assert order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_texts_are_escaped_as_the_rfc_has_them() -> None:
    assert canonical('\u20ac$\u000f\nA\'B"\\\\"/').decode() == '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'


def test_whole_numbers_beyond_a_double_stay_apart() -> None:
    assert canonical(2**53) != canonical(2**53 + 1)
    assert canonical(1) == canonical(1.0)


def test_what_is_no_json_is_refused() -> None:
    for value in ({1}, float("nan"), float("inf"), b"x"):
        with pytest.raises(TypeError):
            canonical(value)


@given(_TOOLS)
def test_reordered_json_is_the_same_tool_and_reads_back(tool) -> None:
    def turned(value):
        if isinstance(value, dict):
            return {name: turned(value[name]) for name in reversed(value)}
        return [turned(item) for item in value] if isinstance(value, list) else value

    assert pin_of(turned(tool)) == pin_of(tool)
    assert list(changes(tool, turned(tool))) == []
    assert canonical(json.loads(canonical(tool))) == canonical(tool)


@given(_TOOLS, _TOOLS)
def test_two_tools_share_a_pin_only_when_nothing_differs(one, other) -> None:
    assert (pin_of(one) == pin_of(other)) == (list(changes(one, other)) == [])


@given(_TOOLS, st.data())
def test_any_changed_member_is_found(tool, data) -> None:
    places = list(_leaves(tool))
    place = data.draw(st.sampled_from(places))
    changed = _with(tool, place, f"changed {data.draw(st.integers())}")
    assert pin_of(changed) != pin_of(tool)
    (found,) = changes(tool, changed)
    assert found.after.startswith('"changed ')


def _leaves(value, path=()):
    if path:
        yield path
    if isinstance(value, dict | list):
        for name in value if isinstance(value, dict) else range(len(value)):
            yield from _leaves(value[name], (*path, name))


def _with(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = _with(value[path[0]], path[1:], new)
    return copy


def test_a_difference_is_told_with_its_place() -> None:
    before = {"name": "a", "inputSchema": {"properties": {"x/y": {"type": "string"}}, "required": ["x/y"]}}
    after = {"name": "a", "title": "A", "inputSchema": {"properties": {"x/y": {"type": "integer"}}, "required": []}}
    assert [(one.pointer, one.before, one.after) for one in changes(before, after)] == [
        ("/inputSchema/properties/x~1y/type", '"string"', '"integer"'),
        ("/inputSchema/required", '["x/y"]', "[]"),
        ("/title", "", '"A"'),
    ]
