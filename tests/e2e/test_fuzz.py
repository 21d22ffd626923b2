"""Throws generated requests at the public API and holds the answers against its description."""

import subprocess
import sys
from pathlib import Path

from bot.settings import ROOT
from tests.support.stack import Stack

CONFIG = """\
[parameters]
"path.id" = "{id}"
"path.language" = "de"

[[operations]]
include-method = "DELETE"
enabled = false

[[operations]]
include-path-regex = ".*/close$"
enabled = false
"""


def test_no_request_breaks_the_public_api(stack: Stack, tmp_path: Path) -> None:
    started = stack.call("POST", "/conversations", {"language": "de"})
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG.format(id=started["id"]))
    ran = subprocess.run(
        [Path(sys.executable).with_name("schemathesis"), "--config-file", str(config), "run",
         f"{stack.url('public')}/api/openapi.json",
         "-H", f"Authorization: Bearer {started['token']}",
         "--checks", "not_a_server_error,status_code_conformance,response_schema_conformance,"
         "content_type_conformance",
         "--max-examples", "25", "--seed", "1", "--phases", "examples,coverage,fuzzing",
         "--request-timeout", "3"],
        cwd=ROOT, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-1000:]
