"""The crisis layer: what must be recognised, what must not, and that nothing breaks it."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.catalogue.loader import CatalogueError, read
from bot.catalogue.schema import CrisisNumbers
from bot.crisis import (
    CrisisDetector,
    CrisisKind,
    compile_phrase,
    normalise,
)
from bot.yaml_files import read_yaml
from translations.languages import all_languages

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "data/crisis"
DETECTOR = CrisisDetector.load(FOLDER)

HITS = {
    CrisisKind.SELF_HARM: [
        "Ich will nicht mehr leben",
        "ich wil nich mer lebn",
        "ICH MÖCHTE NICHT MEHR LEBEN!!!",
        "ich moechte einfach nicht mehr weiterleben",
        "Ich denke darüber nach, mich umzubringen.",
        "ich bring mich um wenn das so weitergeht",
        "manchmal will ich mich umbrigen",
        "habe gedanken an selbsmord",
        "ich hab keine kraft mehr zum leben",
        "das leben hat für mich keinen sinn mehr",
        "am liebsten wäre ich tot",
        "ich wünschte ich wär tod",
        "ich will sterben",
        "ich möchte morgen früh nicht mehr aufwachen",
        "ich tu mir was an",
        "Ich kann einfach nicht mehr.",
        "Ich halte das alles nicht mehr aus",
        "ich sehe keinen ausweg",
        "es wäre für alle besser wenn ich nicht mehr da wäre",
        "niemand würde mich vermissen",
        "das jobcenter hat alles abgelehnt und jetzt mach ich mit meinem leben schluss",
        "Meine Schwester will sich das Leben nehmen",
        "bin lebensmuede",
        "ich bin am ende meiner kräfte und will nicht mehr",
        "mein sohn sagt er will nicht mehr leben",
        "was hat das leben noch für einen sinn",
        "s\u200buizid",
        "I want to die",
        "i dont want to live anymore",
        "i am going to kill my self",
        "thinking about endng it, i want to kill myself",
        "I feel sucidal",
        "everyone would be better off without me",
        "there is no reason to live",
        "I can't go on like this",
        "i can't take it anymore",
        "wish I was dead",
    ],
    CrisisKind.VIOLENCE: [
        "Mein Mann schlägt mich",
        "mein man schlegt mich und die kinder",
        "er hat mich gestern wieder geschlagen",
        "ich werde von meinem freund verpruegelt",
        "Mein Ex droht mir, er bringt mich um",
        "mein vater will mich umbringen weil ich einen freund habe",
        "ich habe angst vor meinem mann",
        "er lässt mich nicht aus dem haus",
        "ich wurde vergewaltigt",
        "mein exmann hat gesagt dass er uns umbringt",
        "brauche dringend einen platz im frauenhaus",
        "meine nachbarin wird von ihrem mann geschlagen",
        "mein sohn ist gewalttätig, ich hab angst um mein leben",
        "Er bedroht mich mit einem Messer",
        "er hat mir ins gesicht geschlagen",
        "ich trau mich nicht nach hause weil er mich schlägt",
        "meine eltern zwingen mich zu heiraten",
        "ich bekomme morddrohungen",
        "My husband beats me",
        "my boyfriend hit me again last night",
        "he is threatening to kill me",
        "I am afraid of my ex husband",
        "I was raped",
        "my father locks me in and does not let me leave",
        "I need a women's shelter tonight",
        "i dont feel safe at home",
        "he says he will kill me if i leave",
    ],
    CrisisKind.EMERGENCY: [
        "Meine Mutter ist bewusstlos",
        "mein vater liegt da und ist bewustlos was soll ich machen",
        "mein kind atmet nicht mehr",
        "Es brennt bei uns!",
        "Feuer!",
        "unsere wohnung brennt",
        "bitte schicken Sie schnell einen Krankenwagen",
        "ich brauche sofort einen notarzt",
        "hier riecht es stark nach gas",
        "ich glaube mein mann hat einen herzinfarkt",
        "er blutet ganz stark",
        "Hilfe, wir sind in großer Gefahr",
        "ruft die polizei",
        "gerade war hier ein unfall, jemand ist schwer verletzt",
        "bei mir bricht gerade jemand ein",
        "meine tochter ist verschwunden",
        "my father is unconscious",
        "he is not breathing",
        "our house is on fire",
        "please call an ambulance",
        "someone is breaking into my flat",
        "she is bleeding heavily",
        "I think my mom is having a stroke",
    ],
    CrisisKind.THREAT: [
        "Ich bringe euch alle um",
        "ich bring den sachbearbeiter um",
        "wenn ich kein geld kriege zünde ich das amt an",
        "ich komme morgen mit einem messer vorbei",
        "ich hau dir in die fresse",
        "ich weiß wo ihr wohnt",
        "das werdet ihr bereuen",
        "ich stech euch ab",
        "ich schlage die sachbearbeiterin zusammen",
        "am besten sprengt man euch in die luft, ich leg eine bombe",
        "ich mach dich fertig du schwein",
        "I will kill you",
        "im gonna shoot everyone in your office",
        "I'll burn your office down",
        "i know where you live",
        "you will regret this",
        "next time I bring a knife",
    ],
}

MISSES = [
    # Figures of speech and everyday words.
    "ich bring mich um den Schlaf mit diesen Formularen",
    "das bringt mich noch um",
    "der papierkram bringt mich um",
    "die Bürokratie wird mich noch umbringen",
    "mein Auto ist tot",
    "die batterie ist tot, auto trotzdem abmelden",
    "das haut mich um, so teuer",
    "das haut mir zeitlich nicht hin",
    "ich bin mit den Nerven am Ende der Woche",
    "warum tun Sie mir so etwas an",
    "bin doch nicht lebensmüde",
    "Das Jobcenter schlägt mir einen Kurs vor",
    "sie schlagen uns einen anderen Termin vor",
    "ich bringe die Unterlagen um 10 Uhr vorbei",
    "ich bringe sie um neun zum Amt",
    "mein Mann bringt mich um 8 Uhr zur Zulassungsstelle",
    "ich schlage Ihnen Montag vor",
    "wie mache ich die Unterlagen fertig",
    "my dead battery, can I still register the car",
    "what is the deadline",
    "that is a killer deal for a car",
    "I am dying to know how much it costs",
    "drowning in paperwork",
    "my wife will kill me if I miss the appointment",
    "they hit me with a fee",
    "someone hit my car, how do I deregister it",
    # Death, illness and danger as the offices know them.
    "Todesfall in der Familie, Auto abmelden",
    "mein vater ist gestorben, wie melde ich sein auto ab",
    "Sterbeurkunde beantragen",
    "ich habe morgen einen termin beim arzt",
    "Arzttermin verschieben",
    "I have a doctor's appointment, can I come later",
    "mein mann hatte letztes Jahr einen schlaganfall, kann ich für ihn unterschreiben",
    "nach einem herzinfarkt bin ich krankgeschrieben",
    "Notfallkontakt ändern",
    "Notvertretung für meine Mutter",
    "wer vertritt mich im Notfall beim Termin",
    "Gewaltschutzgesetz was ist das",
    "Welche Rechte habe ich nach dem Gewaltschutz",
    "bekommt man bei häuslicher Gewalt einen eigenen Aufenthaltstitel",
    "ich wohne im Frauenhaus, welches Jobcenter ist zuständig",
    "Aufenthaltserlaubnis nach der Scheidung",
    "kann man mich abschieben",
    "mir droht die abschiebung",
    "das jobcenter droht mir mit einer sanktion",
    "mein vermieter droht mir mit Kündigung",
    "they threaten me with eviction",
    "verliere ich meinen Aufenthaltstitel, bin ich in Gefahr abgeschoben zu werden",
    "is my residence permit in danger",
    "von dem Geld kann ich nicht mehr leben",
    "I can't live on this money",
    "ich will nicht mehr hier wohnen",
    "ich will nicht mehr arbeiten",
    "ich kann nicht mehr zum Termin kommen",
    "i don't want to live in Germany anymore",
    "wenn ich nicht mehr hier bin, wer meldet das Auto ab",
    # Vehicles and police.
    "Unfallwagen abmelden",
    "hatte einen unfall, auto totalschaden, was jetzt",
    "Feuerwehrauto zulassen",
    "altes Feuerwehrauto als Wohnmobil anmelden",
    "Krankenwagen zulassen",
    "ich brauche die Zulassung für einen Krankenwagen",
    "register an old ambulance as a camper",
    "Polizei hat mein Kennzeichen entwertet",
    "muss ich den Diebstahl der Polizei melden",
    "kennzeichen gestohlen, anzeige bei der polizei gemacht",
    "mein auto ist ausgebrannt, abmelden",
    "im auto brennt die motorlampe",
    "die airbagleuchte brennt",
    "the website form is unresponsive",
    "gilt das neue Gesetz schon, wann ist es in Kraft getreten",
    # Nothing at all.
    "",
    "   ",
    "...",
    "🙂",
    "Guten Tag",
    "Hilfe beim Antrag",
    "ich bin verzweifelt, der Antrag liegt seit Monaten",
    "das ist ein notfall ich brauche mein auto",
    "can I shoot you an email",
    "ich möchte mich um 10 uhr ummelden",
]


@pytest.mark.parametrize(
    ("text", "kind"), [(text, kind) for kind, texts in HITS.items() for text in texts]
)
def test_recognises(text: str, kind: CrisisKind) -> None:
    assert DETECTOR.detect(text) is kind


@pytest.mark.parametrize("text", MISSES)
def test_leaves_alone(text: str) -> None:
    assert DETECTOR.detect(text) is None


LANGUAGES = sorted(path.stem for path in FOLDER.glob("*.yml") if path.stem != "numbers")
LISTS = {language: read_yaml(ROOT / f"tests/unit/crisis/{language}.yml") for language in LANGUAGES}
"""What each language must recognise (by kind) and must leave alone."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(CrisisKind))
def test_recognises_in_each_language(language: str, kind: CrisisKind) -> None:
    texts = LISTS[language]["hits"][kind.value]
    assert len(texts) >= 8
    assert {text: DETECTOR.detect(text) for text in texts} == dict.fromkeys(texts, kind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_leaves_alone_in_each_language(language: str) -> None:
    texts = LISTS[language]["misses"]
    assert len(texts) >= 40
    assert {text: DETECTOR.detect(text) for text in texts} == dict.fromkeys(texts)


def test_every_language_of_the_bot_and_spanish_are_there() -> None:
    assert set(LANGUAGES) == set(all_languages()) - {"de-x-leicht"} | {"es"}


def test_no_training_example_is_a_crisis() -> None:
    """Who asks what the bot was taught must get the answer."""
    alarms = [text for text in _training_examples() if DETECTOR.detect(text)]
    assert alarms == []


def test_a_figure_of_speech_hides_no_crisis() -> None:
    text = "Der Papierkram bringt mich um. Ich will nicht mehr leben."
    assert DETECTOR.detect(text) is CrisisKind.SELF_HARM


def test_the_most_severe_counts() -> None:
    text = "Ich bringe euch alle um und dann will ich sterben"
    assert DETECTOR.detect(text) is CrisisKind.SELF_HARM


def test_a_crisis_in_a_long_story_is_found() -> None:
    story = "Ich wollte fragen wie das mit dem Antrag ist, danke schon mal. " * 15
    assert DETECTOR.detect(f"{story} mein mann schlägt mich {story}") is CrisisKind.VIOLENCE


def test_every_kind_has_a_number() -> None:
    numbers = read(FOLDER / "numbers.yml", CrisisNumbers).root
    assert {kind for number in numbers for kind in number.kinds} == set(CrisisKind)


@given(
    st.lists(
        st.sampled_from(
            (
                *("ich", "du", "er", "sie", "mich", "mir", "uns", "nicht", "mehr", "will", "kann"),
                *("bringe", "um", "an", "auf", "mit", "und", "oder", ".", ",", "!", "?", "$", ".."),
                *("i", "you", "he", "me", "not", "to", "the", "and", "want", "can", "will", "if"),
            )
        ),
        max_size=60,
    )
)
def test_function_words_never_break_it(words: list[str]) -> None:
    found = DETECTOR.detect(" ".join(words))
    assert found is None or isinstance(found, CrisisKind)


@given(st.text(max_size=200))
def test_any_text_is_answered_the_same_way_twice(text: str) -> None:
    assert DETECTOR.detect(text) == DETECTOR.detect(text)


@example("a_a")
@example("Raeee")
@given(st.text(max_size=100))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Schlägt, SCHLAEGT schlagt", "schlagt , schlagt schlagt"),
        ("daß dass", "das das"),
        ("Hiiiilfe!!!", "hilfe ."),
        ("don't", "dont"),
        ("um\u200bbringen", "umbringen"),
    ],
)
def test_spellings_meet(written: str, plain: str) -> None:
    assert normalise(written) == plain


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("will ..2 weg", "ich will jetzt sofort weg", True),
        ("will ..2 weg", "ich will jetzt sofort ganz weg", False),
        ("will ..2 weg", "ich will. alles weg", False),
        ("will so? weg", "will weg", True),
        ("will weg $", "ich will weg. danke", True),
        ("will weg $", "ich will weg hier", False),
        ("^ weg", "ja. weg hier", True),
        ("^ weg", "ich will weg", False),
        ("~verschwinden", "verschwnden", True),
        ("~verschwinden", "verschwidnen", True),
        ("~verschwinden", "erschwinden", False),
        ("um 0-9", "um 10 uhr", True),
        ("will ..2 weg", "ich will jetzt. weg", False),
        ("frei*", "die freiheit", True),
        ("frei", "die freiheit", False),
    ],
)
def test_phrases_mean_what_they_say(phrase: str, text: str, found: bool) -> None:
    assert (compile_phrase(phrase).search(normalise(text)) is not None) is found


@pytest.mark.parametrize(
    "phrase",
    [
        ".. weg",
        "so? weg",
        "will ..",
        "weg so?",
        "$",
        "^ $",
        "will $ weg",
        "will ^ weg",
        "~weg",
        "(a)",
    ],
)
def test_meaningless_phrases_are_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        compile_phrase(phrase)


def test_a_wrong_file_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "xx.yml").write_text("self_harm:\n  phrases:\n    - .. weg\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"xx\.yml:3: self_harm\.phrases\.0"):
        CrisisDetector.load(tmp_path)


def test_a_folder_without_phrases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no phrases found"):
        CrisisDetector.load(tmp_path)


def _training_examples() -> list[str]:
    texts = []
    for path in sorted((ROOT / "data/nlu").glob("*/*.yml")):
        for entry in read_yaml(path)["nlu"]:
            if "intent" in entry:
                lines = entry["examples"].splitlines()
                texts += [line.removeprefix("- ") for line in lines]
    return texts
