import pytest
from switchboard.wire.data_url import DataUrl, read_data_url


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("data:image/png;base64,aGk=", DataUrl("image/png", "aGk=")),
        ("DATA:Image/PNG;charset=x;BASE64, aGk=\n", DataUrl("image/png", "aGk=")),
        ("data:,hi%20there", DataUrl("text/plain", "aGkgdGhlcmU=")),
        ("data:text/html,%FC", DataUrl("text/html", "/A==")),
        ("data:image/png;base64,not base64!", None),
        ("data:image/png;base64", None),
        ("https://x.test/a,b", None),
        ("file-abc", None),
    ],
)
def test_reads(url: str, read: DataUrl | None) -> None:
    assert read_data_url(url) == read
