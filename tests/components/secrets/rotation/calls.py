"""Holds calls of AWS to the service models of botocore, which AWS generates from its own APIs.

Reads a list of {"service", "operation", "input"} on standard input, where the operation is named as the SDK for JavaScript
names its method, and writes what botocore would refuse.
"""

import json
import sys

import botocore.session
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError
from botocore.validate import ParamValidator

SESSION = botocore.session.get_session()


def findings(call):
    name = call["operation"]
    try:
        model = SESSION.get_service_model(call["service"]).operation_model(operation_of(name))
    except (UnknownServiceError, OperationNotFoundError):
        return [f"{call['service']} has no {name}"]
    wrong = ParamValidator().validate(call["input"], model.input_shape)
    found = [wrong.generate_report()] if wrong.has_errors() else []
    # The validator passes over what it does not know; the API would not.
    strangers = sorted(set(call["input"]) - set(model.input_shape.members))
    enums = [
        f"{key}: {value} is not among {shape.enum}"
        for key, value in call["input"].items()
        if (shape := model.input_shape.members.get(key)) is not None
        and shape.type_name == "string"
        and shape.enum
        and value not in shape.enum
    ]
    return [f"{name}: {each}" for each in [*found, *(f"has no {key}" for key in strangers), *enums]]


def operation_of(method):
    """The SDK lowers the first letter of an operation's name."""
    return method[0].upper() + method[1:]


json.dump([each for call in json.load(sys.stdin) for each in findings(call)], sys.stdout)
