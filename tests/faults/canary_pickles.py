"""Pickles that would create a file, the canary, in every way that is known to us.

``fires`` marks those that do so in Python's own unpickler, with the standard library alone: the
test makes sure of that, so that a reader that does not run them is not praised for duds.
"""

import marshal
import pickle
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.helpers.torch_checkpoints import (
    LEGACY_STARTS,
    View,
    name,
    number,
    pickled_dict,
    pickled_tensor,
    text,
    whole_pickle,
)

_TENSOR = View("0", "F32", (2, 2))


@dataclass(frozen=True)
class Canary:
    """One way."""

    label: str
    content: bytes
    named: str
    """What the refusal must name."""
    fires: bool = True


class _Call:
    """Pickles as a call of ``function``."""

    def __init__(self, function: Callable[..., Any], *arguments: object) -> None:
        self._made = (function, arguments)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[object, ...]]:
        return self._made


def call(module: str, word: str, *arguments: bytes) -> bytes:
    """A call of a global; the arguments are pickled already."""
    return name(module, word) + b"(" + b"".join(arguments) + b"tR"


def long_name(module: str, word: str) -> bytes:
    """A global as protocol 4 has it, where a word may have dots."""
    return short(module) + short(word) + b"\x93"


def short(value: str) -> bytes:
    """A text of protocol 4."""
    return b"\x8c" + bytes((len(value.encode()),)) + value.encode()


def _made(value: bytes, protocol: int = 2) -> bytes:
    return whole_pickle(value, protocol)


def canaries(canary: Path) -> list[Canary]:
    """All of them; each creates ``canary``."""
    shell = text(f"touch '{canary}'")
    code = text(f"open({str(canary)!r}, 'w').close()")
    return [
        *_by_protocol(canary),
        *_standard_library(canary, shell, code),
        *_gadgets(canary, shell),
        *_indirect(shell, code),
        *_opcodes(shell, code),
        *_rarer_opcodes(shell),
        *_names(shell),
        *_hidden_in_tensors(shell),
        *_other_libraries(shell, code),
    ]


def _by_protocol(canary: Path) -> list[Canary]:
    return [
        Canary(
            f"open, protocol {protocol}",
            pickle.dumps(_Call(open, str(canary), "w"), protocol=protocol),
            "io.open" if protocol > 2 else "open",
        )
        for protocol in range(6)
    ]


def _standard_library(canary: Path, shell: bytes, code: bytes) -> list[Canary]:
    place = text(str(canary))
    touch = b"(" + text("touch") + place + b"l"
    module = canary.with_name("canary_module.py")
    module.write_text(f"open({str(canary)!r}, 'w').close()\n", encoding="utf-8")
    found: list[tuple[str, str, tuple[bytes, ...]]] = [
        ("os", "system", (shell,)),
        ("posix", "system", (shell,)),
        ("os", "popen", (shell,)),
        ("os", "mkdir", (place,)),
        ("os", "open", (place, number(0o101), number(0o600))),
        ("os", "execvp", (text("touch"), touch)),
        ("os", "spawnvp", (number(0), text("touch"), touch)),
        ("os", "symlink", (text("nowhere"), place)),
        ("subprocess", "Popen", (touch,)),
        ("subprocess", "check_output", (touch,)),
        ("subprocess", "getoutput", (shell,)),
        ("pty", "spawn", (touch,)),
        ("builtins", "exec", (code,)),
        ("builtins", "eval", (code,)),
        ("__builtin__", "eval", (code,)),
        ("io", "FileIO", (place, text("w"))),
        ("_io", "open", (place, text("w"))),
        ("shutil", "copyfile", (text(str(module)), place)),
        ("runpy", "run_path", (text(str(module)),)),
        ("timeit", "timeit", (code, text("pass"), name("timeit", "default_timer"), b"K\x01")),
        ("cProfile", "run", (code,)),
        ("bdb", "Bdb.run", ()),
        ("code", "interact", ()),
        ("logging", "FileHandler", (place,)),
        ("sqlite3", "connect", (place,)),
        ("zipfile", "ZipFile", (place, text("w"))),
        ("tempfile", "mkdtemp", (text(""), text(canary.name), text(str(canary.parent)))),
        ("webbrowser", "open", (text("file:///"),)),
        ("socket", "create_connection", (b"(" + text("127.0.0.1") + b"K\x09t",)),
        ("urllib.request", "urlopen", (text(canary.as_uri()),)),
        ("ctypes", "CDLL", (place,)),
        ("sys", "exit", ()),
    ]
    duds = {"Bdb.run", "interact", "mkdtemp", "create_connection", "urlopen", "CDLL", "exit"}
    duds |= {"open" if module == "webbrowser" else "" for module, _, _ in found}
    return [
        Canary(
            f"{module_}.{word}",
            _made(call(module_, word, *arguments)),
            f"{module_}.{word}",
            fires=word not in duds or (module_, word) in {("_io", "open"), ("os", "open")},
        )
        for module_, word, arguments in found
    ]


def _gadgets(canary: Path, shell: bytes) -> list[Canary]:
    place = text(str(canary))
    os_module = call("builtins", "__import__", text("os"))
    system = call("builtins", "getattr", os_module, text("system"))
    path = call("pathlib", "PosixPath", place)
    touch = call("operator", "methodcaller", text("touch"))
    compiled = marshal.dumps(compile(f"open({str(canary)!r}, 'w').close()", "canary", "exec"))
    loaded = call("marshal", "loads", b"B" + struct.pack("<I", len(compiled)) + compiled)
    empty = name("builtins", "dict") + b")R"
    return [
        Canary("import, then getattr", _made(system + b"(" + shell + b"tR"), "builtins.getattr"),
        Canary("methodcaller", _made(touch + b"(" + path + b"tR"), "operator.methodcaller"),
        Canary(
            "map inside a tuple",
            _made(
                call(
                    "builtins",
                    "tuple",
                    call("builtins", "map", name("os", "system"), b"(" + shell + b"l"),
                )
            ),
            "builtins.tuple",
        ),
        Canary(
            "partial",
            _made(call("functools", "partial", name("os", "system"), shell) + b")R"),
            "functools.partial",
        ),
        Canary(
            "code object",
            _made(call("types", "FunctionType", loaded, empty) + b")R", 3),
            "types.FunctionType",
        ),
    ]


def _indirect(shell: bytes, code: bytes) -> list[Canary]:
    return [
        Canary(
            "reduce",
            _made(call("functools", "reduce", name("os", "system"), b"(" + shell + b"l", b"K\x00")),
            "functools.reduce",
            fires=False,
        ),
        Canary(
            "import_module of a file beside it",
            _made(call("importlib", "import_module", text("canary_module"))),
            "importlib.import_module",
            fires=False,
        ),
        Canary(
            "copyreg's reconstructor",
            _made(call("copyreg", "_reconstructor", name("os", "system"), shell, b"N")),
            "copyreg._reconstructor",
            fires=False,
        ),
        Canary(
            "a pickle within",
            _made(
                call("pickle", "loads", call("codecs", "encode", text("\x80"), text("latin1"))),
            ),
            "pickle.loads",
            fires=False,
        ),
        Canary(
            "main's own name", _made(call("__main__", "run", code)), "__main__.run", fires=False
        ),
    ]


def _opcodes(shell: bytes, code: bytes) -> list[Canary]:
    system = name("os", "system")
    execute = short("builtins") + short("exec") + b"\x93"
    return [
        Canary("INST", _made(b"(" + shell + b"ios\nsystem\n"), "os.system"),
        Canary("OBJ", _made(b"(" + system + shell + b"o"), "os.system"),
        Canary("NEWOBJ", _made(name("os", "popen") + shell + b"\x85\x81"), "os.popen", fires=False),
        Canary(
            "NEWOBJ_EX",
            _made(name("os", "popen") + shell + b"\x85}\x92", 4),
            "os.popen",
            fires=False,
        ),
        Canary("STACK_GLOBAL", _made(execute + code + b"\x85R", 4), "builtins.exec"),
        Canary(
            "STACK_GLOBAL with names from the memo",
            _made(
                short("exec")
                + b"\x94"
                + short("builtins")
                + b"\x94"
                + b"h\x01h\x00\x93"
                + code
                + b"\x85R",
                4,
            ),
            "builtins.exec",
        ),
        Canary(
            "GLOBAL, memoised, then taken again",
            _made(system + b"q\x050" + b"h\x05" + shell + b"\x85R"),
            "os.system",
        ),
    ]


def _rarer_opcodes(shell: bytes) -> list[Canary]:
    system = name("os", "system")
    return [
        Canary("EXT1", _made(b"\x82\x01" + shell + b"\x85R"), "EXT1", fires=False),
        Canary("EXT4", _made(b"\x84\x01\x00\x00\x00" + shell + b"\x85R"), "EXT4", fires=False),
        Canary("PERSID", b"Pcos\nsystem\n.", "PERSID", fires=False),
        Canary(
            "BUILD with a state of its own",
            _made(
                call("types", "SimpleNamespace")
                + b"}"
                + text("__setstate__")
                + system
                + b"sb"
                + shell
                + b"b"
            ),
            "types.SimpleNamespace",
        ),
        Canary(
            "BUILD on torch's dictionary",
            _made(
                name("collections", "OrderedDict")
                + b")R}"
                + text("__setstate__")
                + system
                + b"sb"
                + shell
                + b"b"
            ),
            "os.system",
        ),
        Canary(
            "BUILD on a function",
            _made(name("torch._utils", "_rebuild_parameter") + b"}" + text("x") + b"Nsb"),
            "state of an object",
            fires=False,
        ),
        Canary(
            "two pickles in a row",
            _made(b"}") + _made(call("os", "system", shell)),
            "pickle that PyTorch did not write",
            fires=False,
        ),
    ]


def _names(shell: bytes) -> list[Canary]:
    def dotted(module: str, word: str, *, fires: bool) -> Canary:
        content = _made(long_name(module, word) + shell + b"\x85R", 4)
        shown = f"{module}.{word}".replace("\n", "?")
        return Canary(f"{module}.{word}", content, shown, fires=fires)

    return [
        dotted("collections", "abc.sys.modules", fires=False),
        dotted("collections", "OrderedDict.__init__", fires=False),
        dotted("shutil", "os.system", fires=True),
        dotted("torch", "os.system", fires=False),
        dotted("torch._utils", "_rebuild_tensor_v2.__globals__", fires=False),
        dotted("torch", "FloatStorage.__init__", fires=False),
        dotted("torch._utils\n", "_rebuild_tensor_v3", fires=False),
        Canary(
            "a name with letters that look the same",
            _made(long_name("t\u043erch._utils", "_rebuild_tensor_v2") + b")R", 4),
            "t?rch._utils",
            fires=False,
        ),
    ]


def _hidden_in_tensors(shell: bytes) -> list[Canary]:
    system = call("os", "system", shell)
    tensor = pickled_tensor(_TENSOR)
    storage = b"(" + text("storage") + system + text("0") + text("cpu") + b"K\x04tQ"
    module = b"(" + text("module") + name("os", "system") + text("a.py") + text("x") + b"tQ"
    hooks = tensor.replace(name("collections", "OrderedDict") + b")R", system)
    ordered = name("collections", "OrderedDict")
    return [
        Canary(
            "value of a state dict", _made(pickled_dict({"x": system, "w": tensor})), "os.system"
        ),
        Canary("key of a state dict", _made(b"}" + system + tensor + b"s"), "os.system"),
        Canary(
            "deep in a state dict",
            _made(pickled_dict({"state_dict": pickled_dict({"w": b"](" + system + b"e"})})),
            "os.system",
        ),
        Canary("hooks of a tensor", _made(pickled_dict({"w": hooks})), "os.system", fires=False),
        Canary(
            "metadata of a tensor",
            _made(pickled_dict({"w": pickled_tensor(_TENSOR, last=system)})),
            "os.system",
            fires=False,
        ),
        Canary("class of a storage", _made(storage), "os.system"),
        Canary("module that is stored outside", _made(module), "os.system", fires=False),
        Canary(
            "versions of modules",
            _made(ordered + b")R}" + text("_metadata") + system + b"sb"),
            "os.system",
        ),
        Canary(
            "items of an ordered dictionary",
            _made(call("collections", "OrderedDict", b"](](" + text("a") + system + b"ee")),
            "os.system",
        ),
        Canary("system of an old file", b"".join(LEGACY_STARTS[:2]) + _made(system), "os.system"),
        Canary("value of an old file", b"".join(LEGACY_STARTS) + _made(system), "os.system"),
        Canary(
            "call of a storage's class",
            _made(call("torch", "FloatStorage", shell)),
            "FloatStorage",
            fires=False,
        ),
        Canary("call of a tensor", _made(tensor + b")R"), "no function", fires=False),
    ]


def _other_libraries(shell: bytes, code: bytes) -> list[Canary]:
    found = [
        ("torch", "load", shell),
        ("torch.jit", "load", shell),
        ("torch.jit._serialization", "load", shell),
        ("torch.hub", "load", shell),
        ("torch.storage", "_load_from_bytes", shell),
        ("torch._utils", "_rebuild_tensor_v3", shell),
        ("torch.fx.graph_module", "reduce_graph_module", shell),
        ("torch.nn.modules.linear", "Linear", b""),
        ("torch.utils._config_module", "ConfigModule.load_config", shell),
        ("torch._dynamo.guards", "GuardBuilder.get", code),
        ("numpy", "load", shell),
        ("numpy.core.multiarray", "_reconstruct", name("numpy", "ndarray")),
        ("numpy._core.multiarray", "scalar", b""),
        ("numpy.testing._private.utils", "runstring", code),
        ("joblib.numpy_pickle", "NumpyArrayWrapper", b""),
        ("joblib", "load", shell),
        ("pandas", "read_pickle", shell),
        ("cloudpickle.cloudpickle", "_make_function", b""),
        ("dill._dill", "_create_function", b""),
        ("transformers.training_args", "TrainingArguments", b""),
        ("argparse", "Namespace", b""),
        ("pip", "main", shell),
    ]
    return [
        Canary(
            f"{module}.{word}",
            _made(call(module, word, argument)),
            f"{module}.{word}",
            fires=False,
        )
        for module, word, argument in found
    ]
