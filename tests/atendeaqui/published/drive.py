"""Make every call with one of the two packages and write down what came of it: JSON, a line each.

    python drive.py PACKAGE ADDRESS [first wait of ours]

Runs in an environment that has the standard library, `requests` and that package.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
import sys
from dataclasses import fields
from typing import Any

from calls import KEY, TOKEN, Call, every_call

sys.stdout.reconfigure(encoding="utf-8")
package = importlib.import_module(sys.argv[1])


def made(value: Any) -> Any:
    """A result that JSON can hold; models with their class and their types."""
    if dataclasses.is_dataclass(value):
        found = {each.name: made(getattr(value, each.name)) for each in fields(value)}
        flags = [name for name in dir(value) if name.startswith("is_")]
        return {"model": type(value).__name__, **found, **{f: getattr(value, f) for f in flags}}
    if isinstance(value, list):
        return [made(each) for each in value]
    if isinstance(value, dict):
        return {str(name): made(each) for name, each in value.items()}
    known = value is None or isinstance(value, str | int | float)
    return value if known else f"{type(value).__name__} {value}"


def outcome(call: Call, address: str, number: int) -> Any:
    options = call.options or {"api_token": TOKEN, "flow_key": KEY}
    try:
        client = package.AtendeAquiClient(
            **options, **OURS, _base_url=f"{address}/call-{number}/v1"
        )
        part, _, method = call.method.partition(".")
        return {"result": made(getattr(getattr(client, part), method)(**call.arguments))}
    except package.AtendeAquiError as error:
        return {
            "error": type(error).__name__,
            "in_tree": True,
            "message": error.message,
            "code": error.code,
            "status_code": error.status_code,
            "response": error.response.text if error.response is not None else None,
        }
    except Exception as error:
        return {"error": type(error).__name__, "in_tree": False}


def signatures() -> dict[str, list[tuple[str, str, str]]]:
    client = package.AtendeAquiClient(api_token=TOKEN)
    found = {"AtendeAquiClient": package.AtendeAquiClient.__init__}
    for part in ("clients", "onboarding"):
        for name, method in inspect.getmembers(getattr(client, part), inspect.ismethod):
            if not name.startswith("_"):
                found[f"{part}.{name}"] = method
    return {
        name: [
            (each.name, str(each.kind), repr(each.default))
            for each in inspect.signature(method).parameters.values()
        ]
        for name, method in found.items()
    }


def models() -> dict[str, list[tuple[str, bool]]]:
    names = (f"{sys.argv[1]}.{part}.models" for part in ("clients", "onboarding"))
    return {
        name: [(each.name, each.default is dataclasses.MISSING) for each in fields(kind)]
        for part in map(importlib.import_module, names)
        for name, kind in vars(part).items()
        if dataclasses.is_dataclass(kind)
    }


def errors() -> dict[str, Any]:
    module = importlib.import_module(f"{sys.argv[1]}.exceptions")
    base = module.AtendeAquiError
    kinds = {
        name: sorted(each.__name__ for each in kind.__mro__ if issubclass(each, base))
        for name, kind in vars(module).items()
        if inspect.isclass(kind) and issubclass(kind, base)
    }
    return {"kinds": kinds, "codes": {n: k.__name__ for n, k in module.ERROR_CODE_MAP.items()}}


OURS = {"_first_wait": float(sys.argv[3])} if len(sys.argv) > 3 else {}
shape = {
    "signatures": signatures(),
    "models": models(),
    "errors": errors(),
    "names": sorted(package.__all__),
}
print(json.dumps(shape))
for number, call in enumerate(every_call()):
    print(json.dumps(outcome(call, sys.argv[2], number)))
