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
                # Loops are vectorized where nothing asks for errors and exceptions on the way.
                extension.extra_compile_args = [
                    *("-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"),
                    "-g0",  # Python's own flags ask for debug information, of 4 MB
                ]
        link = self.compiler.link_shared_object

        def link_by_rename(objects: Any, outfile: str, *args: Any, **options: Any) -> None:
            """Link under another name: what an interrupted call left would pass for a module."""
            part = f"{outfile}.part"
            Path(part).unlink(missing_ok=True)
            link(objects, part, *args, **options)
            os.replace(part, outfile)

        self.compiler.link_shared_object = link_by_rename
        super().build_extensions()

    def copy_file(self, infile: str, outfile: str, *args: Any, **options: Any) -> Any:
        """Copy under another name first: a part of a module would crash Python."""
        part = f"{outfile}.part"
        Path(part).unlink(missing_ok=True)  # one that was left is newer, and would not be copied to
        super().copy_file(infile, part, *args, **options)
        os.replace(part, outfile)
        return outfile, 1


setup(
    cmdclass={"build_ext": Build},
    ext_modules=[
        Extension(
            "elu_sym.numeric._compiled",
            [str(FOLDER / "module.c")],
            depends=[*map(str, SOURCES), "setup.py"],  # a build by another one may be damaged
            include_dirs=[numpy.get_include()],
            # Python has loaded it, but only who links with it says which versions are needed.
            libraries=[] if os.name == "nt" else ["m"],
            define_macros=[("SOURCES", f"{CHECKSUM}UL")],
            optional=True,  # without a compiler NumPy computes the same
        )
    ],
)
