"""Uses of Annex III and conditions of Article 6(3) to Regulation (EU) 2024/1689, in our own words, for people who tick them."""

from __future__ import annotations

from collections.abc import Mapping

from wardlaw.console.pages.messages import mark

USES: Mapping[str, str] = {
    "annex-iii-1a": mark("Identifies people remotely by biometrics"),
    "annex-iii-1b": mark("Sorts people by biometrics into sensitive groups"),
    "annex-iii-1c": mark("Recognises emotions"),
    "annex-iii-2": mark("Safety part of critical infrastructure, traffic, water, gas, heat or electricity"),
    "annex-iii-3a": mark("Decides on admission to education or where people are placed"),
    "annex-iii-3b": mark("Judges what people have learnt"),
    "annex-iii-3c": mark("Judges which level of education somebody may reach"),
    "annex-iii-3d": mark("Watches for cheating in tests"),
    "annex-iii-4a": mark("Recruits: targets job adverts, filters or judges applicants"),
    "annex-iii-4b": mark("Decides on terms, promotion or dismissal, hands out work, watches workers"),
    "annex-iii-5a": mark("For authorities: decides on public benefits and services"),
    "annex-iii-5b": mark("Judges creditworthiness, other than to find fraud"),
    "annex-iii-5c": mark("Judges risk and price of life or health insurance"),
    "annex-iii-5d": mark("Sorts emergency calls or patients, sends out emergency services"),
    "annex-iii-6a": mark("Law enforcement: judges who may become a victim"),
    "annex-iii-6b": mark("Law enforcement: polygraphs and the like"),
    "annex-iii-6c": mark("Law enforcement: judges how reliable evidence is"),
    "annex-iii-6d": mark("Law enforcement: judges who may offend, not by profiling alone"),
    "annex-iii-6e": mark("Law enforcement: profiles people in investigations"),
    "annex-iii-7a": mark("Migration and borders: polygraphs and the like"),
    "annex-iii-7b": mark("Migration and borders: judges risks of those who enter"),
    "annex-iii-7c": mark("Migration and borders: helps to decide on asylum, visas, permits"),
    "annex-iii-7d": mark("Migration and borders: detects or identifies people"),
    "annex-iii-8a": mark("Justice: helps courts to find or apply facts and law"),
    "annex-iii-8b": mark("Democracy: sways elections or how people vote"),
    "none": mark("None of them"),
    "narrow-procedural": mark("It does a narrow procedural task"),
    "improves-completed-human-work": mark("It improves what a person has finished"),
    "detects-deviation-no-influence": mark(
        "It finds deviations from earlier decisions and replaces no person's judgement"
    ),
    "preparatory": mark("It only prepares a judgement"),
    "authorised-representative": mark("Authorised representative"),
}
