"""Pages from templates: everything escaped, a name nobody gave is an error, one nonce a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from gettext import NullTranslations
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from wardlaw.console.pages import times
from wardlaw.console.pages.assets import Assets
from wardlaw.console.pages.codewords import code_word
from wardlaw.console.pages.downloads import MOST_ROWS
from wardlaw.console.pages.messages import Said, filled, joined, listed, opened, say_many
from wardlaw.console.pages.naming import Naming
from wardlaw.console.pages.standings import coverage_word, life_word
from wardlaw.console.pages.translations import ENGLISH, Language, languages
from wardlaw.console.pages.turns import with_turns_shown
from wardlaw.console.pages.words import (
    action_words,
    ago,
    cut_href,
    effect_word,
    milliseconds,
    number,
    reason_words,
    rest,
    spark,
)

TEMPLATES = Path(__file__).parent / "templates"


class Renderer:
    """Renders the console's templates, in each language by an environment of its own.

    Args:
        assets: Files and icons the templates name.
        spoken: The languages there are, English among them; None for English alone.
    """

    def __init__(self, assets: Assets, spoken: Mapping[str, Language] | None = None) -> None:
        self.languages: Mapping[str, Language] = spoken or languages()
        self._assets = assets
        self._environments: dict[str, Environment] = {}

    def said(self, text: str, language: str = ENGLISH) -> str:
        """A text of ours in a language, for answers that are no page."""
        words = self.languages[language].words
        return text.told(words) if isinstance(text, Said) else text

    def page(self, name: str, language: str = ENGLISH, **values: Any) -> str:
        """A template filled in; it knows ``language`` (``translations.Language``).

        Raises:
            jinja2.UndefinedError: The template asks for something that was not given.
        """
        spoken = self.languages[language]
        template = self._environment(spoken).get_template(name)
        return with_turns_shown(template.render(language=spoken, **values))

    def _environment(self, language: Language) -> Environment:
        """Made when the first page of a language is: its templates are compiled for it alone."""
        if language.code not in self._environments:
            self._environments[language.code] = _environment(self._assets, language.words)
        return self._environments[language.code]


def _environment(assets: Assets, words: NullTranslations) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        # Whatever is put out passes here before it is escaped: texts of ours are told, all else stays.
        finalize=lambda value: value.told(words) if isinstance(value, Said) else value,
    )
    made.globals.update(
        asset=assets.url,
        # Our own files, read at the start; nothing from outside is ever marked as markup.
        icon=lambda name: Markup(assets.icon(name)),  # noqa: S704
        effect=effect_word,
        standing=coverage_word,
        stage=life_word,
        action=action_words,
        clock=_clock,
        moment=_moment,
        day=_day,
        ago=ago,
        number=number,
        many=say_many,
        listed=listed,
        joined=joined,
        reason=reason_words,
        word=code_word,
        opened=opened,
        milliseconds=milliseconds,
        cut_href=cut_href,
        name_of=_name_of,
        spark=spark,
        most_rows=MOST_ROWS,
    )
    made.globals["_"] = _teller(words)
    made.globals["coded"] = _coder(words)
    made.filters["rest"] = rest
    made.filters["word"] = code_word
    return made


def _teller(words: NullTranslations) -> Callable[..., Markup]:
    """``_`` of the templates: a sentence with values in the places ``%(name)s``. No catalogue can bring in markup."""

    def tell(text: str, **values: object) -> Markup:
        if isinstance(text, Said):
            return escape(text.told(words))
        given = {name: escape(one.told(words) if isinstance(one, Said) else one) for name, one in values.items()}
        return Markup(filled(escape(words.gettext(text) if text else ""), given, words))  # noqa: S704

    return tell


def _coder(words: NullTranslations) -> Callable[[object], Markup]:
    """Sentences in which commands stand between backticks, as on the command line: on a page they are marked as code."""

    def coded(sentence: object) -> Markup:
        told = sentence.told(words) if isinstance(sentence, Said) else str(sentence)
        parts = enumerate(told.split("`"))
        return Markup().join(Markup("<code>{}</code>").format(one) if at % 2 else escape(one) for at, one in parts)

    return coded


@pass_context
def _clock(context: Context, at_ms: float) -> str:
    return times.clock(at_ms, context["zone"])


@pass_context
def _moment(context: Context, at_ms: float) -> str:
    return times.moment(at_ms, context["zone"])


@pass_context
def _day(context: Context, at_ms: float) -> str:
    return times.day(at_ms, context["zone"])


@pass_context
def _name_of(context: Context, text: object, kind: str = "") -> Markup:
    """A text with names in place of ids (see ``naming.py``); as it is in what is no page, such as a row of the live stream."""
    naming = context.get("naming")
    told = text.told(context["language"].words) if isinstance(text, Said) else text
    if not isinstance(naming, Naming):
        return escape(told)
    return naming.mark_within(str(told)) if isinstance(text, Said) else naming.mark(told, kind)
