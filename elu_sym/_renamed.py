"""Module paths of version 0.1, which lead to the new ones with a DeprecationWarning until 0.3."""

import sys
import warnings
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

RENAMED = {
    f"elu_sym.{old}": f"elu_sym.{new}"
    for old, new in {
        "experiments.records": "experiments.smooth_ride",
        "experiments.threshold_table": "experiments.library_thresholds",
        "fixed_points": "networks.fixed_points",
        "formula_book": "book.formula",
        "formula_witnesses": "book.certificates",
        "inference": "claims.kernel",
        "inference.rounding": "algebra.rounding",
        "initialization": "networks.initialization",
        "interop.keras_initializers": "interop.keras",
        "meanfield": "networks.meanfield",
        "proofs": "claims.chapters",
        "proofs.centering": "claims.chapters.centering.zero_mean",
        "proofs.construction": "claims.chapters.construction",
        "proofs.depth_measured": "claims.chapters.meanfield.measured_depth",
        "proofs.float_thresholds": "claims.chapters.floating_point.thresholds",
        "proofs.initialization": "claims.chapters.initialization.exact_gains",
        "proofs.meanfield": "claims.chapters.meanfield.preservation",
        "proofs.meanfield_values": "claims.chapters.meanfield.values",
        "proofs.published_constants": "claims.chapters.initialization.published",
        "proofs.self_normalization": "claims.chapters.self_normalization",
        "proofs.smooth_ride_setting": "claims.chapters.smooth_ride.setting",
        "proofs.snn_statements": "claims.chapters.self_normalization.statements",
        "proofs.snn_theorem": "claims.chapters.self_normalization.theorem",
        "published_constants": "networks.published_constants",
        "report": "claims.report",
        "self_normalization": "networks.self_normalization",
        "signal_propagation": "networks.signal_propagation",
    }.items()
}
"""The new path of each module that README or notebooks of version 0.1 import from."""


FOLDERS = ("elu_sym.inference", "elu_sym.proofs")
"""Old paths of folders whose files went to several places."""


class _OldPaths(MetaPathFinder, Loader):
    """Finds a module under its old path: it is the module of the new path itself."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module of an old path; None for every other one."""
        if name in RENAMED:
            return ModuleSpec(name, self)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Import the new path, and say so where the old one is imported."""
        name = spec.name
        if name in FOLDERS:
            folder = ModuleType(name)
            folder.__path__ = []  # below the new folder a file would be found and executed again
            folder.__dict__["__getattr__"] = partial(_found_in, name)
            return folder
        _warn(name)
        module = import_module(RENAMED[name])
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is executed again; the module is known by its own spec as before."""
        if module.__spec__ is not None and module.__spec__.loader_state is not None:
            module.__spec__ = module.__spec__.loader_state


def _found_in(folder: str, name: str) -> Any:
    """A name that the successor of a folder has; a module of the folder is imported by its path."""
    # Whoever looks through all modules, as inspect does, asks each for its __file__.
    if f"{folder}.{name}" in RENAMED or name.startswith("__"):
        raise AttributeError(name)
    found = getattr(import_module(RENAMED[folder]), name)
    _warn(folder)
    return found


def _warn(old: str) -> None:
    # Seen from here the frames of importlib do not count: the third one is the import statement.
    message = f"{old} is {RENAMED[old]} now; the old path goes with version 0.3"
    warnings.warn(message, DeprecationWarning, stacklevel=3)


def formulas_by_cases() -> dict[str, Any]:
    """What ``DISTRIBUTIONS`` was: the formulas by cases, which are among the others now."""
    from elu_sym.book.formula import FORMULAS

    message = "DISTRIBUTIONS is a part of FORMULAS now; the old name goes with version 0.3"
    warnings.warn(message, DeprecationWarning, stacklevel=3)
    return {formula.id: formula for formula in FORMULAS.values() if formula.quantity.by_cases}


def install() -> None:
    """Let the old paths be imported."""
    sys.meta_path.append(_OldPaths())
