"""Holds planned inputs to Google's API discovery documents, which ship inside google-api-python-client.

Reads {"table": ..., "resources": [{"type", "name", "inputs"}]} on standard input and writes a report on standard output:
see placing.py. What is placed must be of the type, the format, the pattern and the enumeration the document gives.
"""

import importlib.metadata
import json
import os
import re
import sys

import googleapiclient.discovery_cache

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from placing import Placing, is_empty, is_hidden, member_of, report

DOCUMENTS = os.path.join(os.path.dirname(googleapiclient.discovery_cache.__file__), "documents")
LOADED = {}
# Parts of an address: newer APIs have them in a parent's path, not in parameters of their own.
ADDRESS = {"project": "projects", "location": "locations", "region": "locations", "zone": "locations"}
INTEGERS = {"int32": 2**31, "uint32": 2**32, "int64": 2**63, "uint64": 2**64}
FORMATS = {
    "google-duration": r"-?\d+(\.\d{1,9})?s",
    "google-datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
    "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
    "google-fieldmask": r"[\w.,]+",
    "byte": r"[A-Za-z0-9+/_-]*={0,2}",
}


def document(name):
    if name not in LOADED:
        with open(os.path.join(DOCUMENTS, name + ".json"), encoding="utf8") as file:
            LOADED[name] = json.load(file)
    return LOADED[name]


def method_of(name, path):
    *resources, method = path.split(".")
    at = document(name)
    for resource in resources:
        at = at["resources"][resource]
    return at["methods"][method]


class Resource(Placing):
    def __init__(self, entry, resource):
        super().__init__(entry, resource)
        self.schemas = document(entry["api"])["schemas"]
        self.method = method_of(entry["api"], entry["method"])

    def schema(self, shape):
        return self.schemas[shape["$ref"]] if "$ref" in shape else shape

    def run(self, inputs):
        body = self.schema(self.method["request"]) if "request" in self.method else {"properties": {}}
        for step in filter(None, self.entry.get("at", "").split(".")):
            body = self.schema(body["properties"][step])
        parameters = self.method.get("parameters", {})
        for key, value in inputs.items():
            if is_empty(value) or self.rule("ignore", key) is not None:
                continue
            target = self.rule("names", key)
            if target is not None and target.startswith("?"):
                self.parameter(value, parameters, target[1:], key)
            elif target is not None:
                self.put(value, body, target.split("."), key)
            elif member_of(body.get("properties", {}), key):
                self.put(value, body, [member_of(body["properties"], key)], key)
            elif key in parameters:
                self.parameter(value, parameters, key, key)
            elif not self.addressed(key, parameters):
                self.find(key, f"has no place in {self.entry['api']} {self.entry['method']}")

    def addressed(self, key, parameters):
        part = ADDRESS.get(key)
        # A pattern of a path tells its collections: ^projects/[^/]+/locations/[^/]+$
        return part is not None and any(
            part in parameter.get("pattern", "") or name in ("project", "projectsId") and part == "projects"
            for name, parameter in parameters.items()
        )

    def parameter(self, value, parameters, name, path):
        if name not in parameters:
            self.find(path, f"{self.entry['method']} has no parameter {name}")
            return
        self.scalar(value, parameters[name], path)

    def put(self, value, shape, steps, path):
        """Puts a value where the steps lead; `0` is an item of a list, `*` its fields one by one."""
        first, *rest = steps
        shape = self.schema(shape)
        if first == "*":
            for item in value if isinstance(value, list) else [value]:
                self.members(item, shape, path)
            return
        if first == "0":
            inner = shape.get("items")
        else:
            inner = shape.get("properties", {}).get(first)
        if inner is None:
            self.find(path, f"{shape.get('id', 'it')} has no {first}")
        elif rest:
            self.put(value, inner, rest, path)
        else:
            self.place(value, inner, path)

    def place(self, value, shape, path):
        if is_hidden(value):
            return
        shape = self.schema(shape)
        kind = shape.get("type")
        if kind == "array":
            if isinstance(value, dict) and self.pairs(shape["items"]):
                for key, each in value.items():
                    self.scalar(each, {"type": "string"}, f"{path}.{key}")
                return
            items = value if isinstance(value, list) else [value]
            for index, item in enumerate(items):
                self.place(item, shape["items"], f"{path}.{index}")
        elif kind == "object" and "additionalProperties" in shape:
            self.map(value, shape["additionalProperties"], path)
        elif kind == "object":
            # The provider writes one as a list of one.
            if isinstance(value, list) and len(value) == 1:
                value = value[0]
            self.members(value, shape, path)
        elif kind != "any":
            self.scalar(value, shape, path)

    def pairs(self, shape):
        """Whether a list of these stands for a map, as metadata of a machine does."""
        return set(self.schema(shape).get("properties", {})) == {"key", "value"}

    def map(self, value, shape, path):
        if not isinstance(value, dict):
            self.find(path, f"is a map in the API, not {value!r}")
            return
        for key, each in value.items():
            self.place(each, shape, f"{path}.{key}")

    def members(self, value, shape, path):
        if not isinstance(value, dict):
            self.find(path, f"is {shape.get('id', 'an object')} in the API, not {value!r}")
            return
        for key, each in value.items():
            inner = f"{path}.{key}"
            if is_empty(each) or self.rule("ignore", inner) is not None:
                continue
            target = self.rule("names", inner) or member_of(shape.get("properties", {}), key)
            if target is None:
                self.find(inner, f"has no place in {shape.get('id', 'it')}")
            else:
                self.put(each, shape, target.split("."), inner)

    def scalar(self, value, shape, path):
        self.values += 1
        if is_hidden(value):
            return
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        kind, form = shape.get("type"), shape.get("format")
        if isinstance(value, (dict, list)):
            self.find(path, f"is {kind} in the API, not {value!r}")
            return
        if kind == "boolean":
            if value not in (True, False, "true", "false", "TRUE", "FALSE"):
                self.find(path, f"is a boolean in the API, not {value!r}")
            return
        if form in INTEGERS:
            self.integer(value, form, path)
            return
        if kind == "number":
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                self.find(path, f"is a number in the API, not {value!r}")
            return
        text = str(value).lower() if isinstance(value, bool) else str(value)
        self.text(text, shape, form, path)

    def integer(self, value, form, path):
        if isinstance(value, bool) or not re.fullmatch(r"-?\d+", str(value)):
            self.find(path, f"is {form} in the API, not {value!r}")
        elif not (0 if form.startswith("u") else -INTEGERS[form]) <= int(value) < INTEGERS[form]:
            self.find(path, f"{value} does not fit {form}")

    def text(self, value, shape, form, path):
        if shape.get("enum") and value not in shape["enum"]:
            self.find(path, f"{value!r} is not among {', '.join(shape['enum'][:8])}")
        if form in FORMATS and not re.fullmatch(FORMATS[form], value):
            self.find(path, f"{value!r} is no {form}")
        pattern = shape.get("pattern")
        if pattern and not re.fullmatch(pattern, value):
            self.find(path, f"{value!r} does not match {pattern}")


def check(entry, resource):
    one = Resource(entry, resource)
    one.run(resource["inputs"])
    return one


report(importlib.metadata.version("google-api-python-client"), check)
