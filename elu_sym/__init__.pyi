"""The public names: this file is the one list of them, read by type checkers and at import."""

from .algebra.equality import equals as equals
from .book.expectation_formula import GaussianExpectation as GaussianExpectation
from .book.formula import (
    ACTIVATIONS as ACTIVATIONS,
    FORMULAS as FORMULAS,
    JOINT_FORMULAS as JOINT_FORMULAS,
    absolute_mean as absolute_mean,
    celu as celu,
    cross_kernel as cross_kernel,
    derivative_below as derivative_below,
    derivative_kernel as derivative_kernel,
    derivative_mean as derivative_mean,
    derivative_second_moment as derivative_second_moment,
    distance as distance,
    elu as elu,
    input_covariance as input_covariance,
    joint_covariance as joint_covariance,
    kernel as kernel,
    leaky_relu as leaky_relu,
    mean as mean,
    moments as moments,
    negative_mean as negative_mean,
    relu as relu,
    second_moment as second_moment,
    selu as selu,
    std as std,
    variance as variance,
)
from .book.joint_expectation import JointGaussianExpectation as JointGaussianExpectation
from .claims.chapters import CLAIMS as CLAIMS
from .claims.report import verify as verify
from .gaussian.random_variables import expectation as expectation
from .layer_audit import audit as audit
from .networks.activation_argument import activation_of as activation_of
from .networks.fixed_points import (
    edge_of_chaos as edge_of_chaos,
    edge_through as edge_through,
    fixed_point as fixed_point,
)
from .networks.hermite_series import (
    hermite_coefficients as hermite_coefficients,
    kernel_series as kernel_series,
)
from .networks.infinite_width import gram as gram
from .networks.initialization import gain as gain, weight_variance as weight_variance
from .networks.meanfield import (
    correlation_slope as correlation_slope,
    depth_scale as depth_scale,
    residual_variance_map as residual_variance_map,
    variance_map as variance_map,
    variance_slope as variance_slope,
)
from .networks.self_normalization import (
    selu_fixed_point as selu_fixed_point,
    selu_parameters as selu_parameters,
)
from .networks.signal_propagation import (
    backward_variances as backward_variances,
    forward_variances as forward_variances,
    sampling_deviation as sampling_deviation,
)
from .networks.uncertainty import propagate as propagate

__version__: str
