"""The window's process for ``bench_startup``: says when it could be used, then what it holds.

``python -m tests.benchmarks.timed_window START [bare]``; ``START`` is what ``time.monotonic()``,
which is the same for all processes, said before this one was started. Imports are inside the
functions because they are part of what is measured.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from typing import Any

HEAVY = ("torch", "transformers", "llama_cpp", "numpy")
_SETTLED_MS = 1_500
_LOOK_MS = 100


def bare(began: float) -> int:
    """A window with a text box and nothing else."""
    from PySide6.QtWidgets import QApplication, QMainWindow, QPlainTextEdit

    application = QApplication([])
    window = QMainWindow()
    edit = QPlainTextEdit()
    edit.setObjectName("composer_text")
    window.setCentralWidget(edit)
    window.resize(1280, 820)
    edit.setFocus()
    window.show()

    def tell() -> None:
        _say(seconds=time.monotonic() - began)
        application.quit()

    _when_focused(tell)
    return application.exec()


def whole(began: float) -> int:
    """The program, from its entry point."""
    from kochat_gui.__main__ import main

    put_clock = _AfterLoading("kochat_gui.ui.start", lambda start: _put_clock(start, began))
    sys.meta_path.insert(0, put_clock)
    sys.argv[1:] = []
    return main()


def _put_clock(start: Any, began: float) -> None:
    from PySide6.QtCore import QTimer

    from kochat_gui.core.states import ModelState

    class Timed(start.Program):  # type: ignore[misc]  # loaded by the program itself
        """Tells when the composer has the focus, and how much memory the process has at rest."""

        def __init__(self, application: Any, services: Any, appearance: Any) -> None:
            super().__init__(application, services, appearance)
            # As large as the bare window; the offscreen screen is smaller.
            self.window.resize(1280, 820)
            self._services = services
            self._look = QTimer(self.window, interval=_LOOK_MS)
            self._look.timeout.connect(self._on_look)
            _when_focused(self._on_usable)

        def _on_usable(self) -> None:
            heavy = [name for name in HEAVY if name in sys.modules]
            _say(seconds=time.monotonic() - began, heavy=heavy, modules=len(sys.modules))
            self._look.start()

        def _on_look(self) -> None:
            status = self._services.known_status
            if status is not None and status.state is ModelState.READY:
                self._look.stop()
                QTimer.singleShot(_SETTLED_MS, self.window, self._on_settled)

        def _on_settled(self) -> None:
            import psutil

            _say(uss=psutil.Process().memory_full_info().uss)
            self.window.close()

    start.Program = Timed


class _AfterLoading:
    """Calls ``then`` with a module as soon as the program has loaded it."""

    def __init__(self, name: str, then: Callable[[Any], None]) -> None:
        self._name = name
        self._then = then

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        spec = PathFinder.find_spec(fullname, path)
        assert spec is not None
        assert isinstance(spec.loader, SourceFileLoader)
        loader, load = spec.loader, spec.loader.exec_module

        def exec_module(module: Any) -> None:
            load(module)
            self._then(module)

        vars(loader)["exec_module"] = exec_module
        return spec


def _when_focused(then: Callable[[], None]) -> None:
    """Call ``then`` in the first turn of the event loop in which the text has the focus."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    def look() -> None:
        focused = QApplication.focusWidget()
        if focused is not None and focused.objectName() == "composer_text":
            then()
        else:
            QTimer.singleShot(0, look)

    QTimer.singleShot(0, look)


def _say(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit((bare if "bare" in sys.argv else whole)(float(sys.argv[1])))
