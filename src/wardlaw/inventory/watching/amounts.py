"""How much an app does and when, held against what it did before: bursts, amounts, hours of the week."""

from __future__ import annotations

from wardlaw.inventory.activity import Activity, Deed
from wardlaw.inventory.rules import DAY_S
from wardlaw.inventory.watching.alarm import AlarmKind, key_of
from wardlaw.inventory.watching.memory import (
    HOUR_S,
    HOURS_OF_WEEK,
    MOST_OBJECTS,
    PEAK_DAYS,
    AppMemory,
    DayPeak,
    DirectoryMemory,
    HourCount,
)
from wardlaw.inventory.watching.noticing import Notice
from wardlaw.inventory.watching.surroundings import Surroundings
from wardlaw.inventory.watching.words import CallSort

ADOPTED_AFTER_DAYS = 14
MONTH_DAYS = 35
"""Amounts are judged once a whole month with its end has been seen; business repeats by the month."""
VOLUME_FACTOR = 10
LEAST_ITEMS, LEAST_BYTES, LEAST_EXPORTS = 2_000, 1_000_000_000, 30
BULK_ITEMS, BULK_BYTES = 1_000, 1_000_000_000
UNCOUNTED_EXPORT = 500  # items an export stands for where the platform counts neither items nor bytes
WINDOW_S = 600.0
SURVEY_DAYS = 7
MOST_FRESH = 64  # accounts counted that agreed within the hour
LEAST_FRESH, LEAST_SURVEYS, LEAST_IF_SUSPECT = 12, 40, 5
HOURS_WEEKS, HOURS_CALLS, QUIET_HOURS = 4, 500, 84
OFF_HOURS_ACCOUNTS = 3
"""One person may travel or lie awake; three at once in an hour that was always quiet are no coincidence."""


def look_at_bursts(activity: Activity, app: AppMemory, seen: tuple[CallSort, bool, bool], found: list[Notice]) -> None:
    """Many things never touched before, or many surveying calls, within ten minutes."""
    sort, is_settled, is_suspect = seen
    burst = app.burst
    window = int(activity.at // WINDOW_S)
    if window != burst.window:
        if _may_learn(app, AlarmKind.ENUMERATION, "burst", activity.at):
            burst.most_fresh = max(burst.most_fresh, burst.fresh)
            burst.most_surveys = max(burst.most_surveys, burst.surveys)
        burst.window, burst.fresh, burst.surveys = window, 0, 0
        burst.touched.clear()
    before = burst.fresh, burst.surveys
    thing = activity.object
    if thing and not app.is_wide and thing not in app.objects and thing not in burst.touched:
        burst.fresh += 1
        if is_suspect:
            if len(burst.touched) < MOST_OBJECTS:
                burst.touched[thing] = 1
        else:
            app.objects[thing] = int(activity.at // DAY_S)
            app.is_wide = len(app.objects) > MOST_OBJECTS
            if app.is_wide:
                app.objects.clear()
    if sort is CallSort.SURVEY:
        is_known = bool(burst.surveys_since) and activity.at - burst.surveys_since >= SURVEY_DAYS * DAY_S
        if is_known or is_suspect:  # how much an app looks around can only be said once it has for a week
            burst.surveys += 1  # an event that stands for many calls does not say how soon they followed each other
        elif not burst.surveys_since:
            burst.surveys_since = activity.at
    if not is_settled or (burst.fresh, burst.surveys) == before:
        return
    enough_fresh = (
        max(LEAST_IF_SUSPECT, 2 * burst.most_fresh + 1) if is_suspect else max(LEAST_FRESH, 3 * burst.most_fresh + 1)
    )
    enough_surveys = (
        max(LEAST_IF_SUSPECT, 2 * burst.most_surveys + 1)
        if is_suspect
        else max(LEAST_SURVEYS, 5 * burst.most_surveys + 1)
    )
    if (burst.fresh >= enough_fresh and not app.is_wide) or burst.surveys >= enough_surveys:
        said = (
            f"Within ten minutes it touched {burst.fresh} things for the first time and looked around"
            f" {burst.surveys} times; the most before were {burst.most_fresh} and {burst.most_surveys}."
        )
        found.append(Notice(AlarmKind.ENUMERATION, "burst", (said,)))


def look_at_amounts(
    activity: Activity, app: AppMemory, around: Surroundings, found: list[Notice], *, is_suspect: bool
) -> None:
    """How much is moved in an hour: far more than ever, or much by an app that has only just come."""
    hour, day = int(activity.at // HOUR_S), int(activity.at // DAY_S)
    running = app.running
    if hour != running.hour:
        running = _next_hour(app, hour)
    items, exports = _amount(activity, app)
    running.items += items
    running.bytes += activity.bytes
    running.exports += exports
    account = activity.account
    if account and len(running.accounts) < OFF_HOURS_ACCOUNTS:
        running.accounts[account] = 1
    if not items and not activity.bytes:
        return
    since, moved = _fresh(activity, app, items)
    is_much = moved >= BULK_ITEMS or activity.bytes >= BULK_BYTES or (exports and items >= UNCOUNTED_EXPORT)
    if since and is_much and not around.is_ours(activity.app):
        said = f"The app was {since}, and moved {moved} items."
        found.append(Notice(AlarmKind.BULK_AFTER_CONSENT, "bulk", (said,)))
    peaks = app.peaks
    if _is_spike(running, peaks, day) and activity.at - app.first_used_at >= MONTH_DAYS * DAY_S and app.first_used_at:
        found.append(Notice(AlarmKind.VOLUME, "volume", (_told_spike(running, peaks, day),)))
        if not _has_gone_on(app, AlarmKind.VOLUME, "volume", activity.at):
            return
    if is_suspect:
        return
    if not peaks or peaks[-1].day < day:
        peaks.append(DayPeak(day))
        del peaks[:-PEAK_DAYS]
    last = peaks[-1]
    if running.items > last.items or running.bytes > last.bytes or running.exports > last.exports:
        last.items = max(last.items, running.items)
        last.bytes = max(last.bytes, running.bytes)
        last.exports = max(last.exports, running.exports)


def _told_spike(running: HourCount, peaks: list[DayPeak], day: int) -> str:
    before = [peak for peak in peaks if peak.day != day]
    most = max((peak.items for peak in before), default=0)
    most_mb = max((peak.bytes for peak in before), default=0) // 1_000_000
    return (
        f"It moved {running.items} items and {running.bytes // 1_000_000} MB in {running.exports} exports within the"
        f" hour; the most of any day in the month before was {most} items and {most_mb} MB."
    )


def _amount(activity: Activity, app: AppMemory) -> tuple[int, int]:
    """Items and exports of an event. Where a platform never counts, an export stands for a batch."""
    if activity.items or activity.bytes:
        app.is_counted = True
    if activity.deed is not Deed.EXPORT:
        return activity.items, 0
    return activity.items or (0 if app.is_counted else UNCOUNTED_EXPORT), 1


def _fresh(activity: Activity, app: AppMemory, items: int) -> tuple[str, int]:
    """Since when the app is let in, in words, and how many items it moved since; empty where it is no newcomer.

    Of an app that others have used for long, only what it does for who has just agreed counts.
    """
    if app.is_newcomer and activity.at - app.first_at < DAY_S:
        return "first seen within a day", app.running.items
    consented = app.holders.get(activity.account, 0.0) if activity.account else 0.0
    if not consented or not 0 <= activity.at - consented < HOUR_S:
        return "", 0
    fresh = app.running.fresh
    if activity.account in fresh or len(fresh) < MOST_FRESH:
        fresh[activity.account] = fresh.get(activity.account, 0) + items
    return "consented to within the hour", fresh.get(activity.account, items)


def _is_spike(running: HourCount, peaks: list[DayPeak], day: int) -> bool:
    if running.items < LEAST_ITEMS and running.bytes < LEAST_BYTES and running.exports < LEAST_EXPORTS:
        return False
    items = bytes_ = exports = 0
    for peak in peaks:
        if peak.day != day:
            items, bytes_, exports = max(items, peak.items), max(bytes_, peak.bytes), max(exports, peak.exports)
    return (
        running.items >= max(LEAST_ITEMS, VOLUME_FACTOR * items + 1)
        or running.bytes >= max(LEAST_BYTES, VOLUME_FACTOR * bytes_ + 1)
        or running.exports >= max(LEAST_EXPORTS, VOLUME_FACTOR * exports + 1)
    )


def look_at_hours(
    activity: Activity, app: AppMemory, directory: DirectoryMemory, seen: tuple[int, bool], found: list[Notice]
) -> None:
    """Use of an app that people drive, in an hour of the week in which nobody ever used it.

    What is done in a quiet hour is held back, and learned once the hour is over and nothing was said.
    """
    network, is_suspect = seen
    hours, running = app.hours, app.running
    if not hours:
        hours = app.hours = [0] * HOURS_OF_WEEK
    place = _hour_of_week(running.hour)
    if not running.is_placed:
        running.is_placed = True
        running.is_quiet = (
            not hours[place]
            and app.weeks >= HOURS_WEEKS
            and activity.at - app.first_used_at >= HOURS_WEEKS * 7 * DAY_S
            and app.calls >= HOURS_CALLS
            and hours.count(0) >= QUIET_HOURS
            and not hours[place - 1]
            and not hours[(place + 1) % HOURS_OF_WEEK]
        )
    if running.is_quiet and len(running.accounts) >= OFF_HOURS_ACCOUNTS and network not in directory.people:
        said = f"{OFF_HOURS_ACCOUNTS} accounts or more use it at an hour of the week in which, over {app.weeks} weeks, nobody did."
        found.append(Notice(AlarmKind.OFF_HOURS, "hours", (said,)))
        if not _has_gone_on(app, AlarmKind.OFF_HOURS, "hours", activity.at):
            running.held = 0
            return
    if is_suspect:
        return
    if running.is_quiet:
        running.held += activity.calls
    else:
        hours[place] += activity.calls
    week = int(activity.at // (7 * DAY_S))
    if week > app.last_week:
        app.last_week = week
        app.weeks += 1


def _next_hour(app: AppMemory, hour: int) -> HourCount:
    before = app.running
    if before.held and app.hours:
        app.hours[_hour_of_week(before.hour)] += before.held
    app.running = HourCount(hour)
    return app.running


def _hour_of_week(hour: int) -> int:
    return (hour + 72) % HOURS_OF_WEEK  # the epoch began on a Thursday; hours count from Monday


def _has_gone_on(app: AppMemory, kind: AlarmKind, cause: str, at: float) -> bool:
    """Whether an alarm was given so long ago that what set it off is usual by now."""
    given = app.open.get(key_of(kind, "", cause))
    return given is not None and at - given.first_at >= ADOPTED_AFTER_DAYS * DAY_S


def _may_learn(app: AppMemory, kind: AlarmKind, cause: str, at: float) -> bool:
    """Whether there is no alarm, or one that has gone on for long."""
    return key_of(kind, "", cause) not in app.open or _has_gone_on(app, kind, cause, at)
