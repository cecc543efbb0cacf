"""The row of things to do with a message; quiet until the mouse or the keyboard is there."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QToolButton,
    QWidget,
)

from kochat_gui.core.conversation import MessageId
from kochat_gui.core.i18n import translate
from kochat_gui.ui.icons import icon
from kochat_gui.ui.plain_text import plain_label
from kochat_gui.ui.theme import Appearance, Role

_COPIED_MS = 1500


class MessageActions(QWidget):
    """Buttons of one message. ``watched`` is the widget whose hover and focus show them.

    Signals: copy_requested(); version_requested(int message_id).
    """

    copy_requested = Signal()
    version_requested = Signal(int)

    def __init__(self, appearance: Appearance, watched: QWidget) -> None:
        super().__init__(watched)
        self._appearance = appearance
        self._watched = watched
        self._versions: list[MessageId] = []
        self._position = 0
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self._switch: _VersionSwitch | None = None
        self._more: QToolButton | None = None
        self._make_menu: Callable[[QWidget], QMenu] | None = None
        self._menu: QMenu | None = None
        self._quiet: list[QWidget] = []
        self._copy = self.add(translate("MessageActions", "Copy"), self._on_copy)
        self._timer: QTimer | None = None
        watched.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        watched.installEventFilter(self)
        self._show_quiet(is_shown=False)
        appearance.changed.connect(self._restyle)
        self._restyle()

    def add(self, text: str, action: Callable[[], object]) -> QPushButton:
        """Add a button at the right; ``action`` is called when it is clicked."""
        button = QPushButton(text, self)
        button.clicked.connect(action)
        self._add_quiet(button)
        return button

    def add_more(self, make_menu: Callable[[QWidget], QMenu]) -> None:
        """Add the three dots, and the context menu of the message: both show what is made anew."""
        text = translate("MessageActions", "More")
        self._more = QToolButton(self)
        self._more.setToolTip(text)
        self._more.setAccessibleName(text)
        self._more.clicked.connect(self._open_below)
        self._make_menu = make_menu
        self._add_quiet(self._more)
        self._restyle()

    def _add_quiet(self, button: QPushButton | QToolButton) -> None:
        button.setObjectName("quiet_small")
        policy = button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        button.setSizePolicy(policy)
        button.installEventFilter(self)
        button.setVisible(self._is_wanted())
        # Before the versions: they stay at the edge while the buttons are not seen.
        self._row.insertWidget(len(self._quiet), button)
        self._quiet.append(button)

    def _open_below(self) -> None:
        if self._more is not None:
            self._open_menu(self._more.mapToGlobal(QPoint(0, self._more.height())))

    def _open_menu(self, place: QPoint) -> None:
        if self._make_menu is None or self.isHidden():
            return
        self._menu = self._make_menu(self)
        self._menu.destroyed.connect(self._on_menu_closed)
        self._menu.popup(place)
        if self._menu.actions():
            self._menu.setActiveAction(self._menu.actions()[0])

    def _on_menu_closed(self) -> None:
        self._menu = None
        self._update_quiet()

    def set_versions(self, versions: list[MessageId], current: MessageId) -> None:
        """Offer the other versions of the message, if there are any."""
        self._versions = versions
        self._position = versions.index(current) if current in versions else 0
        if self._switch is None and len(versions) > 1:
            self._switch = _VersionSwitch(self._go, self)
            self._switch.restyle(self._appearance)
            self._row.addWidget(self._switch)
        if self._switch is not None:
            self._switch.setVisible(len(versions) > 1)
            self._switch.show_place(self._position, len(versions))

    @property
    def focused_step(self) -> int | None:
        """-1 or 1 when the keyboard is at the arrow to the version before or after."""
        return self._switch.focused_step if self._switch is not None else None

    def focus_step(self, step: int) -> None:
        """Let the keyboard be at the arrow for ``step``, or at the other one at an end."""
        if self._switch is not None:
            self._switch.focus_step(step)

    def copy(self, text: str) -> None:
        """Put ``text`` on the clipboard and say so for a moment."""
        QGuiApplication.clipboard().setText(text)
        self._copy.setText(translate("MessageActions", "Copied"))
        if self._timer is None:
            self._timer = QTimer(self, singleShot=True, interval=_COPIED_MS)
            self._timer.timeout.connect(
                lambda: self._copy.setText(translate("MessageActions", "Copy"))
            )
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {
            QEvent.Type.Enter,
            QEvent.Type.Leave,
            QEvent.Type.FocusIn,
            QEvent.Type.FocusOut,
        }:
            # The focus has its new place only after this event.
            QTimer.singleShot(0, self, self._update_quiet)
        elif watched is self._watched and isinstance(event, QContextMenuEvent):
            self._open_menu(event.globalPos())
            return True
        return False

    def _go(self, step: int) -> None:
        position = self._position + step
        if 0 <= position < len(self._versions):
            self.version_requested.emit(self._versions[position])

    @Slot()
    def _on_copy(self) -> None:
        self.copy_requested.emit()

    def _is_wanted(self) -> bool:
        focus = QApplication.focusWidget()
        has_focus = focus is not None and (
            focus is self._watched or (focus in self._quiet and self.isAncestorOf(focus))
        )
        return has_focus or self._menu is not None or self._watched.underMouse()

    def _update_quiet(self) -> None:
        self._show_quiet(is_shown=self._is_wanted())

    def _show_quiet(self, *, is_shown: bool) -> None:
        for button in self._quiet:
            button.setVisible(is_shown)

    @Slot()
    def _restyle(self) -> None:
        if self._switch is not None:
            self._switch.restyle(self._appearance)
        if self._more is not None:
            colour = self._appearance.colour(Role.INK_SECOND).name()
            side = self._appearance.px(16)
            self._more.setIcon(icon("more", colour, side))
            self._more.setIconSize(QSize(side, side))


class _VersionSwitch(QWidget):
    """Arrows to the versions before and after the one that is shown, and which one that is."""

    def __init__(self, go: Callable[[int], None], parent: QWidget) -> None:
        """``go`` is called with the step, -1 or 1."""
        super().__init__(parent)
        self._older = self._arrow(translate("MessageActions", "Earlier version"), go, -1)
        self._newer = self._arrow(translate("MessageActions", "Later version"), go, 1)
        self._arrows = {-1: self._older, 1: self._newer}
        self._label = plain_label("", "caption")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for widget in (self._older, self._label, self._newer):
            row.addWidget(widget)

    @property
    def focused_step(self) -> int | None:
        """The step of the arrow that the keyboard is at."""
        return next((step for step, arrow in self._arrows.items() if arrow.hasFocus()), None)

    def focus_step(self, step: int) -> None:
        """Let the keyboard be at an arrow, or at the other one if there is no further version."""
        arrow = self._arrows[step]
        target = arrow if arrow.isEnabled() else self._arrows[-step]
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_place(self, position: int, count: int) -> None:
        """Say which of ``count`` versions is shown."""
        self._label.setText(f"{position + 1}/{count}")
        self._older.setEnabled(position > 0)
        self._newer.setEnabled(position + 1 < count)

    def restyle(self, appearance: Appearance) -> None:
        """Take over the colours and sizes in force."""
        colour, side = appearance.colour(Role.INK_SECOND).name(), appearance.px(14)
        for arrow, name in ((self._older, "chevron-left"), (self._newer, "chevron-right")):
            arrow.setIcon(icon(name, colour, side))
            arrow.setIconSize(QSize(side, side))

    def _arrow(self, text: str, go: Callable[[int], None], step: int) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("quiet_small")
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.clicked.connect(lambda: go(step))
        return button
