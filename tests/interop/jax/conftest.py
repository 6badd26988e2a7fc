"""What the tests of JAX share: double precision while a test runs."""

import pytest


@pytest.fixture
def x64():
    jax = pytest.importorskip("jax", reason="needs the extra jax")
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)
