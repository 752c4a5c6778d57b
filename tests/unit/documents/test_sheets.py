from __future__ import annotations

from wardlaw.documents.packed import Package
from wardlaw.documents.piece import Bounds, Form, Gathering
from wardlaw.documents.sheets import read_sheets
from wardlaw.testing.papers import package, xlsx

CELLS = (
    '<worksheet><sheetData><row><c t="str"><f>A1&amp;"x"</f><v>ax</v></c><c t="inlineStr"><is><t>in</t></is></c>'
    '<c t="s"><v>99</v></c></row></sheetData><dataValidation prompt="a hidden word of advice"/></worksheet>'
)


def pieces(data: bytes) -> dict[str, str]:
    out = Gathering(Bounds())
    read_sheets(Package(data, Bounds()), Bounds(), out)
    return {piece.where: piece.text for piece in out.document(Form.SHEETS).pieces}


def test_each_sheet_is_read_under_its_name() -> None:
    read = pieces(xlsx({"Prices": [["name", "price"], ["tea", "4"]], "Späße": [["b"]]}))
    assert read == {"sheet Prices": "name\tprice\ntea\t4", "sheet Späße": "b"}


def test_texts_that_no_cell_shows_are_read() -> None:
    assert pieces(xlsx({"One": [["a"]]}, unused=["hidden"]))["strings"] == "hidden"


def test_formulas_inline_texts_and_prompts_are_read() -> None:
    read = pieces(
        package(
            {
                "xl/workbook.xml": '<workbook xmlns:r="u"><sheets><sheet name="S" r:id="1"/></sheets></workbook>',
                "xl/_rels/workbook.xml.rels": '<R><Relationship Id="1" Target="/xl/one.xml"/></R>',
                "xl/one.xml": CELLS,
            }
        )
    )
    assert read["sheet S"].split("\n") == ['=A1&"x"\tax\tin\t99', "a hidden word of advice"]
