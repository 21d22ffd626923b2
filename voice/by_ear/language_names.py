"""How callers name languages."""

from functools import cache

from babel import Locale

from voice.by_ear.words import contains, words

_MOST_WORDS = 5


def language_named(text: str, offered: tuple[str, ...]) -> str | None:
    """The offered language that `text` names, in whichever of them: "Türkçe", "auf Türkisch".

    None where it names none, or is too long to be no more than a name.
    """
    said = words(text)
    if len(said) > _MOST_WORDS:
        return None
    return next((code for name, code in _names(offered) if contains(said, name)), None)


@cache
def _names(offered: tuple[str, ...]) -> tuple[tuple[tuple[str, ...], str], ...]:
    locales = {code: Locale.parse(code.split("-")[0]) for code in offered}
    return tuple(
        (words(name), code)
        for code, locale in locales.items()
        for speaker in locales.values()
        if (name := speaker.languages.get(locale.language))
    )
