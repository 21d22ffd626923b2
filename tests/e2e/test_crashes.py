"""kill -9 in mid-turn: nothing lost, nothing answered twice, on the real system."""

import itertools
import time
import urllib.error
from typing import Any

from tests.support.stack import GATEWAY, RASA, Stack

QUESTIONS = [
    "Was kostet es, mein Auto abzumelden?",
    "Welche Unterlagen brauche ich, um mein Auto umzumelden?",
    "Wo ist die Zulassungsstelle?",
]
PATIENCE_S = 150


class _Talk:
    """A citizen who repeats what was not acknowledged, as the widget does."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        started = stack.call("POST", "/conversations", {"language": "de"})
        self.id, self.token = started["id"], started["token"]
        self._ids = itertools.count(1)

    def say(self, text: str) -> str:
        message_id = str(next(self._ids))
        self.repeat(text, message_id)
        return message_id

    def repeat(self, text: str, message_id: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                body = {"client_message_id": message_id, "text": text}
                self.stack.call("POST", f"/conversations/{self.id}/messages", body, self.token)
                return
            except (urllib.error.URLError, OSError):
                assert time.monotonic() < deadline, "the gateway did not come back"
                time.sleep(0.2)

    def events(self) -> list[dict[str, Any]]:
        path = f"/conversations/{self.id}/events?after=0"
        return list(self.stack.call("GET", path, token=self.token)["events"])

    def answers(self) -> list[dict[str, Any]]:
        return [e for e in self.events() if e.get("author") == "bot" and e.get("source")]

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while len(self.answers()) < count:
            assert time.monotonic() < deadline, [e.get("text", "")[:60] for e in self.events()]
            time.sleep(0.1)


def test_the_gateway_dies_in_mid_turn(stack: Stack) -> None:
    talks = [_Talk(stack) for _ in range(3)]
    rasa = stack.child(RASA)
    rasa.suspend()  # turns are now under way and cannot end
    for talk in talks:
        for question in QUESTIONS:
            talk.say(question)
    stack.child(GATEWAY).kill()
    rasa.resume()
    stack.wait_until_ready()
    for talk in talks:
        # the browser may not have seen the acknowledgement, and says it again
        for number, question in enumerate(QUESTIONS, 1):
            talk.repeat(question, str(number))
    _each_answered_once(talks)


def test_rasa_dies_in_mid_turn(stack: Stack) -> None:
    talks = [_Talk(stack) for _ in range(3)]
    rasa = stack.child(RASA)
    rasa.suspend()
    for talk in talks:
        for question in QUESTIONS:
            talk.say(question)
    time.sleep(0.5)
    rasa.kill()
    _each_answered_once(talks)


def test_what_is_written_to_a_person_survives(stack: Stack) -> None:
    talk = _Talk(stack)
    stack.call("POST", f"/conversations/{talk.id}/handover", {"office": "kfz"}, talk.token)
    stack.child(GATEWAY).kill()
    talk.say("Sind Sie noch da?")
    stack.wait_until_ready()
    talk.repeat("Sind Sie noch da?", "1")
    written = [e["text"] for e in talk.events() if e.get("author") == "citizen"]
    assert written == ["Sind Sie noch da?"]
    state = stack.call("GET", f"/conversations/{talk.id}", token=talk.token)["state"]
    assert state["state"] == "waiting"


def _each_answered_once(talks: list[_Talk]) -> None:
    for talk in talks:
        talk.wait_for(len(QUESTIONS))
    time.sleep(2)  # time enough for a second answer, were there one
    for talk in talks:
        said = [e["text"] for e in talk.events() if e.get("author") == "citizen"]
        assert said == QUESTIONS
        told = [(answer["service"], answer["aspect"]) for answer in talk.answers()]
        assert told == [
            ("kfz_ausserbetriebsetzung", "fees"), ("kfz_ummeldung", "documents"),
            ("kfz_kontakt", "where"),
        ]  # fmt: skip
