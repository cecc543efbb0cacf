"""How evenly the window turns while an answer streams at 1,000 tokens a second.

``python -m tests.benchmarks.bench_stream_ui [--seconds 60] [--beside]``: P8, the gaps between the
ticks of a 16 ms timer on the GUI thread. The text comes from an engine process that plays a script,
through the store, the bus and the bridge into the main window. The baseline, in the same run, shows
the last part of as long a text the usual way: ``QTextBrowser.setMarkdown`` of all of it at each
batch.
"""

import argparse
import cProfile
import itertools
import json
import os
import pstats
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication, QTextBrowser

from kochat_gui.app import install_language
from kochat_gui.core.events import EventBus
from kochat_gui.services.assembly import Services, build_services
from kochat_gui.services.events import GenerationEnded, GenerationStateChanged
from kochat_gui.storage.paths import profile_paths
from kochat_gui.ui.bridge import TEXT_INTERVAL_MS
from kochat_gui.ui.chat.code_colours import coloured_lines
from kochat_gui.ui.chat.composer import Composer
from kochat_gui.ui.chat.text_segment import TextSegment
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.start import Program, end_loading, make_application
from tests.benchmarks.measuring import refuse_when_busy
from tests.engine_scripts import script_spec

TOKENS_PER_SECOND = 1_000
TOKEN_BYTES = 4
CHARACTERS_PER_TOKEN = 1.6
TICK_MS = 16
GOALS_MS = {"p95": 20.0, "p99": 33.0, "max": 60.0}
_BASELINE_S = 10
_QUESTION = "비 오는 날 이야기 해 줘"
_SENTENCES = (
    "창밖에는 비가 조용히 내리고 있었어요. **우산**을 들고 골목을 걸으면 젖은 흙냄새가 나요. "
    "빗소리는 `tap, tap` 하고 들리고, 사람들은 처마 밑에서 비가 그치기를 기다려요. "
    "비가 그치면 하늘이 맑아지고, 길에는 작은 웅덩이가 남아요. 그 위로 구름이 지나가요."
)
_BLOCKS = (
    "## 비 오는 날의 산책",
    _SENTENCES,
    _SENTENCES,
    "- 우산과 장화를 챙겨서 천천히 걸어요\n- 돌아오면 따뜻한 차를 마셔요\n- 창가에서 책을 읽어요",
    _SENTENCES,
    '```python\ndef walk(minutes: int) -> str:\n    """Say how far."""\n    steps = minutes * 110\n'
    '    return f"{steps} steps"\n```',
    _SENTENCES,
    "1. 먼저 하늘을 보고 바람이 어디서 부는지 살펴요\n2. 그다음 젖어도 되는 신발을 골라요",
)
"""Light Markdown: a thousand characters with a heading, two lists and some code."""


@dataclass(frozen=True)
class Gaps:
    """Milliseconds between ticks."""

    p50: float
    p95: float
    p99: float
    max: float
    characters: int
    seconds: float


def main() -> int:
    """Measure, print a table and one line of JSON; 1 when a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--profile", action="store_true", help="of the GUI thread, to stderr")
    parser.add_argument("--beside", action="store_true", help="a thread that is busy with Python")
    parser.add_argument("--anyway", action="store_true", help="measure beside busy processes, too")
    options = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    refuse_when_busy()
    install_language("ko")
    if options.beside:
        threading.Thread(target=_colour_code_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="kochat-bench-") as folder:
        ours, application = stream(Path(folder), options.seconds, is_profiled=options.profile)
    baseline = naive(application, min(options.seconds, _BASELINE_S), ours.characters)
    # The goals are for a computer that has nothing else to do.
    return report(ours, baseline, {} if options.beside else GOALS_MS)


def stream(folder: Path, seconds: float, *, is_profiled: bool) -> tuple[Gaps, QApplication]:
    """Stream into the main window."""
    services = build_services(profile_paths(folder / "profile"))
    tokens = round(seconds * TOKENS_PER_SECOND)
    spec = script_spec(
        folder,
        token_bytes=TOKEN_BYTES,
        context_window=2 * tokens,
        default={
            "blocks": list(_BLOCKS),
            "characters": round(tokens * CHARACTERS_PER_TOKEN * 1.2),
            "tokens_per_second": TOKENS_PER_SECOND,
        },
    )
    services.models.add(spec.path)
    settings = services.settings
    settings.set("model.current", services.models.resolve(str(spec.path)).model_id)
    settings.set("load.context_tokens", min(131_072, 2 * tokens + 1_024))
    settings.set("sampling.max_new_tokens", min(32_768, tokens))
    application, appearance = make_application(settings)
    program = Program(application, services, appearance)
    end_loading()
    program.window.resize(1280, 820)
    gaps = _measure_answer(program.window, services, seconds, is_profiled=is_profiled)
    program.window.close()
    program.close()
    return gaps, application


def _measure_answer(
    window: MainWindow, services: Services, seconds: float, *, is_profiled: bool
) -> Gaps:
    """Have answers, one after the other, for ``seconds``."""
    loop = QEventLoop()
    state = _Watch(services.bus)
    composer = window.findChildren(Composer)[0]
    composer.send_requested.emit(_QUESTION)
    ticks: list[float] = []
    timer = watch_ticks(ticks)
    wait = QTimer(interval=TICK_MS)
    began = 0.0

    def look() -> None:
        nonlocal began
        if not began and state.is_streaming:
            began = time.perf_counter()
            ticks.clear()
        if began and time.perf_counter() - began >= seconds:
            loop.quit()
        elif began and state.has_ended:
            state.has_ended = False
            composer.send_requested.emit(_QUESTION)

    wait.timeout.connect(look)
    wait.start()
    profiler = cProfile.Profile()
    if is_profiled:
        profiler.enable()
    loop.exec()
    if is_profiled:
        profiler.disable()
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(25)
    timer.stop()
    wait.stop()
    taken = time.perf_counter() - began
    shown = [part.document().characterCount() for part in window.findChildren(TextSegment)]
    return _gaps(ticks, sum(shown), taken)


def _colour_code_forever() -> None:
    code = Path(__file__).read_text(encoding="utf-8")
    while True:
        coloured_lines(code, "python")


class _Watch:
    """What the bus said about the answer."""

    def __init__(self, bus: EventBus) -> None:
        self.is_streaming = False
        self.has_ended = False
        bus.subscribe(GenerationStateChanged, self._on_state)
        bus.subscribe(GenerationEnded, self._on_end)

    def _on_state(self, event: GenerationStateChanged) -> None:
        self.is_streaming = self.is_streaming or event.state.value == "generating"

    def _on_end(self, _event: GenerationEnded) -> None:
        self.has_ended = True


def naive(application: QApplication, seconds: float, characters: int) -> Gaps:
    """The last ``seconds`` of as long a text, at the same pace, the whole of it at each batch."""
    browser = QTextBrowser()
    browser.resize(1280, 820)
    browser.show()
    text = "\n\n".join(_BLOCKS) + "\n\n"
    rate = TOKENS_PER_SECOND * CHARACTERS_PER_TOKEN
    shown = before = max(0, characters - round(seconds * rate))
    whole = text * (1 + round((before + seconds * rate) / len(text)))
    began = time.perf_counter()

    def show() -> None:
        nonlocal shown
        passed = time.perf_counter() - began
        shown = before + round(passed * rate)
        browser.setMarkdown(whole[:shown])
        bar = browser.verticalScrollBar()
        bar.setValue(bar.maximum())
        if passed >= seconds:
            application.quit()

    ticks: list[float] = []
    timer = watch_ticks(ticks)
    batches = QTimer(interval=TEXT_INTERVAL_MS)
    batches.timeout.connect(show)
    batches.start()
    application.exec()
    timer.stop()
    batches.stop()
    browser.close()
    return _gaps(ticks, shown, time.perf_counter() - began)


def watch_ticks(ticks: list[float]) -> QTimer:
    """Note when each tick of a timer of ``TICK_MS`` comes."""
    note: Callable[[], None] = lambda: ticks.append(time.perf_counter())  # noqa: E731
    timer = QTimer(interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(note)
    timer.start()
    return timer


def _gaps(ticks: list[float], characters: int, seconds: float) -> Gaps:
    gaps = [1000 * (b - a) for a, b in itertools.pairwise(ticks)]
    cuts = statistics.quantiles(gaps, n=100)
    return Gaps(cuts[49], cuts[94], cuts[98], max(gaps), characters, seconds)


def report(ours: Gaps, baseline: Gaps, goals: dict[str, float]) -> int:
    """Print what was found against ``goals``."""
    lines = [f"stream_ui: {os.cpu_count()} CPUs, gaps between {TICK_MS} ms ticks in ms"]
    for name, gaps in (("window", ours), ("setMarkdown", baseline)):
        lines.append(
            f"  {name:12} p50 {gaps.p50:.1f}  p95 {gaps.p95:.1f}  p99 {gaps.p99:.1f}  "
            f"max {gaps.max:.1f}  ({gaps.characters:,} characters in {gaps.seconds:.1f} s)"
        )
    missed = {name: goal for name, goal in goals.items() if getattr(ours, name) > goal}
    lines += [f"  goal {name} {goal:g} ms MISSED" for name, goal in missed.items()]
    lines.append(json.dumps({"bench": "stream_ui", "ours": vars(ours), "baseline": vars(baseline)}))
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
