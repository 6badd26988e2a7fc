"""The CUDA C++ of a formula or of its gradient: a kernel around the functions that are C, too.

The headers of ``numeric/compiled`` are valid in both languages; with the functions of one formula
they are all that NVIDIA's runtime compiler needs, and no header of anybody else.  A kernel computes
in double precision whatever the elements are: in single precision the terms of a variance or of a
derivative cancel where those of a double do not.  Processors that are made for graphics have few
units for doubles, and are slower by the ratio.
"""

from __future__ import annotations

from pathlib import Path

from elu_sym.generate.compiled_sources import in_c, tables_source
from elu_sym.numeric import _generated, _gradients

__all__ = ["ELEMENTS", "ENTRY", "KERNEL", "cuda_files"]

ELEMENTS = ("double", "float")
"""The types of elements, in C."""

ENTRY = "over_elements"
"""The name of every kernel."""

KERNEL = "kernel.cu"
"""The name of the file that includes the others."""

HEADERS = Path(__file__).parents[1] / "numeric" / "compiled"

TEXT = """
#include "elements.h"
#include "mills.h"
{functions}
typedef {element} element;

/* Of an argument the elements are so many steps apart, 0 if it is one number; those of a result are
   next to each other. */
extern "C" __global__ void {entry}(long long count{parameters})
{{
    const computation c = {{{arguments}, {results}, (anything){interior}, {interior}_limit}};
    const long long threads = (long long)gridDim.x * blockDim.x;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += threads) {{
        real given[MOST], found[MOST];
{read}
        compute(&c, given, found);
{write}
    }}
}}
"""


def cuda_files(name: str, element: str) -> dict[str, str]:
    """Return the text of the files by name: the kernel, and what it includes.

    The kernel takes the number of elements; of each argument its address and how many elements lie
    between two that follow each other; and of each result its address.

    Args:
        name: a function of ``numeric._generated`` or ``numeric._gradients``.
        element: the type of the elements of arguments and results, one of ``ELEMENTS``.

    Raises:
        LookupError: if there is no such function.
        UntracedError: if it is a textbook form.

    >>> files = cuda_files("relu_mean", "float")
    >>> "typedef float element;" in files[KERNEL], "vectors.h" in files
    (True, True)
    """
    function = getattr(_generated, name, None) or getattr(_gradients, name, None)
    if function is None:
        raise LookupError(f"name = {name!r}: no function of this name is generated")
    formula = in_c(name, function)
    count = len(formula.arguments)
    kernel = TEXT.format(
        functions=formula.limit + formula.interior,
        element=element,
        entry=ENTRY,
        parameters="".join(
            [
                *(f",\n    const element *x{k}, long long step{k}" for k in range(count)),
                *(f",\n    element *y{k}" for k in range(formula.results)),
            ]
        ),
        arguments=count,
        results=formula.results,
        interior=f"compute_{name}",
        read="\n".join(f"        given[{k}] = x{k}[i * step{k}];" for k in range(count)),
        write="\n".join(f"        y{k}[i] = (element)found[{k}];" for k in range(formula.results)),
    )
    files = {KERNEL: kernel, "mills_table.h": tables_source()}
    files["formula_list.h"] = f"#define MOST {max(count, formula.results)}\n"
    for header in ("computation.h", "elements.h", "mills.h", "vectors.h"):
        files[header] = (HEADERS / header).read_text(encoding="utf-8")
    return files
