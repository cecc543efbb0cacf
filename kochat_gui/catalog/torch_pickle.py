"""PyTorch's pickles as plain records of tensors: what each is, and where its bytes are.

Only for child processes: the window's process reads no pickles. torch is not used, and nothing
that a file names is imported or called (:mod:`kochat_gui.catalog.pickle_machine`). The names that
weights need have stand-ins here; all others are refused by name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kochat_gui.catalog.file_errors import bad_header, empty, reading, truncated, unsupported
from kochat_gui.catalog.pickle_machine import MAX_PICKLE_BYTES, PickleMachine, refused
from kochat_gui.catalog.safetensors_header import ITEM_BYTES, MAX_DIMENSIONS
from kochat_gui.catalog.torch_archive import Record, is_torch_archive, read_torch_archive
from kochat_gui.core.i18n import QT_TRANSLATE_NOOP
from kochat_gui.core.regular_file import open_regular

_STORAGES = {
    "FloatStorage": "F32",
    "HalfStorage": "F16",
    "BFloat16Storage": "BF16",
    "DoubleStorage": "F64",
    "LongStorage": "I64",
    "IntStorage": "I32",
    "ShortStorage": "I16",
    "CharStorage": "I8",
    "ByteStorage": "U8",
    "BoolStorage": "BOOL",
}
_DTYPE_WORDS = frozenset(
    {"float16", "float32", "float64", "bfloat16", "int8", "int16", "int32", "int64", "uint8"}
    | {"bool", "half", "float", "double", "long", "int", "short"}
)
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_VERSION = 1001
_PICKLE = "data.pkl"
_LARGEST = 2**63 - 1
_MAX_NAME = 512
_PICKLE_STARTS = tuple(b"\x80" + bytes((protocol,)) for protocol in range(2, 6))


@dataclass(frozen=True, slots=True)
class PickledTensor:
    """A tensor whose bytes lie in a checkpoint file, perhaps in another order."""

    path: Path
    dtype: str
    """A key of ``ITEM_BYTES``."""
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    """In items; none is negative, and no item belongs to two places of the tensor."""
    offset: int
    """Of its first item, from the start of the file."""
    storage: Record
    """What it is a view of; every item lies inside."""

    @property
    def item_count(self) -> int:
        """Items, all dimensions together."""
        count = 1
        for length in self.shape:
            count *= length
        return count

    @property
    def size(self) -> int:
        """Bytes, when written without gaps."""
        return self.item_count * ITEM_BYTES[self.dtype]


@dataclass(frozen=True)
class _Name:
    """Stands for a global; does nothing."""

    word: str


@dataclass(frozen=True)
class _Storage:
    dtype: str
    key: str
    item_count: int


@dataclass(frozen=True)
class _View:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _OrderedDict(dict[object, object]):
    """Stands for ``collections.OrderedDict``, which keeps an attribute of torch's own."""


_ORDERED = _Name("OrderedDict")
_TENSOR = _Name("_rebuild_tensor_v2")
_PARAMETER = _Name("_rebuild_parameter")
_SIZE = _Name("Size")
_DEVICE = _Name("device")
_NAMES: dict[tuple[str, str], object] = {
    ("collections", "OrderedDict"): _ORDERED,
    ("torch._utils", "_rebuild_tensor_v2"): _TENSOR,
    ("torch._utils", "_rebuild_parameter"): _PARAMETER,
    ("torch", "Size"): _SIZE,
    ("torch", "device"): _DEVICE,
    **{("torch", word): _Name(word) for word in (*_STORAGES, *_DTYPE_WORDS)},
}


def read_torch_tensors(path: Path) -> dict[str, PickledTensor]:
    """Every tensor of the state dict in ``path``, by name, in its order.

    Raises ``ModelMissingError``, ``ModelDamagedError``, or ``ModelUnsupportedError`` for a file
    that holds anything but plain values and tensors.
    """
    if is_torch_archive(path):
        value, storages = _read_archive(path)
    else:
        value, storages = _read_legacy(path)
    views = _state_dict(value, path)
    if not views:
        raise refused(path, "no tensors")
    return {name: _checked(name, view, storages, path) for name, view in views.items()}


# The two containers.


def _read_archive(path: Path) -> tuple[object, dict[str, Record]]:
    archive = read_torch_archive(path)
    records = archive.records
    if any(name == "constants.pkl" or name.startswith("code/") for name in records):
        raise refused(path, "a TorchScript program")
    if _PICKLE not in records or records[_PICKLE].size > MAX_PICKLE_BYTES:
        raise bad_header(path, "no data.pkl of a usual size")
    with reading(path), open_regular(path) as file:
        file.seek(records[_PICKLE].offset)
        content = file.read(records[_PICKLE].size)
        order = b"little"
        if "byteorder" in records:
            file.seek(records["byteorder"].offset)
            order = file.read(min(records["byteorder"].size, 16))
    if order != b"little":
        raise _other_byte_order(path)
    machine = PickleMachine(content, 0, _TorchWorld(path), path)
    value = machine.run()
    storages = {
        name.removeprefix("data/"): record
        for name, record in records.items()
        if name.startswith("data/")
    }
    return value, storages


def _read_legacy(path: Path) -> tuple[object, dict[str, Record]]:
    """Before PyTorch 1.6: five pickles in a row, then every storage behind its length."""
    with reading(path), open_regular(path) as file:
        head = file.read(MAX_PICKLE_BYTES)
        size = file.seek(0, 2)
    if not head:
        raise empty(path)
    if not head.startswith(_PICKLE_STARTS):
        raise bad_header(path, "it is no PyTorch file")
    world = _TorchWorld(path)
    values: list[object] = []
    position = 0
    while len(values) < 5:
        machine = PickleMachine(head, position, world, path)
        values.append(machine.run())
        position = machine.position
        if len(values) == 1 and values[0] != _LEGACY_MAGIC:
            raise refused(path, "a pickle that PyTorch did not write")
    _, version, system, value, keys = values
    if version != _LEGACY_VERSION or not isinstance(system, dict) or not isinstance(keys, list):
        raise bad_header(path, "it is no PyTorch file")
    if system.get("little_endian") is not True:
        raise _other_byte_order(path)
    return value, _legacy_storages(path, keys, world.storages, position, size)


def _legacy_storages(
    path: Path, keys: list[object], known: dict[str, _Storage], position: int, size: int
) -> dict[str, Record]:
    storages: dict[str, Record] = {}
    with reading(path), open_regular(path) as file:
        for key in keys:
            if not isinstance(key, str) or key not in known or key in storages:
                raise bad_header(path, "its storages do not fit its tensors")
            file.seek(position)
            count = int.from_bytes(file.read(8), "little")
            if count != known[key].item_count:
                raise bad_header(path, "a storage of another size")
            length = count * ITEM_BYTES[known[key].dtype]
            position += 8
            if position + length > size:
                raise truncated(path, position + length - size)
            storages[key] = Record(position, length)
            position += length
    if position != size:
        raise bad_header(path, "it goes on after its last storage")
    return storages


def _other_byte_order(path: Path) -> Exception:
    return unsupported(
        path,
        QT_TRANSLATE_NOOP("ModelFiles", "The model file {name} is made for big-endian computers."),
        QT_TRANSLATE_NOOP("ModelFiles", "Get a GGUF or safetensors version of this model."),
    )


# What the names in the pickle stand for.


class _TorchWorld:
    """See :class:`~kochat_gui.catalog.pickle_machine.World`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.storages: dict[str, _Storage] = {}
        self._calls: dict[_Name, Callable[[tuple[object, ...]], object]] = {
            _ORDERED: self._ordered,
            _TENSOR: self._tensor,
            _PARAMETER: self._parameter,
            _SIZE: lambda arguments: self._sizes(arguments[0] if arguments else ()),
            _DEVICE: lambda _: None,
        }

    def named(self, module: str, name: str) -> object:
        found = _NAMES.get((module, name))
        if found is None:
            raise refused(self._path, f"{module}.{name}")
        return found

    def called(self, function: object, arguments: tuple[object, ...]) -> object:
        call = self._calls.get(function) if isinstance(function, _Name) else None
        if call is None:
            what = function.word if isinstance(function, _Name) else "what is no function"
            raise refused(self._path, f"a call of {what}")
        return call(arguments)

    def with_state(self, value: object, state: object) -> None:
        # torch.nn.Module.state_dict() hangs the versions of its modules on the dictionary.
        if not isinstance(value, _OrderedDict) or not isinstance(state, dict):
            raise refused(self._path, "the state of an object")
        if set(state) - {"_metadata"}:
            raise refused(self._path, "attributes of an object")

    def persistent(self, key: object) -> object:
        match key:
            case ("storage", _Name(word), str(name), str(), int(count), *view):
                dtype = _STORAGES.get(word)
                if dtype is None or view not in ([], [None]) or not 0 <= count <= _LARGEST:
                    raise self._malformed("storage")
            case (str(kind), *_):
                raise refused(self._path, f"a stored {kind}")
            case _:
                raise self._malformed("storage")
        storage = _Storage(dtype, name, count)
        if self.storages.setdefault(name, storage) != storage:
            raise self._malformed("storage")
        return storage

    def _ordered(self, arguments: tuple[object, ...]) -> object:
        if arguments:
            raise self._malformed("dictionary")
        return _OrderedDict()

    def _parameter(self, arguments: tuple[object, ...]) -> object:
        match arguments:
            case (_View() as view, bool(), dict(hooks)) if not hooks:
                return view
        raise self._malformed("parameter")

    def _tensor(self, arguments: tuple[object, ...]) -> object:
        match arguments:
            case (_Storage() as storage, int(offset), shape, strides, bool(), dict(hooks), *more):
                if hooks or any(more) or offset < 0 or len(more) > 1:
                    raise self._malformed("tensor")
            case _:
                raise self._malformed("tensor")
        view = _View(storage, offset, self._sizes(shape), self._sizes(strides))
        if len(view.shape) != len(view.strides) or len(view.shape) > MAX_DIMENSIONS:
            raise self._malformed("tensor")
        return view

    def _sizes(self, value: object) -> tuple[int, ...]:
        """Lengths of a tensor; ``torch.Size`` is such a tuple too."""
        items = value if isinstance(value, tuple) else (None,)
        sizes = tuple(n for n in items if type(n) is int and 0 <= n <= _LARGEST)
        if len(sizes) != len(items):
            raise self._malformed("shape")
        return sizes

    def _malformed(self, what: str) -> Exception:
        return bad_header(self._path, f"an impossible {what}")


# From values to checked tensors.


def _state_dict(value: object, path: Path) -> dict[str, _View]:
    """The dictionary of tensors, which training programs put under ``state_dict``."""
    if isinstance(value, dict) and isinstance(value.get("state_dict"), dict):
        value = value["state_dict"]
    if not isinstance(value, dict):
        raise refused(path, "no state dict")
    views: dict[str, _View] = {}
    for name, view in value.items():
        if not isinstance(name, str) or not isinstance(view, _View):
            raise refused(path, f"an entry that is no tensor: {name}")
        if not name.isprintable() or len(name) > _MAX_NAME or name == "__metadata__":
            raise bad_header(path, "a tensor with an impossible name")
        views[name] = view
    return views


def _checked(name: str, view: _View, storages: dict[str, Record], path: Path) -> PickledTensor:
    record = storages.get(view.storage.key)
    item = ITEM_BYTES[view.storage.dtype]
    if record is None or record.size != view.storage.item_count * item:
        raise bad_header(path, f"the storage of {name[:80]} is not in the file")
    count, last = 1, view.offset
    for length, stride in zip(view.shape, view.strides, strict=True):
        count *= length
        last += max(length - 1, 0) * stride
    if count and (last >= view.storage.item_count or count > view.storage.item_count):
        raise bad_header(path, f"{name[:80]} is larger than its storage")
    if count and _overlaps(view):
        raise bad_header(path, f"{name[:80]} repeats its items")
    return PickledTensor(
        path,
        view.storage.dtype,
        view.shape,
        view.strides,
        record.offset + view.offset * item,
        record,
    )


def _overlaps(view: _View) -> bool:
    """Whether two places share an item, as in an expanded tensor; strides are checked by size."""
    reach = 0
    for stride, length in sorted(zip(view.strides, view.shape, strict=True)):
        if length > 1:
            if stride <= reach:
                return True
            reach += (length - 1) * stride
    return False
