"""The compiled part of the package, which is optional; everything else is in pyproject.toml."""

import os
import re
import zlib
from pathlib import Path
from typing import Any

import numpy
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

FOLDER = Path("elu_sym/numeric/compiled")
SOURCES = sorted(FOLDER.glob("*.[ch]"))
CHECKSUM = zlib.crc32(b"".join(path.read_bytes() for path in SOURCES))


class Build(build_ext):
    """Builds with the flags that the compiler knows, and puts the module in its place by rename."""

    def build_extensions(self) -> None:
        """Give GCC and Clang their flags; another compiler does without."""
        # Not compiler_type, which is "unix" for every compiler that is called like one.
        command = " ".join(getattr(self.compiler, "compiler_so", ()))
        if re.search(r"\b(gcc|clang)\b", command):
            for extension in self.extensions:
                # Without contraction the same operations give the same bits on every processor.
                extension.extra_compile_args = ["-O3", "-ffp-contract=off", "-fno-math-errno"]
        super().build_extensions()

    def copy_file(self, infile: str, outfile: str, *args: Any, **options: Any) -> Any:
        """Copy under another name first: a part of a module would crash Python."""
        part = f"{outfile}.part"
        super().copy_file(infile, part, *args, **options)
        os.replace(part, outfile)
        return outfile, 1


setup(
    cmdclass={"build_ext": Build},
    ext_modules=[
        Extension(
            "elu_sym.numeric._compiled",
            [str(FOLDER / "module.c")],
            depends=[str(path) for path in SOURCES],
            include_dirs=[numpy.get_include()],
            define_macros=[("SOURCES", f"{CHECKSUM}UL")],
            optional=True,  # without a compiler NumPy computes the same
        )
    ],
)
