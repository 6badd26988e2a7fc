"""A picture of an audit: the pre-activations beside the fitted normal, and the activation law."""

from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np

from elu_sym.book.activation_pieces import activation_pieces
from elu_sym.book.formula import ACTIVATIONS
from elu_sym.generate.whole_files import write_whole
from elu_sym.layer_audit.estimates import value_of
from elu_sym.layer_audit.result import LayerAudit
from elu_sym.numeric.operations import FloatArray

__all__ = ["densities", "draw"]


class Densities(NamedTuple):
    """Mean densities over the bins of a histogram.

    Attributes:
        edges: the edges of the bins.
        measured: the share of the values in each bin over its width.
        gaussian: the probability of each bin under the fitted normal law over its width.
    """

    edges: FloatArray
    measured: FloatArray
    gaussian: FloatArray


def densities(found: LayerAudit) -> tuple[Densities, Densities]:
    """The densities of X and of f(X).

    f increases, so the bins of f(X) are the images of those of X and have the same counts: nothing
    is smoothed. Bins that f maps to one number, at the floor, are left out.

    Args:
        found: an audit of values that are not all equal.

    Returns:
        Those of X, and those of f(X).

    Raises:
        UnsuitableActivationError: if f is defined otherwise and may not increase.
    """
    from scipy.special import ndtr

    activation, parameters = ACTIVATIONS[found.activation], tuple(found.parameters.values())
    activation_pieces(activation, parameters)
    edges = np.array(found.histogram.edges)
    shares = np.array(found.histogram.counts) / found.count
    mass = np.diff(ndtr((edges - found.mean.value) / found.std.value))
    heights = value_of(activation, edges, parameters)
    widths = np.diff(heights)
    wide = widths > 0.0
    kept = np.concatenate((heights[:-1][wide], heights[-1:]))
    return (
        Densities(edges, shares / np.diff(edges), mass / np.diff(edges)),
        Densities(kept, shares[wide] / widths[wide], mass[wide] / widths[wide]),
    )


def draw(found: LayerAudit, path: Path) -> None:
    """Write the picture as a PNG, by rename.

    Args:
        found: the audit.
        path: where to; its directory exists.

    Raises:
        ModuleNotFoundError: if Matplotlib is missing.
        ValueError: if all values are equal, which have no density.
        OSError: if the file cannot be written.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"a picture needs {error.name}: pip install 'elu_sym[notebooks]'", name=error.name
        ) from error
    if not found.std.value:
        raise ValueError(f"{found.source}: all values are {found.least}: there is nothing to draw")

    figure = Figure(figsize=(10.0, 4.0), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    gaussian = f"N({found.mean.value:.4g}, {found.std.value:.4g}²)"
    words = (
        ("pre-activations x", "x", gaussian),
        (f"f(x), {found.described}", "f(x)", f"f of {gaussian}"),
    )
    for place, (title, label, law), density in zip(
        figure.subplots(1, 2), words, densities(found), strict=True
    ):
        place.stairs(density.measured, density.edges, fill=True, alpha=0.4, label="measured")
        place.stairs(density.gaussian, density.edges, color="black", label=law)
        # The law of f(X) piles up at the floor: its top is cut where the rest would vanish.
        top = 1.2 * float(np.quantile(np.maximum(density.measured, density.gaussian), 0.97))
        place.set(title=title, xlabel=label, ylabel="density")
        if top > 0.0:
            place.set_ylim(0.0, top)
        place.legend()

    image = BytesIO()
    canvas.print_png(image)
    write_whole(path, image.getvalue())
