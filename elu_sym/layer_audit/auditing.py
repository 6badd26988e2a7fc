"""The audit of an array or of a file."""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike, NDArray

from elu_sym.layer_audit.recorded_files import open_recorded
from elu_sym.layer_audit.recorded_values import RecordedValues, chosen_columns, selection_of
from elu_sym.layer_audit.recorder import LayerRecorder, real_array
from elu_sym.layer_audit.result import LayerAudit
from elu_sym.networks.activation_argument import ActivationArgument

__all__ = ["audit"]


def audit(
    values: ArrayLike | str | PathLike[str],
    alpha: float | None = None,
    *,
    activation: ActivationArgument = "elu",
    column: str | int | None = None,
    all_columns: bool = False,
    confidence: float = 0.95,
    progress: bool = False,
    **parameters: float,
) -> LayerAudit:
    """What recorded pre-activations are like: moments, shape, sparsity, and weights that fit.

    The units of a layer are audited together, as one sample, or one of them is chosen: they are the
    columns of a table, and of an array the places along its second axis, as in (batch, units) and
    in (batch, channels, *space). The result says which it was, see ``LayerAudit.selection``.

    Args:
        values: an array of real numbers of any shape, or the path of a file: ``.npy``, ``.csv``,
            or ``.parquet``, which needs the extra ``dask``. Files are read in chunks.
        alpha: that of the activation that follows; by default its own, 1 for ELU. ReLU and leaky
            ReLU have none.
        activation: f, the activation that follows, one of the book or its name: ``"elu"``,
            ``"celu"``, ``"selu"``, ``"relu"`` or ``"leaky_relu"``.
        column: one column, by name, or by its number from 0 where columns have no names: the unit
            or channel of an array.
        all_columns: take the values of all columns together. An array in memory is taken so unless
            a column is chosen; a file that has several columns is not.
        confidence: the level of the intervals.
        progress: whether a bar is shown on standard error, if tqdm is installed.
        **parameters: the other parameters of the activation, ``slope`` for leaky ReLU and ``scale``
            for SELU.

    Returns:
        The audit.

    Raises:
        TypeError: if the values are no real numbers, or the activation has no parameter of a name
            that is given.
        ValueError: if there are fewer than 100 values, one is not finite, a parameter is not
            positive, there is no such activation or column, or a file is damaged, empty or has
            several columns of which none is chosen.
        OSError: if a file cannot be opened.
        ModuleNotFoundError: if a Parquet file needs the extra ``dask``.

    Accuracy:
        That of :class:`LayerRecorder`. The formulas are those of the book.

    Source:
        Derived; Clevert, Unterthiner, Hochreiter, ICLR 2016, equation 15, for the activation;
        He, Zhang, Ren, Sun, ICCV 2015, equations 10 and 14, for the rule that the weight factors
        belong to.

    Examples:
        >>> import numpy as np
        >>> found = audit(np.random.default_rng(0).normal(0.2, 1.5, 100_000), alpha=1.0)
        >>> print(f"{found.activation_mean.empirical.value:.3f}")
        0.448
        >>> print(f"{found.activation_mean.gaussian.value:.3f}")
        0.448
        >>> found.weight_factor_second_moment.empirical.value > 1
        True
        >>> layer = np.random.default_rng(0).standard_normal((1000, 64))
        >>> audit(layer, activation="selu", column=3)  # a unit
        <LayerAudit of values (column '3' of 64): 1000 values of float64, selu, alpha = 1.67326, \
scale = 1.0507: mean 0.01459, std 1.025; to_text() says all>
        >>> audit(layer, activation="relu").selection
        '64 columns pooled'
    """
    if not isinstance(values, (str, PathLike)):
        source, recorded = "values", _recorded(real_array("values", values), column, all_columns)
    else:
        source = str(Path(values))
        recorded = open_recorded(Path(values), column, all_columns)
    recorder = LayerRecorder(
        alpha,
        activation=activation,
        float_format=recorded.float_format,
        confidence=confidence,
        source=source,
        selection=recorded.selection,
        **parameters,
    )
    for chunk in _shown(recorded.chunks(), recorded.count, progress):
        recorder.add(chunk)
    return recorder.result()


def _recorded(array: NDArray[Any], column: str | int | None, all_columns: bool) -> RecordedValues:
    """The values of an array, or those of a unit."""
    units = array.shape[1] if array.ndim > 1 else 1
    names = [str(unit) for unit in range(units)]
    columns = chosen_columns("values", names, column, all_columns or column is None)
    if array.ndim > 1 and column is not None:
        array = array[:, columns[0]]
    name = array.dtype.newbyteorder("=").name if array.dtype.kind == "f" else "float64"
    return RecordedValues(name, array.size, lambda: iter((array,)), selection_of(names, columns))


def _shown(
    chunks: Iterator[NDArray[Any]], count: int | None, progress: bool
) -> Iterable[NDArray[Any]]:
    """The chunks, with a bar that counts their values."""
    if not (progress and find_spec("tqdm")):  # reading needs none
        yield from chunks
        return
    from tqdm import tqdm

    with tqdm(total=count, unit=" values", unit_scale=True, disable=None) as bar:
        for chunk in chunks:
            yield chunk
            bar.update(chunk.size)
