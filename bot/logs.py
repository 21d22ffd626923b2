"""Logs for operations: what happened to which conversation, never what was said in it."""

import logging
import sys
from typing import Literal

import structlog


def configure_logging(form: Literal["console", "json"]) -> None:
    """Sets up structured logs on standard error."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    render: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
