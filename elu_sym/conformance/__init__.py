"""How right ELU, CELU and SELU are in the libraries that compute them.

Every function of every library, in each mode and format, is compared with exact values at many
floats and at those where implementations go wrong, and each check has a grade that numbers decide.
``make conformance`` measures all libraries in an environment of its own and keeps the rows; where
one is not installed, its stored rows are shown.
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from elu_sym.conformance.conformance_report import ConformanceReport as ConformanceReport
    from elu_sym.conformance.measuring import conformance as conformance

# On their first use: the command line knows this room, and does without it for everything else.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={"conformance_report": ["ConformanceReport"], "measuring": ["conformance"]},
)
