"""Holds planned inputs to the service models of botocore, which AWS generates from its own APIs.

Reads {"table": ..., "resources": [{"type", "name", "inputs"}]} on standard input and writes a report on standard output:
see placing.py.
"""

import os
import re
import sys

import botocore
import botocore.session
from botocore.validate import ParamValidator

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from placing import Placing, bare, is_empty, is_hidden, member_of, report

SESSION = botocore.session.get_session()
MODELS = {}
SECRET = "secret-value-of-no-length"


def operation(service, name):
    if service not in MODELS:
        MODELS[service] = SESSION.get_service_model(service)
    return MODELS[service].operation_model(name)


def is_pairs(shape):
    """Whether a list of these stands for a map, as tags and dimensions do."""
    names = [bare(name) for name in shape.members] if shape.type_name == "structure" else []
    return len(names) == 2 and names[0].endswith(("key", "name")) and names[1].endswith("value")


def is_counted(shape):
    """Whether a structure is a list with its length, as CloudFront writes them."""
    return {"Quantity", "Items"} <= set(shape.members)


class Resource(Placing):
    def place(self, value, shape, path):
        """A value as the API would take it; None, with a finding, where it cannot."""
        if is_hidden(value):
            return SECRET
        kind = shape.type_name
        if kind == "structure":
            return self.structure(value, shape, path)
        if kind == "list":
            if isinstance(value, dict) and is_pairs(shape.member):
                name, content = shape.member.members
                return [{name: key, content: self.place(each, shape.member.members[content], path)} for key, each in value.items()]
            items = value if isinstance(value, list) else [value]
            self.length(items, shape, path)
            return [self.place(item, shape.member, f"{path}.{index}") for index, item in enumerate(items)]
        if kind == "map":
            if isinstance(value, list):
                return self.keyed(value, shape, path)
            if not isinstance(value, dict):
                self.find(path, f"is no map: {value!r}")
                return {}
            return {key: self.place(each, shape.value, f"{path}.{key}") for key, each in value.items()}
        return self.scalar(value, shape, path)

    def keyed(self, items, shape, path):
        """A list whose items each name the key they stand under, as a map of the rest of them."""
        placed = {}
        for index, item in enumerate(items):
            name = next((each for each in item if bare(each) == bare(shape.key.name)), None)
            if name is None:
                self.find(f"{path}.{index}", f"names no {shape.key.name}")
                continue
            key = self.scalar(item[name], shape.key, f"{path}.{index}.{name}")
            rest = {each: content for each, content in item.items() if each != name}
            placed[key] = self.place(rest, shape.value, f"{path}.{index}")
        return placed

    def structure(self, value, shape, path):
        if is_counted(shape) and isinstance(value, dict) and list(value) == ["items"]:
            value = value["items"]
        if isinstance(value, list):
            if is_counted(shape):
                items = self.place(value, shape.members["Items"], f"{path}.Items")
                return {"Quantity": len(value), "Items": items}
            if len(value) != 1:
                self.find(path, f"is one in the API, not {len(value)}")
                return {}
            value = value[0]
        if not isinstance(value, dict) and len(shape.members) == 1:
            value = {next(iter(shape.members)): value}
        if not isinstance(value, dict):
            self.find(path, f"is a structure in the API, not {value!r}")
            return {}
        placed = {}
        self.members(placed, value, shape, path)
        if is_counted(shape):
            placed["Quantity"] = len(placed.get("Items", []))
        return placed

    def members(self, placed, value, shape, path):
        for key, each in value.items():
            inner = f"{path}.{key}" if path else key
            if is_empty(each) or self.rule("ignore", inner) is not None:
                continue
            target = self.rule("names", inner) or member_of(shape.members, key)
            if target is None:
                self.find(inner, f"has no place in {shape.name}")
            else:
                self.put(placed, shape, target.split("."), each, inner)

    def put(self, placed, shape, steps, value, path):
        """Puts a value where the steps lead: `0` into a list, `*` its fields one by one."""
        first, *rest = steps
        if first == "*":
            self.members(placed, value[0] if isinstance(value, list) else value, shape, path)
            return
        if first == "0":
            if not placed:
                placed.append({})
            self.put(placed[0], shape.member, rest, value, path)
            return
        if shape.type_name == "map":
            placed[first] = self.place(value, shape.value, path)
            return
        if first not in shape.members:
            self.find(path, f"{shape.name} has no {first}")
            return
        member = shape.members[first]
        if not rest:
            placed[first] = self.place(value, member, path)
            return
        self.put(placed.setdefault(first, [] if member.type_name == "list" else {}), member, rest, value, path)

    def scalar(self, value, shape, path):
        self.values += 1
        kind = shape.type_name
        if isinstance(value, (dict, list)):
            if isinstance(value, list) and len(value) == 1:
                return self.scalar(value[0], shape, path)
            self.find(path, f"is {kind} in the API, not {value!r}")
            return None
        if kind == "boolean" and value in ("true", "false"):
            return value == "true"
        if kind in ("integer", "long") and re.fullmatch(r"-?\d+", str(value)):
            value = int(value)
        if kind in ("double", "float") and not isinstance(value, bool):
            value = float(value)
        if kind == "string" and isinstance(value, bool):
            value = str(value).lower()
        if kind == "string" and isinstance(value, (int, float)):
            value = str(value)
        if kind == "string":
            self.text(value, shape, path)
        elif kind in ("integer", "long", "double", "float"):
            low, high = shape.metadata.get("min"), shape.metadata.get("max")
            if (low is not None and value < low) or (high is not None and value > high):
                self.find(path, f"{value} is not from {low} to {high}")
        return value

    def text(self, value, shape, path):
        if shape.enum and value not in shape.enum:
            self.find(path, f"{value!r} is not among {', '.join(shape.enum[:8])}")
        self.length(value, shape, path)
        pattern = shape.metadata.get("pattern")
        if pattern and isinstance(value, str) and value != SECRET:
            # The models write Java's patterns.
            pattern = pattern.replace(r"[\p{all}]", r"[\s\S]")
            python = re.sub(r"\\p\{[^}]*\}", lambda found: r"\w\s" if "[" in pattern else r"[\w\s]", pattern)
            try:
                matches = re.search(f"^(?:{python})$", value, re.S)
            except re.error:
                return
            if not matches:
                self.find(path, f"{value!r} does not match {pattern}")

    def length(self, value, shape, path):
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if value != SECRET and ((low and len(value) < low) or (high and len(value) > high)):
            self.find(path, f"is {len(value)} long, not from {low} to {high}")


def own_steps(shape, prefix, key):
    """The way to the member of a name below a prefix; None where there is none."""
    inner = prefix.split(".") if prefix else []
    for step in inner:
        shape = shape.member if step == "0" else shape.members.get(step)
        if shape is None:
            return None
    name = member_of(shape.members, key)
    return ".".join([*inner, name]) if name else None


def check(entry, resource):
    one = Resource(entry, resource)
    operations = [operation(entry["service"], name) for name in entry["operations"]]
    inputs = dict(resource["inputs"])
    inputs.pop("region", None)
    calls = [{} for _ in operations]
    for key, value in inputs.items():
        if is_empty(value) or one.rule("ignore", key) is not None:
            continue
        target = one.rule("names", key)
        placed = False
        for call, model in zip(calls, operations):
            root, shape, prefix = call, model.input_shape, entry.get("at", "")
            steps = (target or own_steps(shape, prefix, key) or own_steps(shape, "", key) or "").split(".")
            if steps[0] not in shape.members and steps != ["*"]:
                continue
            one.put(root, shape, steps, value, key)
            placed = True
            break
        if not placed and key != "tags":
            one.find(key, f"has no place in {', '.join(entry['operations'])}")
    for path, value in entry.get("fill", {}).items():
        one.put(calls[0], operations[0].input_shape, path.split("."), value, path)
    for message in ParamValidator().validate(calls[0], operations[0].input_shape)._errors:
        kind, where, details = message
        if not (kind == "missing required field" and details.get("required_name") in entry.get("given", [])):
            one.find(where or "it", f"{kind} {details.get('required_name', details.get('value', ''))}")
    return one


report(botocore.__version__, check)
