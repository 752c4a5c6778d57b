"""Check digits and shapes of cards, accounts and national numbers. Each function takes digits or letters without separators."""

from __future__ import annotations

from collections.abc import Callable

# Country and total length of an IBAN (IBAN Registry, release 99).
IBAN_LENGTHS: dict[str, int] = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29,
    "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29,
    "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28,
    "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20,
    "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
    "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24, "PL": 28, "PS": 29,
    "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
    "YE": 30,
}  # fmt: skip
# Issuer prefixes as (from, to, lengths) over the first four digits (ISO/IEC 7812 ranges published by the schemes).
_CARDS = (
    (3400, 3499, (15,)), (3700, 3799, (15,)), (3000, 3059, (14, 16)), (3095, 3095, (14, 16)), (3600, 3699, (14, 16, 19)),
    (3800, 3999, (14, 16, 19)), (3528, 3589, (16, 17, 18, 19)), (4000, 4999, (13, 16, 19)), (5100, 5599, (16,)),
    (2221, 2720, (16,)), (5018, 5018, (16, 17, 18, 19)), (5020, 5020, (16, 17, 18, 19)), (5038, 5038, (16, 17, 18, 19)),
    (5612, 5612, (16, 17, 18, 19)), (5893, 5893, (16, 17, 18, 19)), (6304, 6304, (16, 17, 18, 19)), (6759, 6763, (16, 17, 18, 19)),
    (6011, 6011, (16, 19)), (6440, 6599, (16, 19)), (6200, 6299, (16, 17, 18, 19)), (2200, 2204, (16, 17, 18, 19)),
    (1800, 1800, (15,)), (2131, 2131, (15,)),
)  # fmt: skip


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def card(digits: str) -> bool:
    """A payment card: issuer prefix, length and Luhn digit."""
    first = int(digits[:4])
    known = any(low <= first <= high and len(digits) in lengths for low, high, lengths in _CARDS)
    return known and len(set(digits)) > 1 and luhn(digits)


def any_card(digits: str) -> bool:
    """A card number of an issuer not in the table: Luhn digit only, for use beside a word that names a card."""
    return len(set(digits)) > 1 and luhn(digits)


def iban(text: str) -> bool:
    """ISO 13616: country, length, remainder 1 modulo 97."""
    if IBAN_LENGTHS.get(text[:2]) != len(text):
        return False
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97 == 1


def us_ssn(digits: str) -> bool:
    """Social Security Administration, randomised numbers since 2011: no area 000, 666, 9xx, no group 00, no serial 0000."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    published = digits in ("078051120", "219099999", "123456789")
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000" and not published


def de_tax_id(digits: str) -> bool:
    """Steuer-Identifikationsnummer: ISO 7064 mod 11,10; one digit of the first ten stands twice or three times."""
    counts = sorted((digits[:10].count(char) for char in set(digits[:10])), reverse=True)
    if digits[0] == "0" or counts[0] not in (2, 3) or counts[1] != 1:
        return False
    return _mod_11_10(digits)


def _mod_11_10(digits: str) -> bool:
    product = 10
    for char in digits[:-1]:
        total = (int(char) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(digits[-1])


def fr_nir(text: str) -> bool:
    """Numéro d'inscription au répertoire: 13 places and key 97 − n mod 97; 2A and 2B count as 19 and 18."""
    body = text[:13].replace("2A", "19").replace("2B", "18")
    month = int(text[3:5])
    plausible = text[0] in "123478" and (1 <= month <= 12 or 20 <= month <= 42 or month >= 50)
    return plausible and 97 - int(body) % 97 == int(text[13:])


def es_dni(text: str) -> bool:
    """DNI and NIE: letter at n mod 23; X, Y, Z stand for 0, 1, 2."""
    body = text[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(body) % 23] == text[-1]


_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            2,
            4,
            18,
            20,
            11,
            3,
            6,
            8,
            12,
            14,
            16,
            10,
            22,
            25,
            24,
            23,
        ),
        strict=True,
    )
)


def it_codice_fiscale(text: str) -> bool:
    """Codice fiscale: sum of odd and even place values modulo 26 (D.M. 23 December 1976)."""
    total = sum(
        _ODD[char] if place % 2 == 0 else int(char, 36) % 10 if char.isdigit() else ord(char) - 65
        for place, char in enumerate(text[:15])
    )
    return chr(65 + total % 26) == text[15]


def nl_bsn(digits: str) -> bool:
    """Burgerservicenummer: eleven test with weights 9 … 2, −1."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return (
        int(digits) > 9_999_999
        and sum(weight * int(char) for weight, char in zip(weights, digits, strict=True)) % 11 == 0
    )


def pl_pesel(digits: str) -> bool:
    """PESEL: weights 1 3 7 9, and a date of birth with the century in the month."""
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
    month, day = int(digits[2:4]) % 20, int(digits[4:6])
    right = sum(weight * int(char) for weight, char in zip(weights, digits, strict=True)) % 10 == 0
    return 1 <= month <= 12 and 1 <= day <= 31 and right


def uk_nino(text: str) -> bool:
    """National Insurance number: prefixes that HMRC does not allocate are none."""
    prefix = text[:2]
    return (
        prefix[0] not in "DFIQUV"
        and prefix[1] not in "DFIOQUV"
        and prefix not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")
    )


def be_national(digits: str) -> bool:
    """Rijksregisternummer: 97 − n mod 97, with 2 in front for births from 2000."""
    body, check = digits[:9], int(digits[9:])
    month = int(digits[2:4]) % 20
    return month <= 12 and check in (97 - int(body) % 97, 97 - int("2" + body) % 97)


def se_personal(digits: str) -> bool:
    """Personnummer: Luhn over the last ten digits, day up to 91 for coordination numbers."""
    ten = digits[-10:]
    month, day = int(ten[2:4]), int(ten[4:6])
    return 1 <= month <= 12 and (1 <= day <= 31 or 61 <= day <= 91) and luhn(ten)


def pt_nif(digits: str) -> bool:
    """Número de identificação fiscal: weights 9 … 2 modulo 11."""
    rest = sum(weight * int(char) for weight, char in zip(range(9, 1, -1), digits, strict=False)) % 11
    return digits[0] in "1235689" and int(digits[8]) == (0 if rest < 2 else 11 - rest)


def br_cpf(digits: str) -> bool:
    """Cadastro de Pessoas Físicas: two check digits modulo 11."""
    if len(set(digits)) == 1:
        return False
    for length in (9, 10):
        total = sum((length + 1 - place) * int(digits[place]) for place in range(length))
        if total * 10 % 11 % 10 != int(digits[length]):
            return False
    return True


def ch_ahv(digits: str) -> bool:
    """AHV number: prefix 756 and the EAN-13 check digit."""
    total = sum(int(char) * (3 if place % 2 else 1) for place, char in enumerate(digits[:12]))
    return (10 - total % 10) % 10 == int(digits[12])


def in_aadhaar(digits: str) -> bool:
    """Aadhaar: Verhoeff check digit, not beginning with 0 or 1."""
    check = 0
    for place, char in enumerate(reversed(digits)):
        check = _dihedral(check, _permuted(place % 8, int(char)))
    return digits[0] not in "01" and check == 0


def _dihedral(left: int, right: int) -> int:
    """Product in the dihedral group of order ten."""
    if left < 5:
        return (left + right) % 5 if right < 5 else 5 + (left + right) % 5
    return 5 + (left - right) % 5 if right < 5 else (left - right) % 5


def _permuted(times: int, digit: int) -> int:
    for _ in range(times):
        digit = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[digit]
    return digit


Check = Callable[[str], bool]
