"""The compiled part of the package, which is optional; everything else is in pyproject.toml."""

import zlib
from pathlib import Path

import numpy
from setuptools import Extension, setup

FOLDER = Path("elu_sym/numeric/compiled")
SOURCES = sorted(FOLDER.glob("*.[ch]"))
CHECKSUM = zlib.crc32(b"".join(path.read_bytes() for path in SOURCES))

setup(
    ext_modules=[
        Extension(
            "elu_sym.numeric._compiled",
            [str(FOLDER / "module.c")],
            depends=[str(path) for path in SOURCES],
            include_dirs=[numpy.get_include()],
            define_macros=[("SOURCES", f"{CHECKSUM}UL")],
            # Without contraction the same operations give the same bits on every processor.
            extra_compile_args=["-O3", "-ffp-contract=off", "-fno-math-errno"],
            optional=True,  # without a compiler NumPy computes the same
        )
    ]
)
