"""`make eval`: how well the bot understands, measured on questions that it has not learnt from.

make eval                                      the project's own held-out questions
make eval ARGS="FILE.jsonl --by office"        any other file of labelled questions
make eval ARGS="--write"                       also keeps the tables in tests/eval/RESULTS.md
"""

import argparse
import asyncio
import datetime as dt
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp

from bot.settings import ROOT
from tests.eval.scoring import (
    HARMFUL,
    Answered,
    Question,
    Row,
    Verdict,
    aspects,
    calibration,
    confusions,
    rows,
)
from tests.support.stack import Stack

OWN_QUESTIONS = ROOT / "tests/eval/questions.jsonl"
RESULTS = ROOT / "tests/eval/RESULTS.md"
MODEL = ROOT / "models/rasa.tar.gz"
AT_ONCE = 2
"""One for each core: the seconds of one question are then its own."""


def main() -> None:
    """Measures and prints; writes where it was asked to."""
    wanted = _arguments()
    questions = [
        Question.read(json.loads(line))
        for line in wanted.questions.read_text("utf-8").splitlines()
        if line.strip()
    ]
    questions = [q for q in questions if q.lang not in wanted.skip.split(",")]
    with _running(wanted.url) as url:
        answered = asyncio.run(ask_all(url, questions, tell_language=not wanted.no_language))
    report = _report(wanted.questions, answered)
    if wanted.train:
        report += _training()
    print(report)
    for one in [a for a in answered if a.verdict in HARMFUL][: wanted.misses]:
        q = one.question
        print(f"{one.verdict}: [{q.lang} {q.topic}] {q.text} -> {one.answer}")
    if wanted.write:
        RESULTS.write_text(f"# Understanding, as measured by `make eval`\n\n{report}", "utf-8")


async def ask_all(url: str, questions: list[Question], tell_language: bool) -> list[Answered]:
    """Asks each question of a running instance."""
    slots = asyncio.Semaphore(AT_ONCE)

    async with aiohttp.ClientSession() as session:

        async def ask(question: Question) -> Answered:
            body = {"text": question.text}
            if tell_language:
                body["language"] = question.lang
            async with slots:
                begun = time.perf_counter()
                async with session.post(f"{url}/understand", json=body) as response:
                    response.raise_for_status()
                    answer = await response.json()
                return Answered(question, answer, time.perf_counter() - begun)

        await ask(questions[0])  # the first one warms everything up
        return await asyncio.gather(*map(ask, questions))


@contextmanager
def _running(url: str | None) -> Iterator[str]:
    if url:
        yield url.rstrip("/")
        return
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(Path(folder))
        stack.start()
        try:
            yield stack.url("internal")
        finally:
            stack.stop()


def _report(source: Path, answered: list[Answered]) -> str:
    right, asked = aspects(answered)
    seconds = sorted(one.seconds for one in answered)
    tables = [
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {source.name}: {len(answered)} questions.",
        *(_table(answered, by) for by in ("lang", "office", "form", "origin")),
        f"Aspect right where the service is: {_percent(right / asked if asked else None)} %"
        f" of {asked}.",
        f"Seconds per question: median {statistics.median(seconds):.3f},"
        f" p95 {seconds[int(0.95 * (len(seconds) - 1))]:.3f}."
        f" Model: {MODEL.stat().st_size / 2**20:.1f} MiB.",
        "Answered instead of:\n\n"
        + "\n".join(f"- {a} → {b} ({n})" for (a, b), n in confusions(answered).most_common(25)),
        "Confidence of answers and how many are right:\n\n"
        "| confidence | right % | n |\n|---|---|---|\n"
        + "\n".join(f"| {c:.2f} | {_percent(r)} | {n} |" for c, r, n in calibration(answered)),
    ]
    return "\n\n".join(tables) + "\n"


def _table(answered: list[Answered], by: str) -> str:
    head = (
        f"| {by} | n | right % | offered % | declined % | wrong % | nobody's | false answer % |"
        " a person's | caught % | crisis missed | false crisis % | false handover % |"
    )
    lines = [head, "|---" * (head.count("|") - 1) + "|"]
    lines += [_line(group, row) for group, row in rows(answered, by).items()]
    return "\n".join(lines)


def _line(group: str, row: Row) -> str:
    services = row.services
    nobodys = (Verdict.KEPT_OUT, Verdict.FALSE_ANSWER)
    persons = (Verdict.CAUGHT, Verdict.NOT_CAUGHT)
    urgent = (Verdict.CRISIS_CAUGHT, Verdict.CRISIS_MISSED)
    calm = row.counts["calm"]
    cells = [
        str(sum(row.counts[v] for v in services)),
        *(_percent(row.share([v], services)) for v in services),
        str(sum(row.counts[v] for v in nobodys)),
        _percent(row.share([Verdict.FALSE_ANSWER], nobodys)),
        str(sum(row.counts[v] for v in (*persons, *urgent))),
        _percent(row.share([Verdict.CAUGHT], persons)),
        str(row.counts[Verdict.CRISIS_MISSED]),
        _percent(row.counts["decided crisis"] / calm if calm else None),
        _percent(row.counts["decided handover"] / calm if calm else None),
    ]
    return f"| {group} | " + " | ".join(cells) + " |"


def _training() -> str:
    """Trains once more, aside, and says how long that takes."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.monotonic()
        python, out = ROOT / ".venv-rasa/bin/python", f"{folder}/model.tar.gz"
        subprocess.run(
            [python, "-m", "bot.rasa.launcher", "train", "--out", out], cwd=ROOT, check=True
        )
        return f"\nTraining: {time.monotonic() - begun:.0f} s, start of Rasa included.\n"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make eval", description=__doc__)
    parser.add_argument("questions", nargs="?", type=Path, default=OWN_QUESTIONS)
    parser.add_argument("--url", help="an instance that runs already, instead of one of its own")
    parser.add_argument("--no-language", action="store_true", help="let the bot find the language")
    parser.add_argument("--skip", default="", help="languages not to count, e.g. es,it")
    parser.add_argument("--misses", type=int, default=0, help="how many harmful answers to list")
    parser.add_argument("--train", action="store_true", help="also measure the training")
    parser.add_argument("--write", action="store_true", help=f"keep the tables in {RESULTS.name}")
    return parser.parse_args()


if __name__ == "__main__":
    main()
