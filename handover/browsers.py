"""Names a browser so that its owner knows it again: "Firefox auf Windows"."""

_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
"""What the header says, the more particular first: nearly all call themselves Safari too."""
_SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Mac OS", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_name(user_agent: str | None) -> str | None:
    """A short German name; None where the header names nothing that we know.

    A table of this length suffices: nothing depends on it but the owner's recognition.
    """
    browser = _first(_BROWSERS, user_agent or "")
    system = _first(_SYSTEMS, user_agent or "")
    return f"{browser} auf {system}" if browser and system else browser or system


def _first(table: tuple[tuple[str, str], ...], header: str) -> str | None:
    return next((name for sign, name in table if sign in header), None)
