"""P9: how long a conversation of 1,000 messages takes from the click until it is seen.

``python -m tests.benchmarks.bench_open``: from ``ChatController.open`` in the main window until its
newest messages are painted, and the longest time that the window does not turn while the messages
above them are built. The baseline, in the same run, is a ``QTextBrowser`` for each message.
"""

import itertools
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QScrollArea, QTextBrowser, QVBoxLayout, QWidget

from kochat_gui.app import install_language
from kochat_gui.core.conversation import (
    ConversationId,
    ConversationSettings,
    MadeBy,
    MessageState,
)
from kochat_gui.core.generation import SamplingParams, Usage
from kochat_gui.services.assembly import Services, build_services
from kochat_gui.storage import rows
from kochat_gui.storage.live_answers import FinalAnswer
from kochat_gui.storage.paths import profile_paths
from kochat_gui.ui.chat.controller import ChatController
from kochat_gui.ui.chat.message_column import BUILT_AT_ONCE, MessageColumn
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.start import Program, end_loading, make_application
from tests.benchmarks.bench_stream_ui import TICK_MS, watch_ticks
from tests.benchmarks.measuring import Figure, refuse_when_busy, report

MESSAGES = 1_000
GOAL_RATIO = 15
GOAL_MS = 60
_ROUNDS = 9
_QUESTION = "비 오는 날에 걸을 때 무엇을 챙기면 좋을까요?"
_ANSWER = (
    "**우산**과 젖어도 되는 신발이 있으면 좋아요.\n\n"
    "- 우산과 장화를 챙겨서 천천히 걸어요\n- 돌아오면 따뜻한 차를 마셔요\n\n"
    "창밖에는 비가 조용히 내리고 있었어요. 빗소리는 `tap, tap` 하고 들리고, 사람들은 처마 밑에서 "
    "비가 그치기를 기다려요. 비가 그치면 하늘이 맑아지고, 길에는 작은 웅덩이가 남아요."
)


def main() -> int:
    """Measure and report; 1 when a goal is missed."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    refuse_when_busy()
    install_language("ko")
    with tempfile.TemporaryDirectory(prefix="kochat-bench-") as folder:
        services = build_services(profile_paths(Path(folder) / "profile"))
        long, short = _conversation(services, MESSAGES), _conversation(services, 2)
        application, appearance = make_application(services.settings)
        program = Program(application, services, appearance)
        end_loading()
        # What the window loads by itself after a moment, and keeps.
        _turn_for(application, 2)
        program.window.resize(1280, 820)
        opened, gaps = _open(application, program.window, long, short)
        program.window.close()
        program.close()
    baseline = statistics.median(_widget_for_each(application) for _ in range(3))
    figures = [
        Figure(
            "P9 a widget for each / open", opened, baseline, "ms", baseline / opened, GOAL_RATIO
        ),
        Figure("P9 goal / open", opened, GOAL_MS, "ms", GOAL_MS / opened, 1),
    ]
    facts = {"longest_gap_ms": round(max(gaps), 1), "gap_p50_ms": round(statistics.median(gaps), 1)}
    sys.stderr.write(f"  while the rest is built: {facts}\n")
    return report("open", figures, **facts)


def _conversation(services: Services, messages: int) -> ConversationId:
    conversation: ConversationId | None = None
    parent = None
    for number in range(messages // 2):
        turn = services.store.add_turn(
            conversation, parent, f"{number}. {_QUESTION}", ConversationSettings()
        )
        usage = Usage(120, 80, number, 1.2, 12.4, 2048)
        made_by = MadeBy(
            "tiny",
            "작은 모델",
            "Q4_K_M",
            "llama.cpp",
            "chatml",
            sampling=SamplingParams(seed=number),
        )
        services.store.finish_answer(
            FinalAnswer(turn.answer_id, _ANSWER, MessageState.DONE, None, usage, made_by)
        )
        conversation, parent = turn.conversation_id, turn.answer_id
    assert conversation is not None
    return conversation


def _open(
    application: QApplication, window: MainWindow, long: ConversationId, short: ConversationId
) -> tuple[float, list[float]]:
    """Milliseconds until it is seen, the median; and all gaps between ticks meanwhile."""
    [controller] = window.findChildren(ChatController)
    [column] = window.findChildren(MessageColumn)
    seen, gaps = [], []
    for _ in range(_ROUNDS):
        controller.open(short)
        _turn_for(application, 0.3)
        # As if it were opened for the first time since the start.
        rows.made_by_from.cache_clear()
        rows.usage_from.cache_clear()
        began = time.perf_counter()
        controller.open(long)
        application.processEvents()
        seen.append(1000 * (time.perf_counter() - began))
        ticks: list[float] = []
        timer = watch_ticks(ticks)
        while len(column.widgets) < BUILT_AT_ONCE:
            application.processEvents()
        _turn_for(application, 0.1)
        timer.stop()
        gaps += [1000 * (b - a) for a, b in itertools.pairwise(ticks)]
    return statistics.median(seen), gaps


def _turn_for(application: QApplication, seconds: float) -> None:
    end = QTimer(singleShot=True, interval=round(1000 * seconds))
    end.start()
    while end.isActive():
        application.processEvents()
        time.sleep(TICK_MS / 4000)


def _widget_for_each(application: QApplication) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    inside = QWidget()
    column = QVBoxLayout(inside)
    for number in range(MESSAGES):
        browser = QTextBrowser()
        browser.setMarkdown(_ANSWER if number % 2 else f"{number}. {_QUESTION}")
        browser.setFixedHeight(round(browser.document().size().height()))
        column.addWidget(browser)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(inside)
    area.resize(1000, 820)
    area.show()
    application.processEvents()
    bar = area.verticalScrollBar()
    bar.setValue(bar.maximum())
    application.processEvents()
    taken = 1000 * (time.perf_counter() - began)
    area.close()
    area.deleteLater()
    return taken


if __name__ == "__main__":
    sys.exit(main())
