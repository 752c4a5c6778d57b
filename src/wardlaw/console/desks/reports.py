"""Evidence reports from the live system: what the tables tell is gathered, proven from the log, and signed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from sqlalchemy.engine import Connection

import wardlaw
from wardlaw.adapters.reportpdf import report_pdf
from wardlaw.audit.note import Note, NoteSignature
from wardlaw.audit.proof import format_proof
from wardlaw.console.api.deps import ReportLines
from wardlaw.console.desks.life import LifeDesk
from wardlaw.evidence.coverage import Line
from wardlaw.evidence.report import Happened, NamedRecord, Period, Report, framework_said, make_report
from wardlaw.evidence.reportoscal import oscal_results
from wardlaw.evidence.reportpage import report_page
from wardlaw.evidence.survey import Survey, worst_first
from wardlaw.facts.clauselife import LifeEvent, SignOff
from wardlaw.facts.errors import EvidenceError, InputError
from wardlaw.store import reportverify as check
from wardlaw.store.installation import Installation
from wardlaw.store.keyring_signing import trusted_keys
from wardlaw.store.logdir import LogDirectory
from wardlaw.store.logexport import prove_record
from wardlaw.store.period import (
    attestations_in,
    canary_runs_in,
    counts_in,
    full,
    gaps_in,
    glass_in,
    waivers_in,
)
from wardlaw.store.records import known_records
from wardlaw.store.reportverifypage import verifier_page

MOST_PROOFS = 4_000
"""Records whose proofs go along; a proof and its entry have some 3 KB, and an answer at most 64 MB."""
OSCAL = "oscal-assessment-results.json"
PAGE = "report.html"
PAPER = "report.pdf"
VERIFIER, VERIFIER_PAGE = "verify.py", "verify.html"


class ReportDesk:
    """Reports of one installation.

    Args:
        places: Where log and keys are; reports are signed with the key of policy bundles, which the control plane holds.
        life: How clauses came into force.
    """

    def __init__(self, places: Installation, life: LifeDesk) -> None:
        self._places = places
        self._life = life
        self._directory = LogDirectory(Path(places.config.audit.log))

    def gather(self, connection: Connection, survey: Survey, lines: ReportLines, period: Period) -> Report:
        """Everything but the proofs.

        Raises:
            InputError: It would rest on more records than a report may hold (WL-RPT-003).
        """
        report = make_report(
            survey,
            (_sorted(lines.provisions), _sorted(lines.clauses)),
            framework_said(lines.framework, lines.controls),
            self._happened(connection, survey, period),
            period=period,
            made_by=(self._places.origin, f"wardlaw {wardlaw.__version__}", lines.log_size),
        )
        if len(report.records) > MOST_PROOFS:
            raise InputError(
                "WL-RPT-003",
                f"A report of this period would rest on {len(report.records)} records; {MOST_PROOFS} are the most.",
                "Ask for a shorter period.",
            )
        leaves = {row.id: row.leaf_index for row in known_records(connection, [one.id for one in report.records])}
        placed = (msgspec.structs.replace(one, leaf_index=leaves.get(one.id, -1)) for one in report.records)
        return msgspec.structs.replace(report, records=tuple(placed))

    def seal(self, report: Report) -> dict[str, bytes]:
        """The signed files of a report by their names, with what proves the records it names.

        Raises:
            ConfigError: The key is missing or exposed.
        """
        files: dict[str, bytes] = {}
        records = tuple(self._proven(one, files) for one in report.records)
        report = msgspec.structs.replace(report, records=records)
        checkpoint = self._directory.witnessed() or self._directory.checkpoint()
        if checkpoint is not None:
            files[check.CHECKPOINT] = checkpoint
        files[check.REPORT] = _json(report)
        files[PAGE] = report_page(report).encode()
        files[PAPER] = report_pdf(report)
        files[check.KEYS] = _json({"log": self._lines("log"), "report": self._lines("bundle")})
        told = (check.REPORT, PAGE, PAPER, *sorted(name for name in files if name.startswith("proofs/")))
        files[OSCAL] = _json(oscal_results(report, {name: _sha256(files[name]) for name in told}))
        files[VERIFIER] = Path(check.__file__).read_bytes()
        files[VERIFIER_PAGE] = verifier_page().encode()
        return self._signed(files, report)

    def _signed(self, files: dict[str, bytes], report: Report) -> dict[str, bytes]:
        digests = {name: _sha256(content) for name, content in sorted(files.items())}
        manifest = _json({"format": check.FORMAT, "origin": report.origin, "made_at": report.made_at, "files": digests})
        signer = self._places.bundle_signer()
        text = f"{check.FORMAT}\n{report.origin}\n{_sha256(manifest)}\n{len(digests)} files\n"
        signature = NoteSignature(signer.name, signer.verifier.key_id, signer.sign(text.encode()))
        return files | {check.MANIFEST: manifest, check.SIGNATURE: Note(text, (signature,)).encode()}

    def _proven(self, record: NamedRecord, files: dict[str, bytes]) -> NamedRecord:
        if record.leaf_index < 0:
            return msgspec.structs.replace(record, note="the tables do not hold it: not published yet, or pruned")
        keys = [one.verifier for one in reversed(trusted_keys(self._places.log_key_path))]
        try:
            entry, proof = prove_record(self._directory, record.leaf_index, keys=keys)
        except (EvidenceError, InputError) as error:
            # A report says what it cannot prove; what is wrong with the log is for `wardlaw audit verify` to say.
            return msgspec.structs.replace(record, note=str(error))
        files[f"proofs/{record.id}.json"] = entry
        files[f"proofs/{record.id}.tlog-proof"] = format_proof(proof).encode()
        return msgspec.structs.replace(record, is_proven=True)

    def _lines(self, role: str) -> list[str]:
        return [one.key for one in reversed(trusted_keys(self._places.key_paths[role]))]

    def _happened(self, connection: Connection, survey: Survey, period: Period) -> Happened:
        kinds, effects = counts_in(connection, period)
        events, sign_offs = self._lives(connection, survey, period)
        runs, gaps = canary_runs_in(connection, period), gaps_in(connection, period)
        waivers, glass = waivers_in(connection, period), glass_in(connection, period)
        cut = full({"canary runs": runs, "gaps": gaps, "waivers": waivers, "broken glasses": glass})
        pruned = self._directory.minimum_index()
        if pruned:
            cut = (f"Records before number {pruned} were pruned: nothing is counted of them.", *cut)
        return Happened(
            records=kinds,
            effects=effects,
            gaps=gaps,
            canary_runs=runs,
            waivers=waivers,
            break_glass=glass,
            attestations=attestations_in(connection, period),
            life=events,
            sign_offs=sign_offs,
            cut=cut,
        )

    def _lives(
        self, connection: Connection, survey: Survey, period: Period
    ) -> tuple[tuple[LifeEvent, ...], tuple[SignOff, ...]]:
        """Steps and sign-offs of clauses in the period, oldest first; what stands is told by the clauses themselves."""
        events: list[LifeEvent] = []
        signed: dict[str, SignOff] = {}
        if self._life.is_on:
            known = (one for one in self._life.overview(connection, at=survey.now).clauses if one.version)
            for one in known:
                history = self._life.history(connection, one.clause)
                events += [step for step in history.events if period.begin <= step.at < period.end]
                for version in history.versions:
                    signed |= {word.id: word for word in version.sign_offs if period.begin <= word.at < period.end}
        by_time = sorted(signed.values(), key=lambda word: (word.at, word.id))
        return tuple(sorted(events, key=lambda step: (step.at, step.clause, step.number))), tuple(by_time)


def _sorted(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    return tuple(worst_first(lines))


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
