"""References to law: `§ 24 Abs. 1 Satz 2`, `§§ 44–47`, `Nr. 2`."""

import re
from collections.abc import Iterator

from voice.verbaliser.grammar import Rule
from voice.verbaliser.numbers import Numbers
from voice.verbaliser.words import Words

_SECTION = r"(?P<n>\d++)(?:\s?(?P<letter>[a-z]))?(?![^\W\d_])"


def rules(words: Words, numbers: Numbers) -> Iterator[Rule]:
    """Sections with their letters, and the parts that are abbreviated within."""
    law = words.law
    each = re.compile(_SECTION)

    def say_sections(match: re.Match[str]) -> str:
        refs = re.sub(r"\s*[–—-]\s*", f" {words.until} ", match["refs"])
        said = each.sub(say_section, refs)
        return f"{law.sections if match['sign'] == '§§' else law.section} {said}"

    def say_section(match: re.Match[str]) -> str:
        letter = words.letters.get((match["letter"] or "").upper(), match["letter"])
        return numbers.cardinal(int(match["n"])) + (f" {letter}" if letter else "")

    refs = rf"(?P<refs>{_SECTION}(?:\s*[–—-]\s*\d+[a-z]?\b)?)"
    # the inner groups are only needed one by one
    refs = re.sub(r"\?P<(?:n|letter)>", "?:", refs)
    yield Rule(re.compile(rf"(?P<sign>§§?)[\s\u00a0]*{refs}"), say_sections)
    for written, said in (("Abs", law.paragraph), ("S", law.sentence), ("Nr", law.number)):
        before = r"(?<=\d )" if written == "S" else r"(?<!\w)"
        pattern = re.compile(rf"{before}{written}\.(?=[\s\u00a0]?\d)")
        yield Rule(pattern, lambda _, said=said: f"{said} ".rstrip())  # type: ignore[misc]
