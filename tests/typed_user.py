"""What a type checker knows in the project of a user: mypy checks this file, strictly.

A name that does not exist is an error there. It is expected here, and mypy complains where an error
that is expected does not occur.
"""

from typing import Any, assert_type

import elu_sym
from elu_sym import elu, mean, moments
from elu_sym.book.formula import Activation, Formula, Moments

assert_type(mean, Formula)
assert_type(elu, Activation)
assert_type(elu.variance, Formula)
assert_type(moments(0.0, 1.0), Moments)
assert_type(elu_sym.__version__, str)
misspelt = elu_sym.meen  # type: ignore[attr-defined]
assert_type(misspelt, Any)
