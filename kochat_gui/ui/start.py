"""Opens the window on a profile and runs until it is closed."""

import asyncio
import os
import sys

import qasync
from PySide6.QtCore import QLibraryInfo, QLocale, QTimer, QTranslator
from PySide6.QtWidgets import QApplication

from kochat_gui.core.errors import UserFacingError
from kochat_gui.core.models import ModelState
from kochat_gui.services.assembly import Services
from kochat_gui.settings.store import SettingsStore
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.fonts import load_fonts
from kochat_gui.ui.icons import application_icon
from kochat_gui.ui.input_method import choose_input_method
from kochat_gui.ui.main_window import MainWindow
from kochat_gui.ui.theme import Appearance


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
    application, appearance = make_application(services.settings)
    # The window's end stops answers and closes the database first; then the loop ends.
    application.setQuitOnLastWindowClosed(False)
    bridge = Bridge(services.bus)
    window = MainWindow(services, bridge, appearance)
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    closed = asyncio.Event()
    window.closing.connect(closed.set)
    window.show()
    QTimer.singleShot(0, window, lambda: load_current_model(services))
    with loop:
        loop.run_until_complete(closed.wait())
        window.hide()
        loop.run_until_complete(loop.run_in_executor(None, services.close))
    bridge.close()
    return 0


def load_current_model(services: Services) -> None:
    """Begin to load the chosen model, so that the first answer need not wait for it."""
    status = services.models.status
    if status.spec is None or status.state is not ModelState.UNLOADED:
        return
    try:
        services.models.choose(status.spec.model_id, status.quantization)
    except UserFacingError as error:
        services.notices.post_error(error, "model")
