"""What is known about the Exponential Linear Unit, derived, proved, certified and evaluated.

Public names are loaded when they are first used: numbers need NumPy only, and SymPy is imported
with the first symbolic question. The names stand in ``__init__.pyi``.
"""

from typing import Any

import lazy_loader

from elu_sym import _renamed

__version__ = "0.2.0"

_public, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

_renamed.install()


def __getattr__(name: str) -> Any:
    """A public name on its first use."""
    return _renamed.formulas_by_cases() if name == "DISTRIBUTIONS" else _public(name)
