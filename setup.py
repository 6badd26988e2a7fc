"""The compiled part of the package, which is optional; everything else is in pyproject.toml."""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

sys.path.insert(0, str(Path(__file__).parent))  # a build in isolation does not look here
from elu_sym.generate.compiled_sources import WIDTHS, compiled_sources
from elu_sym.numeric.function import compiled_from, sources_checksum

FOLDER = Path("elu_sym/numeric/compiled")


def defined_by(command: Sequence[str]) -> frozenset[str]:
    """Return the macros that a compiler defines, by which it says what it is.

    Its name does not: Conda's GCC is called x86_64-conda-linux-gnu-cc, that of many systems cc.
    """
    try:
        asked = [*command, "-dM", "-E", "-x", "c", os.devnull]
        answer = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.SubprocessError):  # another kind of compiler, or none
        return frozenset()
    return frozenset(line.split()[1] for line in answer.splitlines() if line.startswith("#define "))


class Build(build_ext):
    """Builds with the flags that the compiler knows, and puts the module in its place by rename."""

    def build_extensions(self) -> None:
        """Write what is generated, and give GCC and Clang their flags; others do without."""
        generated = Path(self.build_temp, "generated")
        generated.mkdir(parents=True, exist_ok=True)
        for name, text in compiled_sources().items():
            path = generated / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
        known = defined_by(getattr(self.compiler, "compiler_so", ()))
        for extension in self.extensions:
            extension.include_dirs += [str(FOLDER), str(generated)]
            widths = WIDTHS[:1]
            if "__GNUC__" in known and "__x86_64__" in known and "__clang__" not in known:
                widths = WIDTHS
                extension.define_macros.append(("HAS_VECTORS", None))
            extension.sources += [str(generated / f"width_{width}.c") for width in widths]
            if "__GNUC__" in known:  # Clang says so, too
                # Without contraction the same operations give the same bits on every processor.
                # Loops are vectorized where nothing asks for errors and exceptions on the way.
                extension.extra_compile_args = [
                    *("-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"),
                    "-g0",  # Python's own flags ask for debug information, of 4 MB
                ]
        compile_one = self.compiler.compile

        def compile_all(sources: list[str], **options: Any) -> list[str]:
            """Compile all at the same time."""
            with ThreadPoolExecutor() as pool:
                found = pool.map(lambda source: compile_one([source], **options), sources)
                return [compiled for each in found for compiled in each]

        self.compiler.compile = compile_all
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
            # A build by another setup.py may be damaged; function.py says of what it is made.
            depends=[*map(str, compiled_from()), "setup.py", "elu_sym/numeric/function.py"],
            include_dirs=[numpy.get_include()],
            # Python has loaded it, but only who links with it says which versions are needed.
            libraries=[] if os.name == "nt" else ["m"],
            define_macros=[("SOURCES", f"{sources_checksum()}UL")],
            optional=True,  # without a compiler NumPy computes the same
        )
    ],
)
