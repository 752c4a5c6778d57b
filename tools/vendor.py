"""Fetch the libraries and faces the console ships, at fixed versions, and write their digests beside them.

    python -m tools.vendor              # needs npm and a registry; changes nothing when the digests are the same
    python -m tools.vendor --check      # only holds the files against SHA256SUMS, needs nothing

The console loads nothing from elsewhere: what a browser gets is what stands in this repository.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

STATIC = Path(__file__).parents[1] / "src" / "wardlaw" / "console" / "pages" / "static"
SUMS = STATIC / "SHA256SUMS"

_HTMX = "htmx.org@4.0.1"
_UPLOT = "uplot@1.6.32"
_ICONS = "lucide-static@1.62.0"

# package, file in it, name here
FILES = (
    (_HTMX, "dist/htmx.min.js", "vendor/htmx.min.js"),
    (_HTMX, "dist/ext/hx-sse.min.js", "vendor/hx-sse.min.js"),
    (_HTMX, "dist/ext/hx-csp.min.js", "vendor/hx-csp.min.js"),
    (_UPLOT, "dist/uPlot.iife.min.js", "vendor/uPlot.iife.min.js"),
    (_UPLOT, "dist/uPlot.min.css", "vendor/uPlot.min.css"),
    ("@fontsource-variable/inter@5.3.0", "files/inter-latin-wght-normal.woff2", "vendor/inter-latin-wght-normal.woff2"),
    (
        "@fontsource/ibm-plex-mono@5.3.0",
        "files/ibm-plex-mono-latin-400-normal.woff2",
        "vendor/ibm-plex-mono-latin-400-normal.woff2",
    ),
    (_ICONS, "LICENSE", "icons/LICENSE"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only compare the files with SHA256SUMS")
    if parser.parse_args().check:
        wrong = differing()
        for name in wrong:
            print(f"differs from SHA256SUMS: {name}", file=sys.stderr)
        return 1 if wrong else 0
    icons = tuple((_ICONS, f"icons/{path.name}", f"icons/{path.name}") for path in (STATIC / "icons").glob("*.svg"))
    wanted = (*FILES, *icons)
    with tempfile.TemporaryDirectory() as folder:
        for package in sorted({one[0] for one in wanted}):
            _unpack(package, Path(folder) / package)
            print(f"have {package}")
        for package, source, name in wanted:
            target = STATIC / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(folder) / package / "package" / source, target)
    SUMS.write_text("".join(f"{digest}  {name}\n" for name, digest in sorted(digests().items())), encoding="ascii")
    print(f"wrote {SUMS.name}")
    return 0


def digests() -> dict[str, str]:
    """SHA-256 of each vendored file, by its name below the static folder."""
    files = [path for folder in ("vendor", "icons") for path in (STATIC / folder).iterdir() if path.is_file()]
    return {path.relative_to(STATIC).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def differing() -> list[str]:
    """Files that are not as SHA256SUMS says, are missing, or stand there unnamed."""
    lines = SUMS.read_text(encoding="ascii").splitlines()
    said = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    found = digests()
    return sorted(name for name in said.keys() | found.keys() if said.get(name) != found.get(name))


def _unpack(package: str, folder: Path) -> None:
    folder.mkdir(parents=True)
    done = subprocess.run(["npm", "pack", "--silent", package], cwd=folder, capture_output=True, text=True, check=True)
    with tarfile.open(folder / done.stdout.strip().splitlines()[-1]) as archive:
        archive.extractall(folder, filter="data")


if __name__ == "__main__":
    sys.exit(main())
