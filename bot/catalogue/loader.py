"""Reads catalogue files and says file and line of whatever is wrong with them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.catalogue.schema import Service
from bot.yaml_files import MarkedYAMLError, line_of, parse_yaml

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one place."""

    file: Path
    line: int
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.where}: {self.message}"


class CatalogueError(Exception):
    """The catalogue cannot be used; carries every problem found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def read(path: Path, schema: type[M]) -> M:
    """The file at `path`, validated against `schema`.

    Raises:
        CatalogueError: the file is missing, no YAML, or does not fit; with file and line.
    """
    text, content = _parse(path)
    try:
        return schema.model_validate(content)
    except ValidationError as error:
        raise CatalogueError(
            [
                Problem(path, line_of(text, e["loc"]), _dotted(e["loc"]), _reason(e))
                for e in error.errors()
            ]
        ) from None


def read_services(folder: Path) -> list[Service]:
    """All services below `folder`, in the order of their paths.

    Raises:
        CatalogueError: with the problems of all files, those between files included.
    """
    problems: list[Problem] = []
    services: dict[str, Service] = {}
    for path in sorted(folder.glob("*/*.yml")):
        try:
            service = read(path, Service)
        except CatalogueError as error:
            problems += error.problems
            continue
        if path.stem != service.id or path.parent.name != service.office:
            problems.append(Problem(path, 1, "id", f"belongs in {service.office}/{service.id}.yml"))
        services[service.id] = service
    if not problems and not services:
        problems.append(Problem(folder, 1, "services", "no service found"))
    if problems:
        raise CatalogueError(problems)
    return list(services.values())


def _parse(path: Path) -> tuple[str, Any]:
    """A file as it is written, and what that means."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CatalogueError([Problem(path, 1, "file", error.strerror or "unreadable")]) from None
    try:
        return text, parse_yaml(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise CatalogueError([Problem(path, line, "YAML", error.problem or "invalid")]) from None


def _dotted(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) or "entry"


def _reason(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "unknown field"
    return str(error["msg"])
