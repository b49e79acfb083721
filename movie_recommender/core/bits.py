"""Sets as the bits of whole numbers: one instruction finds the lowest of them, one counts them."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

BITS = 64


@intrinsic
def lowest(_typing: Any, bits: Any) -> Any:
    """The place of the lowest bit of a ``uint64`` that is not zero."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate


@intrinsic
def how_many(_typing: Any, bits: Any) -> Any:
    """How many bits of a ``uint64`` are set."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate
