"""How backups are put into words."""

from datetime import date, datetime, timedelta

from kochat_gui.core.i18n import translate
from kochat_gui.services.backups import Contents
from kochat_gui.ui.header.model_texts import size_text

_HALF_DAY = 12


def date_text(moment: datetime, today: date) -> str:
    """Day and time by the local clock, as people say them."""
    local = moment.astimezone()
    is_afternoon = local.hour >= _HALF_DAY
    time = (
        translate("BackupTexts", "{hour}:{minute} p.m.")
        if is_afternoon
        else translate("BackupTexts", "{hour}:{minute} a.m.")
    ).format(hour=local.hour % _HALF_DAY or _HALF_DAY, minute=f"{local.minute:02}")
    day = local.date()
    if day == today:
        return translate("BackupTexts", "Today, {time}").format(time=time)
    if day == today - timedelta(days=1):
        return translate("BackupTexts", "Yesterday, {time}").format(time=time)
    if day.year == today.year:
        form = translate("BackupTexts", "{month}/{day}, {time}")
    else:
        form = translate("BackupTexts", "{month}/{day}/{year}, {time}")
    return form.format(year=day.year, month=day.month, day=day.day, time=time)


def contents_text(size_bytes: int, contents: Contents | None) -> str:
    """What is in a backup, as far as it is known, and its size."""
    size = size_text(size_bytes).replace(" ", "\u00a0")
    if contents is None:
        return size
    text = translate("BackupTexts", "{conversations} conversations · {messages} messages · {size}")
    return text.format(
        conversations=f"{contents.conversations:,}",
        messages=f"{contents.messages:,}",
        size=size,
    )
