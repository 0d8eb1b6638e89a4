"""The fields of an embeddings request beside its model and input: what each must look like."""

from collections.abc import Mapping

from switchboard.protocols.checks import Check, is_object, is_positive, is_text

FIELD_CHECKS: Mapping[str, Check] = {
    "dimensions": (is_positive, "a whole number above 0"),
    "encoding_format": (lambda value: value in ("float", "base64"), "'float' or 'base64'"),
    "input_type": (is_text, "a string"),
    "provider": (is_object, "an object"),
    "session_id": (is_text, "a string"),
    "user": (is_text, "a string"),
}
