"""What each program's export becomes, on small files in its shape."""

import json
import os
import struct
import time
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kochat_gui.core.archive import ArchivedConversation, ArchivedMessage
from kochat_gui.core.conversation import MessageState, Role
from kochat_gui.core.errors import ImportRefusedError, ImportUnknownError
from kochat_gui.core.states import FinishReason
from kochat_gui.services.exchange import limits, reading
from kochat_gui.services.exchange.importers.foreign import (
    Malformed,
    Node,
    Parsed,
    build_tree,
    moment,
)
from kochat_gui.services.exchange.reading import read_file
from kochat_gui.services.exchange.report import LeftOut
from kochat_gui.services.exchange.zip_source import MAX_MEMBERS
from tests.headless.services.exchange.conversations import BEGUN, DATA, talk
from tests.helpers.chat_exports import chatgpt_export
from tests.helpers.gpt4all_writer import MAGIC, Item, chat, part, tool_call


def read(path: Path) -> Parsed:
    return read_file(path, lambda _count: None)


def write(folder: Path, name: str, content: bytes | str | list[Any] | dict[str, Any]) -> Path:
    path = folder / name
    if not isinstance(content, bytes | str):
        content = json.dumps(content, ensure_ascii=False)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def shape(conversation: ArchivedConversation) -> list[tuple[int | None, str, str]]:
    return [(m.parent, m.role.value, m.text) for m in conversation.messages]


def by_text(conversation: ArchivedConversation, text: str) -> ArchivedMessage:
    return next(message for message in conversation.messages if message.text.startswith(text))


def test_chatgpt() -> None:
    parsed = read(DATA / "chatgpt.json")
    assert parsed.program == "ChatGPT"
    poem, listing = parsed.conversations
    assert shape(listing) == [
        (None, "user", "이 그림의 목록을\n뒤집어 줘"),
        (1, "assistant", "`reversed()`를 써요."),
        (2, "user", "왜?"),
        (3, "assistant", "그게"),
        (1, "assistant", "돌려 봤어요.\n\n`[::-1]`이면 돼요."),
    ]
    assert listing.title == "파이썬 목록"
    assert listing.created_at == datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC)
    assert [message.local_id for message in listing.path] == [1, 5]
    stopped, cut = listing.messages[3], listing.messages[4]
    assert (stopped.state, stopped.finish_reason) == (MessageState.STOPPED, FinishReason.CANCELLED)
    assert (cut.state, cut.finish_reason) == (MessageState.DONE, FinishReason.LENGTH)
    assert cut.made_by is not None
    assert (cut.made_by.model_name, cut.made_by.engine) == ("gpt-4o", "ChatGPT")
    assert poem.title == "시 한 줄만 써 줘"
    assert poem.settings.system_prompt == "너는 시인이야."
    assert [m.is_excluded for m in poem.path] == [True]
    assert dict(parsed.left_out) == {
        LeftOut.IMAGES: 1,
        LeftOut.REASONING: 1,
        LeftOut.TOOL_CALLS: 2,
        LeftOut.HIDDEN: 2,
        LeftOut.ROLES: 1,
    }


def test_branches_of_answers_are_not_joined(tmp_path: Path) -> None:
    def node(parent: str | None, role: str, text: str) -> dict[str, Any]:
        message = {
            "author": {"role": role},
            "content": {"content_type": "text", "parts": [text]},
        }
        return {"message": message, "parent": parent}

    tree = {
        "q": node(None, "user", "물음"),
        "a": node("q", "assistant", "앞"),
        "b": node("a", "assistant", "뒤 하나"),
        "c": node("a", "assistant", "뒤 둘"),
    }
    path = write(tmp_path, "a.json", [{"mapping": tree, "create_time": 1}])
    [found] = read(path).conversations
    assert shape(found)[1:] == [
        (1, "assistant", "앞"),
        (2, "assistant", "뒤 하나"),
        (2, "assistant", "뒤 둘"),
    ]


def test_an_answer_of_very_many_parts_is_joined_at_once() -> None:
    count = 100_000
    nodes = [Node("0", None, Role.ASSISTANT, "말")]
    nodes += [Node(str(n), str(n - 1), Role.ASSISTANT, "말") for n in range(1, count)]
    began = time.process_time()
    tree = build_tree(nodes, "", BEGUN, Counter())
    assert time.process_time() - began < 8
    [message] = tree.messages
    assert message.text == "\n\n".join(["말"] * count)
    assert tree.tip(str(count - 1)) == 1


def test_more_folders_than_anybody_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FOLDERS", 2)
    parsed = Parsed("")
    for name in ("가", "나", "가"):
        parsed.add(replace(talk("말"), folder=name))
    with pytest.raises(Malformed):
        parsed.add(replace(talk("말"), folder="다"))


def test_what_hangs_on_itself_is_counted(tmp_path: Path) -> None:
    message = {"author": {"role": "user"}, "content": {"parts": ["말"]}}
    tree = {
        "a": {"message": message, "parent": "b"},
        "b": {"message": message, "parent": "a"},
        "c": {"message": message, "parent": "missing"},
    }
    parsed = read(write(tmp_path, "a.json", [{"mapping": tree}]))
    assert shape(parsed.conversations[0]) == [(None, "user", "말")]
    assert parsed.left_out == {LeftOut.BROKEN: 2}


def test_open_webui() -> None:
    parsed = read(DATA / "open_webui.json")
    [found] = parsed.conversations
    assert parsed.program == "Open WebUI"
    assert shape(found) == [
        (None, "user", "뭐 먹지?"),
        (1, "assistant", "국수 먹어."),
        (1, "assistant", "밥 먹어."),
        (3, "user", "사진 봐"),
        (4, "assistant", ""),
    ]
    assert [message.local_id for message in found.path] == [1, 3]
    assert found.messages[1].made_by is not None
    assert found.messages[1].made_by.model_name == "EXAONE"
    failed = found.messages[4]
    assert (failed.state, failed.error) == (MessageState.FAILED, "모델이 없습니다")
    assert (found.is_pinned, found.tags) == (True, ("요리", "저녁"))
    assert found.settings.system_prompt == "반말로 답해."
    assert dict(parsed.left_out) == {LeftOut.FILES: 1, LeftOut.IMAGES: 1}


def test_lm_studio() -> None:
    parsed = read(DATA / "lm_studio.conversation.json")
    [found] = parsed.conversations
    assert parsed.program == "LM Studio"
    assert shape(found) == [
        (None, "user", "Hello"),
        (1, "assistant", "여보세요"),
        (1, "assistant", "안녕하세요"),
        (3, "user", "Bye"),
    ]
    assert found.tip == 4
    stopped, done = found.messages[1], found.messages[2]
    assert (stopped.state, done.state) == (MessageState.STOPPED, MessageState.DONE)
    assert stopped.usage is not None
    assert (stopped.usage.new_tokens, stopped.usage.tokens_per_second) == (3, 12.5)
    assert stopped.created_at == datetime(2025, 1, 13, 17, 38, 50, tzinfo=UTC)
    assert found.settings.system_prompt == "영어를 한국어로 옮겨."
    assert (found.draft, found.is_pinned) == ("아직 안 보낸 글", True)
    assert dict(parsed.left_out) == {
        LeftOut.IMAGES: 1,
        LeftOut.REASONING: 1,
        LeftOut.TOOL_CALLS: 1,
    }


def test_jan() -> None:
    parsed = read(DATA / "jan")
    [found] = parsed.conversations
    assert parsed.program == "Jan"
    assert shape(found) == [
        (None, "user", "어디 갈까?"),
        (1, "assistant", "제주도가 좋아요."),
        (2, "user", "언제?"),
        (3, "assistant", "가을"),
    ]
    assert found.messages[3].state is MessageState.STOPPED
    models = [m.made_by.model_name for m in found.messages if m.made_by]
    assert models == ["llama3.2-3b", "qwen3-4b"]
    assert (found.title, found.is_pinned) == ("여행 계획", True)
    assert found.settings.system_prompt == "간단히 답해."
    assert dict(parsed.left_out) == {
        LeftOut.IMAGES: 1,
        LeftOut.REASONING: 1,
        LeftOut.TOOL_CALLS: 1,
    }


ITEMS = (
    Item("Prompt: ", "배고파 🍚", attachments=1),
    Item("Response: ", "밥 먹어요.", sources=2, is_stopped=True),
    Item("Prompt: ", "뭐?"),
    Item("Response: ", "국수"),
)


@pytest.mark.parametrize("version", range(1, 13))
@pytest.mark.parametrize("state", [False, True])
def test_gpt4all(version: int, state: bool, tmp_path: Path) -> None:
    parsed = read(write(tmp_path, "a.chat", chat(version, ITEMS, state=state)))
    [found] = parsed.conversations
    assert parsed.program == "GPT4All"
    assert shape(found) == [
        (None, "user", "배고파 🍚"),
        (1, "assistant", "밥 먹어요."),
        (2, "user", "뭐?"),
        (3, "assistant", "국수"),
    ]
    assert found.title == "지포티올"
    assert found.created_at == datetime(2023, 9, 18, 1, 20, tzinfo=UTC)
    assert found.messages[1].state is MessageState.STOPPED
    assert found.messages[1].made_by is not None
    assert found.messages[1].made_by.model_name == "Llama-2-ko"
    files = (2 if version >= 3 else 0) + (1 if version >= 10 else 0)
    assert parsed.left_out[LeftOut.FILES] == files


def test_gpt4all_with_tools_and_failures(tmp_path: Path) -> None:
    inner = part("Response: ", "", [part("Text: ", "계산해요. "), _call("1+5")])
    parts = inner + part("ToolResponse: ", "6")
    items = (
        Item("System: ", "정확하게"),
        Item("Prompt: ", "1+5?"),
        Item("Response: ", "6이에요.", parts=parts, part_count=2),
        Item("Prompt: ", "또"),
        Item("Response: ", "메모리가 모자라요", is_error=True),
    )
    parsed = read(write(tmp_path, "a.chat", chat(12, items)))
    [found] = parsed.conversations
    assert [text for _, _, text in shape(found)] == ["1+5?", "계산해요. 6이에요.", "또", ""]
    assert found.settings.system_prompt == "정확하게"
    assert (found.messages[3].state, found.messages[3].error) == (
        MessageState.FAILED,
        "메모리가 모자라요",
    )
    assert parsed.left_out == {LeftOut.TOOL_CALLS: 1}


def _call(code: str) -> bytes:
    return part("ToolCall: ", code, call=tool_call(code))


def test_gpt4all_refuses_versions_by_name(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match="GPT4All in its format 13"):
        read(write(tmp_path, "a.chat", chat(13, ITEMS)))
    whole = chat(12, ITEMS)
    for broken in (whole[:-1], whole + b"\0", whole[:40], struct.pack(">I", MAGIC)):
        with pytest.raises(ImportRefusedError, match="damaged"):
            read(write(tmp_path, "a.chat", broken))


def test_a_zip_is_read_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        content = json.loads((DATA / "chatgpt.json").read_text("utf-8"))
        archive.writestr("x/conversations-000.json", json.dumps(content[:1]))
        archive.writestr("x/conversations-001.json", json.dumps(content[1:]))
        archive.writestr("user.json", '{"id": "user"}')
        archive.writestr("message_feedback.json", '[{"id": "1"}]')
        archive.writestr("empty.json", "")
        archive.writestr("../../escape.json", "[]")
        archive.writestr("file-1.png", b"\x89PNG")
    before = sorted(tmp_path.rglob("*"))
    parsed = read(path)
    assert parsed.program == "ChatGPT"
    assert [c.title for c in parsed.conversations] == ["시 한 줄만 써 줘", "파이썬 목록"]
    assert sorted(tmp_path.rglob("*")) == before


ODD_MEMBERS: dict[str, tuple[str, bytes]] = {
    "macOS": ("__MACOSX/._conversations.json", b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X"),
    "macOS, moved": ("._conversations.json", b"\x00\x05\x16\x07"),
    "CP949": ("file-1.json", '{"이름": "홍길동"}'.encode("cp949")),
    "UTF-16": ("file-1.json", "[1, 2]".encode("utf-16")),
    "a log": ("a-log.json", b"[INFO] start\n"),
    "a comma too many": ("a-list.json", b'[{"a": 1},]'),
    "cut": ("a-list.json", b'[{"a": '),
    "nested": ("a-list.json", b"[" * 100_000),
    "zeros": ("a-list.json", b"[" + b"0," * 400_000 + b"0]"),
}


@pytest.mark.parametrize(("name", "content"), ODD_MEMBERS.values(), ids=ODD_MEMBERS)
def test_odd_members_do_not_spoil_an_archive(name: str, content: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(DATA / "chatgpt.json", "conversations.json")
        archive.writestr(name, content)
    assert len(read(tmp_path / "a.zip").conversations) == 2


@pytest.mark.parametrize(
    "end", ["", ' {"mapping": {}}]', '{"mapping": {}}' + " " * 9_000_000 + "]"]
)
def test_a_member_with_conversations_is_taken_whole_or_not_at_all(end: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(DATA / "chatgpt.json", "conversations-000.json")
        archive.writestr("conversations-001.json", '[{"mapping": {}}' + end)
    with pytest.raises(ImportRefusedError):
        read(tmp_path / "a.zip")


def test_a_member_that_cannot_be_unpacked_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(DATA / "chatgpt.json", "conversations.json")
        archive.writestr("packed.json", "[1]", zipfile.ZIP_BZIP2)
    parsed = read(path)
    assert (len(parsed.conversations), parsed.left_out[LeftOut.FILES]) == (2, 1)


def test_no_more_is_unpacked_than_an_archive_may_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(DATA / "chatgpt.json", "conversations.json")
    monkeypatch.setattr(reading, "MAX_BYTES", (DATA / "chatgpt.json").stat().st_size - 1)
    with pytest.raises(ImportRefusedError, match="archive"):
        read(path)


def _encrypted(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("conversations.json", "[]")
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", "[" + " " * 10_000_000 + "]")


def _many(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("conversations.json", "[]")
    content = bytearray(path.read_bytes())
    end = content.index(b"PK\x05\x06")
    # The zip64 records say that there are a million members.
    numbers = (44, 45, 45, 0, 0, 10 * MAX_MEMBERS, 10 * MAX_MEMBERS, 100, 0)
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", *numbers)
    place = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    struct.pack_into("<HH", content, end + 8, 0xFFFF, 0xFFFF)
    path.write_bytes(content[:end] + record + place + content[end:])


def _cut(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("conversations.json", "[]")
    path.write_bytes(path.read_bytes()[:-10])


def _wrong_sum(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("conversations.json", '[{"mapping": {}}]')
    path.write_bytes(path.read_bytes().replace(b"mapping", b"mappong"))


def _symlink(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("conversations.json")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")


def _unusual(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("conversations.json", "[]")


REFUSED = [_unusual, _encrypted, _bomb, _many, _cut, _wrong_sum]


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
def test_hostile_archives_are_refused(make: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    make(path)
    with pytest.raises(ImportRefusedError, match="archive"):
        read(path)


def test_links_and_archives_in_archives_are_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    _symlink(path)
    with pytest.raises(ImportUnknownError):
        read(path)
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(DATA / "chatgpt.json", "inner.json.zip")
    with pytest.raises(ImportUnknownError):
        read(tmp_path / "outer.zip")


@pytest.mark.parametrize(
    "content",
    ["", "   ", "[]", "{}", "null", "12", '"text"', "[1, 2]", '[{"a": 1}]', "no json", "\x00\xff"],
)
def test_what_is_nothing_known_says_so(content: str, tmp_path: Path) -> None:
    with pytest.raises(ImportUnknownError):
        read(write(tmp_path, "a.json", content))


DAMAGED = {
    "cut": '[{"mapping": {',
    "after": '[{"mapping": {}}] x',
    "nested": "[" * 100_000,
    "long number": '[{"mapping": {}, "create_time": ' + "1" * 5000 + "}]",
    "no separator": '[{"mapping": {}} {"mapping": {}}]',
    "version": '{"format": "kochat", "version": true, "conversations": []}',
    "fields": '{"format": "kochat", "version": 1, "conversations": [{"title": 1}]}',
    "late": '{"conversations": [{}], "format": "kochat", "version": 1}',
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_damaged_files_are_refused(content: str, tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match="damaged"):
        read(write(tmp_path, "a.json", content))


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    content = {"format": "kochat", "version": 2, "conversations": []}
    with pytest.raises(ImportRefusedError, match="newer"):
        read(write(tmp_path, "a.json", content))


def test_a_parent_that_comes_later_is_refused(tmp_path: Path) -> None:
    message = {"id": 1, "parent": 2, "role": "user", "state": "done", "text": "", "error": ""}
    message |= {"created_at": "2026-01-01T00:00:00Z", "is_excluded": False}
    conversation: dict[str, Any] = {
        "title": "",
        "folder": None,
        "tags": [],
        "is_pinned": False,
        "draft": "",
    }
    conversation |= {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
    conversation |= {"settings": {}, "tip": None, "messages": [message]}
    content = {"format": "kochat", "version": 1, "conversations": [conversation]}
    with pytest.raises(ImportRefusedError, match="damaged"):
        read(write(tmp_path, "a.json", content))


@pytest.mark.skipif(os.name != "posix", reason="no pipes in folders")
def test_pipes_and_devices_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    for path in (tmp_path / "pipe.json", Path("/dev/zero")):
        with pytest.raises(ImportUnknownError):
            read(path)


def test_one_conversation_may_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_WHOLE_BYTES", 100_000)
    content = json.loads((DATA / "lm_studio.conversation.json").read_text("utf-8"))
    assert read(write(tmp_path, "a.json", content)).messages == 4
    with pytest.raises(ImportRefusedError, match="too large"):
        read(write(tmp_path, "b.json", content | {"x": "x" * 200_000}))
    own = {"format": "kochat", "version": 1, "x": "x" * 200_000, "conversations": []}
    assert read(write(tmp_path, "c.json", own)).program == "KoChat"


def test_titles_are_one_line_that_a_list_can_show(tmp_path: Path) -> None:
    [first, *_] = json.loads((DATA / "chatgpt.json").read_text("utf-8"))
    first["title"] = "두\n줄 " + "x" * 10_000
    [found] = read(write(tmp_path, "a.json", [first])).conversations
    assert found.title == "두 줄 " + "x" * 496


def test_syllables_that_came_apart_are_whole(tmp_path: Path) -> None:
    path = chatgpt_export(tmp_path / "맥.json", "강릉 여행")
    path.write_text(unicodedata.normalize("NFD", path.read_text("utf-8")), "utf-8")
    [found] = read(path).conversations
    assert found.title == "강릉 여행"
    assert found.messages[0].text == "강릉 여행에 관해 알려 줘"


def test_a_byte_order_mark_and_large_elements_are_read(tmp_path: Path) -> None:
    long = "가" * 3_000_000
    message = {"author": {"role": "user"}, "content": {"content_type": "text", "parts": [long]}}
    chat_ = {"mapping": {"a": {"message": message, "parent": None}}, "create_time": 1}
    content = b"\xef\xbb\xbf" + json.dumps([chat_, chat_], indent=2).encode()
    assert [c.messages[0].text for c in read(write(tmp_path, "a", content)).conversations] == [
        long,
        long,
    ]


def test_one_chat_without_its_array(tmp_path: Path) -> None:
    for name in ("chatgpt.json", "open_webui.json"):
        [first, *_] = json.loads((DATA / name).read_text("utf-8"))
        assert len(read(write(tmp_path, name, first)).conversations) == 1


def test_an_element_that_is_no_conversation_does_not_spoil_the_others(tmp_path: Path) -> None:
    [first, *_] = json.loads((DATA / "chatgpt.json").read_text("utf-8"))
    parsed = read(write(tmp_path, "a.json", [first, {"title": "망가진 것"}, None]))
    assert (len(parsed.conversations), parsed.left_out[LeftOut.BROKEN]) == (1, 2)


def test_files_without_times_have_that_of_the_file(tmp_path: Path) -> None:
    message = {"author": {"role": "user"}, "content": {"parts": ["말"]}}
    path = write(tmp_path, "a.json", [{"mapping": {"a": {"message": message}}}])
    os.utime(path, (1_600_000_000, 1_600_000_000))
    [found] = read(path).conversations
    assert found.created_at == found.messages[0].created_at
    assert found.created_at == datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_700_000_000, "2023-11-14T22:13:20"),
        (1_700_000_000_000, "2023-11-14T22:13:20"),
        (1_700_000_000_000_000_000, "2023-11-14T22:13:20"),
        ("2023-11-14T22:13:20Z", "2023-11-14T22:13:20"),
        ("2023-11-15T07:13:20+09:00", "2023-11-14T22:13:20"),
        (0, None),
        (-5, None),
        (True, None),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        (10**400, None),
        (1e308, None),
        (None, None),
        ([], None),
    ],
)
def test_times(value: object, expected: str | None) -> None:
    found = moment(value)
    assert (found.replace(tzinfo=None).isoformat() if found else None) == expected


def test_half_characters_become_marks(tmp_path: Path) -> None:
    message = {"author": {"role": "user"}, "content": {"parts": ["a\ud800b"]}}
    content = json.dumps([{"mapping": {"a": {"message": message}}, "title": "\udc00"}])
    [found] = read(write(tmp_path, "a.json", content)).conversations
    assert found.messages[0].text == "a\ud800b"
    assert found.messages[0].role is Role.USER
