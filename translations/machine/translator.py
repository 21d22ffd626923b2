"""Translates free text: by sentence, through English where need be, with everything checked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cachetools import TTLCache
from prometheus_client import Counter, Histogram

from translations import figures
from translations.glossary import Glossary, plain
from translations.machine import masks
from translations.machine.engine import Engine, EngineBusy, EngineFailed, Pair
from translations.machine.gates import Reason, rejection
from translations.machine.masks import Masked
from translations.machine.sentences import pieces

PIVOT = "en"
_REMEMBERED_S = 1800
LONGEST = 4000
"""Characters of one text."""

OUTCOMES = Counter(
    "kreislotse_machine_translations",
    "Machine translations by outcome: shown, or why the original is shown instead.",
    ["outcome"],
)
SECONDS = Histogram(
    "kreislotse_machine_translation_seconds", "Time that one text takes to translate."
)


@dataclass(frozen=True)
class Rendering:
    """A text in another language, or the reason why there is none."""

    text: str | None
    reason: Reason | None = None


class MachineTranslator:
    """Free text from one language into another.

    Sentences are remembered for half an hour, at most `remembered`; they are citizens' words, so
    `forget` must be called whenever somebody's words are erased.
    """

    def __init__(
        self,
        engine: Engine,
        glossary_of: Callable[[str], Glossary],
        remembered: int = 2000,
    ) -> None:
        self._engine = engine
        self._glossary_of = glossary_of
        self._known: TTLCache[tuple[str, str, str, int], str | Reason] = TTLCache(
            remembered, _REMEMBERED_S
        )

    def offers(self, source: str, target: str) -> bool:
        """Whether there are packages from one language into the other."""
        return self._route(source, target) is not None

    def languages(self) -> set[str]:
        """The languages that can be translated from and into German."""
        codes = {code for pair in self._engine.pairs() for code in pair}
        return {c for c in codes if self.offers(c, "de") and self.offers("de", c)}

    def forget(self) -> None:
        """Forgets every sentence."""
        self._known.clear()

    async def render(self, text: str, source: str, target: str, variant: int = 0) -> Rendering:
        """The text in the other language; `variant` above 0 asks for another wording.

        A text is rejected as a whole where one of its sentences is: half of it would mislead.
        """
        with SECONDS.time():
            rendering = await self._render(text, _plain_code(source), _plain_code(target), variant)
        OUTCOMES.labels(rendering.reason or "shown").inc()
        return rendering

    async def _render(self, text: str, source: str, target: str, variant: int) -> Rendering:
        route = self._route(source, target)
        if route is None:
            return Rendering(None, Reason.NO_PACKAGE)
        if len(text) > LONGEST:
            return Rendering(None, Reason.TOO_LONG)
        parts = pieces(text)
        wanted = list(dict.fromkeys(part.text for part in parts if part.translate))
        try:
            done = await self._sentences(wanted, route, variant)
        except EngineBusy:
            return Rendering(None, Reason.BUSY)
        except EngineFailed:
            return Rendering(None, Reason.FAILED)
        out = []
        for part in parts:
            rendered = done[part.text] if part.translate else part.text
            if isinstance(rendered, Reason):
                return Rendering(None, rendered)
            out.append(rendered)
        return Rendering("".join(out))

    def _route(self, source: str, target: str) -> tuple[Pair, ...] | None:
        """The direct package, else the two through English."""
        source, target = _plain_code(source), _plain_code(target)
        pairs = self._engine.pairs()
        if (direct := Pair(source, target)) in pairs:
            return (direct,)
        hops = (Pair(source, PIVOT), Pair(PIVOT, target))
        return hops if set(hops) <= pairs else None

    async def _sentences(
        self, sentences: Sequence[str], route: tuple[Pair, ...], variant: int
    ) -> dict[str, str | Reason]:
        """Each sentence in the other language, or why not; known ones from memory."""
        source, target = route[0].source, route[-1].target
        done = {
            sentence: known
            for sentence in sentences
            if (known := self._known.get((sentence, source, target, variant))) is not None
        }
        attempt = _Attempt(self._engine, route, self._foreign_glossary(source, target), variant)
        fresh = await attempt.translate([s for s in sentences if s not in done])
        for sentence, rendered in fresh.items():
            self._known[(sentence, source, target, variant)] = rendered
        return done | fresh

    def _foreign_glossary(self, source: str, target: str) -> Glossary:
        return self._glossary_of(target if source == "de" else source)


class _Attempt:
    """One batch of sentences on its way: masked, masked more, not masked, in fragments."""

    def __init__(
        self, engine: Engine, route: tuple[Pair, ...], glossary: Glossary, variant: int
    ) -> None:
        self._engine = engine
        self._route = route
        self._source, self._target = route[0].source, route[-1].target
        self._glossary = glossary
        self._variant = variant
        self._masks = all(engine.mask(pair) is not None for pair in route)

    async def translate(self, sentences: Sequence[str]) -> dict[str, str | Reason]:
        """Each sentence's translation, or why it has none."""
        done: dict[str, str | Reason] = {}
        left = []
        for sentence in sentences:
            if (short := self._by_glossary(sentence)) is not None:
                done[sentence] = short
            else:
                left.append(sentence)
        for step in (self._masked, self._masked_more, self._bare, self._in_fragments):
            if not left:
                break
            for sentence, output in zip(left, await step(left), strict=True):
                judged = self._judged(sentence, output)
                if not isinstance(judged, Reason) or sentence not in done:
                    done[sentence] = judged  # of several reasons the first tells most
            left = [s for s in left if isinstance(done[s], Reason)]
        return done

    def _by_glossary(self, sentence: str) -> str | Reason | None:
        """One or two words: a term of the glossary, or nothing; engines invent too much here."""
        words = figures.words(sentence)
        if len(words) > 2:
            return None
        bare = plain(sentence.strip(" .!?"))
        for term in self._glossary.terms:
            names = (term.german, term.say) if self._target == "de" else (term.german,)
            if bare in map(plain, names):
                return term.german if self._target == "de" else f"{term.say} ({term.german})"
        return Reason.TOO_SHORT

    def _judged(self, sentence: str, output: str | None) -> str | Reason:
        if output is None:
            return Reason.MASKS
        why = rejection(sentence, output, self._source, self._target, self._glossary)
        return why if why is not None else output

    async def _masked(self, sentences: list[str], figures_too: bool = False) -> list[str | None]:
        if not self._masks:
            return [None] * len(sentences)
        prepared = [self._prepared(sentence, figures_too) for sentence in sentences]
        outputs = await self._through([m.text for m in prepared])
        return [m.restored(output) for m, output in zip(prepared, outputs, strict=True)]

    async def _masked_more(self, sentences: list[str]) -> list[str | None]:
        return await self._masked(sentences, figures_too=True)

    async def _bare(self, sentences: list[str]) -> list[str | None]:
        return list(await self._through([_calm(sentence) for sentence in sentences]))

    async def _in_fragments(self, sentences: list[str]) -> list[str | None]:
        """Translates what stands between the masks, piece by piece."""
        outputs: list[str | None] = []
        for sentence in sentences:
            prepared = self._prepared(sentence, figures_too=True)
            parts = masks.fragments(prepared.text)
            spoken = [p for p in parts if not p.startswith("⟦") and any(map(str.isalpha, p))]
            if not prepared.kept or any(len(figures.words(p)) < 2 for p in spoken):
                outputs.append(None)
                continue
            rendered = iter(await self._through([part.strip() for part in spoken]))
            joined = [next(rendered) if part in spoken else part for part in parts]
            outputs.append(prepared.restored(" ".join(part.strip() for part in joined)))
        return outputs

    def _prepared(self, sentence: str, figures_too: bool) -> Masked:
        return masks.masked(
            _calm(sentence), self._source, self._target, self._glossary, figures_too
        )

    async def _through(self, sentences: list[str]) -> list[str]:
        """The sentences after every hop of the route."""
        for pair in self._route:
            shape = self._engine.mask(pair)
            if shape is not None:
                sentences = [masks.as_shape(sentence, shape) for sentence in sentences]
            sentences = await self._engine.translate(pair, sentences, self._variant)
            if shape is not None:
                sentences = [masks.from_shape(sentence, shape) for sentence in sentences]
        return sentences


def _calm(sentence: str) -> str:
    """A sentence in capitals as people write it else: engines leave capitals untouched."""
    letters = [letter for letter in sentence if letter.isalpha()]
    if len(figures.words(sentence)) < 3 or not all(map(str.isupper, letters)):
        return sentence
    return sentence[:1] + sentence[1:].lower()


def _plain_code(code: str) -> str:
    """Leichte Sprache is German to an engine."""
    return code.split("-")[0]
