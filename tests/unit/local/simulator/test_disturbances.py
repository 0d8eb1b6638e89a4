import pytest

from local.simulator.answer import Answer
from local.simulator.dialects import BEDROCK_CONVERSE, DIALECTS, OPENAI_CHAT
from local.simulator.dialects.interface import Dialect
from local.simulator.disturbances import HUGE_BYTES, KEEP_ALIVE, disturb_answer, disturb_body, disturb_stream
from local.simulator.failures import failure_of
from local.simulator.faults import Fault, Rule
from local.simulator.script import Cut, Pause, Script, Send, Silence
from tests.simulated import sent

OPENING, ONE, TWO = Send(b"data: opening\n\n"), Send(b"data: one\n\n", 1, True), Send(b"data: two\n\n", 1, True)
USAGE, END = Send(b"data: usage\n\n", part="usage"), Send(b"data: [DONE]\n\n", part="end")
STREAM: Script = [OPENING, ONE, TWO, USAGE, END]
BODY = Send(b'{"text": "whole"}', 3, content=True)


def broken(fault: Fault, after: int = 1, dialect: Dialect = OPENAI_CHAT) -> Script:
    return disturb_stream(STREAM, Rule("openai", fault, after=after), dialect)


@pytest.mark.parametrize(
    ("fault", "left"),
    [
        (Fault.HANG_AFTER_HEADERS, [Silence()]),
        (Fault.KEEP_ALIVE_ONLY, [Silence(KEEP_ALIVE)]),
        (Fault.ROLE_THEN_SILENCE, [OPENING, Silence()]),
        (Fault.STALL, [OPENING, ONE, Silence()]),
        (Fault.CUT, [OPENING, ONE, Cut()]),
        (Fault.EARLY_END, [OPENING, ONE]),
        (Fault.TRUNCATED, [OPENING, ONE, Send(b"data:")]),
        (Fault.MALFORMED_LINE, [OPENING, ONE, Send(OPENAI_CHAT.malformed), TWO, USAGE, END]),
        (Fault.NO_END, [OPENING, ONE, TWO, USAGE]),
        (Fault.NO_USAGE, [OPENING, ONE, TWO, END]),
        (Fault.SLOW, STREAM),
    ],
)
def test_streams_break_where_the_rule_says(fault: Fault, left: Script) -> None:
    assert broken(fault) == left


@pytest.mark.parametrize(("after", "kept"), [(0, [OPENING]), (1, [OPENING, ONE]), (99, [OPENING, ONE, TWO])])
def test_a_cut_comes_after_so_much_content_and_always_before_the_end(after: int, kept: Script) -> None:
    assert broken(Fault.CUT, after) == [*kept, Cut()]


def test_a_fault_may_wait_until_what_was_sent_has_been_read() -> None:
    assert disturb_stream(STREAM, Rule("openai", Fault.CUT, after=1, pause=0.2), OPENAI_CHAT) == [
        *(OPENING, ONE),
        *(Pause(0.2), Cut()),
    ]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize(
    "fault", [Fault.ERROR_IN_STREAM, Fault.OVERLOADED_IN_STREAM, Fault.THROTTLED_IN_STREAM], ids=str
)
def test_an_error_in_a_stream_is_the_dialects_own(dialect: Dialect, fault: Fault) -> None:
    *head, error = broken(fault, dialect=dialect)
    assert head == [OPENING, ONE]
    assert isinstance(error, Send)
    assert error.data in {dialect.error_event(refusal) for refusal in dialect.troubles.values()}


def test_split_tears_the_bytes_apart_and_loses_none() -> None:
    pieces = broken(Fault.SPLIT)
    assert sent(pieces) == sent(STREAM)
    assert all(isinstance(piece, Send) and len(piece.data) <= 7 for piece in pieces)
    assert sum(piece.tokens for piece in pieces if isinstance(piece, Send)) == 2


def test_odd_server_sent_events_are_legal() -> None:
    told = sent(broken(Fault.ODD_SSE))
    assert told.startswith(b"\xef\xbb\xbf")
    assert b"\r\ndata:one\r\n\r\n" in told
    assert broken(Fault.ODD_SSE, dialect=BEDROCK_CONVERSE) == STREAM


def test_a_huge_event_is_a_comment() -> None:
    assert len(sent(broken(Fault.HUGE_EVENT))) > HUGE_BYTES
    assert broken(Fault.HUGE_EVENT, dialect=BEDROCK_CONVERSE) == STREAM


def test_plain_replies_break_in_the_middle() -> None:
    half = Send(BODY.data[:8], 3, content=True)
    assert disturb_body(BODY, Fault.CUT, OPENAI_CHAT) == [half, Cut()]
    assert disturb_body(BODY, Fault.STALL, OPENAI_CHAT) == [half, Silence()]
    assert disturb_body(BODY, Fault.TRUNCATED, OPENAI_CHAT) == [half]
    assert disturb_body(BODY, Fault.SLOW, OPENAI_CHAT) == [BODY]
    assert sent(disturb_body(BODY, Fault.SPLIT, OPENAI_CHAT)) == BODY.data
    assert b'"error"' in sent(disturb_body(BODY, Fault.ERROR_IN_STREAM, OPENAI_CHAT))


def test_an_answer_may_be_empty_or_filtered() -> None:
    answer = Answer("text", (), "stop", "thought")
    assert disturb_answer(answer, Fault.EMPTY) == Answer("", (), "stop", "")
    assert disturb_answer(answer, Fault.CONTENT_FILTER) == Answer("", (), "content_filter", "")
    assert disturb_answer(answer, Fault.CUT) == answer


@pytest.mark.parametrize("fault", list(Fault), ids=str)
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_fault_is_a_failure_or_leaves_something_to_play(fault: Fault, dialect: Dialect) -> None:
    failure = failure_of(Rule("openai", fault), dialect)
    if failure is None:
        assert broken(fault, dialect=dialect)
        assert disturb_body(BODY, fault, dialect)
    else:
        assert failure.status >= 400 or fault in (Fault.REDIRECT, Fault.GZIP_BOMB, Fault.ERROR_WITH_200)
