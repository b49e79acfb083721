"""Ask for memory before it is read, so that it is there in time: for lists that the machine does not foresee."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

READ, KEEP, KEEP_LESS, DATA = 0, 3, 2, 1
"""What the processor is told: it is read, soon and often, and no code."""


@intrinsic
def fetch(_typing: Any, array: Any, at: Any) -> Any:
    """Begin to bring ``array[at]`` into the fastest cache. Any position will do, a wrong one costs time only."""
    return types.void(array, at), _asking(KEEP)


@intrinsic
def fetch_near(_typing: Any, array: Any, at: Any) -> Any:
    """Begin to bring ``array[at]`` into the second cache: more than the fastest one holds."""
    return types.void(array, at), _asking(KEEP_LESS)


def _asking(keep: int) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = builder.gep(context.make_array(signature.args[0])(context, builder, arguments[0]).data, [arguments[1]])
        place = builder.bitcast(place, ir.IntType(8).as_pointer())  # one type, whatever the array is of
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [place.type, number, number, number])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(function, [place, number(READ), number(keep), number(DATA)])
        return context.get_dummy_value()

    return generate


@njit(cache=True, nogil=True)
def fetch_between(array, begin, end):  # type: ignore[no-untyped-def]
    """Ask for ``array[begin:end]``, numbers of four bytes."""
    for at in range(begin, end, 16):
        fetch(array, at)  # type: ignore[call-arg]
