"""Hold events, one in each line of the standard input, against OCSF's own schema of their class; prints what is wrong as JSON.

Run by an interpreter that has ``ocsf-json-schema`` (the compiled schemas as OCSF publishes them) and ``jsonschema``.
"""

from __future__ import annotations

import json
import sys

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema


def main(version: str) -> None:
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=version))
    checks: dict[tuple[object, ...], Draft202012Validator] = {}
    wrong: list[str] = []
    classes: set[str] = set()
    for line in sys.stdin:
        event = json.loads(line)
        profiles = tuple(event["metadata"].get("profiles", ()))
        name = schema.lookup_class_name_from_uid(event["class_uid"])
        key = (name, *profiles)
        if key not in checks:
            checks[key] = Draft202012Validator(schema.get_class_schema(class_name=name, profiles=list(profiles)))
        classes.add(name)
        wrong += [
            f"{event['metadata']['uid']}: {one.json_path}: {one.message}" for one in checks[key].iter_errors(event)
        ]
    json.dump({"classes": sorted(classes), "wrong": wrong}, sys.stdout)


main(sys.argv[1])
