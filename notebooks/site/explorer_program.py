"""The formulas that the explorer shows, as WebAssembly.

They are followed through the primitives and printed as C, as for Python's own module.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from explorer_quantities import GROUPS

from elu_sym.book.formula import FORMULAS
from elu_sym.generate.compiled_sources import in_c, tables_source
from elu_sym.numeric import _generated, joint_expectations
from elu_sym.numeric.law import Law
from elu_sym.numeric.operations import Array
from elu_sym.numeric.upper_moments import upper_partial_moment

__all__ = ["OF_TWO_INPUTS", "c_sources", "command", "compiled", "of_one_input"]

PROGRAM = Path(__file__).with_name("explorer.c")
HEADERS = Path(joint_expectations.__file__).with_name("compiled")

OF_TWO_INPUTS = {
    name: name if name == "joint_covariance" else f"joint_{name}"
    for name in GROUPS["Two inputs"]
    if name != "correlation"
}
"""What the functions of two inputs are called in C."""


def negative_probability(law: Law) -> Array:
    """Compute the probability that X < 0."""
    return upper_partial_moment(0, law.reflected())


def of_one_input() -> dict[str, Any]:
    """Return the functions of a law that are compiled, by name."""
    names = [name for group in GROUPS.values() for name in group]
    generated = {
        name: getattr(_generated, name)
        for name in names
        if name in FORMULAS and not FORMULAS[name].quantity.by_cases
    }
    return generated | {"negative_probability": negative_probability}


def c_sources() -> dict[str, str]:
    """Return the text of the files that are written for ``explorer.c``, by name."""
    shown = [in_c(name, function) for name, function in of_one_input().items()]
    parts = [in_c(each.__name__, each) for each in joint_expectations.OF_ONE_INPUT]
    listed = [
        f' \\\n    X({each.name}, {len(each.arguments)}, {each.results}, "{each.documentation}")'
        for each in shown
    ]
    texts = [*(each.limit for each in shown), *(each.interior for each in (*shown, *parts))]
    most = max(len(each.arguments) for each in shown)
    return {
        "mills_table.h": tables_source(),
        "formulas.h": f'#pragma once\n#include "mills.h"\n{"".join(texts)}',
        "formula_list.h": f"#define MOST {most}\n#define FORMULAS(X){''.join(listed)}\n",
    }


def command(folder: Path, program: Path) -> list[str]:
    """Return the command that compiles what is written in a folder, by the package ``ziglang``."""
    # Where vectors stand beside it nothing is inlined or unrolled by force: a quarter less.
    flags = ["-Os", "-g0", "-DHAS_VECTORS", "-ffp-contract=off", "-fno-sanitize=all"]
    target = ["-target", "wasm32-wasi", "-mexec-model=reactor", "-Wl,--no-entry,--strip-all"]
    files = [f"-I{folder}", f"-I{HEADERS}", str(PROGRAM), "-o", str(program)]
    return [sys.executable, "-m", "ziglang", "cc", *target, *flags, *files]


def compiled(sources: dict[str, str]) -> bytes:
    """Compile them to WebAssembly.

    Args:
        sources: what ``c_sources`` returns.

    Raises:
        subprocess.CalledProcessError: if ``ziglang`` is not installed, or finds a mistake.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in sources.items():
            (folder / file).write_text(text, encoding="utf-8")
        program = folder / "explorer.wasm"
        subprocess.run(command(folder, program), check=True)
        return program.read_bytes()
