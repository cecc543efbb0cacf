"""Opens the window on a profile and runs until it is closed."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from importlib import import_module
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QEventLoop,
    QLibraryInfo,
    QLocale,
    QObject,
    Qt,
    QTimer,
    QTranslator,
    Signal,
)
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import Shiboken

from kochat_gui.core.cancellation import CancelToken
from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.i18n import translate
from kochat_gui.services.assembly import Services
from kochat_gui.settings.store import SettingsStore
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.fonts import load_answer_fonts, load_fonts
from kochat_gui.ui.icons import application_icon
from kochat_gui.ui.input_method import choose_input_method
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.theme import Appearance

if TYPE_CHECKING:
    from kochat_gui.services.backups import Prepared
    from kochat_gui.ui.termination import TerminationSignals

_INDEX_DELAY_S = 5.0
"""What is found does not wait for it, and the start has the processor to itself."""
_LOAD_DELAY_MS = 150
"""So that the window is drawn first."""
_MODULE_STEP_MS = 20
_LOCK_S = 0.0005
"""How long another thread keeps Python's lock from the window's, which drops it with each call of
Qt that takes a while: hundreds of times for one picture. Python's own 5 ms made seconds of it."""
_SHOWN_LATER = (
    "kochat_gui.ui.chat.own_message",
    "kochat_gui.ui.chat.text_segment",
    "kochat_gui.ui.chat.code_card",
    "kochat_gui.ui.chat.answer",
    "kochat_gui.ui.chat.code_colours",
)
"""What the first message needs of the window. Qt's classes are not for other threads to load."""
T = TypeVar("T")


def bare_application() -> QApplication:
    """The application with its fonts, before anything is known of the profile."""
    choose_input_method(os.environ)
    # setStyle() would return a QStyle, and that class is the slowest to load.
    application = QApplication([*sys.argv[:1], "-style", "fusion"])
    application.setApplicationName("KoChat")
    application.setDesktopFileName("kochat")
    load_fonts()
    return application


def make_application(settings: SettingsStore) -> tuple[QApplication, Appearance]:
    """The application with its fonts, its language for Qt's own texts, and its appearance."""
    application = bare_application()
    language = settings.get("ui.language")
    QLocale.setDefault(QLocale(language))
    translator = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(f"qtbase_{language}", folder):
        application.installTranslator(translator)
    appearance = Appearance(application, settings.get("ui.theme"), settings.get("ui.text_scale"))
    settings.subscribe("ui.theme", appearance.set_choice)
    settings.subscribe("ui.text_scale", appearance.set_scale_percent)
    return application, appearance


def run_window(services: Services) -> int:
    """Show the main window and return when it was closed, with everything stored and ended."""
    try:
        application, appearance = make_application(services.settings)
        program = Program(application, services, appearance)
    except Exception as error:
        services.hooks.report(error)
        services.close()
        raise
    end_loading()
    application.exec()
    program.close()
    return 0


def end_loading() -> None:
    """From now on the window turns, whatever other threads do, and garbage is collected."""
    gc.freeze()
    gc.enable()
    sys.setswitchinterval(_LOCK_S)


def _keep_what_is_loaded() -> None:
    """Look for no garbage among what lives to the end: 50 ms each time, while the window waits.

    Only where a program did so before, and ends with its window.
    """
    if gc.get_freeze_count():
        gc.freeze()


def load_rest(services: Services) -> None:
    """Load what the window opens without.

    Left to the first message, it would keep the window from turning for half a second.
    """
    with contextlib.suppress(UserFacingError):  # the window was closed again
        # First, so that no trouble with models keeps conversations from being backed up.
        begin_upkeep(services)
        services.models.load_remembered()
        services.lazy_chat.get()
    from pygments.lexers import get_lexer_by_name

    from kochat_gui.services import markdown

    markdown.korean_markdown()
    get_lexer_by_name("python")
    _keep_what_is_loaded()


def begin_upkeep(services: Services) -> None:
    """Index and back the conversations up from now on; raises ``UserFacingError`` at the end."""
    services.backup.start()
    services.search.start(_INDEX_DELAY_S)


class Program(QObject):
    """The window and what connects it with the services, from its showing to its end."""

    def __init__(
        self, application: QApplication, services: Services, appearance: Appearance
    ) -> None:
        """Show the window. Its closing ends ``application.exec``; call :meth:`close` then.

        ``window`` and ``services`` are others after a restore.
        """
        super().__init__(application)
        self._application = application
        self.services = services
        self._appearance = appearance
        self._is_replacing = False
        self._is_ending = False
        # Hiding the window is not yet the end: answers are stored first.
        application.setQuitOnLastWindowClosed(False)
        self._bridge, self.window = self._make_window()
        appearance.put_style_sheet()
        self._signals: TerminationSignals | None = None
        self.window.show()
        self._loading = QTimer(self, singleShot=True, interval=_LOAD_DELAY_MS)
        self._loading.timeout.connect(self._load_rest)
        self._loading.start()
        self._modules = list(_SHOWN_LATER)
        self._stepping = QTimer(self, interval=_MODULE_STEP_MS)
        self._stepping.timeout.connect(self._load_module)

    def close(self) -> None:
        """Stop answers and store them, end the engine, close the database; may take seconds."""
        self._loading.stop()
        self._stepping.stop()
        if Shiboken.isValid(self.window):
            self.window.hide()
        self._bridge.close()
        _Aside(self.services.close).run()
        if self._signals is not None:
            self._signals.close()
        self.deleteLater()

    def _load_rest(self) -> None:
        from kochat_gui.ui.termination import TerminationSignals

        # Until now the system's own way ends the program: there is nothing to store yet.
        self._signals = TerminationSignals(self)
        self._signals.requested.connect(self._on_end_requested)
        self._application.setWindowIcon(application_icon())
        threading.Thread(target=load_rest, args=(self.services,), name="loading").start()
        self._stepping.start()

    def _load_module(self) -> None:
        """One in each turn, so that no key waits for them all."""
        if self._modules:
            import_module(self._modules.pop(0))
        else:
            self._stepping.stop()
            load_answer_fonts()
            _keep_what_is_loaded()

    def _make_window(self) -> tuple[Bridge, MainWindow]:
        bridge = Bridge(self.services.bus)
        try:
            window = MainWindow(self.services, bridge, self._appearance)
        except BaseException:
            bridge.close()
            raise
        window.closing.connect(self._application.quit)
        # The window must not be deleted while one of its signals is being delivered.
        window.backups.restore_prepared.connect(
            self._replace_conversations, Qt.ConnectionType.QueuedConnection
        )
        return bridge, window

    def _replace_conversations(self, prepared: Prepared) -> None:
        """Put other conversations in the place of these, and a new window in that of this one.

        All that remembers something of the old conversations is gone before they are.
        """
        from kochat_gui.services.backups import CopyWatch
        from kochat_gui.services.restoring import restore_conversations
        from kochat_gui.ui.curtain import Curtain

        services, old = self.services, self.window
        unsent = old.leave()
        self._is_replacing = True
        text = translate("Restoring", "Restoring the conversations…")
        curtain = Curtain(old, text, self._appearance)
        cancel = CancelToken()
        curtain.cancelled.connect(cancel.cancel)
        curtain.show()
        self._bridge.close()
        _delete_now(old)
        watch = CopyWatch(curtain.progressed.emit, cancel)
        try:
            self.services = _Aside(lambda: restore_conversations(services, prepared, watch)).run()
            self._bridge, self.window = self._make_window()
        except BaseException:
            self._application.exit(1)
            raise
        finally:
            self._is_replacing = False
            curtain.hide()
            curtain.deleteLater()
        self._bridge.model_status_changed.emit(self.services.models.status)
        self.window.resume(unsent)
        self.window.show()
        begin_upkeep(self.services)
        if self._is_ending:
            self.window.close_unasked()

    def _on_end_requested(self) -> None:
        self._is_ending = True
        if not self._is_replacing:
            self.window.close_unasked()


def _delete_now(window: QWidget) -> None:
    """Delete a window with everything in it, timers included."""
    window.hide()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete.value)


class _Aside(QObject, Generic[T]):
    """Runs something slow on a thread, answering the system meanwhile: it kills programs that do
    not.
    """

    _done = Signal()

    def __init__(self, work: Callable[[], T]) -> None:
        super().__init__()
        self._work = work
        self._result: Future[T] = Future()

    def run(self) -> T:
        """Return, or raise, what the work did."""
        loop = QEventLoop()
        self._done.connect(loop.quit, Qt.ConnectionType.QueuedConnection)
        thread = threading.Thread(target=self._run, name="closing")
        thread.start()
        loop.exec()
        thread.join()
        return self._result.result()

    def _run(self) -> None:
        try:
            self._result.set_result(self._work())
        except BaseException as error:  # noqa: BLE001 - raised anew by run()
            self._result.set_exception(error)
        finally:
            self._done.emit()
