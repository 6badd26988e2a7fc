"""ELU on Keras: an initializer, and whole networks by one call.

Needs the extra ``keras`` and a backend for it.
"""

from elu_sym.algebra.optional import extra

with extra("keras", "elu_sym.interop.keras"):
    try:
        import keras  # noqa: F401
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in ("tensorflow", "torch", "jax"):
            raise
        raise ModuleNotFoundError(
            f"Keras is set to compute with {library}, which is missing: set the environment"
            " variable KERAS_BACKEND=jax before Keras is imported, since the extra keras installs"
            f" JAX; or pip install {library}",
            name=error.name,
        ) from error

# After the messages above, which name this package.
from elu_sym.interop.keras.initializers import EluInitializer
from elu_sym.interop.keras.whole_network import initialize

__all__ = ["EluInitializer", "initialize"]
