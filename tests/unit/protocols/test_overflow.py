import pytest
from switchboard.errors import Failure, InvalidRequest, NoEndpointFits, SwitchboardError, UpstreamFailure
from switchboard.protocols.overflow import is_overflow, sent_and_fitting


def unfit(*reasons: str) -> NoEndpointFits:
    error = NoEndpointFits("No endpoint fits.")
    error.availability = {"excluded_by": list(reasons)}
    return error


@pytest.mark.parametrize(
    ("error", "overflows"),
    [
        (UpstreamFailure(Failure.CONTEXT_LENGTH, "x"), True),
        (unfit("context_length"), True),
        (unfit("context_length", "no_credential"), True),
        (unfit("context_length", "modality"), False),
        (unfit("no_credential"), False),
        (unfit(), False),
        (InvalidRequest("the context is too long"), False),
    ],
)
def test_only_a_prompt_that_fits_nowhere_is_one(error: SwitchboardError, overflows: bool) -> None:
    assert is_overflow(error) is overflows


@pytest.mark.parametrize(
    "message",
    [
        "acme: the prompt has about 9000 tokens, its context is 1000",
        "prompt is too long: 9000 tokens > 1000 maximum",
        "This model's maximum context length is 1000 tokens. However, your messages resulted in 9000 tokens.",
        "The input token count (9000) exceeds the maximum number of tokens allowed (1000).",
    ],
)
def test_the_figures_are_read_out_of_everybodys_words(message: str) -> None:
    assert sent_and_fitting(message) == ("9000", "1000")


def test_words_without_figures_have_none() -> None:
    assert sent_and_fitting("Input is too long for requested model.") is None
