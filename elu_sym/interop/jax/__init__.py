"""ELU on JAX: formulas under ``jit``, ``vmap`` and ``grad``, and initializers.

Needs the extra ``jax``.
"""

try:
    import jax  # noqa: F401
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"elu_sym.interop.jax needs {error.name}: pip install 'elu_sym[jax]'", name=error.name
    ) from error

# After the message above, which names this package.
from elu_sym.interop.jax.formulas import jax_function
from elu_sym.interop.jax.initializers import elu_initializer

__all__ = ["elu_initializer", "jax_function"]
