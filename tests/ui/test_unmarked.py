"""Marks of Markdown that only show styles are left out of a line; other characters are not."""

import pytest

from kochat_gui.ui.unmarked import unmarked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("물감은 빛을 **빼앗는** 방식", "물감은 빛을 빼앗는 방식"),
        ("**굵게(bold)**은 *기울임*도 ***둘 다*** 돼요", "굵게(bold)은 기울임도 둘 다 돼요"),
        ("**굵은 *속* 글**씨", "굵은 속 글씨"),
        ("보통 3~5일 걸리고 10*20은 200이에요", "보통 3~5일 걸리고 10*20은 200이에요"),
        ("5*3*2=30, a*b*c, 2**10, 5 * 3 * 2", "5*3*2=30, a*b*c, 2**10, 5 * 3 * 2"),
        ("~~지운~~ 글과 1~2~3", "지운 글과 1~2~3"),
        ("## 표로 `정리`하면", "표로 정리하면"),
        ("첫 줄\n# 제목\n- 하나\n> 인용", "첫 줄 제목 하나 인용"),
        ("- 하나", "하나"),
        ("-5도, C#과 snake_case, C # 1", "-5도, C#과 snake_case, C # 1"),
        ("cat 글 | grep 말 || true", "cat 글 | grep 말 || true"),
        ("| 이름 | 값 | |:---|---:| | 배 | 1 |", "이름 값 배 1 "),
        ("여기 [눌러 보세요](https://example.org/가) 지금", "여기 눌러 보세요 지금"),
        ("표[1] (참고)", "표[1] (참고)"),
        ("위 --- 아래 2024--2025", "위 아래 2024--2025"),
        ("**끊긴 글", "**끊긴 글"),
    ],
)
def test_marks_are_left_out_and_nothing_else(text: str, expected: str) -> None:
    assert unmarked(text) == (expected, ())


@pytest.mark.parametrize(
    ("snippet", "words", "expected"),
    [
        ("제주 여행은 **동쪽**부터", "여행", "제주 여행은 동쪽부터"),
        ("…| 물건 | 개수 | |---|---| | 여행용 | 1 |", "여행", "… 물건 개수 여행용 1 "),
        ("## 여행 `코드` ~~지움~~", "코드", "여행 코드 지움"),
        ("**여행**의 여행", "여행", "여행의 여행"),
        ("값은 a**b 이고 -5도", "**", "값은 a**b 이고 -5도"),
        ("**굵은 *여행* 글**", "여행", "굵은 여행 글"),
        ("snake_case #1", "case", "snake_case #1"),
    ],
)
def test_what_was_found_is_still_marked_as_found(snippet: str, words: str, expected: str) -> None:
    spans = []
    at = snippet.find(words)
    while at >= 0:
        spans.append((at, at + len(words)))
        at = snippet.find(words, at + 1)
    text, moved = unmarked(snippet, tuple(spans))
    assert text == expected
    assert [text[start:end] for start, end in moved] == [words] * len(spans)
