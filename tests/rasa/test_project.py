"""Domain, rules, examples and catalogue name the same things, and Rasa finds them in order."""

import re
import subprocess
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from bot.catalogue.schema import Aspect
from bot.yaml_files import read_yaml
from tests.rasa.conftest import ROOT, launcher

pytestmark = pytest.mark.rasa


def load(path: str | Path) -> Any:
    """The YAML file at `path` below the project."""
    return read_yaml(ROOT / path)


DOMAIN = load("domain.yml")
SLOTS = DOMAIN["slots"]
INTENTS = set(DOMAIN["intents"])
SERVICES = {path.stem for path in (ROOT / "data" / "services").glob("*/*.yml")}
RULES = [rule for path in (ROOT / "data" / "rules").glob("*.yml") for rule in load(path)["rules"]]


def mapped(slot: str) -> dict[str, str]:
    """Intent and value of each `from_intent` mapping of `slot`."""
    mappings = SLOTS[slot]["mappings"]
    return {m["intent"]: m["value"] for m in mappings if m["type"] == "from_intent"}


def answered_by(action: str) -> set[str]:
    """The intents that some rule answers with `action` at once."""
    found: set[str] = set()
    for rule in RULES:
        steps = rule["steps"]
        intents = steps[0].get("or", [steps[0]])
        if steps[1:2] == [{"action": action}]:
            found |= {step["intent"] for step in intents if "intent" in step}
    return found


def taken_as_answer() -> set[str]:
    """The intents whose words a form takes for an attempt at a telephone number."""
    (typed,) = [m for m in SLOTS["phone"]["mappings"] if m["type"] == "from_text"]
    return set(typed["intent"])


class TestServices:
    def test_each_is_an_intent(self) -> None:
        assert SERVICES
        assert SERVICES <= INTENTS

    def test_each_fills_the_slot(self) -> None:
        assert mapped("service") == {service: service for service in SERVICES}

    def test_each_resets_the_aspect(self) -> None:
        (reset,) = [m for m in SLOTS["aspect"]["mappings"] if m["type"] == "from_intent"]
        assert set(reset["intent"]) >= SERVICES
        assert SLOTS["aspect"]["mappings"][-1] == reset, "the first mapping that fits wins"

    def test_each_has_a_rule(self) -> None:
        assert answered_by("utter_answer") >= SERVICES

    def test_each_can_interrupt_a_form(self) -> None:
        assert taken_as_answer().isdisjoint(SERVICES)


class TestOffices:
    @pytest.fixture
    def offices(self) -> set[str]:
        """The other offices that the catalogue knows."""
        return {office["id"] for office in load("data/offices.yml")["offices"]}

    def test_each_is_an_intent(self, offices: set[str]) -> None:
        assert offices <= INTENTS

    def test_each_fills_the_slot(self, offices: set[str]) -> None:
        assert mapped("office") == {office: office for office in offices}

    def test_each_has_a_rule(self, offices: set[str]) -> None:
        assert answered_by("utter_other_office") == offices

    def test_each_can_interrupt_a_form(self, offices: set[str]) -> None:
        assert taken_as_answer().isdisjoint(offices)


def test_the_aspects_are_those_of_the_catalogue() -> None:
    aspects = {aspect.value for aspect in Aspect}
    assert set(SLOTS["aspect"]["values"]) == aspects
    taught = {
        entry["metadata"]["aspect"]
        for path in (ROOT / "data" / "nlu").glob("*/*.yml")
        for entry in load(path)["nlu"]
        if "metadata" in entry
    }
    assert taught == aspects


def test_each_intent_has_a_rule() -> None:
    named = {
        step["intent"]
        for rule in RULES
        for step in [s for step in rule["steps"] for s in step.get("or", [step])]
        if "intent" in step
    }
    assert named - {"nlu_fallback"} == INTENTS


LANGUAGES = {entry["code"] for entry in load("translations/languages.yml")} - {"de-x-leicht"}
"""German serves those who read Leichte Sprache too."""


def test_each_language_has_examples() -> None:
    assert {folder.name for folder in (ROOT / "data" / "nlu").iterdir()} == LANGUAGES


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_each_intent_has_enough_examples(language: str) -> None:
    counts = examples_of(ROOT / "data" / "nlu" / language)
    assert INTENTS - set(counts) == set()
    wanted = 15 if language == "de" else 6
    few = {service: counts[service] for service in SERVICES if counts[service] < wanted}
    assert few == {}


def test_no_example_means_two_things() -> None:
    meanings: dict[str, set[str]] = defaultdict(set)
    for path in (ROOT / "data" / "nlu").glob("*/*.yml"):
        for entry in load(path)["nlu"]:
            if entry["intent"] != "follow_up":  # its words are those of every question
                for example in entry["examples"].splitlines():
                    meanings[example.casefold()].add(entry["intent"])
    assert {text: named for text, named in meanings.items() if len(named) > 1} == {}


def examples_of(language: Path) -> Counter[str]:
    """How many examples each intent has in the files of `language`."""
    counts: Counter[str] = Counter()
    for path in language.glob("*.yml"):
        for entry in load(path)["nlu"]:
            counts[entry["intent"]] += len(entry["examples"].splitlines())
    return counts


@pytest.mark.parametrize(("name", "response"), sorted(DOMAIN["responses"].items()))
def test_each_response_has_one_wording(name: str, response: list[dict[str, Any]]) -> None:
    assert len(response) == 1, "translations are bound to the name of the response"
    slots = {*SLOTS}
    for field in re.findall(r"\{(\w+)\}", str(response[0])):
        assert field in slots, f"{name} names an unknown slot"


def test_rasa_validates_the_project() -> None:
    done = run(launcher("validate"))
    assert done.returncode == 0, done.stdout + done.stderr


def consequences(steps: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Each intent in `steps` with the action that follows it at once."""
    found, waiting = set(), []
    for step in steps:
        if "action" in step:
            found |= {(intent, step["action"]) for intent in waiting}
            waiting = []
        elif named := [s["intent"] for s in step.get("or", [step]) if "intent" in s]:
            waiting = named
    return found


class TestStories:
    """Rasa's dialogue tests in test_stories.yml."""

    def test_each_rule_is_told(self) -> None:
        stories = load("tests/rasa/test_stories.yml")["stories"]
        told = set().union(*(consequences(story["steps"]) for story in stories))
        ruled = set().union(*(consequences(rule["steps"]) for rule in RULES))
        assert ruled - told == set()

    def test_they_go_as_written(self, model: Path) -> None:
        done = play(model, ROOT / "tests" / "rasa" / "test_stories.yml")
        assert done.returncode == 0, done.stdout + done.stderr

    def test_a_wrong_story_fails(self, model: Path, tmp_path: Path) -> None:
        wrong = tmp_path / "test_wrong.yml"
        wrong.write_text(
            'version: "3.1"\nstories:\n- story: A greeting is taken for a farewell\n  steps:\n'
            "  - intent: greet\n  - action: utter_goodbye\n"
        )
        done = play(model, wrong)
        assert done.returncode == 1
        assert "predicted: utter_greet" in done.stdout


def play(model: Path, stories: Path) -> subprocess.CompletedProcess[str]:
    """Plays `stories` against `model`."""
    return run(launcher("stories", "--model", str(model), str(stories)))


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Runs `command` to its end and keeps what it says."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
