"""Functions of NumPy arrays as targets of XLA's custom calls on the CPU, without copies.

XLA calls a target with the address of a C structure that leads to the addresses, types and shapes
of arguments and results: its typed foreign function interface, in C.  Here ctypes reads it, so that
nothing is compiled against XLA's headers.  A call takes 10 microseconds; ``jax.pure_callback``
takes 130, copies what it returns, and cannot be exported or lowered for several platforms at once.

The structures begin as they are declared here for every minor version of the interface, and say
how large they are; where one is another, no target is registered.
"""

import ctypes
import math
import os
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from elu_sym.interop.thread_parts import in_threads, processors

Compute = Callable[[Sequence[NDArray[Any]], Sequence[NDArray[Any]]], None]
"""It gets arguments and arrays for results, one-dimensional and of one size, and fills the latter.

It may be given any part of the arrays, and parts at the same time.
"""

_MAJOR = 0
_METADATA = 1
_INTERNAL = 13
_FLOATS: dict[int, np.dtype[Any]] = {11: np.dtype(np.float32), 12: np.dtype(np.float64)}
_READ, _WRITE = 0x100, 0x200


def _structure(name: str, **fields: Any) -> type[ctypes.Structure]:
    return type(name, (ctypes.Structure,), {"_fields_": list(fields.items())})


_HEAD = {"size": ctypes.c_size_t, "extension": ctypes.c_void_p}

_Buffer = _structure(
    "_Buffer",
    **_HEAD,
    kind=ctypes.c_int,
    address=ctypes.c_void_p,
    rank=ctypes.c_int64,
    shape=ctypes.POINTER(ctypes.c_int64),
)
_Buffers = _structure(
    "_Buffers",
    **_HEAD,
    number=ctypes.c_int64,
    kinds=ctypes.c_void_p,
    each=ctypes.POINTER(ctypes.POINTER(_Buffer)),
)
_Attributes = _structure(
    "_Attributes",
    **_HEAD,
    number=ctypes.c_int64,
    kinds=ctypes.c_void_p,
    names=ctypes.c_void_p,
    each=ctypes.c_void_p,
)
_Version = _structure("_Version", **_HEAD, major=ctypes.c_int, minor=ctypes.c_int)
_Failure = _structure("_Failure", **_HEAD, message=ctypes.c_char_p, code=ctypes.c_int)
_Interface = _structure(
    "_Interface",
    **_HEAD,
    version=_Version,
    internal=ctypes.c_void_p,
    failure=ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.POINTER(_Failure)),
)
_Metadata = _structure("_Metadata", size=ctypes.c_size_t, version=_Version, traits=ctypes.c_uint32)
_Extension = _structure(
    "_Extension",
    size=ctypes.c_size_t,
    kind=ctypes.c_int,
    following=ctypes.c_void_p,
    metadata=ctypes.POINTER(_Metadata),
)
_Call = _structure(
    "_Call",
    size=ctypes.c_size_t,
    extension=ctypes.POINTER(_Extension),
    interface=ctypes.POINTER(_Interface),
    context=ctypes.c_void_p,
    stage=ctypes.c_int,
    arguments=_Buffers,
    results=_Buffers,
    attributes=_Attributes,
)
_HANDLER = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.POINTER(_Call))

_FOREVER: dict[str, Any] = {}
"""What XLA may call until the process ends, by the names of the targets."""

_REGISTERING = Lock()


def register(target: str, compute: Compute) -> bool:
    """Make a function the target of custom calls on the CPU.

    Args:
        target: the name of the target; one that is registered already is left as it is.
        compute: what it computes.

    Returns:
        Whether XLA took it.
    """

    def called(address: Any) -> int | None:
        call = address.contents
        if call.extension and call.extension.contents.kind == _METADATA:
            _answer(call)
            return None
        try:
            _run(compute, call)
        except BaseException as error:  # nothing may leave a function that C calls
            return _failed(call, f"{target}: {type(error).__name__}: {error}")
        return None

    with _REGISTERING:  # XLA takes a name from two threads, and calls what only one has kept
        if target in _FOREVER:
            return True
        handler = _HANDLER(called)
        pointer = ctypes.cast(handler, ctypes.c_void_p).value
        try:
            jax.ffi.register_ffi_target(target, jax.ffi.pycapsule(pointer), platform="cpu")
        except Exception:  # whatever another version of XLA has to say against it
            return False
        _FOREVER[target] = handler
        return True


def _answer(call: Any) -> None:
    """Say which version of the interface this is; where a structure is another, say none."""
    version = call.interface.contents.version if call.interface else _Version(major=-1)
    sizes = call.arguments.size, call.results.size, call.attributes.size
    known = ctypes.sizeof(_Buffers), ctypes.sizeof(_Buffers), ctypes.sizeof(_Attributes)
    metadata = call.extension.contents.metadata.contents
    agree = version.major == _MAJOR and sizes == known
    metadata.version.major = version.major if agree else -1
    metadata.version.minor = version.minor if agree else -1
    metadata.traits = 0


def _run(compute: Compute, call: Any) -> None:
    arguments = _arrays(call.arguments, _READ)
    results = _arrays(call.results, _WRITE)
    if results[0].size == 0:
        return
    with _OrdinaryNumbers():
        in_threads(compute, arguments, results, processors())


def _arrays(buffers: Any, access: int) -> list[NDArray[Any]]:
    return [_array(buffers.each[k].contents, access) for k in range(buffers.number)]


def _array(buffer: Any, access: int) -> NDArray[Any]:
    """Return the numbers of a buffer, in their order, where they are."""
    dtype = _FLOATS[buffer.kind]
    size = math.prod(buffer.shape[: buffer.rank])
    if size == 0:
        return np.empty(0, dtype)
    return np.frombuffer(_VIEW(buffer.address, size * dtype.itemsize, access), dtype)


_VIEW = ctypes.pythonapi.PyMemoryView_FromMemory
_VIEW.argtypes = (ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int)
_VIEW.restype = ctypes.py_object


def _failed(call: Any, message: str) -> int | None:
    """Return XLA's error with a message."""
    failure = _Failure(ctypes.sizeof(_Failure), None, message.encode(), _INTERNAL)
    address: int | None = call.interface.contents.failure(ctypes.byref(failure))
    return address


_C = ctypes.PyDLL("ucrtbase" if os.name == "nt" else None)
_ENVIRONMENT = 256  # bytes, enough for any machine's


class _OrdinaryNumbers:
    """A time in which subnormal numbers are numbers, which XLA's threads take for zero."""

    ordinary = ctypes.create_string_buffer(_ENVIRONMENT)
    _C.fegetenv(ordinary)

    def __enter__(self) -> None:
        self.before = ctypes.create_string_buffer(_ENVIRONMENT)
        _C.fegetenv(self.before)
        _C.fesetenv(self.ordinary)

    def __exit__(self, *_: object) -> None:
        _C.fesetenv(self.before)
