"""What the doctor says of an instance; see also tests/api/test_notices.py."""

from pathlib import Path

import pytest

from bot.doctor import examine
from bot.settings import Settings


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({}, {(1, "needs a link to /code"), (1, "nothing mailed")}),
        ({"public_url": "https://bot.kreis.example/"}, {(0, "at https://bot.kreis.example/"),
                                                         (1, "nothing mailed")}),
        ({"smtp_url": "smtp://mail"}, {(1, "needs a link to /code"), (1, "nothing mailed")}),
        ({"smtp_url": "smtp://mail", "mail_from": "bot@kreis.example",
          "redis_url": "redis://127.0.0.1:1"}, {(1, "needs a link to /code"),
                                                (1, "need one KREISLOTSE_MEMO_KEY")}),
        ({"redis_url": "redis://127.0.0.1:1", "memo_key": "geheim"},
         {(1, "needs a link to /code"), (1, "nothing mailed")}),
    ],
)  # fmt: skip
async def test_what_callers_can_take_along(
    tmp_path: Path, wanted: dict[str, str], said: set[tuple[int, str]]
) -> None:
    found = await examine(Settings(env="test", data_dir=tmp_path, **wanted))
    memos = [f for f in found if f.text.startswith(("Callers type", "Callers can", "Several"))]
    assert len(memos) == len(said)
    for severity, part in said:
        assert [f.severity for f in memos if part in f.text] == [severity]
    assert "geheim" not in repr(found)


async def test_what_is_due_takes_a_line_for_each_reason(tmp_path: Path) -> None:
    found = await examine(Settings(env="test", data_dir=tmp_path))
    [due] = [f for f in found if "never reviewed" in f.text]
    assert due.severity == 1
    assert "kfz_ummeldung" in due.text
