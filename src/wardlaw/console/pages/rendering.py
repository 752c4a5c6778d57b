"""Pages from templates: everything escaped, a name nobody gave is an error, one nonce a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from wardlaw.console.pages.assets import Assets
from wardlaw.console.pages.words import action_words, ago, clock, effect_word, moment, number, plural, rest, spark

TEMPLATES = Path(__file__).parent / "templates"


class Renderer:
    """Renders the console's templates.

    Args:
        assets: Files and icons the templates name.
    """

    def __init__(self, assets: Assets) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals.update(
            asset=assets.url,
            # Our own files, read at the start; nothing from outside is ever marked as markup.
            icon=lambda name: Markup(assets.icon(name)),  # noqa: S704
            effect=effect_word,
            action=action_words,
            clock=clock,
            moment=moment,
            ago=ago,
            number=number,
            plural=plural,
            spark=spark,
        )
        self._environment.filters["rest"] = rest

    def page(self, name: str, **values: Any) -> str:
        """A template filled in.

        Raises:
            jinja2.UndefinedError: The template asks for something that was not given.
        """
        return self._environment.get_template(name).render(**values)
