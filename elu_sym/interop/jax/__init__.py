"""ELU on JAX: formulas under ``jit``, ``vmap`` and ``grad``, initializers, whole networks.

Needs the extra ``jax``.
"""

from elu_sym.algebra.optional import extra

with extra("jax", "elu_sym.interop.jax"):
    import jax  # noqa: F401

# After the message above, which names this package.
from elu_sym.interop.jax.formulas import jax_function
from elu_sym.interop.jax.initializers import elu_initializer
from elu_sym.interop.jax.whole_network import initialize

__all__ = ["elu_initializer", "initialize", "jax_function"]
