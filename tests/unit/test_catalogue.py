"""The catalogue refuses what it does not know, and says where."""

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.loader import CatalogueError, read, read_services
from bot.catalogue.schema import Aspect, County, OfficeId, Service
from bot.settings import ROOT

ENTRY = """\
id: kfz_probe
office: kfz
title: Probe
summary: Eine Probe.
speakable: Eine Probe.
fees:
  - what: Gebühr
    amount_eur: "10.20"
checked:
  on: 2026-11-21
  how: search
  source: [FZV § 1]
"""


def _write(folder: Path, text: str, name: str = "kfz/kfz_probe.yml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "line", "where", "message"),
    [
        (("title: Probe", "titel: Probe"), 3, "titel", "unknown field"),
        (("    amount_eur:", "    betrag:"), 8, "fees.0.betrag", "unknown field"),
        (('"10.20"', '"viel"'), 8, "fees.0.amount_eur", "decimal"),
        (('"10.20"', '"-1.00"'), 8, "fees.0.amount_eur", "greater than or equal"),
        (("how: search", "how: geraten"), 11, "checked.how", "'read', 'search' or 'brief'"),
        (("source: [FZV § 1]", "source: []"), 12, "checked.source", "at least 1"),
        (("id: kfz_probe", "id: abh_probe"), 1, "entry", "begins with 'kfz_'"),
        (("summary: Eine Probe.\n", ""), 1, "summary", "Field required"),
        (("speakable: Eine Probe.", "speakable: " + "Wort " * 41), 1, "entry", "41 words"),
        (("title: Probe", "title: [Probe"), 4, "YAML", "expected"),
    ],
)
def test_a_problem_is_told_with_file_and_line(
    tmp_path: Path, change: tuple[str, str], line: int, where: str, message: str
) -> None:
    path = _write(tmp_path, ENTRY.replace(*change))
    with pytest.raises(CatalogueError) as caught:
        read(path, Service)
    [problem] = [problem for problem in caught.value.problems if problem.where == where]
    assert (problem.file, problem.line) == (path, line)
    assert message in problem.message


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    _write(tmp_path, ENTRY.replace("title:", "titel:"))
    _write(tmp_path, ENTRY, "kfz/kfz_other.yml")
    with pytest.raises(CatalogueError) as caught:
        read_services(tmp_path)
    assert {problem.file.name for problem in caught.value.problems} == {
        "kfz_probe.yml", "kfz_other.yml"
    }  # fmt: skip


def test_amounts_are_exact(tmp_path: Path) -> None:
    service = read(_write(tmp_path, ENTRY), Service)
    assert service.fees[0].amount_eur == Decimal("10.20")


def test_the_real_catalogue_is_whole() -> None:
    catalogue = Catalogue.load(ROOT / "data")
    per_office = {
        office: sum(service.office is office for service in catalogue.services.values())
        for office in OfficeId
    }
    assert all(count >= 10 for count in per_office.values()), per_office
    assert len(catalogue.others) >= 20


def test_every_fact_has_a_source_and_nobody_invented_a_review() -> None:
    for service in Catalogue.load(ROOT / "data").services.values():
        for aspect in Aspect:
            check = service.check_of(aspect)
            assert check.source, service.id
            assert check.on <= dt.datetime.now(dt.UTC).date()
        assert service.reviewed is None, f"{service.id}: who reviewed this?"


def test_expired_and_unreviewed_entries_are_due() -> None:
    catalogue = Catalogue.load(ROOT / "data")
    due = {entry.id: entry.why for entry in catalogue.due(dt.date(2027, 1, 1))}
    assert due["jc_regelbedarf"] == "expired"
    assert due["kfz_ummeldung"] == "never reviewed"


def test_an_office_that_closes_before_it_opens_is_refused(tmp_path: Path) -> None:
    text = (ROOT / "data/county.yml").read_text("utf-8")
    path = _write(tmp_path, text.replace('"12:00"', '"07:00"', 1), "county.yml")
    with pytest.raises(CatalogueError, match="opens at 08:00 but closes at 07:00"):
        read(path, County)


def test_services_of_an_office_that_the_county_has_not_are_refused(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    county = tmp_path / "data/county.yml"
    text = county.read_text("utf-8")
    county.write_text(text[: text.index("  - id: jc")], "utf-8")
    with pytest.raises(CatalogueError, match=r"is not among those of county\.yml"):
        Catalogue.load(tmp_path / "data")
