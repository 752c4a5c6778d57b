"""What an app does, held against what it has done before: networks, user agents, calls, amounts and hours.

INVARIANT: what sets off an alarm is not learned from. It is taken for usual only after it has gone on for
``ADOPTED_AFTER_DAYS`` on ``ADOPTED_DAYS`` different days, so that a thief who is patient for an hour gains nothing.

Nothing here is judged before there is enough to judge by; each limit says why it is where it is.
"""

from __future__ import annotations

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.rules import DAY_S
from wardlaw.inventory.watching.alarm import AlarmKind
from wardlaw.inventory.watching.amounts import (
    ADOPTED_AFTER_DAYS,
    BULK_ITEMS,
    look_at_amounts,
    look_at_bursts,
    look_at_hours,
)
from wardlaw.inventory.watching.memory import (
    MOST_AGENTS,
    MOST_MACHINES,
    MOST_NETWORKS,
    MOST_PERSON_NETWORKS,
    MOST_SCOPES,
    MOST_SUSPECTS,
    AppMemory,
    DirectoryMemory,
    Suspect,
    remember,
    remember_at,
)
from wardlaw.inventory.watching.noticing import Notice, network_name, stand_in_network
from wardlaw.inventory.watching.surroundings import Surroundings
from wardlaw.inventory.watching.words import GRAVE, CallSort, is_scripting, product_of, sort_of

SETTLED_AGE_DAYS, SETTLED_DAYS = 14, 7
"""Before an app has been used on 7 days over two weeks nothing of it is usual or unusual: two weekends are in it."""
ADOPTED_DAYS = 7
FEW_NETWORKS = 3
"""A vendor's servers stand in one to three networks; what comes from more runs on people's own devices, where a further
network says nothing: office, home and telephone are three already."""
FEW_AGENTS = 6
PEOPLES_NETWORKS = 8
ROAMING_ARRIVALS, ROAMING_DAYS = 2, 30
DORMANT_DAYS = 45
"""Longer than a monthly job with a month's end that slips, shorter than a quarter."""
METHOD_AGE_DAYS, METHOD_DAYS = 30, 20
MANY_DELETES = 50
"""A release makes an app do something new a little; who has stolen its token does it a lot, or comes from elsewhere."""


def look_at_use(activity: Activity, app: AppMemory, directory: DirectoryMemory, around: Surroundings) -> list[Notice]:
    """What is noticed at a use, and the app's memory afterwards."""
    at = activity.at
    day = int(at // DAY_S)
    found: list[Notice] = []
    if around.facts and activity.ip and around.is_outside(activity.app, activity.ip):
        said = f"{activity.ip} is none of the addresses its vendor says it comes from."
        found.append(Notice(AlarmKind.OUTSIDE_LIST, "address", (said,)))
    _look_at_silence(activity, app, directory, around, found)
    is_settled = app.days >= SETTLED_DAYS and at - app.first_used_at >= SETTLED_AGE_DAYS * DAY_S
    network = activity.asn or stand_in_network(activity.ip)
    is_suspect = bool(found)
    if network:
        is_suspect |= _look_at_network(activity, app, directory, (network, day, is_settled, around), found)
    if activity.user_agent:
        is_suspect |= _look_at_agent(activity, app, (day, is_settled, is_suspect), found)
    sort = _sort(activity, app)
    if sort not in app.sorts or is_suspect:
        is_suspect |= _look_at_sort(activity, app, sort, found, is_suspect=is_suspect)
    look_at_bursts(activity, app, (sort, is_settled, is_suspect), found)
    look_at_amounts(activity, app, around, found, is_suspect=is_suspect)
    look_at_hours(activity, app, directory, (network, is_suspect), found)
    if not is_suspect:
        app.sorts[sort] = day
    if activity.scopes:
        _learn_scopes(activity, app, day)
    if day > app.last_day:
        app.last_day = day
        app.days += 1
    if not app.first_used_at:
        app.first_used_at = at
    app.used_at = max(app.used_at, at)
    app.calls += activity.calls
    return found


def _sort(activity: Activity, app: AppMemory) -> CallSort:
    """What sort of call it is.

    An export of what a person could read in a day is somebody's download, and counts as reading. Where a platform
    counts what other calls of the app moved, an export without a count moved nothing.
    """
    sort = CallSort.EXPORT if activity.deed is Deed.EXPORT else sort_of(activity.method)
    if (
        sort is CallSort.EXPORT
        and activity.items < BULK_ITEMS
        and not activity.bytes
        and (activity.items or app.is_counted)
    ):
        return CallSort.READ
    return sort


def _learn_scopes(activity: Activity, app: AppMemory, day: int) -> None:
    for scope in activity.scopes:
        if scope not in app.used_scopes and len(app.used_scopes) < MOST_SCOPES:
            app.used_scopes[scope] = activity.at
    if day > app.scope_day:
        app.scope_day = day
        app.scope_days += 1


def _look_at_silence(
    activity: Activity, app: AppMemory, directory: DirectoryMemory, around: Surroundings, found: list[Notice]
) -> None:
    """An app, or an account that is no person, that was silent for long; an account whose owner is gone."""
    silence = activity.at - app.used_at
    if app.used_at and silence >= DORMANT_DAYS * DAY_S:
        said = f"The app is used again after {int(silence // DAY_S)} days of silence."
        found.append(Notice(AlarmKind.DORMANT, "app", (said,)))
    account = activity.account or activity.actor
    if account in around.machines:
        last = directory.machines.get(account, 0.0)
        if last and activity.at - last >= DORMANT_DAYS * DAY_S:
            said = f"{account} acts again after {int((activity.at - last) // DAY_S)} days of silence."
            found.append(Notice(AlarmKind.DORMANT, "account", (said,), account))
        remember_at(directory.machines, account, activity.at, MOST_MACHINES)
    if account in around.gone and activity.at > around.gone[account]:
        said = f"{account} is suspended or deleted, and the app still acts for it."
        found.append(Notice(AlarmKind.OWNER_GONE, "account", (said,), account))


def _look_at_network(
    activity: Activity,
    app: AppMemory,
    directory: DirectoryMemory,
    seen: tuple[int, int, bool, Surroundings],
    found: list[Notice],
) -> bool:
    """Whether the network is a suspect one; networks that are not are learned."""
    network, day, is_settled, around = seen
    networks = app.networks
    if network in networks:
        networks[network] = day
        if len(networks) > PEOPLES_NETWORKS:
            remember(directory.people, network, day, MOST_PERSON_NETWORKS)
        return False
    cause = network_name(network, activity.ip if network > 0 else _shortened(activity.ip))
    if cause in app.suspects:
        found.append(Notice(AlarmKind.NEW_NETWORK, cause, ()))
        if _stays_suspect(app.suspects, cause, day):
            return True
        app.arrivals = [*app.arrivals, day][-ROAMING_ARRIVALS:]
    elif (
        is_settled
        and len(networks) <= FEW_NETWORKS
        and network not in directory.people
        and not around.is_inside(activity.app, activity.ip)
        and not _is_roaming(app, day)
        and networks
    ):
        known = ", ".join(network_name(one, "") for one in sorted(networks, reverse=True) if one > 0) or "others"
        where = f"{cause} ({activity.ip}{', ' + activity.country if activity.country else ''})"
        said = f"It comes from {where} for the first time; in {app.days} days of use it came from {known}."
        found.append(Notice(AlarmKind.NEW_NETWORK, cause, (said,)))
        _suspect(app.suspects, cause, activity.at, day)
        return True
    remember(networks, network, day, MOST_NETWORKS)
    return False


def _look_at_agent(activity: Activity, app: AppMemory, seen: tuple[int, bool, bool], found: list[Notice]) -> bool:
    """Whether the user agent is a suspect one.

    A new product from a known network is a release of the app, unless it is a tool that anybody writes a script with.
    """
    day, is_settled, is_suspect = seen
    product = product_of(activity.user_agent)
    if product in app.agents:
        app.agents[product] = day
        return False
    cause = f"agent {product}"
    if cause in app.suspects:
        found.append(Notice(AlarmKind.NEW_AGENT, cause, ()))
        if _stays_suspect(app.suspects, cause, day):
            return True
    elif is_settled and app.agents and len(app.agents) <= FEW_AGENTS:
        is_script = is_scripting(product) and not any(is_scripting(known) for known in app.agents)
        if is_suspect or is_script:
            known = ", ".join(sorted(app.agents))
            said = f"It names itself “{activity.user_agent[:120]}” for the first time; before, it was {known}."
            found.append(Notice(AlarmKind.NEW_AGENT, cause, (said,)))
            _suspect(app.suspects, cause, activity.at, day)
            return True
    if not is_suspect:
        remember(app.agents, product, day, MOST_AGENTS)
    return False


def _look_at_sort(activity: Activity, app: AppMemory, sort: CallSort, found: list[Notice], *, is_suspect: bool) -> bool:
    """Whether a long-established app does something of a sort it never did.

    Looking around is what most calls do, and a release may delete a little: that counts only together with something
    else. Exports were weighed before (``_sort``).
    """
    if sort in app.sorts or sort not in GRAVE:
        return False
    is_small = sort is CallSort.SURVEY or (sort is CallSort.DELETE and activity.calls < MANY_DELETES)
    if is_small and not is_suspect:
        return False
    day = int(activity.at // DAY_S)
    cause = f"calls {sort.value}"
    if cause in app.suspects:
        found.append(Notice(AlarmKind.NEW_METHOD, cause, ()))
        return _stays_suspect(app.suspects, cause, day)
    if app.days < METHOD_DAYS or activity.at - app.first_used_at < METHOD_AGE_DAYS * DAY_S:
        return False
    said = f"“{activity.method[:120]}” is the first call of its sort ({sort.value}) in {app.days} days of use."
    found.append(Notice(AlarmKind.NEW_METHOD, cause, (said,)))
    _suspect(app.suspects, cause, activity.at, day)
    return True


def _is_roaming(app: AppMemory, day: int) -> bool:
    recent = [one for one in app.arrivals if day - one <= ROAMING_DAYS]
    return len(recent) >= ROAMING_ARRIVALS


def _suspect(suspects: dict[str, Suspect], cause: str, at: float, day: int) -> None:
    suspects[cause] = Suspect(at, day)
    if len(suspects) > MOST_SUSPECTS:
        del suspects[min(suspects, key=lambda one: suspects[one].last_day)]


def _stays_suspect(suspects: dict[str, Suspect], cause: str, day: int) -> bool:
    """Whether it is still one; False, and forgotten, once it has gone on for long enough."""
    suspect = suspects[cause]
    if day > suspect.last_day:
        suspect.last_day = day
        suspect.days += 1
    if suspect.days >= ADOPTED_DAYS and day - int(suspect.first_at // DAY_S) >= ADOPTED_AFTER_DAYS:
        del suspects[cause]
        return False
    return True


def _shortened(ip: str) -> str:
    parts = ip.split(".")
    return ".".join(parts[:2]) + ".0.0/16" if len(parts) == 4 else ":".join(ip.split(":")[:2]) + "::/32"
