"""`kreislotse staff`, as an administrator types it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main

PASSWORD = "sehr-geheim-123"


class Shell:
    """Runs commands on a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._env = {"KREISLOTSE_DATA_DIR": str(folder)}

    def staff(self, *words: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, ["staff", *words], input=typed, env=self._env)

    def listed(self) -> list[str]:
        return self.staff("list").output.splitlines()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_an_account_gets_a_role_per_office(shell: Shell) -> None:
    made = shell.staff(
        "add", "erika", "--office", "kfz", "--office", "abh:lead", "--role", "caseworker",
        "--language", "uk", "--language", "tr", "--name", "Frau Beispiel", "--password-stdin",
        typed=PASSWORD,
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    assert shell.listed() == ["erika  Frau Beispiel  abh: lead, kfz: caseworker, speaks uk tr"]


def test_an_account_is_disabled_and_enabled_again(shell: Shell) -> None:
    shell.staff("add", "erika", "--office", "kfz", "--password-stdin", typed=PASSWORD)
    assert shell.staff("disable", "erika").exit_code == 0
    assert shell.listed()[0].endswith(", disabled")
    assert shell.staff("enable", "erika").exit_code == 0
    assert shell.listed()[0].endswith("kfz: caseworker")
    assert shell.staff("sign-out", "erika").exit_code == 0
    assert shell.staff("reset", "erika", "--password-stdin", typed=PASSWORD).exit_code == 0


@pytest.mark.parametrize(
    ("words", "typed", "reason"),
    [
        (("add", "erika", "--office", "nirgends"), PASSWORD, "No such office: nirgends"),
        (("add", "erika", "--office", "kfz:chef"), PASSWORD, "No such role: chef"),
        (("add", "erika", "--office", "kfz", "--team", "x"), PASSWORD, "has a team x"),
        (("add", "erika", "--office", "kfz", "--language", "xx"), PASSWORD, "No such language"),
        (("add", "erika", "--office", "kfz"), "kurz", "mindestens zehn Zeichen"),
        (("add", "erika", "--office", "kfz"), "passwort-1", "zu leicht zu erraten"),
        (("reset", "niemand"), PASSWORD, "There is no account niemand"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    shell: Shell, words: tuple[str, ...], typed: str, reason: str
) -> None:
    refused = shell.staff(*words, "--password-stdin", typed=typed)
    assert refused.exit_code == 1
    assert reason in refused.output
    assert shell.listed() == []
