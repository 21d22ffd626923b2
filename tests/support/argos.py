"""The tiny Argos packages of the tests, installed through the real code."""

from pathlib import Path

from translations.machine.argos import probe
from translations.machine.packages import Packages

FIXTURES = Path(__file__).parent.parent / "fixtures/mt"


def install(folder: Path, home: Path, *names: str) -> Packages:
    """Installs the named fixtures (such as `uk_en`), or all."""
    packages = Packages(folder, allow_fixtures=True)
    for archive in sorted(FIXTURES.glob("*.argosmodel")):
        if not names or archive.stem in names:
            packages.add(archive, lambda package: probe(package, home))
    return packages
