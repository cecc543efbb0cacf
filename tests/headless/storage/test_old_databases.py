"""Databases of every earlier shape open with all that is in them."""

import shutil
from pathlib import Path

import pytest

from kochat_gui.core.conversation import ConversationFilter, ConversationId, MessageState
from kochat_gui.storage.conversations import ConversationStore
from kochat_gui.storage.database import AccessMode, Database
from kochat_gui.storage.leftovers import report_of
from kochat_gui.storage.migrations import MIGRATIONS
from kochat_gui.storage.salvage import salvage

OLD = sorted((Path(__file__).parents[2] / "data" / "databases").glob("v*.db"))
TALK, OPEN_TALK, DELETED = ConversationId(1), ConversationId(2), ConversationId(3)


def test_there_is_one_of_each_earlier_shape() -> None:
    assert [path.stem for path in OLD] == [f"v{m.version}" for m in MIGRATIONS[:-1]]


def _check(store: ConversationStore) -> None:
    assert [c.conversation_id for c in store.list()] == [OPEN_TALK, TALK]
    assert [c.title for c in store.list(wanted=ConversationFilter(is_deleted=True))] == [
        "지운 대화"
    ]
    talk = store.get(TALK)
    assert talk.settings.system_prompt == "다정하게 답해요"
    assert talk.settings.sampling is not None
    assert talk.settings.sampling.temperature == 0.2
    assert (talk.draft, talk.folder_id, talk.is_pinned, talk.tags) == (
        "쓰다 만 글",
        None,
        False,
        (),
    )
    texts = {m.text: m for m in store.messages(TALK)}
    assert set(texts) == {"배고파", "얼른 맛난 음식 드세요!", "뭐 좀 챙겨드세요."}
    made_by = texts["얼른 맛난 음식 드세요!"].made_by
    assert made_by is not None
    assert (made_by.model_name, made_by.adapters, made_by.sampling) == (
        "작은 모델",
        "말투 ×0.5",
        None,
    )
    assert not any(message.is_excluded for message in store.messages(TALK))
    assert store.path(TALK)[-1].text == "뭐 좀 챙겨드세요."
    [_, answer] = store.path(OPEN_TALK)
    assert (answer.text, answer.state) == ("푹 쉬", MessageState.INTERRUPTED)


@pytest.mark.parametrize("old", OLD, ids=lambda path: path.stem)
@pytest.mark.parametrize("mode", [AccessMode.NORMAL, AccessMode.READ_ONLY])
def test_an_old_database_shows_everything(tmp_path: Path, old: Path, mode: AccessMode) -> None:
    path = Path(shutil.copy(old, tmp_path / "kochat.db"))
    database = Database(path, mode)
    _check(ConversationStore(database))
    database.close()
    assert (path.read_bytes() == old.read_bytes()) is (mode is AccessMode.READ_ONLY)


@pytest.mark.parametrize("old", OLD, ids=lambda path: path.stem)
def test_an_old_database_is_salvaged_into_the_new_shape(tmp_path: Path, old: Path) -> None:
    path = Path(shutil.copy(old, tmp_path / "kochat.db"))
    salvage(path)
    database = Database(path)
    report = report_of(database)
    assert report is not None
    assert (report.conversations, report.messages) == (3, 7)
    _check(ConversationStore(database))
    database.close()
