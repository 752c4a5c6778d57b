"""Check digits and shapes of national numbers beyond those of ``ids``: the Americas, Asia, Oceania, the rest of Europe.

Each function takes digits or letters without separators, in capitals.
"""

from __future__ import annotations

from collections.abc import Sequence

from wardlaw.security.ids import luhn


def _weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(weight * int(char) for weight, char in zip(weights, digits, strict=False))


def _day_month(day: str, month: str) -> bool:
    return 1 <= int(day) <= 31 and 1 <= int(month) <= 12


def ca_sin(digits: str) -> bool:
    """Social Insurance Number: Luhn, not beginning with 0 or 8."""
    return digits[0] not in "08" and luhn(digits)


def us_itin(digits: str) -> bool:
    """Individual Taxpayer Identification Number: 9xx, group 50–65, 70–88, 90–92 or 94–99."""
    group = int(digits[3:5])
    return digits[0] == "9" and (50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99)


def us_routing(digits: str) -> bool:
    """ABA routing number: weights 3 7 1."""
    return _weighted(digits, (3, 7, 1) * 3) % 10 == 0 and digits[:2] <= "32" and digits != "000000000"


def uk_nhs(digits: str) -> bool:
    """NHS number: weights 10 … 2 modulo 11; a check digit of ten is never issued."""
    return (11 - _weighted(digits, range(10, 1, -1)) % 11) % 11 == int(digits[9]) and len(set(digits)) > 1


def ie_pps(text: str) -> bool:
    """Personal Public Service number: weights 8 … 2, the second letter counts nine times, letter at n mod 23."""
    extra = ord(text[8]) - 64 if len(text) > 8 and text[8] != "W" else 0
    return "WABCDEFGHIJKLMNOPQRSTUV"[(_weighted(text[:7], range(8, 1, -1)) + 9 * extra) % 23] == text[7]


def fi_hetu(text: str) -> bool:
    """Henkilötunnus without its century sign: date and number modulo 31."""
    body = text[:6] + text[-4:-1]
    return _day_month(text[:2], text[2:4]) and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(body) % 31] == text[-1]


def no_birth_number(digits: str) -> bool:
    """Fødselsnummer: two check digits modulo 11; D numbers add 40 to the day."""
    day = int(digits[:2])
    plausible = 1 <= (day - 40 if day > 40 else day) <= 31 and 1 <= int(digits[2:4]) <= 12
    first = _weighted(digits, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1))
    second = _weighted(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1))
    return plausible and first % 11 == 0 and second % 11 == 0


def dk_cpr(digits: str) -> bool:
    """CPR number: its date; the check digit is no longer kept since 2007."""
    return _day_month(digits[:2], digits[2:4])


def at_svnr(digits: str) -> bool:
    """Sozialversicherungsnummer: weights 3 7 9 – 5 8 4 2 1 6 modulo 11."""
    return digits[0] != "0" and _weighted(digits, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11 == int(digits[3])


def cz_birth_number(digits: str) -> bool:
    """Rodné číslo of ten digits: divisible by eleven; women add 50 to the month."""
    month = int(digits[2:4]) % 50 % 20
    return 1 <= month <= 12 and int(digits) % 11 == 0


def ro_cnp(digits: str) -> bool:
    """Cod numeric personal: weights 279146358279 modulo 11."""
    rest = _weighted(digits, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return _day_month(digits[5:7], digits[3:5]) and (1 if rest == 10 else rest) == int(digits[12])


def tr_identity(digits: str) -> bool:
    """T.C. kimlik numarası: two check digits from sums of odd and even places."""
    places = [int(char) for char in digits]
    tenth = (sum(places[0:9:2]) * 7 - sum(places[1:8:2])) % 10
    return places[0] > 0 and places[9] == tenth and places[10] == sum(places[:10]) % 10


def br_cnpj(digits: str) -> bool:
    """Cadastro Nacional da Pessoa Jurídica: two check digits modulo 11."""
    for length, weights in ((12, (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)), (13, (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2))):
        rest = _weighted(digits, weights) % 11
        if (0 if rest < 2 else 11 - rest) != int(digits[length]):
            return False
    return len(set(digits)) > 1


def mx_curp(text: str) -> bool:
    """CURP: its date; the form, with letters of the name, sex and state, is particular enough."""
    return _day_month(text[8:10], text[6:8])


def cl_rut(text: str) -> bool:
    """Rol Único Tributario: weights 2 … 7 from the right modulo 11, K for ten."""
    total = sum(int(char) * (2 + place % 6) for place, char in enumerate(reversed(text[:-1])))
    return "0123456789K"[-total % 11] == text[-1]


def ar_cuil(digits: str) -> bool:
    """CUIL and CUIT: weights 5432765432 modulo 11."""
    return (11 - _weighted(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11 == int(digits[10])


def au_tfn(digits: str) -> bool:
    """Tax File Number: weights 1 4 3 7 5 8 6 9 10 modulo 11."""
    return len(set(digits)) > 1 and _weighted(digits, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def au_medicare(digits: str) -> bool:
    """Medicare card number: weights 1 3 7 9 1 3 7 9 modulo 10, beginning with 2 to 6."""
    return digits[0] in "23456" and _weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(digits[8])


def jp_my_number(digits: str) -> bool:
    """Individual Number: weights 6 … 2, 7 … 2 modulo 11."""
    rest = _weighted(digits, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if rest <= 1 else 11 - rest) == int(digits[11])


def kr_rrn(digits: str) -> bool:
    """Resident registration number: its date and century; the check digit is not kept since 2020."""
    return _day_month(digits[4:6], digits[2:4]) and digits[6] in "12345678"


def cn_identity(text: str) -> bool:
    """Resident identity card: ISO 7064 mod 11,2."""
    if not _day_month(text[12:14], text[10:12]) or text[6:8] not in ("19", "20"):
        return False
    return "10X98765432"[_weighted(text, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)) % 11] == text[17]


def sg_nric(text: str) -> bool:
    """NRIC and FIN: weights 2765432, an offset for the century, letter at n mod 11."""
    total = _weighted(text[1:8], (2, 7, 6, 5, 4, 3, 2)) + {"T": 4, "G": 4, "M": 3}.get(text[0], 0)
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "XWUTRQPNJLK"}.get(text[0], "XWUTRQPNMLK")
    return letters[total % 11] == text[8]


def za_identity(digits: str) -> bool:
    """Identity number: date, citizenship 0 or 1, Luhn."""
    return _day_month(digits[4:6], digits[2:4]) and digits[10] in "01" and luhn(digits)
