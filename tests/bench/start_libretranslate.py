"""Starts LibreTranslate with a sentence splitter that needs no download, to be measured beside us.

Run by the Python of its own environment: `python start_libretranslate.py PORT`.
"""

import re
import sys

import argostranslate.sbd
from libretranslate import main

_END = re.compile(r"(?<=[.!?؟])\s+")


def _split(self: object, text: str) -> list[str]:
    return [sentence for sentence in _END.split(text.strip()) if sentence]


argostranslate.sbd.MiniSBDSentencizer.split_sentences = _split
sys.argv = ["libretranslate", "--port", sys.argv[1], "--disable-web-ui", *sys.argv[2:]]
main()
