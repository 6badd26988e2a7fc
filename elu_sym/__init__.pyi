"""The public names: this file is the one list of them, read by type checkers and at import."""

from .book.formula import (
    ACTIVATIONS as ACTIVATIONS,
)
from .book.formula import (
    DISTRIBUTIONS as DISTRIBUTIONS,
)
from .book.formula import (
    FORMULAS as FORMULAS,
)
from .book.formula import (
    celu as celu,
)
from .book.formula import (
    derivative_below as derivative_below,
)
from .book.formula import (
    derivative_mean as derivative_mean,
)
from .book.formula import (
    derivative_second_moment as derivative_second_moment,
)
from .book.formula import (
    elu as elu,
)
from .book.formula import (
    leaky_relu as leaky_relu,
)
from .book.formula import (
    mean as mean,
)
from .book.formula import (
    moments as moments,
)
from .book.formula import (
    negative_mean as negative_mean,
)
from .book.formula import (
    relu as relu,
)
from .book.formula import (
    second_moment as second_moment,
)
from .book.formula import (
    selu as selu,
)
from .book.formula import (
    std as std,
)
from .book.formula import (
    variance as variance,
)
from .claims.chapters import CLAIMS as CLAIMS
from .claims.report import verify as verify
from .gaussian.engine import expectation as expectation
from .layer_audit import audit as audit
from .networks.fixed_points import (
    edge_of_chaos as edge_of_chaos,
)
from .networks.fixed_points import (
    edge_through as edge_through,
)
from .networks.fixed_points import (
    fixed_point as fixed_point,
)
from .networks.initialization import gain as gain
from .networks.initialization import weight_variance as weight_variance
from .networks.meanfield import (
    correlation_slope as correlation_slope,
)
from .networks.meanfield import (
    depth_scale as depth_scale,
)
from .networks.meanfield import (
    residual_variance_map as residual_variance_map,
)
from .networks.meanfield import (
    variance_map as variance_map,
)
from .networks.meanfield import (
    variance_slope as variance_slope,
)
from .networks.self_normalization import (
    selu_fixed_point as selu_fixed_point,
)
from .networks.self_normalization import (
    selu_parameters as selu_parameters,
)
from .networks.signal_propagation import (
    backward_variances as backward_variances,
)
from .networks.signal_propagation import (
    forward_variances as forward_variances,
)
from .networks.signal_propagation import (
    sampling_deviation as sampling_deviation,
)

__version__: str
