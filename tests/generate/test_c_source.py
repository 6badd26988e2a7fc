"""A graph in C: every value once, and in the block of the regime that asks for it."""

import re

from elu_sym.generate.c_source import c_function
from elu_sym.generate.expression_graph import Graph, GraphOperations, traced
from elu_sym.numeric import _generated


def text_of(*results):
    return c_function("test", ["x", "y"], results)


def test_what_one_regime_asks_for_stands_in_its_block():
    graph = Graph()
    x, ops = graph.argument("x"), GraphOperations(graph)
    shared = x * 3.0

    def yes(x):
        return ops.exp(shared) + shared

    def no(x):
        return ops.expm1(shared)

    lines = text_of(ops.choose(x < 0.0, yes, no, x)).splitlines()
    depth = {
        word: len(line) - len(line.lstrip())
        for line in lines
        for word in ("x * number", "exponential(", "exponential_growth(")
        if word in line
    }
    assert depth == {"x * number": 4, "exponential(": 8, "exponential_growth(": 8}


def test_what_both_regimes_or_the_condition_ask_for_stands_before_them():
    graph = Graph()
    x, ops = graph.argument("x"), GraphOperations(graph)
    root = ops.sqrt(x)
    text = text_of(ops.choose(root < 1.0, lambda: root + 1.0, lambda: 2.0 * root))
    assert text.index("root_of(") < text.index("if (any(")


def test_a_product_used_once_is_fused_with_its_sum_and_no_other():
    graph = Graph()
    x, y = graph.argument("x"), graph.argument("y")
    assert "fused(x, y, x)" in text_of(x * y + x)
    assert "fused(-x, y, x)" in text_of(x - x * y)
    assert re.search(r"fused\(x, y, -v\d+\)", text_of(x * y - y / x))
    assert "fused" not in text_of(x * y + x, x * y)


def test_every_name_is_defined_before_it_is_used():
    for function in (_generated.mean, _generated.std, _generated.celu_fourth_moment):
        results = traced(function, ("alpha",))
        known = {"mu", "sigma", "alpha"}
        for line in c_function("f", ["mu", "sigma", "alpha"], results).splitlines():
            left, _, right = line.strip().partition(" = ")
            words = set(re.findall(r"\bv\d+\b", right if right else left))
            declared = set(re.findall(r"\b(?:real|truth) (v\d+)", left))
            assert words - declared <= known
            known |= declared
