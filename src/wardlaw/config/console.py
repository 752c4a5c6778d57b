"""Settings of the pages for people."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from wardlaw.config.provider import Provider


class Console(msgspec.Struct, frozen=True):
    """The pages for people."""

    address: Annotated[
        str,
        Meta(
            description="Where browsers find the console, such as `https://wardlaw.example.com`; empty: `control.listen` "
            "on loopback."
        ),
    ] = ""
    oidc: Annotated[Provider, Meta(description="Signing in through an identity provider (OpenID Connect).")] = (
        Provider()
    )
    languages: Annotated[
        tuple[str, ...],
        Meta(description="Languages of the pages beside English, such as `de`; each needs a catalogue."),
    ] = ()
    catalogues: Annotated[
        str, Meta(description="Folder of catalogues (`de.mo`) beside those that come with Wardlaw.")
    ] = "{data_dir}/languages"
