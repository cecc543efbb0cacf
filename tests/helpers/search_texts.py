"""Texts with everything that searching could trip over, and queries cut out of them."""

import unicodedata

from hypothesis import strategies as st

_PIECES = (
    *("한국", "국어", "한", "가나", "간", "갉", "과자", "결제를", "결제", "카드결제", "안녕"),
    *("ㅋㅋㅋ", "ㅎㄱ", "ㄳ", "ㅏ", "ᄒᆞᆫ글", "GPU", "gpu메모리", "Straße", "İ", "ﬁ", "hello", "AND"),
    *("1,234", "3.14", "-5℃", "()", '"', "*", ":", "_", "%", "'", "\\", "\0", "\x1c"),
    *(" ", "  ", "\n", "\t", "\u00a0", "\u3000", "\u2028", "\ue030", "\ufdd0", "\uffff"),
    *("👍🏽", "👨\u200d👩\u200d👧", "🇰🇷", "漢字", "ひらがな", "Ελλάς", "العربية", "ไทย", "ｶﾀｶﾅ"),
    *("e\u0301", "\u0345"),
)
_PARTS = (
    st.sampled_from(_PIECES)
    | st.sampled_from(_PIECES).map(lambda piece: unicodedata.normalize("NFD", piece))
    | st.text(max_size=3)
)
TEXTS = st.lists(_PARTS, max_size=8).map("".join)


@st.composite
def corpora(draw: st.DrawFn) -> tuple[list[str], str]:
    """Some texts, and a query: mostly a part of one of them."""
    texts = draw(st.lists(TEXTS.filter(str.strip), min_size=1, max_size=6))
    if draw(st.integers(0, 4)) == 0:
        return texts, draw(TEXTS)
    text = draw(st.sampled_from(texts))
    start = draw(st.integers(0, len(text)))
    return texts, text[start : start + draw(st.integers(1, 20))]
