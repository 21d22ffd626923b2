"""The Rasa model: trained when what it learns from changed, and its data validated."""

from bot.setup.checkout import ROOT, digest, files_below, is_current, stamped
from bot.setup.environments import RASA
from bot.setup.progress import step

MODEL = ROOT / "models/rasa.tar.gz"


def sources() -> str:
    """Everything that a trained model depends on.

    Not the texts of the catalogue, though it learns their words too: whoever mends a sentence
    need not wait for a training.  A service that is new is new in `domain.yml` as well.
    """
    folders = ("nlu", "rules", "lexicon")
    learnt = [file for name in folders for file in files_below(ROOT / "data" / name)]
    code = (ROOT / "bot/rasa").glob("*.py")
    single = (ROOT / "config.yml", ROOT / "domain.yml", ROOT / "bot/rasa/uv.lock")
    return digest(files=[*learnt, *code, *single])


def current() -> bool:
    """Whether the model has learnt from the present sources."""
    return is_current("model", sources(), [MODEL])


def train() -> None:
    """Train the model, if anything that it learns from changed."""
    if current():
        return
    MODEL.parent.mkdir(exist_ok=True)
    with step("Training the model", "about three minutes") as doing, stamped("model", sources()):
        out = MODEL.relative_to(ROOT)
        doing.run(RASA.python, "-m", "bot.rasa.launcher", "train", "--out", out)


def validate() -> None:
    """Rasa's own check that intents, rules and responses fit together."""
    with step("Rasa data validate", "about 15 seconds") as doing:
        doing.run(RASA.python, "-m", "bot.rasa.launcher", "validate")
