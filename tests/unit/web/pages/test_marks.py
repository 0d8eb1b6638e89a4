from switchboard.web.pages.marks import moments, uptime_marks


def test_each_bar_says_when_and_how_much() -> None:
    drawn = str(uptime_marks([100.0, None], ["08:00", "09:00"], 480, 32))
    assert "<title>08:00: 100 %</title>" in drawn
    assert '<rect class="none"' in drawn
    assert drawn.count("<rect") == 2


def test_a_label_is_text() -> None:
    assert "<b>" not in str(uptime_marks([1.0], ["<b>"], 10, 10))


def test_an_hour_is_named_as_everywhere() -> None:
    assert moments([0, 3600]) == ["1970-01-01 00:00 UTC", "1970-01-01 01:00 UTC"]
