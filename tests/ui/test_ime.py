"""Enter, preedit text and commits in every order in which systems send them."""

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from kochat_gui.ui.enter_key import is_hangul
from kochat_gui.ui.ime import HangulLineEdit, HangulTextEdit, inserted, storable
from tests.ui.typing_steps import type_steps

SENT_ONCE = {
    "Windows and ibus: committed before the key": ["안…", "+안|녕…", "+녕", "return"],
    "ibus with the preedit taken away first": ["안…", "…", "+안", "녕…", "…", "+녕", "return"],
    "macOS: nothing is committed, the key comes": ["+안", "녕…", "return"],
    "macOS: committed after the key": ["+안", "녕…", "return", "+녕"],
    "committed after the key, preedit taken away": ["+안", "녕…", "return", "…", "+녕"],
    "preedit taken away before the key": ["+안", "녕…", "…", "return", "+녕"],
    "committed a turn later": ["+안", "녕…", "return", "turn", "+녕"],
    "preedit taken away and committed a turn later": [
        "+안", "녕…", "return", "turn", "…", "+녕",
    ],
    "preedit taken away at once, committed a turn later": [
        "+안", "녕…", "return", "…", "turn", "+녕",
    ],
    "the preedit text is said again": ["+안", "녕…", "return", "녕…", "turn", "+녕"],
    "two quick Enters": ["+안", "녕…", "return", "return"],
    "two quick Enters after the commit": ["+안", "+녕", "return", "return"],
    "two quick Enters, committed after them": ["+안", "녕…", "return", "return", "turn", "+녕"],
    "a held Enter": ["+안", "녕…", "return", "return repeated", "turn", "return repeated"],
    "the key of the number pad": ["+안", "녕…", "enter", "turn"],
    "one commit for both syllables": ["안녕…", "return", "+안녕"],
    "a modifier key in between": ["+안", "녕…", "return", "shift", "+녕"],
    "a jamo that was taken back": ["+안", "+녕", "ㅎ…", "…", "return"],
}  # fmt: skip


@pytest.fixture
def text_edit(qtbot: QtBot) -> HangulTextEdit:
    edit = HangulTextEdit()
    qtbot.addWidget(edit)
    return edit


@pytest.fixture
def line_edit(qtbot: QtBot) -> HangulLineEdit:
    edit = HangulLineEdit()
    qtbot.addWidget(edit)
    return edit


def sent_by(field: HangulTextEdit | HangulLineEdit) -> list[str]:
    """What the field sends from now on; it is cleared at once, as the composer does it."""
    sent: list[str] = []

    def send(text: str) -> None:
        if text:
            sent.append(text)
        field.set_text("")

    signal = field.submitted if isinstance(field, HangulTextEdit) else field.return_committed
    signal.connect(send)
    return sent


def give_focus(field: HangulTextEdit | HangulLineEdit, qtbot: QtBot) -> None:
    field.show()
    field.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)


@pytest.mark.parametrize("steps", SENT_ONCE.values(), ids=SENT_ONCE.keys())
@pytest.mark.parametrize("name", ["text_edit", "line_edit"])
def test_enter_sends_once_and_whole(
    name: str, steps: list[str], request: pytest.FixtureRequest
) -> None:
    field: HangulTextEdit | HangulLineEdit = request.getfixturevalue(name)
    sent = sent_by(field)
    type_steps(field, [*steps, "turn", "turn"])
    assert sent == ["안녕"]
    assert (field.text(), field.text_with_preedit(), field.preedit) == ("", "", "")


TYPED_AFTER_ENTER = {
    "a key": ["+안", "녕…", "return", "x"],
    "a new syllable": ["+안", "녕…", "return", "+녕", "ㄱ…", "turn"],
    "a new syllable together with the commit": ["+안", "녕…", "return", "+녕|ㄱ…", "turn"],
    "a new syllable after the turn": ["+안", "녕…", "return", "turn", "+녕|ㄱ…"],
    "a new syllable after a commit that was expected": ["+안", "녕…", "…", "return", "+녕", "ㄱ…"],
}


@pytest.mark.parametrize("steps", TYPED_AFTER_ENTER.values(), ids=TYPED_AFTER_ENTER.keys())
@pytest.mark.parametrize("name", ["text_edit", "line_edit"])
def test_what_is_typed_after_enter_is_the_next_message(
    name: str, steps: list[str], request: pytest.FixtureRequest
) -> None:
    field: HangulTextEdit | HangulLineEdit = request.getfixturevalue(name)
    sent = sent_by(field)
    type_steps(field, [*steps, "turn"])
    assert sent == ["안녕"]
    assert field.text_with_preedit() in {"x", "ㄱ"}


@pytest.mark.parametrize("name", ["text_edit", "line_edit"])
def test_a_syllable_is_taken_back_before_enter_and_another_begun_after_it(
    name: str, request: pytest.FixtureRequest
) -> None:
    field: HangulTextEdit | HangulLineEdit = request.getfixturevalue(name)
    sent = sent_by(field)
    type_steps(field, ["+안", "ㄴ…", "…", "return", "ㄱ…", "turn"])
    assert (sent, field.text_with_preedit()) == (["안"], "ㄱ")


@pytest.mark.parametrize("name", ["text_edit", "line_edit"])
def test_a_held_enter_sends_nothing(name: str, request: pytest.FixtureRequest) -> None:
    """The key may still be down when a refused text is put back."""
    field: HangulTextEdit | HangulLineEdit = request.getfixturevalue(name)
    sent = sent_by(field)
    type_steps(field, ["+안", "return repeated", "녕…", "return repeated", "turn"])
    assert (sent, field.text_with_preedit()) == ([], "안녕")


@pytest.mark.parametrize("name", ["text_edit", "line_edit"])
def test_the_same_syllable_can_be_typed_again(name: str, request: pytest.FixtureRequest) -> None:
    field: HangulTextEdit | HangulLineEdit = request.getfixturevalue(name)
    sent = sent_by(field)
    for _ in range(2):
        type_steps(field, ["ㄴ…", "네…", "return", "turn"])
    type_steps(field, ["ㄴ…", "네…", "+네", "return", "turn"])
    assert sent == ["네", "네", "네"]


def test_a_commit_without_preedit_after_another_key_is_no_late_one(
    text_edit: HangulTextEdit,
) -> None:
    sent = sent_by(text_edit)
    type_steps(text_edit, ["네…", "return", "turn", "a", "backspace", "+네"])
    assert (sent, text_edit.text()) == (["네"], "네")


@pytest.mark.parametrize("composed", ["こんにちは", "ni hao", "你好"])
@pytest.mark.parametrize("name", ["text_edit", "line_edit"])
def test_enter_only_confirms_what_has_candidates(
    name: str, composed: str, request: pytest.FixtureRequest
) -> None:
    field: HangulTextEdit | HangulLineEdit = request.getfixturevalue(name)
    sent = sent_by(field)
    type_steps(field, [f"{composed}…", "return", "turn"])
    assert (sent, field.text(), field.preedit) == ([], composed, "")
    type_steps(field, [f"+{composed}", "turn"])
    assert field.text() == composed, "the input method's own commit of it is the second"
    type_steps(field, ["return", "turn"])
    assert sent == [composed]


@pytest.mark.parametrize(
    "steps",
    [
        ["+안", "녕…", "shift+return", "+하"],
        ["+안", "녕…", "shift+return", "+녕", "+하"],
        ["+안", "녕…", "shift+return", "…", "+녕", "+하"],
        ["+안", "+녕", "shift+return", "하…"],
    ],
)
def test_shift_enter_makes_a_line_after_the_syllable(
    text_edit: HangulTextEdit, steps: list[str]
) -> None:
    sent = sent_by(text_edit)
    type_steps(text_edit, [*steps, "turn"])
    assert sent == []
    assert text_edit.text_with_preedit() == "안녕\n하"
    type_steps(text_edit, ["return", "turn"])
    assert sent == ["안녕\n하"]


def test_enter_on_a_replaced_text_sends_nothing_of_the_old_one(
    text_edit: HangulTextEdit,
) -> None:
    sent = sent_by(text_edit)
    type_steps(text_edit, ["+안", "녕…", "return"])
    text_edit.set_text("다른 대화의 초안")
    type_steps(text_edit, ["+녕", "turn"])
    assert (sent, text_edit.text()) == ([], "다른 대화의 초안")


def test_a_button_sends_the_unfinished_syllable(text_edit: HangulTextEdit) -> None:
    sent = sent_by(text_edit)
    type_steps(text_edit, ["+안", "녕…"])
    text_edit.finish_and_submit()
    type_steps(text_edit, ["+녕", "turn"])
    assert (sent, text_edit.text()) == (["안녕"], "")


@pytest.fixture
def resets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the input method is asked to drop or to commit; ibus is reset by both."""
    asked: list[str] = []

    class InputMethod:
        def reset(self) -> None:
            asked.append("reset")

        def commit(self) -> None:
            asked.append("commit")

    monkeypatch.setattr(QGuiApplication, "inputMethod", InputMethod)
    return asked


@pytest.mark.parametrize("name", ["text_edit", "line_edit"])
@pytest.mark.parametrize(("steps", "expected"), [([], []), (["녕…"], ["reset"])])
def test_a_new_text_leaves_an_input_method_alone_that_is_ahead_of_the_window(
    name: str,
    steps: list[str],
    expected: list[str],
    request: pytest.FixtureRequest,
    qtbot: QtBot,
    resets: list[str],
) -> None:
    field: HangulTextEdit | HangulLineEdit = request.getfixturevalue(name)
    give_focus(field, qtbot)
    type_steps(field, ["+안", *steps])
    field.set_text("")
    assert resets == expected


@pytest.mark.parametrize("name", ["text_edit", "line_edit"])
def test_the_focus_leaves_and_the_syllable_stays(
    name: str, request: pytest.FixtureRequest, qtbot: QtBot
) -> None:
    field: HangulTextEdit | HangulLineEdit = request.getfixturevalue(name)
    give_focus(field, qtbot)
    type_steps(field, ["+안", "녕…"])
    field.clearFocus()
    assert (field.text(), field.preedit) == ("안녕", "")


@pytest.mark.parametrize("name", ["text_edit", "line_edit"])
def test_the_unfinished_syllable_is_where_the_cursor_is(
    name: str, request: pytest.FixtureRequest
) -> None:
    field: HangulTextEdit | HangulLineEdit = request.getfixturevalue(name)
    field.set_text("👍끝")
    type_steps(field, ["left", "녕…"])
    assert field.text_with_preedit() == "👍녕끝"
    assert field.text() == "👍끝"


def test_searching_hears_each_text_once(line_edit: HangulLineEdit) -> None:
    heard: list[str] = []
    line_edit.content_changed.connect(heard.append)
    type_steps(line_edit, ["ㅎ…", "하…", "한…", "한…", "+한", "ㄱ…", "…", "+ㄱ", "x", "shift"])
    assert heard == ["ㅎ", "하", "한", "한ㄱ", "한", "한ㄱ", "한ㄱx"]


def test_content_changes_are_told_once_each(text_edit: HangulTextEdit) -> None:
    heard: list[str] = []
    text_edit.content_changed.connect(lambda: heard.append(text_edit.text_with_preedit()))
    type_steps(text_edit, ["하…", "한…", "한…", "+한", "…", "shift", "x", "turn"])
    # The third: the same text, but finished now.
    assert heard == ["하", "한", "한", "한x"]


@pytest.mark.parametrize(
    ("pasted", "text"),
    [
        ("a\u00a0b", "a\u00a0b"),
        ("a\u2028b\u2029c", "a\nb\nc"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\u202eabc\u202c\u2066x\u2069\u200f", "\u202eabc\u202c\u2066x\u2069\u200f"),
        ("a\x00b", "a\x00b"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
        ("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"),
    ],
    ids=["no-break space", "separators", "line ends", "bidi", "NUL", "emoji", "NFD"],
)
def test_pasted_characters_arrive_as_they_are_and_syllables_whole(
    text_edit: HangulTextEdit, pasted: str, text: str
) -> None:
    sent = sent_by(text_edit)
    data = QMimeData()
    data.setText(pasted)
    text_edit.insertFromMimeData(data)
    assert text_edit.text() == text
    type_steps(text_edit, ["return", "turn"])
    assert sent == [text]


def test_a_style_is_not_pasted(text_edit: HangulTextEdit) -> None:
    data = QMimeData()
    data.setHtml("<b>굵게</b>")
    data.setText("굵게")
    text_edit.insertFromMimeData(data)
    assert text_edit.text() == "굵게"


def test_large_texts_are_handed_over_and_small_ones_inserted(text_edit: HangulTextEdit) -> None:
    large: list[str] = []
    text_edit.large_text_pasted.connect(large.append)
    data = QMimeData()
    data.setText("가" * 15_000)
    text_edit.insertFromMimeData(data)
    text_edit.insertFromMimeData(data)
    data.setText("끝")
    text_edit.insertFromMimeData(data)
    assert large == ["가" * 15_000], "two of them together would be slow to lay out"
    assert text_edit.text() == "가" * 15_000 + "끝"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("한", True),
        ("ㅎ", True),
        ("ᄒᆞᆫ", True),
        ("ﾡ", True),
        ("か", False),
        ("漢", False),
        ("a", False),
        ("한a", False),
    ],
)
def test_is_hangul(text: str, expected: bool) -> None:
    assert is_hangul(text) is expected


def test_storable_replaces_lone_surrogates_only() -> None:
    assert storable("a\ud800👍\udfff") == "a\ufffd👍\ufffd"


def test_inserted_counts_as_qt_does() -> None:
    assert inserted("👍끝", 2, "가") == "👍가끝"


def test_enter_goes_no_further_than_the_field(line_edit: HangulLineEdit) -> None:
    """Else the button of a dialog would be pressed, too."""
    presses: list[str] = []
    line_edit.returnPressed.connect(lambda: presses.append("returnPressed"))
    type_steps(line_edit, ["+안", "return", "turn"])
    assert presses == []
