"""Personal data with a form that can be validated.

Names, street addresses, ages and other free text have no such form and are not found here. A number whose check
digit alone would be met by chance in one of ten or eleven numbers counts only beside a word that says what it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache

import msgspec
import re2

from wardlaw.facts.exchange import Segment
from wardlaw.facts.finding import Finding, FindingKind, Level
from wardlaw.security import ids
from wardlaw.security import worldids as world
from wardlaw.security.decode import scan_options
from wardlaw.security.normalise import Views
from wardlaw.security.views import View

NAME = "personal-data"
VERSION = "2"
_SUBJECT_BYTES = 8  # sixteen hexadecimal characters; two of a million persons collide once in 37 million installations
_BEFORE, _AFTER = 48, 12  # characters around a number in which the word that names it is looked for


class Format(msgspec.Struct, frozen=True):
    """One kind of personal datum.

    Attributes:
        label: PII type, as in the data class ``pii:<label>``.
        pattern: RE2 pattern of the written form.
        check: Validates the letters and digits; None where the form is enough.
        context: Words one of which must stand near; ``""`` where the number speaks for itself.
        score: 0 to 1000.
    """

    label: str
    pattern: str
    check: ids.Check | None = None
    context: str = ""
    score: int = 900


_TEL = r"phone|tel|telefon|telephone|mobile|mobil|cell|call|fax|whatsapp|sms|contact|handy|movil|telefono|telefoon|reach|rufnummer|text me|messages to|answering|office"
_S = r"[ .\-/]?"
FORMATS: tuple[Format, ...] = (
    Format("email", r"[A-Za-z0-9][A-Za-z0-9._%+'-]*@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b"),
    Format("card", r"\b\d(?:[ -]?\d){12,18}\b", ids.card, score=950),
    Format("card", r"\b\d(?:[ -]?\d){11,18}\b", ids.any_card, "card|visa|amex|cc\\b|maestro|kart|carte|tarjeta|kreditk", 850),
    Format("iban", r"\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?\b", ids.iban, score=980),
    Format("us-ssn", r"\b\d{3}-\d{2}-\d{4}\b", ids.us_ssn),
    Format("us-ssn", r"\b\d{3}[ .]?\d{2}[ .]?\d{4}\b", ids.us_ssn, "ssn|social security|social sec", 850),
    Format("de-tax-id", r"\b\d{2} ?\d{3} ?\d{3} ?\d{3}\b", ids.de_tax_id, "steuer|idnr|tax id|tin|tax identification"),
    Format("fr-nir", r"\b[1-478] ?\d{2} ?\d{2} ?(?:\d{2}|2[ABab]) ?\d{3} ?\d{3} ?\d{2}\b", ids.fr_nir),
    Format("es-dni", r"\b(?:\d{8}|[XYZxyz]-?\d{7})-?[A-Za-z]\b", ids.es_dni),
    Format("it-codice-fiscale", r"\b[A-Za-z]{6}\d{2}[A-EHLMPR-Ta-ehlmpr-t]\d{2}[A-Za-z]\d{3}[A-Za-z]\b", ids.it_codice_fiscale, score=980),
    Format("nl-bsn", r"\b\d{4}[ .]?\d{2}[ .]?\d{3}\b|\b\d{3}[ .]\d{3}[ .]\d{3}\b", ids.nl_bsn, "bsn|burgerservice|sofi|citizen service"),
    Format("pl-pesel", r"\b\d{11}\b", ids.pl_pesel, "pesel|ewidency|national id|polish id"),
    Format("uk-nino", r"\b[A-CEGHJ-PR-TW-Za-ceghj-pr-tw-z][A-CEGHJ-NPR-TW-Za-ceghj-npr-tw-z] ?\d{2} ?\d{2} ?\d{2} ?[A-Da-d]\b", ids.uk_nino),
    Format("be-national", r"\b\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}\b", ids.be_national),
    Format("be-national", r"\b\d{11}\b", ids.be_national, "rijksregister|registre national|insz|niss|national register"),
    Format("se-personal", r"\b(?:19|20)?\d{6}[-+]\d{4}\b", ids.se_personal),
    Format("pt-nif", r"\b\d{3} ?\d{3} ?\d{3}\b", ids.pt_nif, "nif|contribuinte|fiscal"),
    Format("br-cpf", r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b", ids.br_cpf),
    Format("br-cpf", r"\b\d{11}\b", ids.br_cpf, "cpf"),
    Format("ch-ahv", r"\b756\.?\d{4}\.?\d{4}\.?\d{2}\b", ids.ch_ahv),
    Format("in-aadhaar", r"\b\d{4}[ -]?\d{4}[ -]?\d{4}\b", ids.in_aadhaar, "aadhaar|aadhar|uidai|uid"),
    Format("ca-sin", r"\b\d{3}[ -]?\d{3}[ -]?\d{3}\b", world.ca_sin, r"sin\b|social insurance|assurance sociale|nas\b"),
    Format("us-itin", r"\b9\d{2}-?\d{2}-?\d{4}\b", world.us_itin, "itin|taxpayer"),
    Format("us-routing", r"\b\d{9}\b", world.us_routing, "routing|aba\\b|rtn"),
    Format("uk-nhs", r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b", world.uk_nhs, "nhs"),
    Format("ie-pps", r"\b\d{7}[A-Wa-w][A-IWa-iw]?\b", world.ie_pps, "pps|ppsn|personal public service"),
    Format("fi-hetu", r"\b\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]\b", world.fi_hetu),
    Format("no-birth-number", r"\b\d{6} ?\d{5}\b", world.no_birth_number, "f.dselsnummer|fodselsnummer|personnummer|d-nummer|norwegian"),
    Format("dk-cpr", r"\b\d{6}-?\d{4}\b", world.dk_cpr, "cpr|danish"),
    Format("at-svnr", r"\b\d{4} ?\d{6}\b", world.at_svnr, "svnr|sozialversicherung|sv-nummer"),
    Format("cz-birth-number", r"\b\d{6}/?\d{4}\b", world.cz_birth_number, "rodn|birth number"),
    Format("ro-cnp", r"\b[1-9]\d{12}\b", world.ro_cnp, "cnp|cod numeric"),
    Format("tr-identity", r"\b[1-9]\d{10}\b", world.tr_identity, "kimlik|tckn|t\\.?c\\.? no|turkish id"),
    Format("br-cnpj", r"\b\d{2}\.?\d{3}\.?\d{3}/\d{4}-?\d{2}\b", world.br_cnpj),
    Format("mx-curp", r"\b[A-Z]{4}\d{6}[HMX][A-Z]{5}[0-9A-Z]\d\b", world.mx_curp, score=980),
    Format("cl-rut", r"\b\d{1,2}\.?\d{3}\.?\d{3}-[0-9Kk]\b", world.cl_rut, r"rut\b|run\b|rol unico"),
    Format("ar-cuil", r"\b(?:20|23|24|25|26|27|30|33|34)-\d{8}-\d\b", world.ar_cuil),
    Format("au-tfn", r"\b\d{3} ?\d{3} ?\d{3}\b", world.au_tfn, "tfn|tax file"),
    Format("au-medicare", r"\b[2-6]\d{3} ?\d{5} ?\d{1,2}\b", world.au_medicare, "medicare"),
    Format("jp-my-number", r"\b\d{4}[ -]?\d{4}[ -]?\d{4}\b", world.jp_my_number, "my number|mynumber|individual number|\u500b\u4eba\u756a\u53f7|\u30de\u30a4\u30ca\u30f3\u30d0\u30fc"),
    Format("kr-rrn", r"\b\d{6}-[1-8]\d{6}\b", world.kr_rrn),
    Format("cn-identity", r"\b[1-9]\d{16}[0-9Xx]\b", world.cn_identity),
    Format("sg-nric", r"\b[STFGMstfgm]\d{7}[A-Za-z]\b", world.sg_nric, "nric|fin\\b|identity card|singapore"),
    Format("za-identity", r"\b\d{10}[01]\d{2}\b", world.za_identity, r"id number|identity|south africa|sa id|\bid\b"),
    Format("in-pan", r"\b[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]\b", None, r"pan\b|permanent account|income tax"),
    Format("passport", r"\b(?:[A-Z]{1,2}\d{6,8}[A-Z]?|[CFGHJKLMNPRTVWXYZ][0-9CFGHJKLMNPRTVWXYZ]{8}|\d{2}[A-Z]{2}\d{5}|\d{8,9})\b", None, "passport|passeport|reisepass|pasaporte|passaporto|paspoort|passaporte|pass-nr|passnummer", 800),
    Format("driver-licence", r"\b(?:[A-Z]{1,3}[0-9-]{5,14}|[A-Z]{5}\d{6}[0-9A-Z]{5}|[A-Z9]{5}\d{6}[A-Z9]{2}\d[A-Z]{2}|\d{7,12}|[A-Z0-9]{11})\b", None, "driv\\w+ licen[cs]e|drivers licen[cs]e|driver.?s? licen[cs]e|licen[cs]e number|f.hrerschein|fuhrerschein|permis de conduire|permiso de conducir|patente|rijbewijs", 750),
    Format("birth-date", r"\b(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d{2}|\d{1,2}\.? (?:January|February|March|April|May|June|July|August|September|October|November|December) (?:19|20)\d{2}|(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{1,2},? (?:19|20)\d{2})\b", None, "born|birth|dob\\b|geboren|geburt|naissance|n.e? le|nacimiento|nascita|geboorte|nascimento", 700),
    Format("phone", r"\+\d{1,3}(?:[ .\-/]?\(?\d{1,5}\)?){2,6}(?: ?(?:x|ext\.?) ?\d{1,6})?\b", None, "", 800),
    Format("phone", r"(?:\(\d{3}\) ?|\b(?:1[ .-])?\d{3}[.-])\d{3}[.-]\d{4}(?: ?(?:x|ext\.?) ?\d{1,6})?\b", None, "", 750),
    Format("phone", r"(?:\b|\()0\d{1,4}\)?(?:[ .\-/]\(?\d{2,5}\)?){1,5}\b|\b0[1-9]\d{7,10}\b|\b00\d{9,13}\b|(?:\(\d{2,5}\) ?|\b\d{2,4}[ .-])\d{2,6}(?:[ .-]\d{2,5}){0,4}\b|\b\d{9,11}\b", None, _TEL, 650),
    Format("ip", r"\b(?:\d{1,3}\.){3}\d{1,3}\b", None, "", 300),
    Format("ip", r"\b(?:[0-9A-Fa-f]{1,4}:){4,7}(?::?[0-9A-Fa-f]{1,4}){1,3}\b", None, "", 300),
)  # fmt: skip
# Every format holds an address sign, or two digits, or four colons (IPv6 in letters).
_MARKS = b"0123456789@:"
_FEWEST_MARKS = 2
_UNMARKED = bytes(code for code in range(256) if code not in _MARKS)
_NOT_VALUE = re.compile(r"[\W_]+")
_EXTENSION = re.compile(r" ?(?:x|ext).*")


_CONTEXTS = tuple(re.compile(rf"\b(?:{one.context})") for one in FORMATS)


@cache
def _compiled() -> tuple[re2.Set, tuple[re2._Regexp, ...]]:
    """One automaton that says which formats stand in a text, and each by itself; made once, whoever detects with them."""
    gate = re2.Set.SearchSet(scan_options())
    for one in FORMATS:
        gate.Add(one.pattern.encode())
    gate.Compile()
    options = re2.Options()
    options.log_errors = False
    return gate, tuple(re2.compile(one.pattern, options) for one in FORMATS)


class PiiDetector:
    """Finds personal data in the views of a text.

    Args:
        subject_key: Key of the digests, 1 to 64 bytes.
    """

    name = NAME
    version = VERSION

    def __init__(self, subject_key: bytes) -> None:
        self._key = subject_key
        self._gate, self._patterns = _compiled()
        self._contexts = _CONTEXTS

    def detect(self, views: Views, segment: Segment) -> list[Finding]:
        """One finding for each datum; where two kinds overlap, the surer one."""
        found = self.scan(views.folded, views.raw, segment.index)
        for view in views.others:
            known = {(finding.start, finding.end) for finding in found}
            more = self.scan(view, view.text.encode(), segment.index)
            found += [finding for finding in more if (finding.start, finding.end) not in known]
        return found

    def scan(self, view: View, raw: bytes, index: int = -1) -> list[Finding]:
        """Personal data in one view; ``raw`` is its text in UTF-8."""
        marks = raw.translate(None, _UNMARKED)
        if len(marks) < _FEWEST_MARKS and b"@" not in marks:
            return []
        kinds = self._gate.Match(raw)
        if not kinds:
            return []
        hits = [hit for kind in kinds for hit in self._hits(kind, view)]
        hits.sort(key=lambda hit: (-FORMATS[hit[0]].score, hit[1]))
        taken = bytearray(len(view.text) + 1)
        found: list[Finding] = []
        for kind, start, end, value in hits:
            if taken[start] or taken[end - 1]:
                continue
            taken[start:end] = b"\x01" * (end - start)
            one = FORMATS[kind]
            low, high = view.origin(start, end)
            found.append(
                Finding(
                    FindingKind.PII,
                    NAME,
                    VERSION,
                    f"pii-{one.label}",
                    Level.NOTE,
                    one.score,
                    label=one.label,
                    segment=index,
                    start=low,
                    end=high,
                    subject=subject_digest(value, self._key),
                )
            )
        return sorted(found, key=lambda finding: finding.start)

    def _hits(self, kind: int, view: View) -> Iterator[tuple[int, int, int, str]]:
        one = FORMATS[kind]
        for match in self._patterns[kind].finditer(view.text):
            start, end = match.span()
            value = normal_value(one.label, match.group())
            if not _valid(one, value, match.group()):
                continue
            near = view.lower[max(0, start - _BEFORE) : start] + " " + view.lower[end : end + _AFTER]
            if one.context and not self._contexts[kind].search(near):
                continue
            yield kind, start, end, value


def _valid(one: Format, value: str, written: str) -> bool:
    if one.check is not None:
        return one.check(value)
    match one.label:
        case "ip":
            return _public_address(written)
        case "phone":
            return 7 <= len(value) <= 15 and len(set(value)) > 2
        case _:
            return True


def _public_address(text: str) -> bool:
    """An address that may belong to a person: not private, local or a version number."""
    if ":" in text:
        return text.count(":") >= 4
    parts = [int(part) for part in text.split(".")]
    private = parts[0] in (0, 10, 127, 255) or parts[:2] == [192, 168] or (parts[0] == 172 and 16 <= parts[1] <= 31)
    return max(parts) <= 255 and not private and parts[0] < 224 and max(parts) > 9


def normal_value(label: str, written: str) -> str:
    """The value as it is compared: one spelling for each datum."""
    match label:
        case "email":
            return written.lower()
        case "ip":
            return written.lower()
        case "phone":
            digits = _NOT_VALUE.sub("", _EXTENSION.sub("", written))
            return digits.removeprefix("00")
        case _:
            return _NOT_VALUE.sub("", written).upper()


def subject_digest(value: str, key: bytes) -> str:
    """Keyed digest by which one person's datum is counted once; sixteen hexadecimal characters."""
    return hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=_SUBJECT_BYTES, key=key).hexdigest()
