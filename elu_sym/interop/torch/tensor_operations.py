"""The operations of PyTorch in which the primitives are written: every regime, and a selection.

So formulas are computed where there is no better kernel: by plain operations of tensors, which look
at no value and so can be traced. Needs the extra ``torch``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from elu_sym.interop import selecting

__all__ = ["selected_results"]

PRECISIONS = {torch.float32: "float32", torch.float64: "float64"}
"""The types in which is computed."""

Tables = dict[tuple[int, torch.dtype, torch.device], Tensor]

ON_DEVICES: Tables = {}
"""Tables that were copied to a device, each a constant of a module and known by its identity."""


def selected_results(
    name: str, tensors: Sequence[Tensor], count: int, tables: Tables = ON_DEVICES
) -> list[Tensor]:
    """The results of a formula, of its gradient or of its second derivatives.

    Derivatives are computed in float64, since their terms cancel, but for devices of the type
    ``mps``, which have none.

    Args:
        name: the name that :func:`elu_sym.interop.selecting.generated_function` takes.
        tensors: mu, sigma and the parameters, of one shape, type and device.
        count: how many results there are.
        tables: where copies of tables are kept; in a graph they belong to it alone.
    """
    dtype = tensors[0].dtype
    if count > 1 and tensors[0].device.type != "mps":
        tensors = [tensor.double() for tensor in tensors]
    operations = _TensorOperations(tensors[0].dtype, tables)
    found = selecting.evaluate(selecting.generated_function(name), operations, *tensors)
    return [each.to(dtype).contiguous() for each in found]


class _TensorOperations(selecting.SelectingOperations):
    """The operations of PyTorch in one precision."""

    def __init__(self, dtype: torch.dtype, tables: Tables) -> None:
        super().__init__(torch, PRECISIONS[dtype])
        self.dtype, self.tables = dtype, tables

    def maximum(self, x: Tensor, y: float) -> Tensor:
        return torch.clamp(x, min=self.within_range(y))

    def minimum(self, x: Tensor, y: float) -> Tensor:
        return torch.clamp(x, max=self.within_range(y))

    def where(self, condition: Tensor, x: Any, y: Any) -> Tensor:
        if not isinstance(x, Tensor) and not isinstance(y, Tensor):
            x = torch.full((), x, dtype=self.dtype, device=condition.device)
        return torch.where(condition, x, y)

    def index(self, x: Tensor, last: int) -> Tensor:
        # Where the regime does not apply, any piece will do.
        return torch.nan_to_num(x, nan=0.0).clamp(0, last).long()

    def entry(self, table: tuple[float, ...], index: Tensor) -> Tensor:
        return torch.take(self._columns(table, index.device), index)

    def row(self, table: tuple[tuple[float, ...], ...], index: Tensor) -> tuple[Tensor, ...]:
        return tuple(torch.take(column, index) for column in self._columns(table, index.device))

    def _columns(self, table: Any, device: torch.device) -> Tensor:
        """Return the table with a contiguous row for each of its columns."""
        key = (id(table), self.dtype, device)
        if key not in self.tables:
            rows = torch.tensor(table, dtype=self.dtype, device=device)
            self.tables[key] = rows if rows.ndim == 1 else rows.T.contiguous()
        return self.tables[key]
