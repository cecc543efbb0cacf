"""Opens the window on a profile and runs until it is closed."""

import gc
import os
import sys
import threading

from PySide6.QtCore import (
    QEventLoop,
    QLibraryInfo,
    QLocale,
    QObject,
    Qt,
    QThreadPool,
    QTimer,
    QTranslator,
    Signal,
)
from PySide6.QtWidgets import QApplication

from kochat_gui.services.assembly import Services
from kochat_gui.settings.store import SettingsStore
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.fonts import load_fonts
from kochat_gui.ui.icons import application_icon
from kochat_gui.ui.input_method import choose_input_method
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.termination import TerminationSignals
from kochat_gui.ui.theme import Appearance

_LOAD_DELAY_MS = 150
_READERS_DELAY_MS = 200


def make_application(settings: SettingsStore) -> tuple[QApplication, Appearance]:
    """The application with its fonts, its language for Qt's own texts, and its appearance."""
    choose_input_method(os.environ)
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    application.setApplicationName("KoChat")
    application.setDesktopFileName("kochat")
    load_fonts()
    application.setWindowIcon(application_icon())
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
    """Collect garbage from now on, but not among what was loaded: that lives to the end."""
    gc.freeze()
    gc.enable()


def load_readers() -> None:
    """Load what reads an answer's Markdown and colours its code, which takes 0.1 to 0.2 s.

    Left to the first answer and its first code, it keeps the window from turning meanwhile.
    """
    from kochat_gui.ui.chat import code_colours, emphasis  # noqa: PLC0415

    emphasis.korean_markdown()
    code_colours.coloured_lines("x = 1\n", "python")


class Program:
    """The window and what connects it with the services, from its showing to its end."""

    def __init__(
        self, application: QApplication, services: Services, appearance: Appearance
    ) -> None:
        """Show the window. Its closing ends ``application.exec``; call :meth:`close` then."""
        self._services = services
        self._bridge = Bridge(services.bus)
        try:
            self.window = MainWindow(services, self._bridge, appearance)
        except BaseException:
            self._bridge.close()
            raise
        # Hiding the window is not yet the end: answers are stored first.
        application.setQuitOnLastWindowClosed(False)
        self.window.closing.connect(application.quit)
        self._signals = TerminationSignals(self.window)
        self._signals.requested.connect(self.window.close)
        self.window.show()
        # So that the first answer need not wait for it; but the window is drawn first.
        self._loading = QTimer(self.window, singleShot=True, interval=_LOAD_DELAY_MS)
        self._loading.timeout.connect(services.models.load_remembered)
        self._loading.start()
        # Once the engine is on its way, and before there can be an answer.
        self._readers = QTimer(self.window, singleShot=True, interval=_READERS_DELAY_MS)
        self._readers.timeout.connect(lambda: QThreadPool.globalInstance().start(load_readers))
        self._readers.start()
        services.backup.start()

    def close(self) -> None:
        """Stop answers and store them, end the engine, close the database; may take seconds."""
        self._loading.stop()
        self._readers.stop()
        self.window.hide()
        self._bridge.close()
        _Closing(self._services).run()
        self._signals.close()


class _Closing(QObject):
    """Closes the services, answering the system meanwhile: it kills programs that do not."""

    _done = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._failure: BaseException | None = None

    def run(self) -> None:
        """Return when everything is closed; raises what closing raised."""
        loop = QEventLoop()
        self._done.connect(loop.quit, Qt.ConnectionType.QueuedConnection)
        thread = threading.Thread(target=self._close, name="closing")
        thread.start()
        loop.exec()
        thread.join()
        if self._failure is not None:
            raise self._failure

    def _close(self) -> None:
        try:
            self._services.close()
        except BaseException as error:  # noqa: BLE001 - raised anew by run()
            self._failure = error
        finally:
            self._done.emit()
