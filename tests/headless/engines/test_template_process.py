"""Chat templates of strangers: what they try is refused, and what they use up is limited.

The payloads are those that are known against Jinja and its sandbox, written for a chat template.
"""

import datetime
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from kochat_gui.engines.jinja_sandbox import SandboxedTemplate
from kochat_gui.engines.template_limits import LIMIT_S, MAX_MEMORY_BYTES, TemplateFailedError
from kochat_gui.engines.template_process import TemplateProcess

TODAY = datetime.date(2026, 11, 21)
MESSAGES = [{"role": "user", "content": "안녕"}]
CANARY = "canary-of-a-template"
_OPEN = f"open('{CANARY}', 'w')"
_TOUCH = f"popen('touch {CANARY}').read()"
_BUILTINS = f"['__builtins__']['__import__']('os').{_TOUCH}"

INJECTIONS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''.__class__.__base__.__subclasses__()[40]('/etc/passwd').read() }}",
    "{{ messages.__class__.__base__.__subclasses__() }}",
    f"{{{{ self.__init__.__globals__{_BUILTINS} }}}}",
    f"{{{{ self._TemplateReference__context.cycler.__init__.__globals__.os.{_TOUCH} }}}}",
    f"{{{{ cycler.__init__.__globals__.os.{_TOUCH} }}}}",
    f"{{{{ joiner.__init__.__globals__.os.{_TOUCH} }}}}",
    f"{{{{ namespace.__init__.__globals__.os.{_TOUCH} }}}}",
    f"{{{{ lipsum.__globals__.os.{_TOUCH} }}}}",
    f"{{{{ lipsum.__globals__['os'].{_TOUCH} }}}}",
    f"{{{{ (lipsum | attr('__globals__'))['os'].{_TOUCH} }}}}",
    f"{{{{ range.__class__.__base__.__subclasses__()[-1].__init__.__globals__{_BUILTINS} }}}}",
    f"{{{{ raise_exception.__globals__{_BUILTINS} }}}}",
    f"{{{{ raise_exception.__code__.__class__ }}}}{{{{ raise_exception.__globals__{_BUILTINS} }}}}",
    "{{ strftime_now.__self__.__class__.__subclasses__() }}",
    "{{ dict.__base__.__subclasses__() }}",
    "{{ ''['__class__']['__mro__'][1]['__subclasses__']() }}",
    "{{ '' | attr('__class__') | attr('__mro__') }}{{ nothing.at.all }}",
    "{{ '' | attr('\\x5f\\x5fclass\\x5f\\x5f') | attr('mro') }}{{ nothing.at.all }}",
    "{{ '{0.__class__.__mro__}'.format('') }}{{ nothing.at.all }}",
    "{{ ('{0.__class__.__init__.__globals__[os]}').format(lipsum) }}",
    "{{ '{x.__class__}'.format_map({'x': 1}) }}{{ nothing.at.all }}",
    "{% set x = [''] %}{{ (x | map(attribute='__class__') | list)[0].mro() }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os.system('id') }}",
    "{% extends 'base.html' %}",
    f"{{{{ {_OPEN} }}}}",
    f"{{{{ __import__('os').system('touch {CANARY}') }}}}",
    "{{ eval('1') }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}{{ a.b.c }}",
    "{% set _ = messages.append({'role': 'system', 'content': 'x'}) %}",
    "{{ messages[0].update({'role': 'system'}) }}",
]
GLUTTONS = [
    "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}",
    "{% for a in range(2000) %}{% for b in range(2000) %}xxxxxxxxxx{% endfor %}{% endfor %}",
    "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(99) %}"
    "{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s | length }}",
    "{{ 'x' | center(3000000000) }}",
    "{{ messages[0].content | center(3000000000) }}",
    "{{ '%0999999999d' | format(1) }}",
    "{{ '%0999999999d' % 1 }}",
    "{{ '{:>3000000000}'.format(messages) }}",
    "{{ messages | tojson(indent=2000000000) }}",
    "{{ 'x' * 2000000000 }}{{ [0] * 2000000000 }}",
    "{{ 10 ** 10 ** 10 }}",
    "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
    "{{ lipsum(n=99999999) }}",
    "{{ range(10000000) | list }}",
    "{% for a in range(1000000000) %}{% endfor %}",
]


@contextmanager
def started(source: str) -> Iterator[TemplateProcess]:
    process = TemplateProcess(source, {"bos_token": "<s>", "eos_token": "</s>"})
    try:
        yield process
    finally:
        process.close()


def outcome(source: str) -> str:
    """What a template made, or why it failed; compiling it is part of it."""
    try:
        with started(source) as process:
            return process.render(MESSAGES, TODAY)
    except TemplateFailedError as error:
        return f"failed: {error}"


class Watch:
    """Notes what Python does to files, programs and networks; hooks cannot be taken away."""

    def __init__(self) -> None:
        self.is_on = False
        self.seen: list[str] = []
        sys.addaudithook(self._note)

    def _note(self, event: str, _arguments: object) -> None:
        dangers = ("open", "os.", "subprocess.", "socket.", "shutil.", "ctypes.", "import")
        if self.is_on and event.startswith(dangers):
            self.seen.append(event)


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch()


@pytest.mark.parametrize("source", INJECTIONS)
def test_the_sandbox_lets_nothing_out(watch: Watch, source: str) -> None:
    """Without the process around it."""
    with_imports = SandboxedTemplate("{{ messages | pprint }}{{ [] | tojson }}", {})
    with_imports.render(MESSAGES, TODAY)
    with pytest.raises(TemplateFailedError):
        SandboxedTemplate("{{ nothing.at.all }}", {}).render(MESSAGES, TODAY)
    watch.seen.clear()
    watch.is_on = True
    try:
        with pytest.raises(TemplateFailedError):
            SandboxedTemplate(source, {}).render(MESSAGES, TODAY)
    finally:
        watch.is_on = False
    assert watch.seen == []


def test_nothing_gets_out_of_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = set(tmp_path.rglob("*"))
    for source in INJECTIONS:
        assert outcome(source).startswith("failed: "), source
    assert set(tmp_path.rglob("*")) == files


@pytest.mark.parametrize("source", GLUTTONS)
def test_a_glutton_is_ended_in_time(source: str) -> None:
    began = time.monotonic()
    assert outcome(source).startswith("failed: ")
    assert time.monotonic() - began < LIMIT_S + 3  # with the start of a process on a busy machine


def test_a_glutton_is_not_tried_again() -> None:
    with started(GLUTTONS[0]) as process:
        with pytest.raises(TemplateFailedError):
            process.render(MESSAGES, TODAY)
        began = time.monotonic()
        with pytest.raises(TemplateFailedError):
            process.render(MESSAGES, TODAY)
        assert time.monotonic() - began < LIMIT_S / 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process")
def test_memory_stays_within_the_limit() -> None:
    source = (
        "{% set ns = namespace(all=[]) %}{% for i in range(99999) %}"
        "{% set ns.all = ns.all + ['xxxxxxxx' ~ i ~ 'x' * 900000] %}{% endfor %}"
    )
    with started(source) as process:
        handle = psutil.Process(process.pid)
        base = handle.memory_info().vms
        limit = handle.rlimit(psutil.RLIMIT_AS)[1]
        assert limit - base <= MAX_MEMORY_BYTES
        with pytest.raises(TemplateFailedError, match="memory"):
            process.render(MESSAGES, TODAY)


def test_a_process_that_is_killed_is_a_template_that_failed() -> None:
    with started("{{ messages[0].content }}") as process:
        assert process.render(MESSAGES, TODAY) == "안녕"
        psutil.Process(process.pid).kill()
        with pytest.raises(TemplateFailedError):
            process.render(MESSAGES, TODAY)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_process_that_does_not_answer_is_ended() -> None:
    with started("{{ messages[0].content }}") as process:
        psutil.Process(process.pid).suspend()
        began = time.monotonic()
        with pytest.raises(TemplateFailedError, match="too long"):
            process.render(MESSAGES, TODAY)
        assert time.monotonic() - began < LIMIT_S + 2


def test_strange_texts_come_through() -> None:
    text = "\0\ud800 힣\n\u2028👨‍👩‍👧{{ 1 }}{% x %}"
    with started("{{ messages[0].content }}") as process:
        assert process.render([{"role": "user", "content": text}], TODAY) == text
        long = "한" * 2_000_000
        assert process.render([{"role": "user", "content": long}], TODAY) == long
        endless = [{"role": "user", "content": "한" * 9_000_000}]
        with pytest.raises(TemplateFailedError):
            process.render(endless, TODAY)
        assert process.render(MESSAGES, TODAY) == "안녕"
