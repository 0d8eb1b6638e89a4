import datetime
import string
import time

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import given
from hypothesis import strategies as st
from switchboard.wire.http import HttpRequest
from switchboard.wire.sigv4 import UNSIGNED_HEADERS, Credentials, encode_segment, sign

DAY_2001 = 1_000_000_000.0
REQUEST = HttpRequest(
    "POST",
    "https://dynamodb.eu-west-1.amazonaws.com/",
    {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.GetItem"},
    b'{"TableName":"KeysTable"}',
)

tokens = st.text(string.ascii_letters + string.digits + "/+=", min_size=1, max_size=60)
header_names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,12}", fullmatch=True).filter(
    lambda name: name.lower() not in ("host", "date", "authorization", "x-amz-date", "x-amz-security-token")
)
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
segments = st.text(min_size=1, max_size=30).map(encode_segment).filter(lambda text: text not in (".", ".."))
hosts = st.sampled_from(
    ("https://dynamodb.us-east-1.amazonaws.com", "http://127.0.0.1:5000", "https://x.test:443", "http://[::1]:80")
)
queries = st.lists(st.tuples(tokens.map(encode_segment), tokens.map(encode_segment)), max_size=3)


@st.composite
def requests(draw: st.DrawFn) -> HttpRequest:
    path = "/".join(draw(st.lists(segments, max_size=4)))
    query = "&".join(f"{name}={value}" for name, value in draw(queries))
    names = draw(st.lists(header_names, max_size=4, unique_by=str.lower))
    headers = {name: draw(header_values) for name in names}
    url = f"{draw(hosts)}/{path}" + (f"?{query}" if query else "")
    return HttpRequest(draw(st.sampled_from(("POST", "post", "GET"))), url, headers, draw(st.binary(max_size=99)))


def by_botocore(request: HttpRequest, credentials: Credentials, scope: tuple[str, str], now: float) -> dict[str, str]:
    signer = botocore.auth.SigV4Auth(
        BotoCredentials(credentials.access_key, credentials.secret_key, credentials.session_token), scope[1], scope[0]
    )
    theirs = AWSRequest(request.method, request.url, dict(request.headers), request.body)
    with pytest.MonkeyPatch.context() as patch:
        moment = datetime.datetime.fromtimestamp(now, datetime.UTC)
        patch.setattr(botocore.auth, "get_current_datetime", lambda: moment)
        signer.add_auth(theirs)
    return dict(theirs.headers.items())


@given(
    request=requests(),
    credentials=st.builds(Credentials, tokens, tokens, st.none() | tokens),
    region=st.sampled_from(("us-east-1", "eu-central-1")),
    service=st.sampled_from(("dynamodb", "ssm", "bedrock")),
    now=st.integers(0, 4 * 10**9),
)
def test_every_header_equals_botocores(
    request: HttpRequest, credentials: Credentials, region: str, service: str, now: float
) -> None:
    expected = by_botocore(request, credentials, (region, service), now)
    assert sign(request, credentials, region, service, now) == expected


def test_a_bedrock_model_id_is_signed_as_botocore_sends_it() -> None:
    path = f"/model/{encode_segment('us.anthropic.claude-sonnet-4-v1:0')}/converse-stream"
    assert path == "/model/us.anthropic.claude-sonnet-4-v1%3A0/converse-stream"
    request = HttpRequest("POST", f"https://bedrock-runtime.us-east-1.amazonaws.com{path}", {}, b"{}")
    credentials = Credentials("AKID", "secret", "token")
    expected = by_botocore(request, credentials, ("us-east-1", "bedrock"), DAY_2001)
    assert sign(request, credentials, "us-east-1", "bedrock", DAY_2001) == expected


def test_a_query_is_sorted_by_name_before_value() -> None:
    request = HttpRequest("POST", "http://x.test/?a=1&a-=1&a=0", {}, b"")
    credentials = Credentials("AKID", "secret")
    expected = by_botocore(request, credentials, ("us-east-1", "ssm"), DAY_2001)
    assert sign(request, credentials, "us-east-1", "ssm", DAY_2001) == expected


def test_what_proxies_change_is_not_signed() -> None:
    assert sorted(botocore.auth.SIGNED_HEADERS_BLACKLIST) == sorted(UNSIGNED_HEADERS)


def test_a_new_day_gets_a_new_key() -> None:
    credentials = Credentials("AKID", "secret")
    for now in (DAY_2001, DAY_2001 + 86_400, DAY_2001):
        expected = by_botocore(REQUEST, credentials, ("eu-west-1", "dynamodb"), now)
        assert sign(REQUEST, credentials, "eu-west-1", "dynamodb", now) == expected


def test_a_host_given_by_the_caller_is_the_one_signed() -> None:
    request = HttpRequest("POST", "http://127.0.0.1:5000/", {"Host": "dynamodb.us-east-1.amazonaws.com"}, b"")
    credentials = Credentials("AKID", "secret")
    expected = by_botocore(request, credentials, ("us-east-1", "dynamodb"), DAY_2001)
    assert sign(request, credentials, "us-east-1", "dynamodb", DAY_2001) == expected


def test_credentials_do_not_show_their_secrets() -> None:
    assert "hidden" not in repr(Credentials("AKID", "hidden", "hidden"))


def test_signing_takes_microseconds() -> None:
    credentials = Credentials("AKID", "secret", "token")
    best = 1.0
    for _ in range(5):
        start = time.process_time()
        for _ in range(200):
            sign(REQUEST, credentials, "eu-west-1", "dynamodb", DAY_2001)
        best = min(best, (time.process_time() - start) / 200)
    assert best < 200e-6  # measured 36, botocore 250
