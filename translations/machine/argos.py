"""Argos Translate behind the engine port, in worker processes of its own.

The library's own entry points are not used: they split sentences with models that they download,
know no batches, and choose pivots by the order of folders.  Its package format and tokenizers
are, and CTranslate2 for the rest (both as Argos 1.11 uses them).
"""

import asyncio
import concurrent.futures
import multiprocessing
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, ClassVar

from translations.machine import masks
from translations.machine.engine import EngineBusy, EngineFailed, Pair
from translations.machine.packages import Package, ProbedPackage

_LONGEST_OUTPUT = 256
"""Pieces of words that one sentence may become; a model that runs wild ends here."""
_PROBES = {
    "de": ("Ich brauche {}.", "Wo bekomme ich {}?", "Bitte bringen Sie {} und {} mit."),
    "en": ("I need {}.", "Where do I get {}?", "Please bring {} and {} with you."),
    "uk": ("Мені потрібно {}.", "Де мені отримати {}?", "Принесіть, будь ласка, {} і {}."),
    "ru": ("Мне нужно {}.", "Где мне получить {}?", "Принесите, пожалуйста, {} и {}."),
    "ar": ("أحتاج إلى {}.", "أين أحصل على {}؟", "من فضلك أحضر {} و {} معك."),
    "fa": ("من به {} نیاز دارم.", "از کجا {} را بگیرم؟", "لطفاً {} و {} را بیاورید."),
    "tr": ("Bana {} lazım.", "{} nereden alabilirim?", "Lütfen {} ve {} getirin."),
    "pl": ("Potrzebuję {}.", "Gdzie dostanę {}?", "Proszę przynieść {} i {}."),
    "ro": ("Am nevoie de {}.", "De unde obțin {}?", "Vă rugăm să aduceți {} și {}."),
    "fr": ("J'ai besoin de {}.", "Où puis-je obtenir {} ?", "Veuillez apporter {} et {}."),
    "es": ("Necesito {}.", "¿Dónde obtengo {}?", "Traiga {} y {}, por favor."),
}
"""What a package is asked when it is installed, by its source language."""


class ArgosEngine:
    """Translates in `workers` processes, each with at most `loaded` packages in memory.

    A process is started when first needed.  At most `waiting` calls are under way; further ones
    are refused at once.
    """

    def __init__(
        self,
        packages: Sequence[Package],
        home: Path,
        *,
        workers: int = 1,
        loaded: int = 4,
        threads: int = 1,
        waiting: int = 32,
        timeout_s: float = 10.0,
    ) -> None:
        self._packages = {package.pair: package for package in packages}
        self._setup = (str(home), loaded, threads)
        self._workers = workers
        self._waiting = waiting
        self._timeout_s = timeout_s
        self._under_way = 0
        self._pool: concurrent.futures.ProcessPoolExecutor | None = None

    def pairs(self) -> frozenset[Pair]:
        """The pairs of the installed packages."""
        return frozenset(self._packages)

    def mask(self, pair: Pair) -> str | None:
        """The shape that survived when the package was installed."""
        return self._packages[pair].mask

    async def translate(self, pair: Pair, sentences: Sequence[str], variant: int = 0) -> list[str]:
        """See `Engine.translate`; a worker that dies is replaced and asked once more."""
        if self._under_way >= self._waiting:
            raise EngineBusy
        path = str(self._packages[pair].path)
        self._under_way += 1
        try:
            async with asyncio.timeout(self._timeout_s):
                try:
                    return await self._run(path, list(sentences), variant)
                except BrokenProcessPool:
                    self.close()
                    return await self._run(path, list(sentences), variant)
        except TimeoutError:
            raise EngineFailed("too slow") from None
        except BrokenProcessPool:
            self.close()
            raise EngineFailed("the worker died") from None
        finally:
            self._under_way -= 1

    async def _run(self, path: str, sentences: list[str], variant: int) -> list[str]:
        if self._pool is None:
            self._pool = concurrent.futures.ProcessPoolExecutor(
                self._workers,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=self._setup,
            )
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, _translate, path, sentences, variant)

    def close(self) -> None:
        """Ends the workers; the next call starts new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)


# --- in the worker ------------------------------------------------------------------------


class _Loaded:
    """One package in memory."""

    def __init__(self, path: str, threads: int) -> None:
        import ctranslate2
        from argostranslate.package import Package as ArgosPackage

        package: Any = ArgosPackage(Path(path))
        self._tokenizer: Any = package.tokenizer
        self._prefix: str = package.target_prefix
        self._translator = ctranslate2.Translator(
            f"{path}/model", device="cpu", inter_threads=1, intra_threads=threads
        )

    def translate(self, sentences: list[str], variant: int) -> list[str]:
        """Greedy for the first wording: beams cut sentences off; later wordings come from beams."""
        tokens = [self._tokenizer.encode(sentence) for sentence in sentences]
        prefix = [[self._prefix]] * len(tokens) if self._prefix else None
        results = self._translator.translate_batch(
            tokens,
            target_prefix=prefix,
            replace_unknowns=True,
            max_batch_size=1024,
            batch_type="tokens",
            beam_size=1 if variant == 0 else variant + 3,
            num_hypotheses=variant + 1,
            max_decoding_length=_LONGEST_OUTPUT,
        )
        return [self._decoded(result.hypotheses[-1]) for result in results]

    def _decoded(self, tokens: list[str]) -> str:
        text = str(self._tokenizer.decode(tokens))
        return text.removeprefix(self._prefix).strip()


class _Worker:
    """What one worker process has loaded, latest last."""

    loaded: ClassVar[OrderedDict[str, _Loaded]] = OrderedDict()
    limit = 4
    threads = 1

    @classmethod
    def package(cls, path: str) -> _Loaded:
        """The package at `path`; the one unused for longest makes room for it."""
        if path not in cls.loaded:
            while len(cls.loaded) >= cls.limit:
                cls.loaded.popitem(last=False)
            cls.loaded[path] = _Loaded(path, cls.threads)
        cls.loaded.move_to_end(path)
        return cls.loaded[path]


def _begin(home: str, loaded: int, threads: int) -> None:
    _Worker.limit, _Worker.threads = loaded, threads
    _keep_argos_at_home(home)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _keep_argos_at_home(home: str) -> None:
    """Argos makes folders when it is imported; they belong into ours."""
    for variable in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        os.environ[variable] = home
    os.environ["ARGOS_PACKAGES_DIR"] = home
    os.environ["ARGOS_PACKAGE_INDEX"] = "offline:"  # never asked; nothing is to be found there


def _end_with_parent() -> None:
    """A worker of a killed gateway would wait for ever."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os._exit(0)


def _translate(path: str, sentences: list[str], variant: int) -> list[str]:
    return _Worker.package(path).translate(sentences, variant)


def probe(package: ProbedPackage, home: Path) -> str | None:
    """Loads a package in this process and says which mask comes through best.

    None where none comes through more than half of the probes.
    """
    _keep_argos_at_home(str(home))
    loaded = _Loaded(str(package.path), threads=1)
    probes = _PROBES.get(package.pair.source, _PROBES["en"])
    survived = {}
    for shape in masks.SHAPES:
        sentences = [masks.as_shape(_numbered(text), shape) for text in probes]
        survived[shape] = sum(
            _mask_numbers(masks.from_shape(output, shape)) == list(range(text.count("{}")))
            for text, output in zip(probes, loaded.translate(sentences, 0), strict=True)
        )
    best = max(survived, key=lambda shape: survived[shape])
    return best if survived[best] * 2 > len(probes) else None


def _numbered(text: str) -> str:
    parts = text.split("{}")
    return parts[0] + "".join(f"⟦{n}⟧{part}" for n, part in enumerate(parts[1:]))


def _mask_numbers(text: str) -> list[int]:
    return sorted(int(part[1:-1]) for part in masks.fragments(text) if part.startswith("⟦"))
