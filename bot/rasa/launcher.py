"""Trains, checks and serves the Rasa model.

    python -m bot.rasa.launcher train --out models/rasa.tar.gz
    python -m bot.rasa.launcher validate
    python -m bot.rasa.launcher stories --model models/rasa.tar.gz tests/rasa/test_stories.yml
    python -m bot.rasa.launcher serve --model models/rasa.tar.gz --port 5005

To be run with the Python of Rasa's own environment, from anywhere.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import logging
import os
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_STARTED = time.monotonic()
ROOT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"
DEFAULT_MODEL = ROOT / "models" / "rasa.tar.gz"
DEFAULT_PORT = 5005
TRAINING_DATA = [str(ROOT / "data" / "nlu"), str(ROOT / "data" / "rules")]
CONFIG, DOMAIN = str(ROOT / "config.yml"), str(ROOT / "domain.yml")
CREDENTIALS, ENDPOINTS = str(ROOT / "credentials.yml"), str(ROOT / "endpoints.yml")

MAX_REQUEST_BYTES = 2**20
"""Far above a turn, and above Rasa's own calls for custom actions, which carry the domain."""


def main() -> int:
    """Runs one command; returns the exit status."""
    arguments = _arguments()
    os.chdir(ROOT)
    _keep_quiet()
    command: int = arguments.command(arguments)
    return command


def train(arguments: argparse.Namespace) -> int:
    """Trains a model and puts it, once complete, in the place of the one before."""
    from rasa.model_training import train as rasa_train

    started = time.monotonic()
    out: Path = arguments.out
    out.parent.mkdir(parents=True, exist_ok=True)
    _say("training the language model …")
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".training-") as folder:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            result = rasa_train(
                domain=DOMAIN,
                config=CONFIG,
                training_files=arguments.data or TRAINING_DATA,
                output=folder,
                fixed_model_name=out.name,
                force_training=True,
            )
        if result.code or not result.model:
            _say(said.getvalue() + "training failed")
            return 1
        os.replace(result.model, out)
    _say(f"model trained in {time.monotonic() - started:.0f} s: {_shown(out)}")
    return 0


def validate(arguments: argparse.Namespace) -> int:
    """Runs Rasa's own validation of examples, rules and domain."""
    from rasa.cli.utils import validate_files
    from rasa.shared.importers.importer import TrainingDataImporter

    importer = TrainingDataImporter.load_from_config(
        CONFIG, DOMAIN, arguments.data or TRAINING_DATA
    )
    validate_files(fail_on_warnings=False, max_history=None, importer=importer)
    _say("examples, rules and domain are valid")
    return 0


def stories(arguments: argparse.Namespace) -> int:
    """Plays test stories against the model; fails at the first step that comes out otherwise."""
    from rasa.core.agent import Agent
    from rasa.core.test import WrongPredictionException, test

    agent = Agent.load(str(arguments.model))
    try:
        with tempfile.TemporaryDirectory() as reports:
            asyncio.run(
                test(
                    str(arguments.stories),
                    agent,
                    out_directory=reports,
                    fail_on_prediction_errors=True,
                    e2e=True,
                    disable_plotting=True,
                )
            )
    except WrongPredictionException as error:
        _say(str(error))
        return 1
    _say("all stories went as written")
    return 0


def serve(arguments: argparse.Namespace) -> int:
    """Serves the model on the loopback interface until it is told to stop."""
    if not arguments.model.is_file():
        _say(f"no model at {_shown(arguments.model)}; train one first")
        return 2
    if _is_taken(arguments.port):
        _say(f"port {arguments.port} is taken by another program")
        return 2
    os.environ["KREISLOTSE_RASA_PORT"] = str(arguments.port)
    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints

    serve_application(
        model_path=str(arguments.model),
        credentials=CREDENTIALS,
        endpoints=AvailableEndpoints.read_endpoints(ENDPOINTS),
        enable_api=False,
        interface=LOOPBACK,
        port=arguments.port,
        server_listeners=[
            (_limit_requests, "before_server_start"),
            (_announce, "after_server_start"),
        ],
    )
    return 0


async def _limit_requests(app: Any, loop: Any) -> None:
    app.config.REQUEST_MAX_SIZE = MAX_REQUEST_BYTES
    app.config.ACCESS_LOG = False


async def _announce(app: Any, loop: Any) -> None:
    """Says that turns can come, or stops if the model could not be loaded."""
    if not app.ctx.agent.is_ready():
        _say("the model could not be loaded")
        os._exit(1)  # Sanic would go on serving a channel that can only refuse.
    _say(f"Rasa is ready on {LOOPBACK} after {time.monotonic() - _STARTED:.1f} s")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.rasa.launcher", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    training = commands.add_parser("train", help="train the model")
    training.add_argument("--out", type=_path, default=DEFAULT_MODEL)
    training.add_argument("--data", action="append", help="training data instead of the project's")
    training.set_defaults(command=train)

    validation = commands.add_parser("validate", help="validate examples, rules and domain")
    validation.add_argument("--data", action="append", help="data instead of the project's")
    validation.set_defaults(command=validate)

    playing = commands.add_parser("stories", help="play test stories against the model")
    playing.add_argument("--model", type=_path, default=DEFAULT_MODEL)
    playing.add_argument("stories", type=_path)
    playing.set_defaults(command=stories)

    serving = commands.add_parser("serve", help="serve the model")
    serving.add_argument("--model", type=_path, default=DEFAULT_MODEL)
    serving.add_argument("--port", type=int, default=DEFAULT_PORT)
    serving.set_defaults(command=serve)
    return parser.parse_args()


def _keep_quiet() -> None:
    """No telemetry, no GPU search, no chatter, no citizen's words in the log.

    Rasa reads these settings while it is imported, so this comes first.
    """
    os.environ.update(
        RASA_TELEMETRY_ENABLED="false",
        RASA_MAX_CACHE_SIZE="0",
        LOG_LEVEL="WARNING",
        TQDM_DISABLE="1",
        LOG_LEVEL_LIBRARIES="WARNING",
        TF_CPP_MIN_LOG_LEVEL="3",
        CUDA_VISIBLE_DEVICES="",
        SQLALCHEMY_SILENCE_UBER_WARNING="1",
    )
    # TensorFlow's converter loads jax if it can, for a second and more, and nobody here converts.
    sys.modules["jax"] = None  # type: ignore[assignment]
    # skops looks through all loaded modules: few before Rasa, seconds' worth afterwards.
    import skops.io  # noqa: F401

    from bot.rasa import logs

    logs.configure(logging.WARNING)


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False


def _path(given: str) -> Path:
    return Path(given).resolve()


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
