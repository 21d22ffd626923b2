"""The layout of a text, turned into pauses: lists, brackets, dashes, slashes, quotation marks."""

import re

from voice.verbaliser.words import Words

_STEERING = re.compile(r"[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_OTHER_DIGITS = {ord(d): str(n % 10) for n, d in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_BULLET = re.compile(r"^\s*[-–—•*·▪>]\s+")
_QUOTES = re.compile(r"[„“”«»\"‚‹›]|(?<!\w)['‘’](?=\w)|(?<=\w)[’'](?=\s|$)")
_BEGIN = re.compile(r"(?<=[.!?] )(?<![ap]\.m\. )[^\W\d_]")
"""Synthesisers take no full stop for one before a small letter."""
_ENDS = (".", "!", "?", ":", ";", ",", "…", "؟", "۔", "،", "؛")
_KEPT = re.compile(r"[^\w\s.,;:!?'’ʼ،؛؟۔\u0300-\u036f\u064b-\u0670\u200c\u200d-]|_")


def flat(text: str) -> str:
    """Lines as sentences in one row, without bullets and without signs that steer writing."""
    text = _STEERING.sub("", text).translate(_OTHER_DIGITS)
    text = re.sub(r"ـ+\s?", "", text)  # the stroke that lengthens Arabic words
    rows = [_BULLET.sub("", row).strip() for row in text.splitlines()]
    rows = [row for row in rows if row]
    return " ".join([*map(_ended, rows[:-1]), *rows[-1:]])


def plain(text: str, words: Words) -> str:
    """The text with every sign gone that is no letter and no pause."""
    text = _QUOTES.sub("", text)
    text = re.sub(r"\s*[(\[{]\s*", ", ", text)
    text = re.sub(r"\s*[)\]}]", ",", text)
    text = re.sub(r"\s+[–—-]+\s+|—|…(?=\s*\w)", ", ", text)
    text = re.sub(r"(?<=\w)–(?=\w)", f" {words.until} ", text)
    text = re.sub(r"(?<=\w)\s?/\s?(?=\w)", f" {words.alternative} ", text)
    text = text.replace("…", ".")
    for sign, said in words.symbols.items():
        text = text.replace(sign, f" {said} ")
    return _tidy(_KEPT.sub(" ", text))


def _tidy(text: str) -> str:
    text = re.sub(r"-(?!\w)|(?<!\w)-", " ", text)
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"\s+([.,;:!?،؛؟۔])", r"\1", text)
    text = re.sub(r"([,،])(?:\s*[,،])+", r"\1", text)
    text = re.sub(r"[,،]+\s*([.;:!?؛؟۔،])", r"\1", text)
    text = re.sub(r"(?<![ap]\.m)([.;:!?؛؟۔])\s*[,،]+", r"\1", text)
    text = re.sub(r"\.(?:\s*\.)+", ".", text)
    text = re.sub(r"^[\s,،;:.]+|[\s,،]+$", "", text)
    return _BEGIN.sub(lambda begin: begin.group().upper(), text)


def _ended(row: str) -> str:
    return row if row.endswith(_ENDS) else f"{row}."
