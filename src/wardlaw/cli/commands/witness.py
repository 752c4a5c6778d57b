"""``wardlaw witness``: a process of its own, best on a machine the log's operator does not run."""

from __future__ import annotations

import ssl
from pathlib import Path

from cyclopts import App

from wardlaw.audit.note import parse_verifier_key
from wardlaw.cli.options import NONE, Options
from wardlaw.cli.sources import read_text
from wardlaw.config.tls import CIPHERS
from wardlaw.facts.errors import ConfigError
from wardlaw.witness.folder import add_log, create_key
from wardlaw.witness.server import serve as serve_witness

app = App(name="witness", help="Run a witness that cosigns checkpoints.")


@app.command
def init(folder: str, *, name: str, options: Options = NONE) -> int:
    """Make a witness: its folder and its key. Prints the public key for the log's operator.

    Args:
        folder: Folder of the witness; nobody else needs access to it.
        name: Name of the witness, such as witness.example/one.
    """
    key = create_key(Path(folder), name)
    options.output().result({"folder": folder, "public_key": key.text}, key.text)
    options.output().note("Put this line into audit.witness.public_key, then: wardlaw witness add FOLDER LOG.pub")
    return 0


@app.command
def add(folder: str, key: str, *, options: Options = NONE) -> int:
    """Let the witness know a log, or a new key of one it knows.

    Args:
        folder: Folder of the witness.
        key: The log's public key line, or the file that holds it (keys/log.key.pub).
    """
    path = Path(key)
    line = read_text(path).strip() if path.is_file() else key
    known = parse_verifier_key(line)
    add_log(Path(folder), known)
    options.output().result({"folder": folder, "log": known.name}, f"The witness knows {known.name}.")
    return 0


@app.command
def serve(
    folder: str, *, listen: str = "127.0.0.1:8087", cert: str = "", key: str = "", options: Options = NONE
) -> int:
    """Run the witness until it is interrupted.

    Args:
        folder: Folder of the witness.
        listen: Address and port; anything but loopback needs --cert and --key.
        cert: Certificate chain, PEM file.
        key: Its private key, PEM file.
    """
    output = options.output()
    serve_witness(Path(folder), listen, tls=_tls(cert, key), tell=output.note)
    return 0


def _tls(cert: str, key: str) -> ssl.SSLContext | None:
    if not cert and not key:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    try:
        context.load_cert_chain(cert, key or None)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigError(
            "WL-CLI-008", f"The certificate {cert} cannot be used: {error}.", "Check both PEM files."
        ) from error
    return context
