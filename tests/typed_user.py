"""What a type checker knows in the project of a user: mypy checks this file, strictly.

A name that does not exist is an error there. It is expected here, and mypy complains where an error
that is expected does not occur.
"""

from typing import Any, assert_type

import elu_sym
from elu_sym import elu, kernel, mean, moments, relu
from elu_sym.book.activation_pair import ActivationPair
from elu_sym.book.formula import Activation, Formula, Moments
from elu_sym.book.joint_formula import JointFormula

assert_type(mean, Formula)
assert_type(elu, Activation)
assert_type(elu.variance, Formula)
assert_type(kernel, JointFormula)
assert_type(elu.joint_covariance, JointFormula)
assert_type(relu.paired_with(elu), ActivationPair)
assert_type(relu.paired_with(elu).kernel, JointFormula)
assert_type(moments(0.0, 1.0), Moments)
assert_type(elu_sym.__version__, str)
misspelt = elu_sym.meen  # type: ignore[attr-defined]
assert_type(misspelt, Any)
