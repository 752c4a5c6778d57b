"""The page that checks a report in a browser: one file, nothing from elsewhere, and nothing can leave it."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

_STYLE = """
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:46rem;padding:1.5rem}
#shown{font-size:1.4rem;font-weight:600}textarea{width:100%;font-family:monospace}label{display:block;margin:1rem 0 .3rem}
"""
_BODY = """<main><h1>Check an evidence report</h1>
<p>Unpack the report, and choose the folder that holds it. Everything is read on this machine; this page can send nothing.</p>
<label for="folder">Folder of the report</label><input id="folder" type="file" webkitdirectory multiple>
<p id="shown" role="status"></p><ul id="lines"></ul>
<details><summary>Hold it against keys you have from elsewhere</summary>
<p>Keys inside a report prove that it is whole, not whose it is. Put here what its owner published, then choose the folder.</p>
<label for="log-keys">Key lines of the log</label><textarea id="log-keys" rows="3"></textarea>
<label for="report-keys">Key lines of reports</label><textarea id="report-keys" rows="3"></textarea></details>
<p>A page that came with a report is as trustworthy as whoever sent it; <code>verify.py</code> of a Wardlaw of your own says
the same without it.</p></main>"""


def verifier_page() -> str:
    """The page as HTML."""
    script = files("wardlaw.store").joinpath("reportverify.js").read_text("utf-8")
    csp = f"default-src 'none'; script-src '{_hashed(script)}'; style-src '{_hashed(_STYLE)}'; base-uri 'none'; form-action 'none'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{csp}"><meta name="viewport" content="width=device-width">'
        f"<title>Check an evidence report</title><style>{_STYLE}</style></head><body>{_BODY}<script>{script}</script></body></html>\n"
    )


def _hashed(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
