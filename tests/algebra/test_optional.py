"""A library that is missing names its extra; progress is shown where tqdm is installed."""

import pytest

from elu_sym.algebra.optional import extra, with_progress


def missing(name):
    raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_the_whole_that_was_asked_for_is_named():
    message = r"^a certificate needs flint: pip install 'elu_sym\[verify\]'$"
    caught = pytest.raises(ModuleNotFoundError, match=message)
    with caught as error, extra("verify", "a certificate"), extra("verify", "a ball"):
        missing("flint.types")
    assert error.value.name == "flint.types"


def test_another_extra_and_other_advice_are_left_as_they_are():
    for inner in (
        "a table needs pyarrow: pip install 'elu_sym[dask]'",
        "or pip install tensorflow",
    ):
        with pytest.raises(ModuleNotFoundError) as caught, extra("verify", "a certificate"):
            raise ModuleNotFoundError(inner, name="pyarrow")
        assert str(caught.value) == inner


def test_a_module_of_our_own_that_is_missing_is_no_extra():
    caught = pytest.raises(ModuleNotFoundError, match=r"^No module named 'elu_sym.nowhere'$")
    with caught, extra("verify", "a certificate"):
        missing("elu_sym.nowhere")


def test_what_is_counted_is_what_is_given(capsys):
    items = [1, 2, 3]
    assert list(with_progress(items, 3, "item")) == items
    assert capsys.readouterr().err == ""  # no terminal
