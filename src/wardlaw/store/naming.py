"""What people, callers, systems and apps are called: one query for each kind, however many ids there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec
from sqlalchemy import select
from sqlalchemy.engine import Connection

from wardlaw.facts.principal import Principal
from wardlaw.inventory.model import App
from wardlaw.register.system import System
from wardlaw.store.among import among, run_among
from wardlaw.store.coveragetables import AI_SYSTEM
from wardlaw.store.inventorytables import INVENTORY_THING
from wardlaw.store.syncruns import FeedsOf
from wardlaw.store.tables import API_KEY, PERSON
from wardlaw.store.thingquery import read_faces

_THING = INVENTORY_THING.c


def people_called(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Names of persons by their ids; those nobody knows are left out, here and below."""
    query = select(PERSON.c.id, PERSON.c.name).where(among(PERSON.c.id))
    return {row[0]: row[1] for rows in run_among(connection, query, sorted(set(ids))) for row in rows if row[1]}


def systems_called(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Titles of AI systems by their ids, retired ones too: what stood somewhere keeps its name."""
    query = select(AI_SYSTEM.c.id, AI_SYSTEM.c.system).where(among(AI_SYSTEM.c.id))
    found = (row for rows in run_among(connection, query, sorted(set(ids))) for row in rows)
    return {row[0]: msgspec.json.decode(row[1], type=System).title for row in found}


def callers_called(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """What keys call their callers, by principal; left out where two keys call one differently."""
    query = select(API_KEY.c.principal_id, API_KEY.c.principal).where(among(API_KEY.c.principal_id))
    names: dict[str, set[str]] = defaultdict(set)
    for rows in run_among(connection, query, sorted(set(ids))):
        for id_, text in rows:
            if name := msgspec.json.decode(text, type=Principal).name:
                names[id_].add(name)
    return _only(names)


def apps_called(connection: Connection, clients: Iterable[str]) -> dict[str, str]:
    """What directories call apps, by client id; left out where two directories call one differently."""
    query = select(_THING.id, _THING.directory, _THING.face).where(_THING.kind == "app", among(_THING.id))
    faces: dict[str, list[str]] = defaultdict(list)
    for rows in run_among(connection, query, sorted(set(clients))):
        for _, directory, face in rows:
            faces[directory].append(face)
    names: dict[str, set[str]] = defaultdict(set)
    for directory, own in faces.items():
        for item in read_faces(connection, own, FeedsOf(connection, directory)).values():
            if isinstance(item.thing, App) and item.thing.name:
                names[item.thing.id].add(item.thing.name)
    return _only(names)


def _only(names: dict[str, set[str]]) -> dict[str, str]:
    return {id_: one for id_, found in names.items() if len(found) == 1 for one in found}
