"""The compiled part of the package, which is optional; everything else is in pyproject.toml."""

import os
import zlib
from pathlib import Path
from typing import Any

import numpy
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

FOLDER = Path("elu_sym/numeric/compiled")
SOURCES = sorted(FOLDER.glob("*.[ch]"))
CHECKSUM = zlib.crc32(b"".join(path.read_bytes() for path in SOURCES))


class BuildByRename(build_ext):
    """Puts the module beside the sources by rename: a part of one would crash Python."""

    def copy_file(self, infile: str, outfile: str, *args: Any, **options: Any) -> Any:
        """Copy under another name first."""
        part = f"{outfile}.part"
        super().copy_file(infile, part, *args, **options)
        os.replace(part, outfile)
        return outfile, 1


setup(
    cmdclass={"build_ext": BuildByRename},
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
    ],
)
