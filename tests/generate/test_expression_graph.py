"""Primitives written down: each expression once, nothing computed, no bit changed."""

import math

import numpy as np
import pytest

from elu_sym.generate.expression_graph import (
    Graph,
    GraphOperations,
    UntracedError,
    traced,
    used,
)
from elu_sym.numeric import _generated


@pytest.fixture
def graph():
    return Graph()


def test_an_expression_stands_once(graph):
    x = graph.argument("x")
    assert x + 1.0 is x + 1.0
    assert x + 1.0 is not x - 1.0
    assert (x + 1.0) * x is not (x + 2.0) * x
    assert graph.value(0.0) is not graph.value(-0.0)


def test_what_changes_no_bit_is_left_out(graph):
    x = graph.argument("x")
    for same in (1.0 * x, x * 1.0, x / 1.0, x + 0.0, 0.0 + x, x - 0.0, x**1):
        assert same is x
    assert (0.0 * x).is_number(0.0)
    assert (graph.value(0.1) + 0.2).is_number(0.1 + 0.2)
    assert (1.0 / x).operation == "divide"


def test_a_choice_of_equals_is_none(graph):
    x, ops = graph.argument("x"), GraphOperations(graph)
    first, second = ops.choose(x < 0.0, lambda x: (x, 2.0), lambda x: (x, 3.0), x)
    assert first is x
    assert second.operation == "chosen"
    assert ops.where(x < 0.0, x, x) is x


def test_truth_values_are_told_from_numbers(graph):
    x = graph.argument("x")
    for truth in (x < 1, x <= 1, x > 1, x >= 1, x == 1, (x < 1) & (x > 0), ~(x < 1)):
        assert truth.is_truth
    assert not abs(x).is_truth


def test_what_does_not_matter_to_the_results_is_not_used(graph):
    x = graph.argument("x")
    kept, _ = x + 1.0, x * 7.0
    assert [node.operation for node in used((kept,))] == ["argument", "constant", "add"]


@pytest.mark.parametrize("function", [np.exp, math.exp], ids=["NumPy", "math"])
def test_a_form_that_calls_a_library_is_not_traced(function):
    with pytest.raises(TypeError if function is math.exp else UntracedError):
        traced(lambda law: function(law.mu), ())


def test_the_limit_has_a_graph_of_its_own():
    (inside,), (limit,) = (traced(_generated.mean, ("alpha",), limit) for limit in (False, True))
    assert len(list(used((limit,)))) < len(list(used((inside,))))
