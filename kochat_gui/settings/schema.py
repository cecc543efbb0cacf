"""Every setting of the program, declared once: type, default, limits, wording, when it acts."""

from enum import Enum
from typing import NamedTuple

from kochat_gui.core.i18n import QT_TRANSLATE_NOOP, TextKey

SettingValue = str | int | float | bool | tuple[str, ...]


class Group(Enum):
    """Where a setting is shown."""

    APPEARANCE = "appearance"
    LOADING = "loading"
    SAMPLING = "sampling"
    HIDDEN = "hidden"
    """Kept, but not shown."""


class TakesEffect(Enum):
    """When a change acts."""

    AT_ONCE = "at_once"
    NEXT_GENERATION = "next_generation"
    MODEL_RELOAD = "model_reload"
    RESTART = "restart"


class Setting(NamedTuple):
    """One row of the table; the type is that of the default."""

    key: str
    default: SettingValue
    label: TextKey
    help: TextKey
    group: Group
    takes_effect: TakesEffect
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    """Allowed texts; empty allows any."""

    def accepts(self, value: object) -> bool:
        """Whether ``value`` has the type and is within the limits."""
        if isinstance(self.default, tuple):
            return isinstance(value, tuple) and all(isinstance(item, str) for item in value)
        if isinstance(self.default, float):
            is_typed = isinstance(value, (int, float)) and not isinstance(value, bool)
        else:
            is_typed = type(value) is type(self.default)
        if not is_typed:
            return False
        if isinstance(value, str):
            return not self.choices or value in self.choices
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return self._is_within(value)
        return True

    def _is_within(self, value: float) -> bool:
        # Written so that NaN, which compares as false, is refused where there is a limit.
        is_low_enough = self.maximum is None or value <= self.maximum
        return is_low_enough and (self.minimum is None or value >= self.minimum)


def _hidden(
    key: str,
    default: SettingValue,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
) -> Setting:
    """State that the program keeps for itself; numbers are at least 0."""
    return Setting(
        key,
        default,
        QT_TRANSLATE_NOOP("Settings", "Remembered state"),
        QT_TRANSLATE_NOOP("Settings", "KoChat keeps this for the next start."),
        Group.HIDDEN,
        TakesEffect.AT_ONCE,
        minimum=0,
        maximum=maximum,
        choices=choices,
    )


_ROWS = (
    Setting(
        "ui.theme",
        "system",
        QT_TRANSLATE_NOOP("Settings", "Theme"),
        QT_TRANSLATE_NOOP("Settings", "Light, dark, or as the system has it."),
        Group.APPEARANCE,
        TakesEffect.AT_ONCE,
        choices=("system", "light", "dark"),
    ),
    Setting(
        "ui.text_scale",
        100,
        QT_TRANSLATE_NOOP("Settings", "Text size"),
        QT_TRANSLATE_NOOP("Settings", "In percent of the usual size."),
        Group.APPEARANCE,
        TakesEffect.AT_ONCE,
        minimum=80,
        maximum=200,
    ),
    Setting(
        "ui.language",
        "ko",
        QT_TRANSLATE_NOOP("Settings", "Language"),
        QT_TRANSLATE_NOOP("Settings", "Language of the window and of messages."),
        Group.APPEARANCE,
        TakesEffect.RESTART,
        choices=("ko", "en"),
    ),
    _hidden("ui.sidebar_width", 264, maximum=4000),
    _hidden("ui.window_geometry", ""),
    _hidden("ui.window_state", ""),
    _hidden("ui.current_conversation", 0),
    _hidden("ui.conversation_order", "recent", choices=("recent", "created", "title")),
    _hidden("ui.open_folders", ()),
    _hidden("model.current", ""),
    _hidden("model.quantization", ""),
    _hidden("model.added_paths", ()),
    Setting(
        "load.context_tokens",
        2048,
        QT_TRANSLATE_NOOP("Settings", "Context length"),
        QT_TRANSLATE_NOOP("Settings", "Tokens the model sees at once. More needs more memory."),
        Group.LOADING,
        TakesEffect.MODEL_RELOAD,
        minimum=256,
        maximum=131_072,
    ),
    Setting(
        "load.gpu_layers",
        -1,
        QT_TRANSLATE_NOOP("Settings", "Layers on the GPU"),
        QT_TRANSLATE_NOOP("Settings", "-1: as many as fit. 0: none."),
        Group.LOADING,
        TakesEffect.MODEL_RELOAD,
        minimum=-1,
        maximum=1000,
    ),
    Setting(
        "load.kv_cache_type",
        "f16",
        QT_TRANSLATE_NOOP("Settings", "Precision of the context memory"),
        QT_TRANSLATE_NOOP("Settings", "q8_0 halves the memory of a long context."),
        Group.LOADING,
        TakesEffect.MODEL_RELOAD,
        choices=("f16", "q8_0"),
    ),
    Setting(
        "load.threads",
        0,
        QT_TRANSLATE_NOOP("Settings", "Processor threads"),
        QT_TRANSLATE_NOOP("Settings", "0: measured and adapted while running."),
        Group.LOADING,
        TakesEffect.MODEL_RELOAD,
        minimum=0,
        maximum=256,
    ),
    Setting(
        "sampling.temperature",
        0.7,
        QT_TRANSLATE_NOOP("Settings", "Temperature"),
        QT_TRANSLATE_NOOP("Settings", "Higher is more varied. 0 always takes the likeliest word."),
        Group.SAMPLING,
        TakesEffect.NEXT_GENERATION,
        minimum=0,
        maximum=2,
    ),
    Setting(
        "sampling.top_k",
        40,
        QT_TRANSLATE_NOOP("Settings", "Top-k"),
        QT_TRANSLATE_NOOP("Settings", "Chooses among this many tokens. 0: off."),
        Group.SAMPLING,
        TakesEffect.NEXT_GENERATION,
        minimum=0,
        maximum=1000,
    ),
    Setting(
        "sampling.top_p",
        0.95,
        QT_TRANSLATE_NOOP("Settings", "Top-p"),
        QT_TRANSLATE_NOOP("Settings", "Leaves out the unlikely rest. 1: off."),
        Group.SAMPLING,
        TakesEffect.NEXT_GENERATION,
        minimum=0.01,
        maximum=1,
    ),
    Setting(
        "sampling.min_p",
        0.05,
        QT_TRANSLATE_NOOP("Settings", "Min-p"),
        QT_TRANSLATE_NOOP("Settings", "Leaves out what is this much less likely. 0: off."),
        Group.SAMPLING,
        TakesEffect.NEXT_GENERATION,
        minimum=0,
        maximum=1,
    ),
    Setting(
        "sampling.repeat_penalty",
        1.1,
        QT_TRANSLATE_NOOP("Settings", "Repetition penalty"),
        QT_TRANSLATE_NOOP("Settings", "Makes words that were just used less likely. 1: off."),
        Group.SAMPLING,
        TakesEffect.NEXT_GENERATION,
        minimum=1,
        maximum=2,
    ),
    Setting(
        "sampling.no_repeat_ngram",
        0,
        QT_TRANSLATE_NOOP("Settings", "Unrepeated tokens in a row"),
        QT_TRANSLATE_NOOP("Settings", "So many tokens in a row never come twice. 0: off."),
        Group.SAMPLING,
        TakesEffect.NEXT_GENERATION,
        minimum=0,
        maximum=10,
    ),
    Setting(
        "sampling.max_new_tokens",
        1024,
        QT_TRANSLATE_NOOP("Settings", "Longest answer"),
        QT_TRANSLATE_NOOP("Settings", "In tokens."),
        Group.SAMPLING,
        TakesEffect.NEXT_GENERATION,
        minimum=1,
        maximum=32_768,
    ),
)

SETTINGS: dict[str, Setting] = {row.key: row for row in _ROWS}
"""All settings by key, in the order they are shown."""
