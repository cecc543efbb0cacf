"""Text leaves the engine's process soon, whole and in order, and not in a frame for each token."""

import threading
import time

from kochat_gui.engines.text_batches import TextBatches


class _Sent:
    """What was sent, by whom and when."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.threads: list[str] = []
        self.came = threading.Event()

    def __call__(self, text: str) -> None:
        self.texts.append(text)
        self.threads.append(threading.current_thread().name)
        self.came.set()


def test_the_first_text_and_slow_ones_are_sent_at_once() -> None:
    sent = _Sent()
    batches = TextBatches(sent, interval_s=0.001)
    for text in ("가", "나", "다"):
        batches.add(text)
        assert sent.texts[-1] == text
        time.sleep(0.002)
    batches.close()
    assert set(sent.threads) == {threading.current_thread().name}


def test_fast_texts_go_together_and_nothing_waits_for_the_next() -> None:
    sent = _Sent()
    batches = TextBatches(sent, interval_s=0.05)
    batches.add("가")
    sent.came.clear()
    for text in "나다라마":
        batches.add(text)
    assert sent.texts == ["가"]
    assert sent.came.wait(5)
    assert sent.texts == ["가", "나다라마"]
    assert sent.threads[1] == "text"
    batches.close()


def test_what_waits_is_sent_before_anything_else() -> None:
    sent = _Sent()
    batches = TextBatches(sent, interval_s=60.0)
    batches.add("가")
    batches.add("나")
    batches.add("다")
    batches.flush()
    batches.flush()
    batches.add("라")
    batches.close()
    assert sent.texts == ["가", "나다", "라"]


def test_a_thousand_tokens_a_second_are_a_tenth_of_as_many_frames() -> None:
    sent = _Sent()
    batches = TextBatches(sent, interval_s=0.02)
    began = time.monotonic()
    for number in range(400):
        batches.add(f"{number} ")
        time.sleep(0.0005)
    batches.close()
    seconds = time.monotonic() - began
    assert "".join(sent.texts) == "".join(f"{n} " for n in range(400))
    assert len(sent.texts) <= seconds / 0.02 + 2
