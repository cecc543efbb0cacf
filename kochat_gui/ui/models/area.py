"""Everything about models that the main window shows, in one piece."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from kochat_gui.services.assembly import Services
from kochat_gui.ui.bridge import Bridge
from kochat_gui.ui.header.header_bar import HeaderBar
from kochat_gui.ui.models.adapter_strip import AdapterStrip
from kochat_gui.ui.models.controller import ModelsController
from kochat_gui.ui.models.dropped import DropTarget, several_error
from kochat_gui.ui.models.opener import ModelOpener
from kochat_gui.ui.notices.banner import UndoToast
from kochat_gui.ui.notices.undo_offer import UndoOffer
from kochat_gui.ui.theme import Appearance


class ModelsArea(QObject):
    """The models page, opening and dropping files, and the adapters above the composer.

    Signals: closed() when the conversation is shown again; failed(UserFacingError).
    """

    closed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        services: Services,
        bridge: Bridge,
        pages: QStackedWidget,
        canvas: QWidget,
        appearance: Appearance,
        window: QWidget,
        take_others: Callable[[Sequence[Path]], bool],
    ) -> None:
        """``pages``: the conversation is the first; ``canvas``: what toasts appear on;
        ``take_others``: offered what is neither a model nor an adapter, and says if it takes it.
        """
        super().__init__(window)
        self._take_others = take_others
        undo = UndoOffer(UndoToast(canvas))
        self._opener = ModelOpener(services, undo, window, take_others)
        self._page = ModelsController(services, bridge, self._opener, undo, pages, appearance)
        self._drops = DropTarget(window)
        self.strip = AdapterStrip(lambda: services.workshop, appearance)
        self._drops.dropped.connect(self._opener.open_path)
        self._drops.several_dropped.connect(self._on_several)
        for part in (self._opener, self._page, self.strip):
            part.failed.connect(self.failed)
        self._drops.refused.connect(self.failed)
        self._page.closed.connect(self.closed)
        self.strip.manage_requested.connect(self.open)
        bridge.model_status_changed.connect(self.strip.set_status)
        bridge.adapters_changed.connect(self.strip.on_adapters_changed)

    def _on_several(self, paths: list[Path]) -> None:
        if not self._take_others(paths):
            self.failed.emit(several_error())

    def connect_header(self, header: HeaderBar) -> None:
        """Do what the pickers' cards offer."""
        header.model_chosen.connect(self._opener.choose)
        header.open_file_requested.connect(self._opener.ask_file)
        header.open_folder_requested.connect(self._opener.ask_folder)
        header.manage_requested.connect(self.open)

    def open_path(self, path: Path) -> None:
        """Open the model or adapter at ``path``."""
        self._opener.open_path(path)

    def ask_file(self) -> None:
        """Ask for a model or adapter."""
        self._opener.ask_file()

    def open(self) -> None:
        """Show the models in the place of the conversation."""
        self._page.open()

    def leave(self) -> None:
        """Show the conversation again; the keyboard stays where it is."""
        self._page.leave()

    def finish(self) -> None:
        """The window is closing: do what was put off."""
        self._page.finish()
