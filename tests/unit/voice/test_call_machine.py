"""What holds in every call, whatever happens in it and in whatever order."""

import datetime as dt

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.events import Wish
from bot.model import Author, CallOutcome, ConversationState, WishKind
from bot.parts import (
    AnyPart,
    Button,
    Buttons,
    Checklist,
    ChecklistItem,
    Number,
    Numbers,
    Offer,
    Text,
)
from tests.support.phone import Scene, phone_line
from voice.call.effects import (
    AskForCall,
    AskForCallback,
    Dial,
    Finish,
    LeaveMessage,
    MailMemo,
    Release,
    Say,
    SendMessage,
    StartTimer,
    Transcribe,
    WriteMemo,
)
from voice.call.events import (
    BargedIn,
    BotLost,
    Dialled,
    Event,
    MemoFailed,
    MemoMailed,
    MemoWritten,
    Missing,
    Noted,
    NothingSaid,
    NotRecognised,
    PersonFound,
    PersonMissing,
    PlaybackEnded,
    Resumed,
    SpeechBegan,
    TimePassed,
    Timer,
    Transcribed,
    Uttered,
)
from voice.call.state import Phase
from voice.media import HungUp, KeyPressed
from voice.transcription import Reason, Transcript

PARTS: list[list[AnyPart]] = [
    [Text(text="Gut.")],
    [Checklist(title="Papiere:", items=[ChecklistItem(text=f"Papier {n}") for n in range(5)])],
    [Buttons(title="Meinen Sie?", items=[
        Button(title="Auto", payload="kfz_ummeldung/general"),
        Button(title="Mensch", payload="human_person/jc"),
        Button(title="Deutsch", payload="language/de"),
        Button(title="Spanisch", payload="language/es"),
    ])],
    [Offer(office="jc", office_name="Jobcenter", open=True, kinds=["chat", "callback"], text="A")],
    [Offer(office="jc", office_name="Jobcenter", open=False, kinds=["callback"], text="Zu.")],
    [Numbers(title="wie geht das", items=[Number(name="Notruf", phone="112")])],
    [],
]  # fmt: skip
WORDS = [
    "Ummelden", "ja", "nein", "Mitarbeiter", "noch einmal", "zurück", "weiter", "langsamer",
    "wie geht das", "andere Sprache", "Türkisch", "auf Wiedersehen", "Rückruf", "Nachricht",
    "eins", "E-Mail", "Code", "Anton at gmx Punkt de", "Müller at gmx", "a punkt punkt",
    "null eins sieben eins eins zwei drei vier fünf sechs sieben", "Jobcenter", "…",
]  # fmt: skip


class AnyCall(RuleBasedStateMachine):
    """Anything may happen at any time; what the outside owes comes sooner or later."""

    def __init__(self) -> None:
        super().__init__()
        hears, languages = True, ("de", "en", "tr")
        self.scene = Scene(phone_line(languages, hears)).rings()
        self.utterance = 0
        self.disclosed = False
        self.released = False
        self.sent_without_answer = 0

    def happens(self, event: Event) -> None:
        before, ended = self.scene.call, self.scene.phase in (Phase.RELEASED, Phase.ENDED)
        self.scene.happens(event)
        effects = self.scene.effects
        if before.phase is Phase.DISCLOSURE and not self.disclosed:
            through = isinstance(event, PlaybackEnded) and event.turn == before.turn
            gone = isinstance(event, HungUp)
            assert through or not any(isinstance(e, Say) for e in effects)
            self.disclosed = through or gone
        if ended and not isinstance(event, Resumed):
            assert not any(isinstance(e, Say | SendMessage | AskForCall) for e in effects)
        for effect in effects:
            if isinstance(effect, Say):
                assert [1 for line in effect.lines if line.text] == [1] * max(
                    1, len(effect.lines)
                ), effect
        if any(isinstance(e, SendMessage) for e in effects):
            assert before.in_flight is False or not self.scene.call.queued
            self.scene.is_sent()
        releases = [n for n, e in enumerate(effects) if isinstance(e, Release)]
        if releases:
            assert not any(isinstance(e, Say) for e in effects[releases[0] :])

    @rule()
    def hears_it(self) -> None:
        self.happens(PlaybackEnded(0, self.scene.call.turn))

    @rule(turn=st.integers(0, 40))
    def hears_something_old(self, turn: int) -> None:
        if turn < self.scene.call.turn:
            state = self.scene.call
            self.happens(PlaybackEnded(0, turn))
            assert (self.scene.call, self.scene.effects) == (state, [])

    @rule(key=st.sampled_from("0123456789*#"))
    def presses(self, key: str) -> None:
        self.happens(KeyPressed(0, key))

    @rule(words=st.sampled_from(WORDS), confidence=st.sampled_from([0.3, 0.9]), aside=st.booleans())
    def speaks(self, words: str, confidence: float, aside: bool) -> None:
        self.utterance += 1
        self.happens(Uttered(0, self.utterance, aside))
        if asked := [e for e in self.scene.effects if isinstance(e, Transcribe)]:
            language = asked[0].languages[-1]
            self.happens(
                Transcribed(0, self.utterance, Transcript(words, language, confidence, 0.9))
            )

    @rule(trouble=st.sampled_from(["nothing", "busy", "open"]), aside=st.booleans())
    def mumbles(self, trouble: str, aside: bool) -> None:
        self.utterance += 1
        self.happens(Uttered(0, self.utterance, aside))
        if trouble == "nothing":
            self.happens(NothingSaid(0, self.utterance, Reason.UNSURE))
        elif trouble == "busy":
            self.happens(NotRecognised(0, self.utterance))

    @rule(number=st.integers(0, 30))
    def a_transcript_comes_late(self, number: int) -> None:
        if number not in self.scene.call.awaiting | self.scene.call.asides:
            state = self.scene.call
            self.happens(Transcribed(0, number, Transcript("Mitarbeiter", "de", 0.9)))
            assert (self.scene.call, self.scene.effects) == (state, [])

    @rule()
    def barges_in(self) -> None:
        self.happens(BargedIn(0))

    @rule()
    def begins_to_speak(self) -> None:
        self.happens(SpeechBegan(0))

    @rule(timer=st.sampled_from(list(Timer)))
    def time_passes(self, timer: Timer) -> None:
        started = [e for e in self.scene.all if isinstance(e, StartTimer) and e.timer is timer]
        if started:
            self.happens(TimePassed(0, timer, started[-1].turn))

    @rule(parts=st.sampled_from(PARTS), author=st.sampled_from([Author.BOT, Author.SYSTEM]))
    def the_bot_answers(self, parts: list[AnyPart], author: Author) -> None:
        self.scene.is_told(*parts, text="Gut.", author=author, service="kfz_ummeldung")

    @rule(kind=st.sampled_from(list(WishKind)), office=st.sampled_from([None, "jc"]))
    def the_bot_understands_a_wish(self, kind: WishKind, office: str | None) -> None:
        self.scene.is_told(Text(text="Gern."), wish=Wish(kind=kind, office=office))

    @rule(state=st.sampled_from([ConversationState.WAITING, ConversationState.BOT]))
    def the_owner_changes(self, state: ConversationState) -> None:
        self.scene.changes_owner(state, "jc")

    @rule(speaks=st.sampled_from([True, False, None]), extension=st.sampled_from(["201", "110"]))
    def somebody_is_found(self, speaks: bool | None, extension: str) -> None:
        turn = self.scene.call.seeking
        self.happens(PersonFound(0, turn, "kfz", "Zulassung", extension, None, speaks))

    @rule(why=st.sampled_from(list(Missing)))
    def nobody_is_there(self, why: Missing) -> None:
        turn = self.scene.call.seeking
        self.happens(PersonMissing(0, turn, why, "kfz", "Zulassung", None, ("callback", "message")))

    @rule(ok=st.booleans())
    def it_is_noted(self, ok: bool) -> None:
        if any(isinstance(e, AskForCallback | LeaveMessage) for e in self.scene.all):
            self.happens(Noted(0, self.scene.call.seeking, ok))

    @rule(ok=st.booleans(), late=st.booleans())
    def it_is_written_down(self, ok: bool, late: bool) -> None:
        asked = [e for e in self.scene.all if isinstance(e, WriteMemo | MailMemo)]
        if not asked:
            return
        effect, turn = asked[-1], asked[0 if late else -1].turn
        if not ok:
            self.happens(MemoFailed(0, turn))
        elif isinstance(effect, MailMemo):
            self.happens(MemoMailed(0, turn))
        else:
            self.happens(MemoWritten(0, turn, "123456789", dt.date(2026, 12, 7)))

    @invariant()
    def nothing_is_mailed_without_her_consent(self) -> None:
        if any(isinstance(e, MailMemo) for e in self.scene.all):
            said = [line.text for e in self.scene.all if isinstance(e, Say) for line in e.lines]
            phrases = self.scene.line.phrases
            consent = [phrases.text("address_consent", c) for c in self.scene.line.languages]
            assert any(text in consent for text in said)

    @precondition(lambda self: self.scene.phase is Phase.RELEASED)
    @rule(outcome=st.sampled_from(list(CallOutcome)))
    def the_pbx_has_dialled(self, outcome: CallOutcome) -> None:
        self.happens(Dialled(0, outcome))
        if outcome is not CallOutcome.ANSWERED:
            self.happens(Resumed(0))

    @rule(lost=st.integers(0, 9))
    def the_bot_is_lost(self, lost: int) -> None:
        if lost == 0:
            self.happens(BotLost(0))

    @invariant()
    def it_is_finished_once_at_most(self) -> None:
        finished = [e for e in self.scene.all if isinstance(e, Finish)]
        assert len(finished) == (self.scene.phase is Phase.ENDED)

    def teardown(self) -> None:
        self.zero_leads_to_a_person()
        self.silence_never_lasts()

    def zero_leads_to_a_person(self) -> None:
        """From here, pressing 0 and nothing else ends at a person, or at what there is instead."""
        if self.scene.phase in (Phase.RELEASED, Phase.ENDED):
            return
        scene = Scene(self.scene.line)
        scene.call, scene.all = self.scene.call, list(self.scene.all)
        for _ in range(12):
            numbers = "number" if scene.call.question.free == "number" else None
            if scene.call.seeking >= 0 or scene.phase is Phase.RELEASED or numbers:
                return
            scene.presses("0")
            if scene.phase is Phase.RELEASED or any(
                isinstance(e, AskForCall) for e in scene.effects
            ):
                return
            if scene.phase in (Phase.DISCLOSURE, Phase.SPEAKING):
                scene.hears_it()
            if any(isinstance(e, AskForCall | Release) for e in scene.effects):
                return
        raise AssertionError(scene.call)

    def silence_never_lasts(self) -> None:
        """Whoever does nothing at all is connected, or the call ends."""
        scene = Scene(self.scene.line)
        scene.call, scene.all = self.scene.call, list(self.scene.all)
        for _ in range(60):
            match scene.phase:
                case Phase.RELEASED | Phase.ENDED:
                    return
                case Phase.DISCLOSURE | Phase.SPEAKING:
                    scene.hears_it()
                case Phase.LISTENING:
                    digits = [e for e in scene.all if isinstance(e, StartTimer)
                              and e.turn == scene.call.turn]  # fmt: skip
                    assert digits, "nobody would wake it"
                    scene.waits_for(digits[-1].timer)
                case _:
                    scene.waits_for(Timer.PATIENCE)
        raise AssertionError(scene.call)


TestAnyCall = AnyCall.TestCase
TestAnyCall.settings = settings(max_examples=60, stateful_step_count=30)


@pytest.mark.parametrize("phase", [Phase.LISTENING, Phase.SPEAKING, Phase.THINKING])
def test_the_same_event_has_the_same_effects(phase: Phase) -> None:
    first, second = Scene().in_german(), Scene().in_german()
    for scene in (first, second):
        scene.asks("Ummelden")
        if phase is not Phase.THINKING:
            scene.is_told(Text(text="Gut."))
        if phase is Phase.LISTENING:
            scene.hears_all()
    assert (first.call, first.all) == (second.call, second.all)
    assert first.phase is phase


def test_a_dialled_call_knows_its_extension() -> None:
    scene = Scene().in_german().presses("01").finds(extension="310").hears_it()
    assert isinstance(scene.released(), Dial)
    assert scene.released().extension == "310"
