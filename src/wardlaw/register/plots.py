"""Drawings of what matters, as plain SVG: rates by group with their intervals, and values that grew.

Nothing in them is fetched or run. They follow the reader's light or dark scheme and say in words what they show.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from wardlaw.register.bias.measure import BiasReport, GroupRates
from wardlaw.register.poisoning.shift import Shift

_WIDTH, _LEFT, _RIGHT, _ROW, _TOP = 720, 230, 70, 26, 46
_MOST_ROWS = 60
_NAME_CHARS = 32
_STYLE = (
    "<style>text{font:13px system-ui,sans-serif;fill:#1b1f24}.t{font-weight:600}.q{fill:#59636e}"
    ".g{stroke:#d1d9e0;stroke-width:1}.m{fill:#0a5dc2;stroke:#0a5dc2}.a{fill:none;stroke:#59636e}"
    "@media (prefers-color-scheme:dark){text{fill:#e6edf3}.q{fill:#9da7b1}.g{stroke:#3d444d}"
    ".m{fill:#6cb2ff;stroke:#6cb2ff}.a{stroke:#9da7b1}}</style>"
)


def plot_rates(report: BiasReport) -> str:
    """The selection rate of each group with its interval; hollow marks are groups too small to be compared."""
    rows: list[tuple[str, GroupRates | None]] = []
    for grouping in report.groupings:
        rows.append((grouping.grouping, None))
        rows += [(group.name, group) for group in grouping.groups if group.selection.value is not None]
    rows = rows[:_MOST_ROWS]
    said = "; ".join(
        f"{name} {group.selection.value:.1%} of {group.count}"
        for name, group in rows
        if group is not None and group.selection.value is not None
    )
    body = [_axis(len(rows), tuple((share / 4, f"{share * 25} %") for share in range(5)))]
    for at, (name, group) in enumerate(rows):
        y = _TOP + _ROW * at + _ROW / 2
        if group is None:
            body.append(f'<text class="t" x="8" y="{y + 4:g}">by {escape(_short(name))}</text>')
        else:
            body.append(_rate(name, group, y))
    return _drawing("Selection rate by group, with 95 % intervals", said, body, len(rows))


def plot_shifts(found: Sequence[Shift], *, title: str) -> str:
    """Values a class holds more often than before, by how surprising that is."""
    shown = sorted(found, key=lambda one: -one.z)[:_MOST_ROWS]
    most = max((one.z for one in shown), default=1.0)
    said = "; ".join(f"{one.column} = {one.value} with {one.label}: z {one.z:.1f}" for one in shown) or "nothing grew"
    body = [_axis(len(shown), ((0.0, "0"), (1.0, f"z {most:.1f}")))]
    for at, one in enumerate(shown):
        y = _TOP + _ROW * at + _ROW / 2
        width = (_WIDTH - _LEFT - _RIGHT) * one.z / most
        body.append(_name(f"{one.column} = {one.value}", y))
        body.append(f'<rect class="m" x="{_LEFT}" y="{y - 6:g}" width="{width:.1f}" height="12"/>')
        body.append(f'<text class="q" x="{_LEFT + width + 6:.1f}" y="{y + 4:g}">{escape(_short(one.label))}</text>')
    return _drawing(f"What grew most in {title}", said, body, len(shown))


def _rate(name: str, group: GroupRates, y: float) -> str:
    share = group.selection
    kind = "a" if group.apart else "m"
    parts = [_name(name, y)]
    if share.low is not None and share.high is not None:
        parts.append(
            f'<line class="{kind}" stroke-width="2" x1="{_x(share.low):.1f}" x2="{_x(share.high):.1f}" y1="{y:g}" y2="{y:g}"/>'
        )
    parts.append(f'<circle class="{kind}" cx="{_x(share.value or 0.0):.1f}" cy="{y:g}" r="4.5"/>')
    parts.append(f'<text class="q" x="{_WIDTH - 8}" y="{y + 4:g}" text-anchor="end">n {group.count:,}</text>')
    return "".join(parts)


def _axis(rows: int, marks: Sequence[tuple[float, str]]) -> str:
    bottom = _TOP + _ROW * rows
    return "".join(
        f'<line class="g" x1="{_x(share):.1f}" x2="{_x(share):.1f}" y1="{_TOP}" y2="{bottom}"/>'
        f'<text class="q" x="{_x(share):.1f}" y="{_TOP - 8}" text-anchor="middle">{escape(word)}</text>'
        for share, word in marks
    )


def _drawing(title: str, said: str, body: Sequence[str], rows: int) -> str:
    height = _TOP + _ROW * max(1, rows) + 12
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="t d">'
        f'<title id="t">{escape(_clean(title))}</title><desc id="d">{escape(_clean(said))}</desc>{_STYLE}'
        f'<text class="t" x="8" y="18">{escape(_clean(title))}</text>{"".join(body)}</svg>\n'
    )


def _name(name: str, y: float) -> str:
    return f'<text x="{_LEFT - 10}" y="{y + 4:g}" text-anchor="end">{escape(_short(name))}</text>'


def _x(share: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * min(1.0, max(0.0, share))


def _short(text: str) -> str:
    clean = _clean(text)
    return clean if len(clean) <= _NAME_CHARS else clean[: _NAME_CHARS - 1] + "…"


def _clean(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)
