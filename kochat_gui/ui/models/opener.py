"""Opens whatever a person points at: a model of any format, or an adapter for the current model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from kochat_gui.core.errors import ModelError, UsageError, UserFacingError
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, translate
from kochat_gui.core.user_path import with_home
from kochat_gui.services.assembly import Services
from kochat_gui.ui.notices.undo_offer import UndoOffer
from kochat_gui.ui.plain_text import shortened

if TYPE_CHECKING:
    from kochat_gui.core.models import ImportOptions, ModelSpec

_SHOWN_NAME_CHARS = 40
_NO_BASE = QT_TRANSLATE_NOOP("ModelOpener", "This is an adapter; it needs a model to change.")
_OPEN_BASE = QT_TRANSLATE_NOOP("ModelOpener", "Open the model that it was made for first.")
_OTHER_BASE = QT_TRANSLATE_NOOP("ModelOpener", "The adapter was not made for {model}.")


class ModelOpener(QObject):
    """Signals: failed(UserFacingError); opened(str model_id) when a model is on the list;
    adapter_added(str model_id).
    """

    failed = Signal(object)
    opened = Signal(str)
    adapter_added = Signal(str)

    def __init__(
        self,
        services: Services,
        undo: UndoOffer,
        window: QWidget,
        take_others: Callable[[Sequence[Path]], bool],
    ) -> None:
        """``window``: what dialogs open over; ``take_others``: as for ``ModelsArea``."""
        super().__init__(window)
        self._take_others = take_others
        self._services = services
        self._undo = undo
        self._window = window

    def open_path(self, path: Path) -> None:
        """Put the model at ``path`` on the list and load it, or add the adapter that it is."""
        self._try(lambda: self._open(with_home(path).absolute()))

    def choose(self, model_id: str, level: str | None = None) -> None:
        """Load a model that is listed; a GGML file is asked about when it is the first time."""
        self._try(lambda: self._choose(self._services.models.resolve(model_id), level))

    def add_adapter(self, spec: ModelSpec, path: Path) -> None:
        """Add the adapter at ``path`` to ``spec``."""
        self._try(lambda: self._add_adapter(spec, path))

    def ask_import(self, spec: ModelSpec) -> None:
        """Ask again how a GGML file is to be imported."""
        self._ask(spec, lambda options: self._services.workshop.set_import_options(spec, options))

    def ask_file(self) -> None:
        """Ask for a model or adapter in one file."""
        self._ask_path(
            translate("ModelOpener", "Open a model or an adapter"),
            self.open_path,
            translate("ModelOpener", "Models and adapters (*.gguf *.bin *.safetensors)"),
        )

    def ask_folder(self) -> None:
        """Ask for a model or adapter in a folder."""
        self._ask_path(
            translate("ModelOpener", "Open the folder of a model or an adapter"), self.open_path
        )

    def ask_adapter(self, spec: ModelSpec) -> None:
        """Ask for an adapter for ``spec``.

        A PEFT adapter is a folder, but its weights in that folder stand for it.
        """
        self._ask_path(
            translate("ModelOpener", "Add an adapter"),
            lambda path: self.add_adapter(spec, path),
            translate("ModelOpener", "Adapters (*.gguf *.safetensors *.bin *.json)"),
        )

    def _open(self, path: Path) -> None:
        from kochat_gui.services.adapter_files import is_adapter

        try:
            spec = self._services.models.resolve(str(path))
        except ModelError:
            if is_adapter(path):
                self._open_adapter(path)
            elif not path.exists() or not self._take_others([path]):
                raise
            return
        self._choose(spec, None, path)

    def _open_adapter(self, path: Path) -> None:
        """Add it to the current model, or to one that it fits if that is not the current one."""
        from kochat_gui.core.models import ModelFormat
        from kochat_gui.services.adapter_files import bases_of
        from kochat_gui.ui.models.base_dialog import BaseDialog

        bases = bases_of(path, self._services.models.models())
        current = self._services.models.status.spec
        if current is None or current.format is ModelFormat.SCRIPT:
            reason = _NO_BASE.text()
        elif not bases or any(spec.model_id == current.model_id for spec in bases):
            self._add_adapter(current, path)
            return
        else:
            reason = _OTHER_BASE.text(model=shortened(current.name, _SHOWN_NAME_CHARS))
        if not bases:
            raise UsageError(_NO_BASE, advice=_OPEN_BASE)
        dialog = BaseDialog(path.name, reason, bases, self._window)
        dialog.chosen.connect(lambda spec: self._try(lambda: self._add_to(spec, path)))
        dialog.open()

    def _add_to(self, spec: ModelSpec, path: Path) -> None:
        self._add_adapter(spec, path)
        self._choose(spec, None)

    def _choose(self, spec: ModelSpec, level: str | None, added: Path | None = None) -> None:
        from kochat_gui.core.models import ModelFormat

        def choose() -> None:
            listed = self._services.models.add(added) if added is not None else spec
            self._services.models.choose(listed.model_id, level)
            self.opened.emit(listed.model_id)

        def import_and_choose(options: ImportOptions) -> None:
            self._services.workshop.set_import_options(spec, options)
            choose()

        is_asked = self._services.preferences.get(spec.model_id).import_options is not None
        if spec.format is ModelFormat.GGML and not is_asked:
            self._ask(spec, import_and_choose)
        else:
            choose()

    def _ask(self, spec: ModelSpec, use: Callable[[ImportOptions], object]) -> None:
        from kochat_gui.ui.models.import_dialog import ImportDialog

        dialog = ImportDialog(spec.name, self._services.workshop.import_options(spec), self._window)

        def on_submitted(options: ImportOptions) -> None:
            try:
                use(options)
            except UserFacingError as error:
                dialog.show_problem(error)
            else:
                dialog.accept()

        dialog.submitted.connect(on_submitted)
        dialog.open()

    def _add_adapter(self, spec: ModelSpec, path: Path) -> None:
        adapter = self._services.workshop.add_adapter(spec, path)
        text = translate("ModelOpener", "{name} was added to {model}").format(
            name=shortened(adapter.name, _SHOWN_NAME_CHARS),
            model=shortened(spec.name, _SHOWN_NAME_CHARS),
        )
        self._undo.offer(
            text,
            lambda: self._try(
                lambda: self._services.workshop.remove_adapter(spec, adapter.adapter_id)
            ),
        )
        self.adapter_added.emit(spec.model_id)

    def _ask_path(self, title: str, use: Callable[[Path], None], kinds: str = "") -> None:
        """Ask for a file of these ``kinds``, or for a folder if there are none."""
        from PySide6.QtWidgets import QFileDialog

        from kochat_gui.ui.file_dialog import file_dialog

        dialog = file_dialog(self._window, title)
        if kinds:
            dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
            dialog.setNameFilters([kinds, translate("ModelOpener", "All files (*)")])
        else:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: use(Path(name)))
        dialog.open()

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except UserFacingError as error:
            self.failed.emit(error)
