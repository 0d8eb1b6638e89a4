"""What may go wrong at any provider; each dialect has its own status and words for it."""

from enum import StrEnum


class Trouble(StrEnum):
    SERVER = "500"
    UNAVAILABLE = "503"
    OVERLOADED = "529"
    RATE_LIMIT = "429"
    BAD_KEY = "401"
    FORBIDDEN = "403"
    NO_CREDIT = "402"
    NO_MODEL = "404"
    CONTEXT_LENGTH = "context-length"
    CONTENT_POLICY = "content-policy"
    NO_KEY = "no-key"
    UNREADABLE = "unreadable"
