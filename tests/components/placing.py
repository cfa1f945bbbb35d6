"""What holding planned inputs to a cloud's own models has in common, whatever the models.

A report is {"version", "placed", "values", "findings", "unused"}. Names are matched by one rule: the same letters and digits
whatever their case, in singular or plural. What that does not place must stand in the table, or it is a finding; what stands
in the table and places nothing is unused.
"""

import json
import re
import sys


def bare(name):
    return re.sub(r"[^a-z0-9]", "", name.lower())


def forms(name):
    """A name, and its other number."""
    own = bare(name)
    yield own
    yield own + "s"
    for end, instead in (("ies", "y"), ("es", ""), ("s", "")):
        if own.endswith(end):
            yield own[: -len(end)] + instead
    if own.endswith("y"):
        yield own[:-1] + "ies"


def member_of(names, key):
    known = {bare(name): name for name in names}
    return next((known[form] for form in forms(key) if form in known), None)


def is_hidden(value):
    """A secret, or what only the cloud will know."""
    return isinstance(value, dict) and value.get("$") in ("secret", "unknown")


def is_empty(value):
    """What the provider leaves out of its calls."""
    return value is None or value == []


class Placing:
    """One resource on its way into the calls that make it."""

    def __init__(self, entry, resource):
        self.entry = entry
        self.label = f"{resource['type']} {resource['name']}"
        self.findings = []
        self.used = set()
        self.values = 0

    def find(self, path, what):
        self.findings.append(f"{self.label}: {path}: {what}")

    def rule(self, kind, path):
        """An entry of the table for a path, without the positions in lists."""
        plain = re.sub(r"\.\d+", "", path)
        entries = self.entry.get(kind, {})
        if plain in entries:
            self.used.add(f"{kind}:{plain}")
            return entries[plain]
        return None


def report(version, check):
    """Checks every resource on standard input, each by its entry of the table, and writes what was found."""
    request = json.load(sys.stdin)
    table, findings, used, placed, values = request["table"], [], {}, 0, 0
    for resource in request["resources"]:
        entry = table.get(resource["type"])
        if entry is None:
            findings.append(f"{resource['type']} {resource['name']}: the table knows no call that makes it")
            continue
        used.setdefault(resource["type"], set())
        if "none" in entry:
            continue
        one = check(entry, resource)
        placed += 1
        values += one.values
        findings += one.findings
        used[resource["type"]].update(one.used)
    unused = [
        f"{kind} {rule}"
        for kind, entry in table.items()
        for rule in ([] if kind in used else ["(whole)"])
        + [
            f"{group}:{path}"
            for group in ("names", "ignore")
            for path in entry.get(group, {})
            if f"{group}:{path}" not in used.get(kind, set())
        ]
    ]
    result = {"version": version, "placed": placed, "values": values, "findings": findings, "unused": unused}
    json.dump(result, sys.stdout)
