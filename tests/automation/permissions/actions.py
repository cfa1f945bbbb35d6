"""Holds policies to the service authorization reference of AWS, as cfn-lint ships it.

Reads a list of statements on standard input, writes findings: actions that do not exist, actions on no resource they take,
actions on "*" that would take a resource, tags asked of resources that have none.
"""

import importlib.util
import json
import os
import re
import sys

# Found, not imported: loading the linter takes ten times as long as reading its table.
PACKAGE = os.path.dirname(importlib.util.find_spec("cfnlint").origin)
with open(os.path.join(PACKAGE, "data/AdditionalSpecs/Policies.json"), encoding="utf8") as file:
    SERVICES = json.load(file)


def formats(service, kind):
    known = {name.lower(): each for name, each in SERVICES[service]["Resources"].items()}
    return known.get(kind.lower(), {})


def pattern_meets(arn, form):
    """Whether some resource of this form may match the ARN: both compared up to where either leaves it open."""
    own = arn.split(":", 5)
    other = re.sub(r"\$\{\w+\}", "*", form).replace(".*", "*").split(":", 5)
    if len(own) < 6 or len(other) < 6 or own[2] != other[2]:
        return False
    left, right = own[5].split("*")[0], other[5].split("*")[0]
    return left.startswith(right) or right.startswith(left)


def check(statement):
    conditions = json.dumps(statement.get("Condition", {}))
    by_tag = "aws:ResourceTag/" in conditions and '"Null"' not in conditions
    for action in statement["Action"]:
        service, name = action.split(":")
        known = SERVICES.get(service, {"Actions": {}})["Actions"].get(name.lower())
        if known is None:
            yield f"{action}: no such action"
            continue
        kinds = known.get("Resources", [])
        if statement["Resource"] == ["*"]:
            if kinds:
                yield f"{action}: on *, though it takes {', '.join(kinds[:3])}"
            continue
        if not kinds:
            yield f"{action}: takes no resource, and is on {statement['Resource'][0]}"
            continue
        met = [
            kind
            for kind in kinds
            for form in formats(service, kind).get("ARNFormats", [])
            if any(pattern_meets(arn, form) for arn in statement["Resource"])
        ]
        if not met:
            yield f"{action}: none of its {', '.join(kinds[:3])} is among {', '.join(statement['Resource'][:3])}"
        elif by_tag and not any(
            "aws:ResourceTag/${TagKey}" in formats(service, kind).get("ConditionKeys", []) for kind in met
        ):
            yield f"{action}: {', '.join(met)} has no tags a policy can ask for"


json.dump(sorted({finding for statement in json.load(sys.stdin) for finding in check(statement)}), sys.stdout)
