"""Holds answers against the OpenAPI description that the same listener serves."""

import json
import re
from typing import Any

from jsonschema import Draft202012Validator


class Conformance:
    """Checks status and body of every answer below /api, /understand and health."""

    def __init__(self, openapi: str) -> None:
        self.document = json.loads(openapi)
        self.seen: set[tuple[str, str, int]] = set()

    def check(self, method: str, path: str, status: int, body: Any) -> None:
        if method == "OPTIONS" or status == 304:
            return  # what HTTP itself defines
        template = self._template(path.partition("?")[0])
        if template is None:
            return  # a page, or a path that does not exist
        operation = self.document["paths"][template].get(method.lower())
        if operation is None:
            assert status in (405, 401), f"{method} {path} is not described, but gave {status}"
            return
        assert str(status) in operation["responses"], f"{method} {path}: {status} not described"
        self.seen.add((method, template, status))
        content = operation["responses"][str(status)].get("content")
        if content is None:
            assert not body, f"{method} {path}: {status} should have no content"
            return
        if "application/json" not in content:
            return  # a file
        schema = {
            **content["application/json"]["schema"],
            "components": self.document["components"],
        }
        problems = list(Draft202012Validator(schema).iter_errors(body))
        assert not problems, f"{method} {path} {status}: {problems[0].message}"

    def _template(self, path: str) -> str | None:
        for template in self.document["paths"]:
            if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path):
                return str(template)
        return None
