"""Gather what the console's pages say into `messages/wardlaw.pot`, and compile translations of it.

python -m tools.messages            # writes the template; compiles every messages/<language>.po beside it
python -m tools.messages --check    # says whether the template is as the pages are
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PAGES = Path(__file__).parents[1] / "src" / "wardlaw" / "console" / "pages"
FOLDER = PAGES / "messages"
TEMPLATE = FOLDER / "wardlaw.pot"

_KEYWORDS = {"_": None, "gettext": None, "mark": None, "say": None, "say_many": (1, 2), "many": (1, 2)}
_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
_OPTIONS = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only compare; exit 1 when the template is old")
    text = template()
    if parser.parse_args().check:
        return 0 if TEMPLATE.is_file() and TEMPLATE.read_bytes() == text else 1
    FOLDER.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(text)
    print(f"wrote {TEMPLATE.name}")
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as source, path.with_suffix(".mo").open("wb") as target:
            write_mo(target, read_po(source))
        print(f"compiled {path.name}")
    return 0


def template() -> bytes:
    """The template as it would be written now: sentences sorted, each with the files it stands in."""
    catalogue = Catalog(project="Wardlaw", charset="utf-8")
    for name, _line, message, comments, context in extract_from_dir(
        PAGES, method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS
    ):
        catalogue.add(message, None, [(name, None)], auto_comments=comments, context=context)
    out = io.BytesIO()
    write_po(out, catalogue, omit_header=True, sort_output=True, include_lineno=False)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
