"""Waivers and broken glass in tables, signed for the door: a row without the right signature lifts nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from wardlaw.audit.note import VerifierKey
from wardlaw.facts.breakglass import BreakGlass
from wardlaw.facts.errors import InputError
from wardlaw.facts.exemption import Exemption
from wardlaw.facts.waiver import Waiver, WaiverState
from wardlaw.governance.exemptions import glass_exemption, waiver_exemption
from wardlaw.store.dutytables import BREAK_GLASS, WAIVER
from wardlaw.store.endings import Ending
from wardlaw.store.generations import Generation, bump

_DOMAIN = b"wardlaw.dev/exemption/v1\n"
_ENCODER = msgspec.json.Encoder(order="sorted")
_W, _G = WAIVER.c, BREAK_GLASS.c

Sign = Callable[[bytes], bytes]


class Exemptions(msgspec.Struct, frozen=True):
    """What may be lifted from now on, and ids of rows that claim so and may not.

    Attributes:
        forged: Without the right signature.
        returned: Ended before their time, and put back.
    """

    standing: tuple[Exemption, ...]
    forged: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()


def exemption_message(exemption: Exemption) -> bytes:
    """The bytes that are signed: the same exemption gives the same bytes."""
    return _DOMAIN + _ENCODER.encode(exemption)


def keep_waiver(connection: Connection, waiver: Waiver) -> None:
    """Keep a request; it lifts nothing yet."""
    connection.execute(insert(WAIVER).values(id=waiver.id, **_waiver_columns(waiver, "")))


def change_waiver(connection: Connection, waiver: Waiver, *, sign: Sign) -> None:
    """Keep a waiver as it now is, in place of the version before it.

    Args:
        sign: Raw signature of the bundle's key.

    Raises:
        InputError: Somebody changed it at the same moment (WL-WVR-002).
    """
    exemption = waiver_exemption(waiver)
    values = _waiver_columns(waiver, "" if exemption is None else _signed(exemption, sign))
    changed = connection.execute(
        update(WAIVER).where(_W.id == waiver.id, _W.version == waiver.version - 1).values(**values)
    )
    _changed(changed.rowcount, waiver.id)
    bump(connection, Generation.EXEMPTIONS)


def get_waiver(connection: Connection, waiver_id: str) -> Waiver:
    """The waiver of that id.

    Raises:
        InputError: There is none (WL-WVR-001).
    """
    text = connection.execute(select(_W.waiver).where(_W.id == waiver_id)).scalar_one_or_none()
    if text is None:
        raise InputError(
            "WL-WVR-001", f"There is no waiver {waiver_id}.", "`wardlaw waiver list --everything` shows all."
        )
    return msgspec.json.decode(text, type=Waiver)


def list_waivers(
    connection: Connection, *, now: float, everything: bool = False, limit: int = 100
) -> tuple[Waiver, ...]:
    """Waivers that wait or stand, newest first; ``everything`` adds those that are over."""
    query = select(_W.waiver).order_by(_W.asked_at.desc(), _W.id).limit(limit)
    if not everything:
        granted = (_W.state == WaiverState.GRANTED.value) & (_W.ends_at > now)
        query = query.where((_W.state == WaiverState.WAITING.value) | granted)
    return tuple(msgspec.json.decode(text, type=Waiver) for text in connection.execute(query).scalars())


def keep_glass(connection: Connection, glass: BreakGlass, *, sign: Sign) -> None:
    """Keep glass that was broken now."""
    signature = _signed(glass_exemption(glass), sign)
    connection.execute(insert(BREAK_GLASS).values(id=glass.id, **_glass_columns(glass, signature)))
    bump(connection, Generation.EXEMPTIONS)


def change_glass(connection: Connection, glass: BreakGlass, *, sign: Sign) -> None:
    """Keep broken glass as it now is, in place of the version before it.

    Raises:
        InputError: Somebody changed it at the same moment (WL-WVR-002).
    """
    values = _glass_columns(glass, _signed(glass_exemption(glass), sign))
    changed = connection.execute(
        update(BREAK_GLASS).where(_G.id == glass.id, _G.version == glass.version - 1).values(**values)
    )
    _changed(changed.rowcount, glass.id)
    bump(connection, Generation.EXEMPTIONS)


def get_glass(connection: Connection, glass_id: str) -> BreakGlass:
    """The broken glass of that id.

    Raises:
        InputError: There is none (WL-WVR-009).
    """
    text = connection.execute(select(_G.glass).where(_G.id == glass_id)).scalar_one_or_none()
    if text is None:
        raise InputError(
            "WL-WVR-009", f"There is no broken glass {glass_id}.", "`wardlaw break-glass list` shows them."
        )
    return msgspec.json.decode(text, type=BreakGlass)


def list_glass(connection: Connection, *, since: float = 0.0, limit: int = 100) -> tuple[BreakGlass, ...]:
    """Glass that stood at or after ``since``, newest first."""
    query = select(_G.glass).where(_G.ends_at > since).order_by(_G.opened_at.desc(), _G.id).limit(limit)
    return tuple(msgspec.json.decode(text, type=BreakGlass) for text in connection.execute(query).scalars())


def overdue_glass(connection: Connection, *, now: float) -> tuple[BreakGlass, ...]:
    """Broken glass nobody else has looked at within its time, oldest first."""
    query = select(_G.glass).where(_G.reviewed_at == 0.0).order_by(_G.opened_at, _G.id)
    found = (msgspec.json.decode(text, type=BreakGlass) for text in connection.execute(query).scalars())
    return tuple(one for one in found if one.review_by <= now)


def unreviewed_glass_of(connection: Connection, incident_id: str) -> tuple[str, ...]:
    """Ids of broken glass for which an incident must stay open."""
    query = select(_G.id).where(_G.incident == incident_id, _G.reviewed_at == 0.0).order_by(_G.id)
    return tuple(connection.execute(query).scalars())


def load_exemptions(
    connection: Connection, *, now: float, keys: Sequence[VerifierKey], ended: Mapping[str, Ending]
) -> Exemptions:
    """What the door may lift from now on: rows that stand, signed by a trusted key, and were not ended.

    Args:
        ended: What was ended before its time (``store.endings``).
    """
    waivers = select(_W.id, _W.waiver, _W.signature).where(_W.state == WaiverState.GRANTED.value, _W.ends_at > now)
    glasses = select(_G.id, _G.glass, _G.signature).where(_G.ends_at > now)
    rows = [(row, _read_waiver) for row in connection.execute(waivers)]
    rows += [(row, _read_glass) for row in connection.execute(glasses)]
    standing: list[Exemption] = []
    forged: list[str] = []
    returned: list[str] = []
    for (identity, text, signature), read in rows:
        exemption = read(text)
        if exemption is None or exemption.id != identity or not _is_signed(exemption, signature, keys):
            forged.append(identity)
        elif identity in ended and exemption.ends_at > ended[identity].at:
            returned.append(identity)
        else:
            standing.append(exemption)
    return Exemptions(tuple(sorted(standing, key=lambda one: one.id)), tuple(forged), tuple(returned))


def _read_waiver(text: str) -> Exemption | None:
    try:
        return waiver_exemption(msgspec.json.decode(text, type=Waiver))
    except msgspec.MsgspecError:
        return None


def _read_glass(text: str) -> Exemption | None:
    try:
        return glass_exemption(msgspec.json.decode(text, type=BreakGlass))
    except msgspec.MsgspecError:
        return None


def _is_signed(exemption: Exemption, signature: str, keys: Sequence[VerifierKey]) -> bool:
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    message = exemption_message(exemption)
    return any(key.verify(message, raw) for key in keys)


def _signed(exemption: Exemption, sign: Sign) -> str:
    return base64.b64encode(sign(exemption_message(exemption))).decode()


def _changed(rows: int, name: str) -> None:
    if rows != 1:
        raise InputError("WL-WVR-002", f"{name} was changed at the same moment.", "Look at it again, then answer.")


def _waiver_columns(waiver: Waiver, signature: str) -> dict[str, object]:
    return {
        "clause": waiver.clause,
        "state": waiver.state.value,
        "asked_at": waiver.asked_at,
        "ends_at": waiver.ends_at,
        "version": waiver.version,
        "waiver": msgspec.json.encode(waiver).decode(),
        "signature": signature,
    }


def _glass_columns(glass: BreakGlass, signature: str) -> dict[str, object]:
    return {
        "incident": glass.incident,
        "opened_at": glass.opened_at,
        "ends_at": glass.ends_at,
        "reviewed_at": glass.reviewed_at,
        "version": glass.version,
        "glass": msgspec.json.encode(glass).decode(),
        "signature": signature,
    }
