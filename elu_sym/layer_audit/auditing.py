"""The audit of an array or of a file."""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike, NDArray

from elu_sym.layer_audit.recorded_files import open_recorded
from elu_sym.layer_audit.recorded_values import RecordedValues
from elu_sym.layer_audit.recorder import LayerRecorder, real_array
from elu_sym.layer_audit.result import LayerAudit

__all__ = ["audit"]


def audit(
    values: ArrayLike | str | PathLike[str],
    alpha: float = 1.0,
    *,
    column: str | int | None = None,
    all_columns: bool = False,
    confidence: float = 0.95,
    progress: bool = False,
) -> LayerAudit:
    """What recorded pre-activations are like: moments, shape, sparsity, and weights that fit.

    Args:
        values: an array of real numbers of any shape, or the path of a file: ``.npy``, ``.csv``,
            or ``.parquet``, which needs the extra ``dask``. Files are read in chunks.
        alpha: alpha of the ELU that follows.
        column: which column of a file with several, by name; by number from 0 where columns have
            no names.
        all_columns: take the values of all columns of a file together.
        confidence: the level of the intervals.
        progress: whether a bar is shown on standard error, if tqdm is installed.

    Returns:
        The audit.

    Raises:
        TypeError: if the values are no real numbers, or a column of an array is asked for.
        ValueError: if there are fewer than 100 values, one is not finite, alpha is not positive,
            or a file is damaged, empty or has several columns of which none is chosen.
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
    """
    if not isinstance(values, (str, PathLike)):
        if column is not None or all_columns:
            raise TypeError("column and all_columns choose from a file: select from an array first")
        array, source = real_array("values", values), "values"
        name = array.dtype.newbyteorder("=").name if array.dtype.kind == "f" else "float64"
        recorded = RecordedValues(name, array.size, lambda: iter((array,)))
    else:
        source = str(Path(values))
        recorded = open_recorded(Path(values), column, all_columns)
    recorder = LayerRecorder(
        alpha, float_format=recorded.float_format, confidence=confidence, source=source
    )
    for chunk in _shown(recorded.chunks(), recorded.count, progress):
        recorder.add(chunk)
    return recorder.result()


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
