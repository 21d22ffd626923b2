"""Spelled addresses: what is understood in each language, and how they are read back."""

import pytest

from bot.mail_address import mailable
from bot.settings import ROOT
from translations.languages import all_languages
from voice.by_ear.digits import Digits
from voice.by_ear.spelling import SIGNS, Spelling

SPELLING = Spelling.load(
    ROOT / "data/phone/spelling.yml", Digits.load(ROOT / "data/phone/digits.yml")
)

GERMAN = [
    # the names of letters, as they are written or recognised
    ("a b c", "abc"),
    ("A B C", "abc"),
    ("A. B. C.", "abc"),
    ("A.B.C.", "abc"),
    ("M-A-X", "max"),
    ("ah be ce de", "abcd"),
    ("eff ge ha ih", "fghi"),
    ("jot ka ell emm", "jklm"),
    ("enn oh pe ku", "nopq"),
    ("err ess te uh", "rstu"),
    ("vau we iks ypsilon zett", "vwxyz"),
    ("vau we ix üpsilon zet", "vwxyz"),
    # DIN 5009 of today: cities
    ("Aachen Berlin Chemnitz Düsseldorf", "abcd"),
    ("Essen Frankfurt Goslar Hamburg", "efgh"),
    ("Ingelheim Jena Köln Leipzig", "ijkl"),
    ("München Nürnberg Offenbach Potsdam", "mnop"),
    ("Quickborn Rostock Salzwedel Tübingen", "qrst"),
    ("Unna Völklingen Wuppertal Xanten", "uvwx"),
    ("Ypsilon Zwickau", "yz"),
    # as most people spell
    ("Anton Berta Cäsar Dora", "abcd"),
    ("Emil Friedrich Gustav Heinrich", "efgh"),
    ("Ida Julius Kaufmann Ludwig", "ijkl"),
    ("Martha Nordpol Otto Paula", "mnop"),
    ("Quelle Richard Samuel Theodor", "qrst"),
    ("Ulrich Viktor Wilhelm Xanthippe", "uvwx"),
    ("Siegfried Nathan David Jakob Konrad", "sndjk"),
    ("Zacharias Zeppelin", "zz"),
    ("Charlotte Schule", "chsch"),
    # without their accents, as recognisers write them
    ("Casar Koln Munchen Dusseldorf", "ckmd"),
    # a word beside its letter
    ("a wie Anton", "a"),
    ("n wie Nordpol, e wie Emil", "ne"),
    ("d wie Berta", "b"),
    ("b wie Birne", "b"),
    ("großes A, kleines b", "ab"),
    ("m wie in München", "m"),
    # figures
    ("null eins zwo drei", "0123"),
    ("neunzehn", "19"),
    ("Anton Berta 1985", "ab1985"),
    ("a acht neun", "a89"),
    # repeated
    ("Doppel-M", "mm"),
    ("doppel l", "ll"),
    ("zweimal s", "ss"),
    ("Doppel-Anton", "aa"),
    ("dreimal neun", "999"),
    # signs
    ("a Punkt b", "a.b"),
    ("a dot b", "a.b"),
    ("a minus b", "a-b"),
    ("a Bindestrich b", "a-b"),
    ("a Unterstrich b", "a_b"),
    ("a plus b", "a+b"),
    ("a at b", "a@b"),
    ("a ätt b", "a@b"),
    ("a Klammeraffe b", "a@b"),
    ("a Klammer Affe b", "a@b"),
    # whole addresses
    ("a at gmx Punkt de", "a@gmx.de"),
    ("a at web Punkt de", "a@web.de"),
    ("a at web Punkt d e", "a@web.de"),
    ("a at web Punkt Dora Emil", "a@web.de"),
    ("a at G M X Punkt net", "a@gmx.net"),
    ("a at gmail Punkt com", "a@gmail.com"),
    ("a at g mail Punkt com", "a@gmail.com"),
    ("a at t online Punkt de", "a@t-online.de"),
    ("a at T-Online Punkt de", "a@t-online.de"),
    ("a at firma Punkt at", "a@firma.at"),
    ("Anton Punkt Meier at web Punkt de", "anton.meier@web.de"),
    ("Anton Otto Punkt Meier at web Punkt de", "ao.meier@web.de"),
    ("otto at posteo punkt de", "otto@posteo.de"),
    ("j Punkt Meier at web Punkt de", "j.meier@web.de"),
    ("anna.meier@gmx.de", "anna.meier@gmx.de"),
    ("Anna-Lena_Meier@gmx.de.", "anna-lena_meier@gmx.de"),
    ("Meine E-Mail-Adresse ist anna at gmx.de", "anna@gmx.de"),
    ("Also, Paula, Emil, at, outlook Punkt com.", "pe@outlook.com"),
    # nothing is guessed
    ("Müller at gmx Punkt de", "müller@gmx.de"),
    ("m ü l l e r", "müller"),
    ("Übermut", "ü"),
    ("Umlaut Unna", "ü"),
    ("Eszett", "ß"),
    ("", ""),
]
OTHERS = {
    "en": [
        ("alpha bravo charlie", "abc"),
        ("Delta Echo Foxtrot Golf Hotel", "defgh"),
        ("India Juliett Kilo Lima Mike", "ijklm"),
        ("November Oscar Papa Quebec Romeo", "nopqr"),
        ("Sierra Tango Uniform Victor Whiskey", "stuvw"),
        ("X-ray Yankee Zulu", "xyz"),
        ("ay bee cee dee", "abcd"),
        ("double u", "w"),
        ("b as in Bravo", "b"),
        ("b for butter", "b"),
        ("a dot b underscore c hyphen d", "a.b_c-d"),
        ("o zero one", "o01"),
        ("double l", "ll"),
        ("j dot smith at gmail dot com", "j.smith@gmail.com"),
        ("anna at example dot co dot uk", "anna@example.co.uk"),
    ],
    "tr": [
        ("Adana Bolu Ceyhan Denizli", "abcd"),
        ("Edirne Fatsa Giresun Hatay", "efgh"),
        ("İzmir Jandarma Kars Lüleburgaz", "ijkl"),
        ("Muş Niğde Ordu Polatlı", "mnop"),
        ("Rize Sinop Tokat Uşak", "rstu"),
        ("Van Yozgat Zonguldak", "vyz"),
        ("be ce de fe ge he", "bcdfgh"),
        ("çift ve", "w"),
        ("a nokta b alt çizgi c tire d", "a.b_c-d"),
        ("ali et gmail nokta com", "ali@gmail.com"),
        ("bir iki üç", "123"),
        ("Çanakkale", "ç"),
    ],
    "fr": [
        ("Anatole Berthe Célestin Désiré", "abcd"),
        ("Eugène François Gaston Henri", "efgh"),
        ("Irma Joseph Kléber Louis", "ijkl"),
        ("Marcel Nicolas Oscar Pierre", "mnop"),
        ("Quintal Raoul Suzanne Thérèse", "qrst"),
        ("Ursule Victor William Xavier", "uvwx"),
        ("Yvonne Zoé", "yz"),
        ("double vé i grec zède", "wyz"),
        ("b comme Berthe", "b"),
        ("deux l", "2l"),
        ("a point b tiret bas c tiret d", "a.b_c-d"),
        ("marie arobase orange point fr", "marie@orange.fr"),
        ("rené", "rené"),
    ],
    "pl": [
        ("Adam Barbara Celina Dorota", "abcd"),
        ("Ewa Franciszek Grażyna Henryk", "efgh"),
        ("Irena Jadwiga Karol Leon", "ijkl"),
        ("Maria Natalia Olga Paweł", "mnop"),
        ("Roman Stanisław Tadeusz Urszula", "rstu"),
        ("Wanda iks igrek Zygmunt", "wxyz"),
        ("fau wu zet", "vwz"),
        ("b jak Barbara", "b"),
        ("a kropka b podkreślnik c minus d", "a.b_c-d"),
        ("kasia małpa wp kropka pl", "kasia@wp.pl"),
        ("jeden dwa trzy", "123"),
    ],
    "ro": [
        ("Ana Barbu Constantin Dumitru", "abcd"),
        ("Elena Florea Gheorghe Haralambie", "efgh"),
        ("Ion Kilogram Lazăr Maria", "iklm"),
        ("Nicolae Olga Petre Radu", "nopr"),
        ("Sandu Tudor Vasile", "stv"),
        ("dublu ve ics igrec zet", "wxyz"),
        ("a de la Ana", "a"),
        ("a punct b cratimă c", "a.b-c"),
        ("ion arond gmail punct com", "ion@gmail.com"),
        ("unu doi trei", "123"),
    ],
    "ru": [
        ("а бэ цэ дэ", "abcd"),
        ("е эф гэ аш и", "efghi"),
        ("йот ка эль эм эн", "jklmn"),
        ("о пэ ку эр эс", "opqrs"),
        ("тэ у вэ дубль-вэ", "tuvw"),
        ("икс игрек зет", "xyz"),
        ("Анна Борис Дмитрий Елена", "abde"),
        ("б как Борис", "b"),
        ("а как Анна", "a"),
        ("a точка b нижнее подчёркивание c дефис d", "a.b_c-d"),
        ("эн и эн а собака мэйл точка ру", "nina@mail.ru"),
        ("один два три", "123"),
        ("Николай", "n"),
    ],
    "uk": [
        ("а бе це де", "abcd"),
        ("е еф ґе аш і", "efghi"),
        ("йот ка ель ем ен", "jklmn"),
        ("о пе ку ер ес", "opqrs"),
        ("те у ве дубль-ве", "tuvw"),
        ("ікс ігрек зет", "xyz"),
        ("a крапка b нижнє підкреслення c дефіс d", "a.b_c-d"),
        ("о ель я", "olя"),
        ("а ен ен а равлик укр крапка нет", "anna@ukr.net"),
        ("один два три", "123"),
    ],
    "ar": [
        ("سي دي", "cd"),
        ("إي إف", "ef"),
        ("إتش كيه إل", "hkl"),
        ("إم إن أو", "mno"),
        ("كيو آر إس", "qrs"),
        ("تي يو في", "tuv"),
        ("دبليو إكس واي زد", "wxyz"),
        ("ام ان او", "mno"),
        ("a نقطة b", "a.b"),
        ("A H M E D آت جيميل نقطة كوم", "ahmed@gmail.com"),
        ("واحد اثنان ثلاثة", "123"),
    ],
    "fa": [
        ("بی سی دی", "bcd"),
        ("اف اچ کی", "fhk"),
        ("ال ام ان", "lmn"),
        ("پی کیو آر اس", "pqrs"),
        ("تی یو وی", "tuv"),
        ("دبلیو ایکس وای زد", "wxyz"),
        ("a نقطه b", "a.b"),
        ("a خط تیره b", "a-b"),
        ("A L I آت جیمیل نقطه کام", "ali@gmail.com"),
        ("یک دو سه", "123"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("said", "meant"), GERMAN)
def test_german(said: str, meant: str) -> None:
    assert SPELLING.written(said, "de").text == meant
    assert SPELLING.written(said, "de-x-leicht").text == meant


@pytest.mark.parametrize(
    ("language", "said", "meant"), [(code, *row) for code, rows in OTHERS.items() for row in rows]
)
def test_other_languages(language: str, said: str, meant: str) -> None:
    assert SPELLING.written(said, language).text == meant


def test_the_table_is_long_enough() -> None:
    assert len(GERMAN) >= 60
    assert min(map(len, OTHERS.values())) >= 10


def test_every_language_can_be_spelled_in() -> None:
    assert {code.split("-")[0] for code in all_languages()} == SPELLING.languages


def test_pieces_go_on_where_the_last_one_ended() -> None:
    first = SPELLING.written("Anton", "de").text
    second = SPELLING.written("Otto at gmx Punkt", "de", first).text
    assert (first, second) == ("a", "ao@gmx.")
    assert SPELLING.written("de", "de", second).text == "ao@gmx.de"


@pytest.mark.parametrize("said", ["Was kostet das eigentlich", "Hilfe mein Mann schlägt mich"])
def test_sentences_are_told_from_spelling(said: str) -> None:
    assert SPELLING.written(said, "de").is_speech
    assert not SPELLING.written("anna maria meier at gmx Punkt de", "de").is_speech
    assert not SPELLING.written("Anton Berta Cäsar Dora", "de").is_speech


@pytest.mark.parametrize(
    ("address", "language", "said"),
    [
        ("ab.c@gmx.de", "de", "a:Anton b:Berta Punkt c:Cäsar at gmx Punkt de"),
        ("z9@firma.de", "de", "z:Zacharias 9 at f:Friedrich i:Ida r:Richard m:Martha a:Anton"
                              " Punkt de"),
        ("a_b-c@x.xyz", "en", "a:Alfa underscore b:Bravo hyphen c:Charlie at x:X-ray dot x:X-ray"
                              " y:Yankee z:Zulu"),
        ("ba@mail.ru", "ru", "бэ а собака mail точка ru"),
        ("q@wp.pl", "pl", "q małpa wp kropka pl"),
    ],
)  # fmt: skip
def test_what_was_understood_is_spelled_back(address: str, language: str, said: str) -> None:
    pieces = SPELLING.read(address, language)
    assert " ".join(f"{p.text}:{p.word}" if p.word else p.text for p in pieces) == said


def test_a_web_address_is_said_in_words() -> None:
    assert SPELLING.site("https://bot.kreis-x.example/code", "de") == (
        "bot Punkt kreis Bindestrich x Punkt example Schrägstrich code"
    )


@pytest.mark.parametrize("language", sorted(SPELLING.languages))
def test_what_is_read_back_would_be_understood(language: str) -> None:
    address = "bcdfhklmnpqrstuvwxz@gmail.com" if language not in ("ar", "fa") else "cd@gmail.com"
    read = " ".join(piece.word or piece.text for piece in SPELLING.read(address, language))
    assert SPELLING.written(read, language).text == address
    assert all(SPELLING.sign(sign, language) for sign in SIGNS)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("a@gmx.de", True), ("a.b-c_d+1@t-online.de", True), ("a@b.co.uk", True),
        ("a@gmx", False), ("a@gmx.d", False), ("@gmx.de", False), ("a", False), ("", False),
        (".a@gmx.de", False), ("a.@gmx.de", False), ("a..b@gmx.de", False), ("a@b@c.de", False),
        ("müller@gmx.de", False), ("a@-x.de", False), ("a b@gmx.de", False), ("a@gmx.de\n", False),
        ("a" * 65 + "@gmx.de", False), ("a@" + "b" * 64 + ".de", False), ("a@x.de,b@y.de", False),
    ],
)  # fmt: skip
def test_which_addresses_are_written_to(text: str, right: bool) -> None:
    assert mailable(text) is right
