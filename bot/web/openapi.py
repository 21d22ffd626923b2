"""Writes the OpenAPI description from the same operations that serve the requests."""

import re
from collections.abc import Sequence
from typing import Any

from openapi_pydantic import OpenAPI
from openapi_pydantic.util import PydanticSchema, construct_open_api_with_schema_class
from pydantic import BaseModel

from bot.http import ErrorBody, Operation


def describe(title: str, version: str, operations: Sequence[Operation], security: str) -> str:
    """The description as JSON; `security` is `bearer` or `cookie`."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    document = OpenAPI.model_validate(
        {
            "info": {"title": title, "version": version},
            "paths": paths,
            "components": {"securitySchemes": {"session": _SCHEMES[security]}},
        }
    )
    return construct_open_api_with_schema_class(document).model_dump_json(
        by_alias=True, exclude_none=True
    )


_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "kreislotse_session"},
}


_SERVER_SENT = {
    "type": "object",
    "description": "One server-sent event; `data` holds one event of the JSON list.",
    "properties": {name: {"type": "string"} for name in ("id", "event", "data")},
    "required": ["event", "data"],
}


def _operation(operation: Operation) -> dict[str, Any]:
    names = re.findall(r"{(\w+)}", operation.path)
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    if operation.query is not None:
        properties = operation.query.model_json_schema()["properties"]
        parameters += [
            {"name": name, "in": "query", "schema": schema} for name, schema in properties.items()
        ]
    errors = {*operation.errors, *((401,) if operation.protected else ())}
    if operation.roles:
        errors.add(403)
    described: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": operation.handler.__name__,
        "parameters": parameters,
        "responses": {
            **{
                str(code): _file(operation.media_type)
                if operation.media_type
                else _answer(body, streams=operation.streams)
                for code, body in operation.replies.items()
            },
            **{str(code): _answer(ErrorBody) for code in sorted(errors)},
        },
    }
    if operation.protected:
        described["security"] = [{"session": []}]
    if operation.body is not None:
        schema: Any = PydanticSchema(schema_class=operation.body)
        content: dict[str, Any] = {operation.body_type: {"schema": schema}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _answer(body: type[BaseModel] | None, *, streams: bool = False) -> dict[str, Any]:
    if body is None:
        return {"description": "Done; no content."}
    stream = {"text/event-stream": {"schema": _SERVER_SENT}} if streams else {}
    return {"description": (body.__doc__ or "").strip(), "content": _json(body) | stream}


def _file(media_type: str) -> dict[str, Any]:
    schema = {"type": "string", "format": "binary"}
    return {"description": "A file.", "content": {media_type: {"schema": schema}}}


def _json(body: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": PydanticSchema(schema_class=body)}}
