"""No request can make the gateway connect to anything but a provider of the catalog.

The gateway fetches nothing that a caller names: links to pictures and files are passed on as text. The guard is that
there is no fetcher; the test is that 200 addresses of inner networks, at every place that takes a link and at many that
do not, lead to no connection.
"""

from typing import Any

import pytest

from tests.fortress import HOSTS, PATHS, Fortress

# Lambda's own interface, where other invocations can be read, and where containers and machines keep credentials; one
# address in many spellings; other people's networks; what a parser may take for something else.
INNER = """
127.0.0.1:9001/2018-06-01/runtime/invocation/next 169.254.169.254/latest/meta-data/ 169.254.170.2/v2/x
[fd00:ec2::254]/latest/ metadata.google.internal/computeMetadata/v1/ 100.100.100.200/latest

2130706433/ 017700000001/ 0x7f000001/ 0x7f.1/ 127.1/ 0177.0.0.1/ 127.0.0.1./ 0/ 0.0.0.0/
[::1]/ [::]/ [0:0:0:0:0:ffff:7f00:1]/ [::ffff:127.0.0.1]/ [::ffff:a9fe:a9fe]/ [fe80::1%25eth0]/
127\u30020\u30020\u30021/ \u2460\u2461\u2466.\u24ea.\u24ea.\u2460/ localhost/ localhost./ LOCALHOST/

10.0.0.1/ 172.16.0.1/ 192.168.1.1/ [fc00::1]/ 100.64.0.1/ 198.18.0.1/ 224.0.0.1/

openai-chat.test@127.0.0.1/ 127.0.0.1#@openai-chat.test/ 127.0.0.1\\@openai-chat.test/ 127.0.0.1%00.test/
openai-chat.test.127.0.0.1.nip.io/ rebind.test/ redirect.test/?to=http://127.0.0.1/ 127.0.0.1:22/
""".split()  # noqa: SIM905  # one list of forty would be forty lines
SCHEMES = ("http://", "https://", "ftp://", "gopher://")
URLS = (
    *(scheme + place for scheme in SCHEMES for place in INNER),
    *(
        "file:///proc/self/environ",
        "file://localhost/etc/passwd",
        "/proc/self/environ",
        "//127.0.0.1/",
        "jar:http://x!/",
    ),
    *("dict://127.0.0.1:11211/stats", "ldap://127.0.0.1/", "data:text/html,<script>", "unix:/var/run/docker.sock"),
)


def with_link(url: str) -> dict[str, Any]:
    """For each dialect, the link at its places for pictures and files, and where no link belongs."""
    say = {"type": "text", "text": url}
    out_of_place = {"base_url": url, "api_base": url, "webhook": url, "user": url, "metadata": {"callback": url}}
    chat = [say, {"type": "image_url", "image_url": {"url": url}}]
    file = {"type": "file", "file": {"filename": "a.pdf", "file_data": url}}
    claude = [say, {"type": "image", "source": {"type": "url", "url": url}}]
    paper = {"type": "document", "source": {"type": "url", "url": url}}
    items = [{"type": "input_image", "image_url": url}, {"type": "input_file", "file_url": url}]
    parts = [{"text": url}, {"fileData": {"fileUri": url, "mimeType": "image/png"}}]
    made = (
        {"model": "lab/one", "messages": [{"role": "user", "content": [*chat, file]}], **out_of_place},
        {"model": "lab/one", "input": [{"role": "user", "content": items}], "user": url, "prompt_cache_key": url},
        {"model": "lab/one", "max_tokens": 5, "messages": [{"role": "user", "content": [*claude, paper]}]},
        {"contents": [{"role": "user", "parts": parts}]},
    )
    return dict(zip(PATHS, made, strict=True))


def test_there_are_enough_addresses() -> None:
    assert len(set(URLS)) >= 150


@pytest.fixture
def fortress() -> Fortress:
    return Fortress()


@pytest.mark.parametrize("url", URLS)
def test_a_link_in_a_request_is_nobody_the_gateway_calls(fortress: Fortress, url: str) -> None:
    for path, body in with_link(url).items():
        assert fortress.send(path, body).status >= 400
    assert fortress.hosts() <= HOSTS


def test_the_links_did_reach_the_providers_as_text(fortress: Fortress) -> None:
    """Else the tests above would pass because every request was refused at the door."""
    link = "https://169.254.169.254/latest/meta-data/"
    fresh = Fortress()
    for path, body in with_link(link).items():
        fresh.send(path, {**body})
    assert fresh.hosts() == HOSTS
    assert any(link.encode() in request.body for request in fresh.transport.requests)


@pytest.mark.parametrize("url", URLS[:40])
def test_a_model_s_name_is_no_address(fortress: Fortress, url: str) -> None:
    asked = {"model": url, "messages": [{"role": "user", "content": "hi"}], "provider": {"order": [url], "only": [url]}}
    assert fortress.send("/v1/chat/completions", asked).status in (400, 404)
    assert fortress.hosts() <= HOSTS


@pytest.mark.parametrize(
    "header",
    ["host", "x_forwarded_host", "x_forwarded_for", "forwarded", "referer", "x_original_url", "x_base_url", "via"],
)
def test_a_header_is_no_address(fortress: Fortress, header: str) -> None:
    asked = {"model": "lab/one", "messages": [{"role": "user", "content": "hi"}]}
    fortress.send("/v1/chat/completions", asked, **{header: "169.254.169.254"})
    assert fortress.hosts() <= HOSTS
    assert all("169.254" not in value for request in fortress.transport.requests for value in request.headers.values())
