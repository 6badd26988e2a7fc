"""The checker on small statements: each rule accepts a true one and no near miss of its proof."""

import ast
import hashlib
import importlib.util
import json
import math
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from proof_cases import CASES, by_interval, mean_is_0

pytest.importorskip("flint")

SOURCE = Path(__file__).parents[1] / "elu_sym" / "checker.py"
specification = importlib.util.spec_from_file_location("checker", SOURCE)
checker = importlib.util.module_from_spec(specification)
specification.loader.exec_module(checker)

ELU = ["elu", ["x", "alpha"], ["if", ["<=", 0, "x"], "x", ["*", "alpha", ["+", ["exp", "x"], -1]]]]
DEFINITIONS = [
    ELU,
    ["relu", ["x"], ["if", ["<", 0, "x"], "x", 0]],
    ["abs", ["x"], ["if", ["<=", 0, "x"], "x", ["*", -1, "x"]]],
    ["step", ["x"], ["if", ["<", 0, "x"], 1, 0]],
    ["jump", ["x"], ["if", ["<=", "x", 0], -1, 5]],
]


def elu(x):
    return ["elu", x, "alpha"]


def minus(t):
    return ["*", -1, t]


def forall(*names_and_formula):
    *names, formula = names_and_formula
    for name in reversed(names):
        formula = ["forall", name, formula]
    return formula


def given(*formulas):
    *conditions, formula = formulas
    for condition in reversed(conditions):
        formula = ["=>", condition, formula]
    return formula


def opened(names, count, proof):
    """Generalize the names, assume so many conditions, then go on."""
    for _ in range(count):
        proof = ["assume", proof]
    for name in reversed(names):
        proof = ["generalize", name, proof]
    return proof


def check(statement, proof, verdict="PROVED"):
    """What the checker says, as a file would have it: through JSON, whatever the error."""
    statement, proof = json.loads(json.dumps([statement, proof]))
    definitions = checker.read_definitions(DEFINITIONS)
    checker.check_claim(definitions, verdict, statement, proof)


def rejects(statement, proof, verdict="PROVED"):
    with pytest.raises(Exception) as caught:  # noqa: PT011
        check(statement, proof, verdict)
    assert not isinstance(caught.value, pytest.fail.Exception)
    return str(caught.value)


PHI_0 = ["/", 1, ["sqrt", ["*", 2, ["pi"]]]]


def gauss(u):
    return ["*", PHI_0, ["exp", ["/", minus(["^", u, 2]), 2]]]


MEAN_OF_ELU = [
    "+",
    ["*", "mu", ["Phi", ["/", "mu", "sigma"]]],
    ["*", "sigma", gauss(["/", "mu", "sigma"])],
    [
        "*",
        "alpha",
        [
            "+",
            [
                "*",
                ["exp", ["+", "mu", ["/", ["^", "sigma", 2], 2]]],
                ["Phi", ["/", minus(["+", "mu", ["^", "sigma", 2]]), "sigma"]],
            ],
            minus(["Phi", ["/", minus("mu"), "sigma"]]),
        ],
    ],
]
E_ELU = ["E", "x", ["normal", "mu", "sigma"], elu("x")]
NAMES = ["alpha", "mu", "sigma"]


def test_the_mean_of_elu():
    statement = forall(*NAMES, given(["<", 0, "sigma"], ["=", E_ELU, MEAN_OF_ELU]))
    proof = opened(NAMES, 1, ["combine", []])
    check(statement, proof)
    rejects(statement, proof, "REFUTED")
    wrong = json.loads(
        json.dumps(statement).replace('["^", "sigma", 2], 2', '["^", "sigma", 2], 3')
    )
    rejects(wrong, proof)
    without = forall(*NAMES, ["=", E_ELU, MEAN_OF_ELU])
    rejects(without, opened(NAMES, 0, ["combine", []]))
    zero = forall(*NAMES, given(["<=", 0, "sigma"], ["=", E_ELU, MEAN_OF_ELU]))
    rejects(zero, proof)


def test_elu_is_smooth_just_if_alpha_is_1():
    statement = forall("alpha", ["iff", ["smooth", 1, "x", elu("x")], ["=", "alpha", 1]])

    def joint(proof, n=1, points=(0,)):
        return ["joint", n, "x", elu("x"), list(points), proof]

    equations = ["split", ["combine", []], ["combine", []], ["combine", [[1, 0]]]]
    forth = joint(["use", 1, [["by", ["fact", 0]]], ["combine", [[1, 5]]]])
    back = joint(["use", 2, [["by", equations]], ["fact", 3]])
    proof = ["generalize", "alpha", ["split", ["assume", forth], ["assume", back]]]
    check(statement, proof)
    twice = json.loads(json.dumps(statement).replace('"smooth", 1', '"smooth", 2'))
    rejects(twice, proof)
    rejects(statement, json.loads(json.dumps(proof).replace("[0], ", "[], ")))  # no joint
    rejects(statement, json.loads(json.dumps(proof).replace("[0], ", "[1], ")))  # another one
    rejects(statement, json.loads(json.dumps(proof).replace('"joint", 1', '"joint", 0')))


P = ["generalize", "x", ["combine", []]]
SQUARE = ["^", "x", 2]
UNDER_P = ["E", "x", "p", "x"]
SQUARE_AT_LEAST_0 = [
    "cases",
    ["<=", 0, "y"],
    ["combine", [["y", 1]]],
    ["combine", [[minus("y"), 1]]],
]

MIRRORED_STEP = [
    "law-linear",
    "p",
    "x",
    [[1, ["step", minus("x")]]],
    ["generalize", "x", ["cases", ["<", 0, minus("x")], ["combine", []], ["combine", []]]],
    [[-1, ["step", "x"]]],
]
RELU_AT_LEAST_0 = [
    "generalize",
    "x",
    ["cases", ["<", 0, "x"], ["combine", [[1, 0]]], ["combine", []]],
]
NOWHERE_NEGATIVE = ["generalize", "x", ["combine", []]]
RELU_POSITIVE = ["have", ["<", 0, "x"], ["combine", [[1, 1], [1, -1]]], ["combine", [[1, 3]]]]

HALVED = ["iterate", 10, "q", ["/", "q", 2], 1]


def orbit_to_1(value):
    """The orbit of (x + a)/2 + b from 5 to 1, where the function has some value at 1."""
    body = ["+", ["/", ["+", "x", "a"], 2], "b"]
    at_1 = ["=", value, ["+", ["/", ["+", 1, "a"], 2], "b"]]
    steps = [opened(["x"], 2, ["combine", [[["/", 1, 2], 1], [m, 0]]]) for m in (1, -1)]
    statement = forall("a", "b", given(at_1, ["orbit", "x", body, 5, 1]))
    return statement, opened(["a", "b"], 1, ["orbit-monotone", *steps])


ACCEPTED = {
    "numbers": (["<", 3, ["pi"]], ["combine", [[["+", ["pi"], -3], -1]]]),
    "generalize": (forall("x", ["=", ["+", "x", "x"], ["*", 2, "x"]]), P),
    "assume": (given(["<", 0, 0], ["<", 1, 1]), ["assume", ["combine", [[1, 0]]]]),
    "assume not": (
        ["not", ["smooth", 0, "x", ["step", "x"]]],
        [
            "assume",
            [
                "joint",
                0,
                "x",
                ["step", "x"],
                [0],
                ["use", 1, [["by", ["fact", 0]]], ["combine", [[1, -1], [-1, 3]]]],
            ],
        ],
    ),
    "split": (
        ["and", ["=", 1, 1], ["<", 0, 1]],
        ["split", ["combine", []], ["combine", [[1, -1]]]],
    ),
    "split iff": (
        forall("x", ["iff", ["=", "x", 1], ["=", 1, "x"]]),
        opened(["x"], 0, ["split", *[["assume", ["combine", [[-1, 0]]]]] * 2]),
    ),
    "witness of a part": (["or", ["<", 1, 0], ["<", 0, 1]], ["witness", 1, ["combine", [[1, -1]]]]),
    "witness": (["exists", "x", ["=", SQUARE, 4]], ["witness", -2, ["combine", []]]),
    "witness of one": (
        ["exists1", "x", ["=", ["*", 2, "x"], 1]],
        [
            "witness",
            ["/", 1, 2],
            ["split", ["combine", []], opened(["y"], 1, ["combine", [[["/", 1, 2], 0]]])],
        ],
    ),
    "obtain": (
        given(["exists", "x", ["=", "x", 1]], ["exists", "y", ["=", "y", 1]]),
        ["assume", ["obtain", 0, "z", ["witness", "z", ["fact", 1]]]],
    ),
    "obtain one": (
        given(["exists1", "x", ["=", "x", 1]], ["exists", "y", ["=", "y", 1]]),
        ["assume", ["obtain", 0, "z", ["witness", "z", ["fact", 1]]]],
    ),
    "have": (
        ["<", 0, 2],
        ["have", ["<", 0, 1], ["combine", [[1, -1]]], ["combine", [[2, 0]]]],
    ),
    "use": (
        given(forall("x", given(["<", 0, "x"], ["<", 1, "x"])), ["<", 1, 3]),
        ["assume", ["use", 0, [["at", 3], ["by", ["combine", [[3, -1]]]]], ["fact", 1]]],
    ),
    "cases": (
        forall("x", ["<=", 0, SQUARE]),
        opened(
            ["x"],
            0,
            ["cases", ["<=", 0, "x"], ["combine", [["x", 0]]], ["combine", [[minus("x"), 0]]]],
        ),
    ),
    "a variable above a number": (
        forall("x", given(["<=", 1, "x"], ["<", 0, "x"])),
        opened(["x"], 1, ["combine", [["x", -1]]]),
    ),
    "a variable above another one": (
        forall("x", "y", given(["<", 0, "x"], ["<=", "x", "y"], ["<", 0, "y"])),
        opened(["x", "y"], 2, ["combine", [["y", -1]]]),
    ),
    "a variable below a number": (
        forall("x", given(["<", "x", ["/", -1, 2]], ["<", "x", 0])),
        opened(["x"], 1, ["combine", [[minus("x"), -1]]]),
    ),
    "facts that contradict one another": (
        forall("x", given(["=", SQUARE, 0], ["<", "x", 0], ["<", 1, 0])),
        opened(["x"], 2, ["combine", [[SQUARE, -1]]]),
    ),
    "a fact that may be undefined": (
        forall("x", given(["<", 0, ["/", 1, "x"]], ["<", 0, ["/", 1, "x"]])),
        opened(["x"], 1, ["fact", 0]),
    ),
    "an orbit to a point that a fact says is fixed": orbit_to_1(1),
    "iterated": (
        ["<", ["/", 9, 10000], HALVED],
        ["iterated", HALVED, ["/", 9, 10000], ["/", 1, 1000], 64, ["fact", 0]],
    ),
    "cases of a fact": (
        forall("x", given(["or", ["=", "x", 1], ["=", "x", -1]], ["=", SQUARE, 1])),
        opened(
            ["x"],
            1,
            [
                "cases",
                0,
                ["combine", [[["+", "x", 1], 1]]],
                ["combine", [[["+", "x", -1], 1]]],
            ],
        ),
    ),
    "contradict": (
        forall("x", given(["<", 0, "x"], ["<=", 0, "x"])),
        opened(["x"], 1, ["contradict", ["combine", [[1, 0], [1, 1]]]]),
    ),
    "contradict from FALSE": (
        given(["<", 1, 0], ["=", 1, 2]),
        ["assume", ["contradict", ["combine", [[1, 0], [1, -1]]]]],
    ),
    "use of a denial": (
        given(["not", ["smooth", 1, "x", "x"]], ["<", 0, 0]),
        ["assume", ["use", 0, [["by", ["joint", 1, "x", "x", [], ["fact", 1]]]], ["fact", 1]]],
    ),
    "fact": (
        given(["smooth", 1, "x", ["+", "x", "x"]], ["smooth", 1, "y", ["+", "y", "y"]]),
        ["assume", ["fact", 0]],
    ),
    "replace": (
        forall("a", given(["=", "a", 2], ["=", ["exp", ["*", "a", "a"]], ["exp", 4]])),
        opened(
            ["a"],
            1,
            ["replace", 0, "z", ["=", ["exp", ["*", "z", "z"]], ["exp", 4]], ["combine", []]],
        ),
    ),
    "combine nothing": (
        forall("x", given(["<", 0, "x"], ["=", ["sqrt", SQUARE], "x"])),
        opened(["x"], 1, ["combine", []]),
    ),
    "a sign that the facts contradict": (
        forall(
            "x",
            given(["<=", "x", 1], ["<", 0, "x"], ["<", 0, ["log", "x"]], ["<=", ["log", "x"], 0]),
        ),
        opened(["x"], 3, ["combine", [[minus(["log", "x"]), -1]]]),
    ),
    "a condition that holds throughout": (
        ["=", ["E", "x", ["normal", 0, 1], ["if", ["<", 0, ["exp", "x"]], "x", 1]], 0],
        ["combine", []],
    ),
    "a logarithm in an exponent": (
        forall(
            "K",
            "s",
            given(
                ["<", 0, "K"],
                ["<", 0, "s"],
                [
                    "=",
                    ["exp", ["/", ["+", 1, ["*", ["^", "s", 2], ["log", "K"]]], ["^", "s", 2]]],
                    ["*", "K", ["exp", ["^", "s", -2]]],
                ],
            ),
        ),
        opened(["K", "s"], 2, ["combine", []]),
    ),
    "combine": (
        forall("x", given(["<", 1, "x"], ["<", "x", SQUARE])),
        opened(["x"], 1, ["combine", [[["+", "x", -1], 0], [1, 0]]]),
    ),
    "cover": (
        forall("x", given(["<=", 0, "x"], ["<=", "x", 1], ["<", "x", ["exp", "x"]])),
        opened(["x"], 2, ["cover", 64, [["x", 0, 1]], "0nm"]),
    ),
    "mean-value": (
        forall("t", given(["<", 0, "t"], ["<", ["+", 1, "t"], ["exp", "t"]])),
        opened(
            ["t"],
            1,
            [
                "mean-value",
                "x",
                ["+", ["exp", "x"], minus("x")],
                0,
                "t",
                opened(
                    ["x"],
                    2,
                    [
                        "mean-value",
                        "y",
                        ["exp", "y"],
                        0,
                        "x",
                        opened(["y"], 2, ["combine", [[["exp", "y"], -1]]]),
                    ],
                ),
            ],
        ),
    ),
    "root": (
        ["exists", "x", ["and", ["<", 1, "x"], ["<", "x", 2], ["=", SQUARE, 2]]],
        ["root", SQUARE, 1, 2, 2, "rising", ["combine", [[1, -1]]], ["combine", [[2, -1]]]],
    ),
    "root falling": (
        ["exists", "y", ["and", ["<", 1, "y"], ["<", "y", 2], ["=", minus(["^", "y", 2]), -2]]],
        [
            "root",
            minus(["^", "y", 2]),
            1,
            2,
            -2,
            "falling",
            ["combine", [[1, -1]]],
            ["combine", [[2, -1]]],
        ],
    ),
    "joint": (["smooth", 3, "x", ["exp", "x"]], ["joint", 3, "x", ["exp", "x"], [], ["fact", 0]]),
    "orbit-monotone": (
        ["orbit", "x", ["/", ["+", "x", 1], 2], 5, 1],
        [
            "orbit-monotone",
            opened(["x"], 2, ["combine", [[["/", 1, 2], 0]]]),
            opened(["x"], 2, ["combine", [[["/", 1, 2], 0]]]),
        ],
    ),
    "orbit-monotone that rises": (
        ["orbit", "x", ["/", ["+", "x", 1], 2], -5, 1],
        [
            "orbit-monotone",
            opened(["x"], 2, ["combine", [[["/", 1, 2], 1]]]),
            opened(["x"], 2, ["combine", [[["/", 1, 2], 1]]]),
        ],
    ),
    "limit-by-growth": (
        forall("alpha", ["limit", "x", "-oo", elu("x"), minus("alpha")]),
        opened(["alpha"], 0, ["limit-by-growth", 0]),
    ),
    "limit-by-growth to the second order": (
        [
            "limit",
            "s",
            ["from-above", 0],
            ["*", ["^", "s", -2], ["E", "x", ["normal", 0, "s"], ["^", ["elu", "x", 1], 2]]],
            1,
        ],
        ["limit-by-growth", 1],
    ),
    "limit-by-growth of a derivative": (
        ["limit", "x", "-oo", ["D", "t", ["elu", "t", 2], "x"], 0],
        ["limit-by-growth", 0],
    ),
    "limit-by-growth of a quotient": (
        ["limit", "x", "oo", ["/", ["+", ["*", 2, "x"], 1], ["+", "x", 5]], 2],
        ["limit-by-growth", 1],
    ),
    "limit-by-growth at 0": (
        ["limit", "x", ["from-below", 0], ["/", 1, "x"], "-oo"],
        ["limit-by-growth", 1],
    ),
    "limit-by-growth of a tail": (
        ["limit", "x", "oo", ["*", "x", ["exp", ["/", SQUARE, 2]], ["Phi", minus("x")]], PHI_0],
        ["limit-by-growth", 1],
    ),
    "limit-by-growth of a mean": (
        ["limit", "m", "oo", ["+", ["E", "x", ["normal", "m", 1], ["elu", "x", 1]], minus("m")], 0],
        ["limit-by-growth", 1],
    ),
    "limit-by-continuity": (
        ["limit", "x", ["from-below", 0], ["step", "x"], 0],
        ["limit-by-continuity", 1],
    ),
    "limit-by-continuity from above": (
        ["limit", "x", ["from-above", 0], ["step", "x"], 1],
        ["limit-by-continuity", 1],
    ),
    "squeeze": (
        ["limit", "x", ["from-above", 0], ["sqrt", ["*", "x", "x"]], 0],
        [
            "squeeze",
            0,
            "x",
            ["limit-by-continuity", 1],
            ["limit-by-continuity", 1],
            opened(["x"], 2, ["split", ["combine", [[1, 0]]], ["combine", []]]),
        ],
    ),
    "near": (
        given(
            ["limit", "x", ["from-above", 0], ["/", 1, "x"], "oo"],
            [
                "exists",
                "y",
                [
                    "and",
                    ["<", 0, "y"],
                    forall("x", given(["<", 0, "x"], ["<", "x", "y"], ["<", 7, ["/", 1, "x"]])),
                ],
            ],
        ),
        ["assume", ["near", 0, 7, "below", ["fact", 1]]],
    ),
    "near at infinity": (
        given(
            ["limit", "x", "-oo", ["exp", "x"], 0],
            ["exists", "y", forall("x", given(["<", "x", "y"], ["<", ["exp", "x"], ["/", 1, 9]]))],
        ),
        ["assume", ["near", 0, ["/", 1, 9], "above", ["fact", 1]]],
    ),
    "law-positive of a normal law": (
        ["<", 0, ["E", "x", ["normal", 0, 1], ["relu", "x"]]],
        by_interval(("normal", 0, 1), 1, 2, RELU_AT_LEAST_0, RELU_POSITIVE, 0),
    ),
    "law-positive": (
        [
            "forall-law",
            "p",
            given(["integrable", "p", "x", SQUARE], ["<=", 0, ["E", "y", "p", ["^", "y", 2]]]),
        ],
        opened(["p"], 1, ["law-positive", opened(["y"], 0, SQUARE_AT_LEAST_0)]),
    ),
    "law-linear": (
        [
            "forall-law",
            "p",
            given(
                ["integrable", "p", "x", "x"],
                ["integrable", "p", "x", ["+", ["*", 2, "x"], 1]],
                ["=", ["E", "x", "p", ["+", ["*", 2, "x"], 1]], ["+", ["*", 2, UNDER_P], 1]],
            ),
        ],
        opened(
            ["p"], 2, ["law-linear", "p", "x", [[2, "x"], [-1, ["+", ["*", 2, "x"], 1]], [1, 1]], P]
        ),
    ),
    "law-dominated": (
        [
            "forall-law",
            "p",
            given(["integrable", "p", "x", "x"], ["integrable", "p", "x", ["relu", "x"]]),
        ],
        opened(
            ["p"],
            1,
            [
                "law-dominated",
                0,
                [[1, "x"]],
                opened(
                    ["x"],
                    0,
                    [
                        "cases",
                        ["<", 0, "x"],
                        [
                            "have",
                            ["<=", 0, "x"],
                            ["combine", [[1, 1]]],
                            ["split", ["combine", [[2, 1]]], ["combine", []]],
                        ],
                        [
                            "cases",
                            ["<=", 0, "x"],
                            ["split", ["combine", [[1, 2]]], ["combine", [[1, 2]]]],
                            ["split", ["combine", [[1, 1]]], ["combine", [[1, 1]]]],
                        ],
                    ],
                ),
            ],
        ),
    ),
    "law-dominated by a constant": (
        ["forall-law", "p", ["integrable", "p", "x", ["step", "x"]]],
        opened(
            ["p"],
            0,
            [
                "law-dominated",
                1,
                [],
                opened(
                    ["x"],
                    0,
                    [
                        "cases",
                        ["<", 0, "x"],
                        ["split", ["combine", [[2, -1]]], ["combine", []]],
                        ["split", ["combine", [[1, -1]]], ["combine", [[1, -1]]]],
                    ],
                ),
            ],
        ),
    ),
    "law-linear under a symmetric law": (
        [
            "forall-law",
            "p",
            given(["symmetric", "p"], ["integrable", "p", "x", "x"], ["=", UNDER_P, 0]),
        ],
        opened(["p"], 2, mean_is_0("x")),
    ),
    "law-linear of steps under a symmetric law": (
        [
            "forall-law",
            "p",
            given(
                ["symmetric", "p"],
                ["=", ["E", "x", "p", ["step", "x"]], ["E", "y", "p", ["step", minus("y")]]],
            ),
        ],
        opened(["p"], 1, MIRRORED_STEP),
    ),
    "law-evident": (["symmetric", ["normal", ["+", 1, -1], 2]], ["law-evident"]),
    "law-evident of points": (
        ["symmetric", ["points", [-1, ["/", 1, 4]], [0, ["/", 1, 2]], [1, ["/", 1, 4]]]],
        ["law-evident"],
    ),
    "law-evident integrable": (
        ["integrable", ["normal", 0, 2], "x", ["relu", "x"]],
        ["law-evident"],
    ),
    "laws": (
        ["exists-law", "p", ["=", UNDER_P, 3]],
        ["witness", ["points", [2, ["/", 1, 2]], [4, ["/", 1, 2]]], ["combine", []]],
    ),
    "rounds-error": (
        forall(
            "t",
            "r",
            given(
                ["rounds", ["format", 3, -2], "t", "r"], ["<=", "t", 0], ["<=", "r", ["/", 1, 32]]
            ),
        ),
        opened(
            ["t", "r"],
            2,
            [
                "rounds-error",
                0,
                [
                    "cases",
                    2,
                    ["combine", [[1, 4], [1, 1]]],
                    ["combine", [[1, 4], [["/", 9, 8], 1], [["/", 1, 32], -1]]],
                    ["combine", [[1, 4], [["/", 7, 8], 1], [["/", 1, 32], -1]]],
                ],
            ],
        ),
    ),
    "rounds-order": (
        forall(
            "t",
            "r",
            "q",
            given(
                ["rounds", ["format", 3, -2], "t", "r"],
                ["rounds", ["format", 3, -2], "t", "q"],
                ["<=", "r", "q"],
            ),
        ),
        opened(["t", "r", "q"], 2, ["rounds-order", 0, 1, ["combine", []]]),
    ),
    "rounds-near": (
        ["rounds", ["format", 3, -2], ["/", 101, 100], 1],
        [
            "rounds-near",
            ["float", -1],
            ["combine", [[["+", ["/", 1, 32], ["/", 1, 100]], -1]]],
            ["combine", [[["+", ["/", 1, 32], ["/", -1, 100]], -1]]],
        ],
    ),
    "rounds-number": (
        ["rounds", ["format", 3, -2], ["/", 9, 8], 1],
        ["rounds-number", ["combine", [[["/", 3, 16], -1]]], ["combine", []]],
    ),
    "floats-apart": (
        forall(
            "x", given(["float", ["format", 3, -2], "x"], ["<", 1, "x"], ["<=", ["/", 5, 4], "x"])
        ),
        opened(
            ["x"],
            2,
            [
                "floats-apart",
                0,
                1,
                ["cases", 2, ["contradict", ["combine", [[1, 1], [1, 3]]]], ["fact", 3]],
            ],
        ),
    ),
    "float that was rounded": (
        forall(
            "t",
            "r",
            given(
                ["rounds", ["format", 3, -2], "t", "r"], ["float", ["format", 3, -2], minus("r")]
            ),
        ),
        opened(["t", "r"], 1, ["float", 0]),
    ),
    "float": (["float", ["format", 3, -2], ["/", -7, 16]], ["float", -1]),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_true_statement_is_accepted(name):
    check(*ACCEPTED[name])


FALSE_PROOFS = {
    # reading
    "an unknown rule": (["=", 1, 1], ["guess"]),
    "no proof": (["=", 1, 1], []),
    "a proof that is text": (["=", 1, 1], "combine"),
    "an unknown variable": (["=", "x", "x"], ["combine", []]),
    "a law as a number": (["forall-law", "p", ["=", "p", "p"]], opened(["p"], 0, ["combine", []])),
    "a number as a law": (forall("x", ["symmetric", "x"]), opened(["x"], 0, ["law-evident"])),
    "a boolean": (["=", 1, True], ["combine", []]),
    "a float": (["=", 1, 1.0], ["combine", []]),
    "null": (["=", None, None], ["combine", []]),
    "an exponent that is no integer": (["=", ["^", 2, "1"], 2], ["combine", []]),
    "infinity as a number": (["<", 1, "oo"], ["combine", [[1, -1]]]),
    "a reserved name": (forall("@0", ["=", "@0", "@0"]), ["generalize", "x", ["combine", []]]),
    "too many parts": (["=", 1, 1, 1], ["combine", []]),
    "nothing to add": (["=", ["+"], 0], ["combine", []]),
    "weights of sum 2": (["=", ["E", "x", ["points", [1, 1], [2, 1]], "x"], 3], ["combine", []]),
    "a negative weight": (
        ["=", ["E", "x", ["points", [1, 2], [2, -1]], "x"], 0],
        ["combine", []],
    ),
    "too many data": (["=", 1, 1], ["combine", [], 0]),
    "arguments missing": (["=", ["elu", 1], 1], ["combine", []]),
    # undefined terms
    "division by 0": (["=", ["/", 1, 0], ["/", 1, 0]], ["combine", []]),
    "0 to the power -1": (["=", ["^", 0, -1], ["^", 0, -1]], ["combine", []]),
    "division by what may be 0": (
        forall("x", ["=", ["/", "x", "x"], 1]),
        opened(["x"], 0, ["combine", []]),
    ),
    "division by a hidden 0": (
        forall("x", ["=", ["/", 1, ["+", "x", minus("x")]], 1]),
        opened(["x"], 0, ["combine", []]),
    ),
    "root of a negative number": (["=", ["^", ["sqrt", -1], 2], -1], ["combine", []]),
    "root of what may be negative": (
        forall("x", ["=", ["^", ["sqrt", "x"], 2], "x"]),
        opened(["x"], 0, ["combine", []]),
    ),
    "root of a square": (
        forall("x", ["=", ["sqrt", SQUARE], "x"]),
        opened(["x"], 0, ["combine", []]),
    ),
    "product of roots": (
        forall(
            "x",
            "y",
            given(
                ["<=", 0, ["*", "x", "y"]],
                ["=", ["sqrt", ["*", "x", "y"]], ["*", ["sqrt", "x"], ["sqrt", "y"]]],
            ),
        ),
        opened(["x", "y"], 1, ["combine", []]),
    ),
    "logarithm of 0": (["=", ["log", 0], ["log", 0]], ["combine", []]),
    "logarithm of a square": (
        forall("x", given(["<", "x", 0], ["=", ["log", SQUARE], ["*", 2, ["log", "x"]]])),
        opened(["x"], 1, ["combine", []]),
    ),
    "a variable above a negative number": (
        forall("x", given(["<", -1, "x"], ["<", 0, "x"])),
        opened(["x"], 1, ["combine", [["x", -1]]]),
    ),
    "a variable that may be 0": (
        forall("x", "y", given(["<=", 0, "y"], ["<=", "y", "x"], ["<", 0, "x"])),
        opened(["x", "y"], 2, ["combine", [["x", -1]]]),
    ),
    "a variable below a positive one": (
        forall("x", "y", given(["<", 0, "y"], ["<", "x", "y"], ["<", 0, "x"])),
        opened(["x", "y"], 2, ["combine", [["x", -1]]]),
    ),
    "facts that contradict one another in one case only": (
        forall(
            "x",
            given(["or", ["and", ["<", "x", 0], ["<", 0, "x"]], ["<=", "x", 0]], ["<", 1, 0]),
        ),
        opened(["x"], 1, ["cases", 0, *[["combine", [[SQUARE, -1]]]] * 2]),
    ),
    "an interval without a point": (
        ["<", 1, 0],
        ["mean-value", "x", "x", 1, 0, opened(["x"], 2, ["combine", [[1, -1]]])],
    ),
    "an orbit to a point that no fact says is fixed": orbit_to_1(2),
    "an iterate of a function of its own variables": (
        forall("y", ["=", ["iterate", 2, "q", ["+", "q", "y"], 1], ["+", 1, ["*", 2, "y"]]]),
        opened(["y"], 0, ["combine", []]),
    ),
    "an iterate that is not so great": (
        ["<", ["/", 1, 1000], HALVED],
        ["iterated", HALVED, ["/", 1, 1000], ["/", 1, 500], 64, ["fact", 0]],
    ),
    "an undefined fact is no sign": (
        forall("x", given(["<", 0, ["/", 1, "x"]], ["<", 0, ["/", 1, "x"]])),
        opened(["x"], 1, ["combine", [[["/", 1, "x"], -1]]]),
    ),
    "an undefined fact in a sum": (
        forall("x", given(["=", ["/", 1, "x"], ["/", 2, "x"]], ["=", 1, 2])),
        opened(["x"], 1, ["combine", [["x", 0]]]),
    ),
    "a later fact does not define an earlier one's terms": (
        given(["<", 0, ["/", 1, 0]], ["<", 0, ["/", 1, 0]]),
        ["assume", ["contradict", ["combine", [[1, 0]]]]],
    ),
    # logic
    "generalize a name in use": (
        forall("x", "y", ["=", "x", "y"]),
        ["generalize", "x", ["generalize", "x", ["combine", []]]],
    ),
    "generalize nothing": (["=", 1, 1], ["generalize", "x", ["combine", []]]),
    "generalize a law as a number": (
        ["forall-law", "p", ["=", 1, 1]],
        ["generalize", "x", ["generalize", "y", ["combine", []]]],
    ),
    "assume nothing": (["=", 1, 1], ["assume", ["combine", []]]),
    "assume the conclusion": (given(["<", 0, 1], ["<", 1, 0]), ["assume", ["fact", 0]]),
    "split with a proof too few": (["and", ["=", 1, 1], ["=", 1, 2]], ["split", ["combine", []]]),
    "split with a false part": (
        ["and", ["=", 1, 1], ["=", 1, 2]],
        ["split", ["combine", []], ["combine", []]],
    ),
    "witness of the other part": (
        ["or", ["<", 1, 0], ["<", 0, 1]],
        ["witness", 0, ["combine", [[1, -1]]]],
    ),
    "witness of the last part": (
        ["or", ["=", 1, 1], ["=", 1, 2]],
        ["witness", -2, ["combine", []]],
    ),
    "witness by a boolean": (["or", ["=", 1, 2], ["=", 1, 1]], ["witness", True, ["combine", []]]),
    "an undefined witness": (
        ["exists", "x", ["=", ["*", 0, "x"], 0]],
        ["witness", ["/", 1, 0], ["combine", []]],
    ),
    "a witness that depends on a bound variable": (
        ["exists", "x", forall("y", ["=", "x", "y"])],
        ["witness", "y", ["generalize", "y", ["combine", []]]],
    ),
    "a witness captured": (
        forall("y", ["exists", "x", forall("y", ["=", "x", "y"])]),
        opened(["y"], 0, ["witness", "y", opened(["z"], 0, ["combine", []])]),
    ),
    "not only one": (
        ["exists1", "x", ["=", SQUARE, 1]],
        ["witness", 1, ["split", ["combine", []], opened(["y"], 1, ["fact", 0])]],
    ),
    "obtain a name in use": (
        forall("z", given(["exists", "x", ["=", "x", 1]], ["=", "z", 1])),
        opened(["z"], 1, ["obtain", 0, "z", ["fact", 1]]),
    ),
    "obtain from a fact to come": (["<", 1, 0], ["obtain", 0, "z", ["fact", 0]]),
    "obtain from a universal fact": (
        given(forall("x", given(["<", "x", "x"], ["=", "x", 1])), ["<", 1, 0]),
        ["assume", ["obtain", 0, "z", ["fact", 1]]],
    ),
    "have what does not hold": (["<", 1, 0], ["have", ["<", 1, 0], ["fact", 0], ["fact", 0]]),
    "have with an unknown variable": (
        ["<", 0, 1],
        ["have", ["=", "x", "x"], ["combine", []], ["combine", [[1, -1]]]],
    ),
    "a fact of another branch": (
        ["and", ["=", 1, 1], ["<", 1, 0]],
        ["split", ["have", ["=", 1, 1], ["combine", []], ["combine", []]], ["fact", 0]],
    ),
    "use at an undefined term": (
        given(forall("x", ["=", "x", "x"]), ["=", 1, 1]),
        ["assume", ["use", 0, [["at", ["log", 0]]], ["combine", []]]],
    ),
    "use without its condition": (
        given(forall("x", given(["<", 0, "x"], ["<", 1, "x"])), ["<", 1, -1]),
        ["assume", ["use", 0, [["at", -1], ["by", ["combine", [[1, -1]]]]], ["fact", 1]]],
    ),
    "use a condition as a fact": (
        given(given(["<", 1, 0], ["=", 1, 1]), ["<", 1, 0]),
        ["assume", ["use", 0, [], ["combine", [[1, 0]]]]],
    ),
    "use an existential fact": (
        given(["exists", "x", ["=", "x", 1]], ["=", 2, 1]),
        ["assume", ["use", 0, [["at", 2]], ["fact", 1]]],
    ),
    "use a law for a number": (
        given(forall("x", ["=", "x", 0]), ["=", 1, 1]),
        ["assume", ["use", 0, [["at", ["normal", 0, 1]]], ["combine", []]]],
    ),
    "use a normal law without variance": (
        given(["forall-law", "p", ["=", UNDER_P, 0]], ["=", 1, 1]),
        ["assume", ["use", 0, [["at", ["normal", 0, 0]]], ["combine", []]]],
    ),
    "cases that prove neither": (
        forall("x", ["<", 0, "x"]),
        opened(["x"], 0, ["cases", ["<", 0, "x"], ["fact", 0], ["combine", [[1, 0]]]]),
    ),
    "cases with one too few": (
        forall("x", given(["or", ["=", "x", 1], ["=", "x", 2]], ["=", "x", 1])),
        opened(["x"], 1, ["cases", 0, ["fact", 1]]),
    ),
    "contradict without contradiction": (["<", 1, 0], ["contradict", ["fact", 0]]),
    "contradict without FALSE": (["<", 1, 0], ["contradict", ["combine", [[1, -1]]]]),
    "use of a denial of what does not hold": (
        given(["not", ["smooth", 1, "x", ["abs", "x"]]], ["<", 0, 0]),
        [
            "assume",
            ["use", 0, [["by", ["joint", 1, "x", ["abs", "x"], [0], ["fact", 1]]]], ["fact", 1]],
        ],
    ),
    "use of a denial by itself": (
        given(["not", ["smooth", 1, "x", ["abs", "x"]]], ["<", 0, 0]),
        ["assume", ["use", 0, [["by", ["fact", 0]]], ["fact", 1]]],
    ),
    "another fact": (given(["<=", 0, 1], ["<", 0, 1]), ["assume", ["fact", 0]]),
    "a fact about another variable": (
        forall("x", "y", given(["<", 0, "x"], ["<", 0, "y"])),
        opened(["x", "y"], 1, ["fact", 0]),
    ),
    "another function": (
        given(["smooth", 1, "x", "x"], ["smooth", 1, "x", ["abs", "x"]]),
        ["assume", ["fact", 0]],
    ),
    "less smooth": (
        given(["smooth", 1, "x", ["relu", "x"]], ["smooth", 2, "x", ["relu", "x"]]),
        ["assume", ["fact", 0]],
    ),
    "a function that agrees on one side only": (
        given(
            ["limit", "x", ["from-above", 0], ["abs", "x"], 0],
            ["limit", "x", ["from-below", 0], "x", 0],
        ),
        ["assume", ["fact", 0]],
    ),
    "replace what is not equal": (
        forall("a", given(["<", "a", 2], ["=", "a", "a"])),
        opened(["a"], 1, ["replace", 0, "z", ["=", "z", "a"], ["combine", []]]),
    ),
    "replace where it is not": (
        forall("a", given(["=", "a", 2], ["=", "a", 3])),
        opened(["a"], 1, ["replace", 0, "z", ["=", "z", 2], ["combine", []]]),
    ),
    "replace a name in use": (
        forall("a", given(["=", "a", 2], ["=", "a", 2])),
        opened(["a"], 1, ["replace", 0, "a", ["=", "a", 2], ["combine", []]]),
    ),
    "replace under a binder": (
        forall("x", given(["=", "x", 2], forall("x", ["=", "x", 2]))),
        opened(
            ["x"],
            1,
            ["replace", 0, "z", forall("x", ["=", "z", 2]), ["generalize", "y", ["combine", []]]],
        ),
    ),
    # mathematics
    "an equation that does not hold": (forall("x", ["=", SQUARE, "x"]), P),
    "a negative multiplier": (
        given(["<", 0, 1], ["<", 1, 0]),
        ["assume", ["combine", [[-1, 0]]]],
    ),
    "a multiplier of unknown sign": (
        forall("x", ["<=", 0, "x"]),
        opened(["x"], 0, ["combine", [["x", -1]]]),
    ),
    "a strict sum of weak facts": (
        given(["<=", 0, 0], ["<", 0, 0]),
        ["assume", ["combine", [[1, 0]]]],
    ),
    "a strict sum with the multiplier 0": (["<", 0, 0], ["combine", [[0, -1]]]),
    "a strict sum with a multiplier that may be 0": (
        forall("x", given(["<=", 0, "x"], ["<", 0, "x"])),
        opened(["x"], 1, ["combine", [["x", -1]]]),
    ),
    "an equation from an inequality": (["=", 0, 1], ["combine", [[1, -1]]]),
    "fact number -2": (given(["<", 0, 1], ["<", 0, 1]), ["assume", ["combine", [[1, -2]]]]),
    "a universal fact in a sum": (
        given(forall("x", ["<", 0, 1]), ["<", 0, 1]),
        ["assume", ["combine", [[1, 0]]]],
    ),
    "an undefined multiplier": (
        ["<=", 0, 0],
        ["combine", [[["/", 0, 0], -1]]],
    ),
    "a cover of a false statement": (
        forall("x", given(["<=", 0, "x"], ["<=", "x", 1], ["<", "x", ["/", 99, 100]])),
        opened(["x"], 2, ["cover", 64, [["x", 0, 1]], "0m0mm"]),
    ),
    "a cover with a zero": (
        forall("x", given(["<=", 0, "x"], ["<=", "x", 1], ["<", 0, "x"])),
        opened(["x"], 2, ["cover", 64, [["x", 0, 1]], "m"]),
    ),
    "a cover of less than there is": (
        forall("x", given(["<=", 0, "x"], ["<=", "x", 2], ["<", "x", 2])),
        opened(["x"], 2, ["cover", 64, [["x", 0, 1]], "m"]),
    ),
    "a cover without bounds": (
        forall("x", ["<", "x", 2]),
        opened(["x"], 0, ["cover", 64, [["x", 0, 1]], "m"]),
    ),
    "a cover that lacks a leaf": (
        forall("x", given(["<=", 0, "x"], ["<=", "x", 1], ["<", "x", ["/", 2, 3]])),
        opened(["x"], 2, ["cover", 64, [["x", 0, 1]], "0n"]),
    ),
    "an empty cover": (
        forall("x", given(["<=", 0, "x"], ["<=", "x", 1], ["<", "x", 2])),
        opened(["x"], 2, ["cover", 64, [["x", 0, 1]], ""]),
    ),
    "a cover with a leaf too many": (
        forall("x", given(["<=", 0, "x"], ["<=", "x", 1], ["<", "x", 2])),
        opened(["x"], 2, ["cover", 64, [["x", 0, 1]], "nn"]),
    ),
    "a cover along no axis": (
        forall("x", given(["<=", 0, "x"], ["<=", "x", 1], ["<", "x", 2])),
        opened(["x"], 2, ["cover", 64, [["x", 0, 1]], "1nn"]),
    ),
    "a cover of another variable": (
        forall("x", "y", given(["<=", 0, "x"], ["<=", "x", 1], ["<", "y", 2])),
        opened(["x", "y"], 2, ["cover", 64, [["x", 0, 1]], "n"]),
    ),
    "a cover over a pole": (
        forall("x", given(["<=", -1, "x"], ["<=", "x", 1], ["<", 0, ["/", 1, SQUARE]])),
        opened(["x"], 2, ["cover", 64, [["x", -1, 1]], "0mm"]),
    ),
    "a cover where numbers overflow": (
        ["<", 0, minus(["exp", ["exp", ["exp", ["exp", 9]]]])],
        ["cover", 64, [], "m"],
    ),
    "mean-value with a slope of the other sign": (
        forall("t", given(["<", 0, "t"], ["<", "t", 0])),
        opened(
            ["t"], 1, ["mean-value", "x", "x", 0, "t", opened(["x"], 2, ["combine", [[1, -1]]])]
        ),
    ),
    "mean-value over an interval in the wrong order": (
        ["<", 1, 0],
        ["mean-value", "x", "x", 1, 0, opened(["x"], 2, ["combine", [[1, -1]]])],
    ),
    "mean-value over a point": (
        ["<", 0, 0],
        ["mean-value", "x", "x", 1, 1, opened(["x"], 2, ["combine", [[1, -1]]])],
    ),
    "mean-value over a jump": (
        ["=", ["step", -1], ["step", 1]],
        ["mean-value", "x", ["step", "x"], -1, 1, opened(["x"], 2, ["combine", []])],
    ),
    "mean-value over a jump at the end": (
        ["=", ["step", 0], ["step", 1]],
        ["mean-value", "x", ["step", "x"], 0, 1, opened(["x"], 2, ["combine", []])],
    ),
    "mean-value over a pole": (
        ["<", ["/", -1, -1], ["/", -1, 1]],
        [
            "mean-value",
            "x",
            ["/", -1, "x"],
            -1,
            1,
            opened(["x"], 2, ["combine", [[["^", "x", -2], -1]]]),
        ],
    ),
    "mean-value that captures its variable": (
        forall("x", given(["<", 0, "x"], ["<", "x", 0])),
        opened(
            ["x"],
            1,
            [
                "mean-value",
                "x",
                minus("x"),
                0,
                "x",
                opened(["y"], 2, ["combine", [[1, 0], [1, 1]]]),
            ],
        ),
    ),
    "mean-value of a mean under a law": (
        [
            "forall-law",
            "p",
            [
                "=",
                ["E", "x", "p", ["step", ["+", "x", -1]]],
                ["E", "x", "p", ["step", ["+", "x", 0]]],
            ],
        ],
        opened(
            ["p"],
            0,
            [
                "mean-value",
                "t",
                ["E", "x", "p", ["step", ["+", "x", "t"]]],
                -1,
                0,
                opened(["t"], 2, ["combine", []]),
            ],
        ),
    ),
    "a root of a jump": (
        ["exists", "x", ["and", ["<", -1, "x"], ["<", "x", 1], ["=", ["step", "x"], ["/", 1, 2]]]],
        [
            "root",
            ["step", "x"],
            -1,
            1,
            ["/", 1, 2],
            "rising",
            *[["combine", [[["/", 1, 2], -1]]]] * 2,
        ],
    ),
    "a root of a pole": (
        ["exists", "x", ["and", ["<", -1, "x"], ["<", "x", 1], ["=", ["/", 1, "x"], 0]]],
        ["root", ["/", 1, "x"], -1, 1, 0, "rising", *[["combine", [[1, -1]]]] * 2],
    ),
    "a root without a change of sign": (
        ["exists", "x", ["and", ["<", 1, "x"], ["<", "x", 2], ["=", SQUARE, 5]]],
        ["root", SQUARE, 1, 2, 5, "rising", ["combine", [[4, -1]]], ["combine", [[1, -1]]]],
    ),
    "a root in the wrong order": (
        ["exists", "x", ["and", ["<", 2, "x"], ["<", "x", 1], ["=", SQUARE, 2]]],
        ["root", SQUARE, 2, 1, 2, "falling", ["combine", [[2, -1]]], ["combine", [[1, -1]]]],
    ),
    "another root": (
        ["exists", "x", ["and", ["<", 1, "x"], ["<", "x", 2], ["=", SQUARE, 5]]],
        ["root", SQUARE, 1, 2, 2, "rising", ["combine", [[1, -1]]], ["combine", [[2, -1]]]],
    ),
    "joints in the wrong order": (
        ["smooth", 1, "x", "x"],
        ["joint", 1, "x", "x", [1, 0], ["fact", 0]],
    ),
    "a joint at each point twice": (
        ["smooth", 1, "x", "x"],
        ["joint", 1, "x", "x", [0, 0], ["fact", 0]],
    ),
    "a joint at a pole": (
        ["smooth", 1, "x", ["/", 1, "x"]],
        [
            "joint",
            1,
            "x",
            ["/", 1, "x"],
            [0],
            ["use", 1, [["by", ["split", *[["combine", []]] * 3]]], ["fact", 2]],
        ],
    ),
    "a joint of roots at 0": (
        ["smooth", 0, "x", ["sqrt", ["abs", "x"]]],
        [
            "joint",
            0,
            "x",
            ["sqrt", ["abs", "x"]],
            [0],
            ["use", 1, [["by", ["split", *[["combine", []]] * 2]]], ["fact", 2]],
        ],
    ),
    "smooth but for a value": (
        ["smooth", 0, "x", ["if", ["<=", "x", 0], ["if", ["<", "x", 0], 1, 2], 1]],
        [
            "joint",
            0,
            "x",
            ["if", ["<=", "x", 0], ["if", ["<", "x", 0], 1, 2], 1],
            [0],
            ["use", 1, [["by", ["split", *[["combine", []]] * 2]]], ["fact", 2]],
        ],
    ),
    "smooth by half": (
        ["smooth", 1, "x", ["abs", "x"]],
        [
            "joint",
            1,
            "x",
            ["abs", "x"],
            [0],
            ["use", 1, [["by", ["split", *[["combine", []]] * 3]]], ["fact", 2]],
        ],
    ),
    "a derivative at a kink": (["=", ["D", "x", ["abs", "x"], 0], 1], ["combine", []]),
    "a derivative at a jump": (["=", ["D", "x", ["step", "x"], 0], 0], ["combine", []]),
    "a derivative at a hidden jump": (
        ["=", ["D", "x", ["if", ["<", ["jump", "x"], 0], 0, 1], 0], 0],
        ["combine", []],
    ),
    "a derivative of a root at 0": (
        ["=", ["D", "x", ["*", "x", ["sqrt", "x"]], 0], 0],
        ["combine", []],
    ),
    "a derivative of a root that cancels": (
        ["=", ["D", "x", ["+", ["sqrt", "x"], minus(["sqrt", "x"])], 0], 0],
        ["combine", []],
    ),
    "a derivative of 0 times a root": (
        ["=", ["D", "x", ["*", 0, ["sqrt", "x"]], 0], 0],
        ["combine", []],
    ),
    "a derivative at a point that is undefined": (
        ["=", ["D", "x", 1, ["log", 0]], 0],
        ["combine", []],
    ),
    "a derivative of a mean under a law": (
        ["forall-law", "p", ["=", ["D", "t", ["E", "x", "p", ["step", ["+", "x", "t"]]], 0], 0]],
        opened(["p"], 0, ["combine", []]),
    ),
    "a derivative where the condition is not known": (
        forall("t", ["=", ["D", "x", ["relu", "x"], "t"], 1]),
        opened(["t"], 0, ["combine", []]),
    ),
    "a mean with the facts of another variable": (
        forall("x", given(["<", 0, "x"], ["=", ["E", "x", ["normal", 0, 1], ["relu", "x"]], 0])),
        opened(["x"], 1, ["combine", []]),
    ),
    "a mean of what has none": (
        [
            "=",
            ["E", "x", ["normal", 0, 1], ["exp", SQUARE]],
            ["E", "x", ["normal", 0, 1], ["exp", SQUARE]],
        ],
        ["combine", []],
    ),
    "a mean of a pole": (
        ["=", ["E", "x", ["normal", 0, 1], ["/", 1, "x"]], 0],
        ["combine", []],
    ),
    "a mean of a root": (
        ["=", ["E", "x", ["normal", 0, 1], ["^", ["sqrt", "x"], 2]], 0],
        ["combine", []],
    ),
    "a mean with variance 0": (["=", ["E", "x", ["normal", 1, 0], "x"], 1], ["combine", []]),
    "a mean with breakpoints of unknown order": (
        forall(
            "a",
            "b",
            [
                "=",
                [
                    "E",
                    "x",
                    ["normal", 0, 1],
                    ["*", ["step", ["+", "x", "a"]], ["step", ["+", "x", "b"]]],
                ],
                0,
            ],
        ),
        opened(["a", "b"], 0, ["combine", []]),
    ),
    "a limit from the other side": (
        ["limit", "x", ["from-above", 0], ["step", "x"], 0],
        ["limit-by-continuity", 1],
    ),
    "a limit over a jump": (
        ["limit", "x", ["from-above", -1], ["step", "x"], 0],
        ["limit-by-continuity", 2],
    ),
    "a limit at a pole": (
        ["limit", "x", ["from-above", 0], ["/", 1, "x"], 0],
        ["limit-by-continuity", 1],
    ),
    "a limit near no point": (
        ["limit", "x", ["from-above", 0], ["step", "x"], 0],
        ["limit-by-continuity", 0],
    ),
    "a limit in the wrong direction": (
        ["limit", "x", ["from-above", 0], ["step", "x"], 0],
        ["limit-by-continuity", -1],
    ),
    "a limit at infinity by continuity": (
        ["limit", "x", "oo", 1, 1],
        ["limit-by-continuity", 1],
    ),
    "a limit that is infinite by continuity": (
        ["limit", "x", ["from-above", 0], "x", "oo"],
        ["limit-by-continuity", 1],
    ),
    "a limit of a mean under a law": (
        [
            "forall-law",
            "p",
            [
                "limit",
                "t",
                ["from-above", 0],
                ["E", "x", "p", ["step", ["+", "x", "t"]]],
                ["E", "x", "p", ["step", "x"]],
            ],
        ],
        opened(["p"], 0, ["limit-by-continuity", 1]),
    ),
    "an orbit that captures": (
        forall("x", given(["<", 0, "x"], ["orbit", "x", ["/", "x", 2], "x", 0])),
        opened(
            ["x"], 1, ["orbit-monotone", *[opened(["y"], 2, ["combine", [[["/", 1, 2], 1]]])] * 2]
        ),
    ),
    "an orbit from its end": (
        ["orbit", "x", ["/", ["+", "x", 1], 2], 1, 1],
        ["orbit-monotone", *[opened(["x"], 2, ["contradict", ["combine", [[1, 0], [1, 1]]]])] * 2],
    ),
    "an orbit over a jump": (
        ["orbit", "x", ["if", ["<", 1, "x"], ["/", ["+", "x", 1], 2], ["/", "x", 2]], 5, 0],
        [
            "orbit-monotone",
            *[
                opened(
                    ["x"],
                    2,
                    [
                        "cases",
                        ["<", 1, "x"],
                        ["combine", [[["/", 1, 2], 0], [["/", 1, 2], -1]]],
                        ["combine", [[["/", 1, 2], 0]]],
                    ],
                )
            ]
            * 2,
        ],
    ),
    "an orbit that goes away": (
        ["orbit", "x", ["*", 2, "x"], 1, 0],
        [
            "orbit-monotone",
            opened(["x"], 2, ["combine", [[2, 0]]]),
            opened(["x"], 2, ["combine", [[1, 0]]]),
        ],
    ),
    "an orbit to one of two fixed points": (
        ["orbit", "x", SQUARE, 2, 1],
        [
            "orbit-monotone",
            opened(["x"], 2, ["combine", [[["+", "x", 1], 0]]]),
            opened(["x"], 2, ["combine", [["x", 0]]]),
        ],
    ),
    "an orbit to a point that is not fixed": (
        ["orbit", "x", ["/", ["+", "x", 1], 2], 5, 0],
        [
            "orbit-monotone",
            *[opened(["x"], 2, ["combine", [[["/", 1, 2], 0], [["/", 1, 2], -1]]])] * 2,
        ],
    ),
    "growth that is not seen to cancel": (
        ["limit", "x", "oo", ["+", "x", minus(["*", "x", ["Phi", "x"]])], 1],
        ["limit-by-growth", 1],
    ),
    "growth on the other side of 0": (
        ["limit", "x", ["from-below", 0], ["/", 1, "x"], "oo"],
        ["limit-by-growth", 1],
    ),
    "growth of a mean under a law": (
        ["forall-law", "p", ["limit", "t", "oo", ["E", "x", "p", ["step", ["+", "x", "t"]]], 1]],
        opened(["p"], 0, ["limit-by-growth", 1]),
    ),
    "growth of an undefined term": (
        ["limit", "x", "oo", ["*", 0, ["/", 1, ["+", "x", minus("x")]]], 0],
        ["limit-by-growth", 1],
    ),
    "growth hidden in an error": (
        [
            "limit",
            "x",
            "oo",
            ["*", ["^", "x", 9], ["+", ["exp", ["/", 1, "x"]], -1, ["/", -1, "x"]]],
            0,
        ],
        ["limit-by-growth", 1],
    ),
    "another limit by growth": (
        ["limit", "x", "oo", ["/", ["+", ["*", 2, "x"], 1], ["+", "x", 5]], 3],
        ["limit-by-growth", 1],
    ),
    "growth of an unknown exponent": (
        forall("a", ["limit", "x", "oo", ["exp", ["*", "a", "x"]], 0]),
        opened(["a"], 0, ["limit-by-growth", 1]),
    ),
    "growth of unknown sign": (
        forall("a", ["limit", "x", "oo", ["*", "a", "x"], "oo"]),
        opened(["a"], 0, ["limit-by-growth", 1]),
    ),
    "growth that stays": (["limit", "x", "oo", 1, "oo"], ["limit-by-growth", 1]),
    "growth near no point": (
        ["limit", "x", ["from-above", 0], ["relu", "x"], 0],
        ["limit-by-growth", -1],
    ),
    "growth where a condition is not decided": (
        ["limit", "x", "-oo", ["relu", "x"], 0],
        ["limit-by-growth", 1],
    ),
    "growth to the other side": (["limit", "x", "oo", "x", "-oo"], ["limit-by-growth", 1]),
    "a squeeze between other limits": (
        ["limit", "x", ["from-above", 0], ["step", "x"], 0],
        [
            "squeeze",
            0,
            1,
            *[["limit-by-continuity", 1]] * 2,
            opened(["x"], 2, ["split", ["combine", [[1, -1]]], ["combine", []]]),
        ],
    ),
    "a squeeze from one side": (
        ["limit", "x", ["from-above", 0], ["step", "x"], 0],
        [
            "squeeze",
            0,
            "x",
            *[["limit-by-continuity", 1]] * 2,
            opened(["x"], 2, ["split", ["combine", [[1, -1]]], ["combine", [[1, 0]]]]),
        ],
    ),
    "near below the limit itself": (
        given(["limit", "x", ["from-above", 0], "x", 0], ["<", 0, 1]),
        ["assume", ["near", 0, 0, "below", ["combine", [[1, -1]]]]],
    ),
    "near beyond an infinite limit": (
        given(["limit", "x", "oo", "x", "oo"], ["<", 0, 1]),
        ["assume", ["near", 0, 5, "above", ["combine", [[1, -1]]]]],
    ),
    "near a bound that depends on the variable": (
        forall("x", given(["limit", "x", "oo", "x", "oo"], ["<", 0, 1])),
        opened(["x"], 1, ["near", 0, "x", "below", ["combine", [[1, -1]]]]),
    ),
    "a positive mean of what is negative somewhere": (
        ["<", 0, ["E", "x", ["normal", -9, 1], "x"]],
        by_interval(("normal", -9, 1), 1, 2, NOWHERE_NEGATIVE, ["combine", [[1, 1], [1, -1]]], 0),
    ),
    "a positive mean of 0": (
        ["<", 0, ["E", "x", ["normal", 0, 1], 0]],
        by_interval(("normal", 0, 1), 2, 1, NOWHERE_NEGATIVE, ["combine", [[1, 1], [1, 2]]], 0),
    ),
    "a positive mean that is positive at a point": (
        ["<", 0, ["E", "x", ["normal", 0, 1], 0]],
        by_interval(("normal", 0, 1), 1, 1, NOWHERE_NEGATIVE, ["combine", [[1, 1], [1, 2]]], 0),
    ),
    "a positive mean under points": (
        ["<", 0, ["E", "x", ["points", [0, 1]], ["relu", "x"]]],
        ACCEPTED["law-positive of a normal law"][1],
    ),
    "a mean without integrability": (
        ["forall-law", "p", ["<=", 0, ["E", "y", "p", ["^", "y", 2]]]],
        opened(
            ["p"],
            0,
            [
                "law-positive",
                opened(["y"], 0, json.loads(json.dumps(SQUARE_AT_LEAST_0).replace("1]", "0]"))),
            ],
        ),
    ),
    "a mean that is integrable under another law": (
        [
            "forall-law",
            "p",
            [
                "forall-law",
                "q",
                given(["integrable", "q", "x", SQUARE], ["<=", 0, ["E", "y", "p", ["^", "y", 2]]]),
            ],
        ],
        opened(["p", "q"], 1, ["law-positive", opened(["y"], 0, SQUARE_AT_LEAST_0)]),
    ),
    "a positive mean by a mean of what is not integrable": (
        [
            "forall-law",
            "p",
            given(
                ["integrable", "p", "x", ["exp", "x"]],
                ["<", 0, UNDER_P],
                ["<", 0, ["E", "x", "p", ["exp", "x"]]],
            ),
        ],
        opened(
            ["p"],
            2,
            [
                "law-positive",
                opened(["x"], 0, ["combine", [[["exp", "x"], -1]]]),
                "x",
                ["fact", 1],
                opened(["x"], 1, ["combine", [[["exp", "x"], -1]]]),
            ],
        ),
    ),
    "a positive mean without a positive one": (
        [
            "forall-law",
            "p",
            given(
                ["integrable", "p", "x", ["exp", "x"]],
                ["integrable", "p", "x", "x"],
                ["<", 0, ["E", "x", "p", ["exp", "x"]]],
            ),
        ],
        opened(
            ["p"],
            2,
            [
                "law-positive",
                opened(["x"], 0, ["combine", [[["exp", "x"], -1]]]),
                "x",
                ["combine", []],
                opened(["x"], 1, ["combine", [[["exp", "x"], -1]]]),
            ],
        ),
    ),
    "linearity without integrability": (
        [
            "forall-law",
            "p",
            given(
                ["integrable", "p", "x", ["+", ["*", 2, "x"], 1]],
                ["=", ["E", "x", "p", ["+", ["*", 2, "x"], 1]], ["+", ["*", 2, UNDER_P], 1]],
            ),
        ],
        opened(
            ["p"], 1, ["law-linear", "p", "x", [[2, "x"], [-1, ["+", ["*", 2, "x"], 1]], [1, 1]], P]
        ),
    ),
    "linearity with a factor that is not constant": (
        [
            "forall-law",
            "p",
            forall(
                "x",
                given(
                    ["integrable", "p", "x", "x"],
                    ["integrable", "p", "x", SQUARE],
                    ["=", ["E", "x", "p", SQUARE], ["*", "x", UNDER_P]],
                ),
            ),
        ],
        opened(
            ["p", "x"],
            2,
            ["law-linear", "p", "x", [["x", "x"], [-1, SQUARE]], opened(["y"], 0, ["combine", []])],
        ),
    ),
    "a derivative does not take finitely many values": (
        [
            "forall-law",
            "p",
            [
                "=",
                ["E", "x", "p", ["if", ["<", ["D", "t", "t", "x"], 2], 1, 0]],
                ["E", "x", "p", 1],
            ],
        ],
        opened(
            ["p"],
            0,
            [
                "law-linear",
                "p",
                "x",
                [[1, 1], [-1, ["if", ["<", ["D", "t", "t", "x"], 2], 1, 0]]],
                P,
            ],
        ),
    ),
    "linearity under a normal law": (
        ["=", ["E", "x", ["normal", 0, 1], ["/", 1, "x"]], 0],
        ["law-linear", ["normal", 0, 1], "x", [[-1, ["/", 1, "x"]]], P],
    ),
    "linearity of something else": (
        [
            "forall-law",
            "p",
            given(
                ["integrable", "p", "x", "x"],
                ["=", ["E", "x", "p", SQUARE], UNDER_P],
            ),
        ],
        opened(["p"], 1, ["law-linear", "p", "x", [[1, "x"], [-1, "x"]], P]),
    ),
    "linearity that does not hold": (
        [
            "forall-law",
            "p",
            given(
                ["integrable", "p", "x", "x"],
                ["integrable", "p", "x", SQUARE],
                ["=", ["E", "x", "p", SQUARE], UNDER_P],
            ),
        ],
        opened(["p"], 2, ["law-linear", "p", "x", [[1, "x"], [-1, SQUARE]], P]),
    ),
    "a bound that does not hold": (
        ["forall-law", "p", ["integrable", "p", "x", "x"]],
        opened(
            ["p"],
            0,
            ["law-dominated", 1, [], opened(["x"], 0, ["split", ["combine", []], ["combine", []]])],
        ),
    ),
    "a bound that is not integrable": (
        ["forall-law", "p", ["integrable", "p", "x", ["relu", "x"]]],
        opened(["p"], 0, ["law-dominated", 0, [[1, "x"]], ACCEPTED["law-dominated"][1][2][1][3]]),
    ),
    "a bound that depends on the variable": (
        ["forall-law", "p", forall("x", ["integrable", "p", "x", SQUARE])],
        opened(
            ["p", "x"],
            0,
            ["law-dominated", SQUARE, [], opened(["y"], 0, ["split", *[["combine", []]] * 2])],
        ),
    ),
    "dominated under a normal law": (
        ["integrable", ["normal", 0, 1], "x", ["/", 1, "x"]],
        ["law-dominated", 1, [], opened(["x"], 0, ["split", *[["combine", []]] * 2])],
    ),
    "a multiple that depends on the variable": (
        [
            "forall-law",
            "p",
            forall("x", given(["integrable", "p", "x", "x"], ["integrable", "p", "x", SQUARE])),
        ],
        opened(
            ["p", "x"],
            1,
            ["law-dominated", 0, [["x", "x"]], opened(["y"], 0, ["split", *[["combine", []]] * 2])],
        ),
    ),
    "a law that is not symmetric": (
        ["forall-law", "p", given(["integrable", "p", "x", "x"], ["=", UNDER_P, 0])],
        opened(["p"], 1, mean_is_0("x")),
    ),
    "a mirror image that is none": (
        [
            "forall-law",
            "p",
            given(
                ["symmetric", "p"],
                ["integrable", "p", "x", SQUARE],
                ["=", ["E", "x", "p", SQUARE], 0],
            ),
        ],
        opened(["p"], 2, mean_is_0(SQUARE)),
    ),
    "a mirror image without integrability": (
        ["forall-law", "p", given(["symmetric", "p"], ["=", UNDER_P, 0])],
        opened(["p"], 1, mean_is_0("x")),
    ),
    "a mirror image under another law": (
        [
            "forall-law",
            "q",
            [
                "forall-law",
                "p",
                given(["symmetric", "q"], ["integrable", "p", "x", "x"], ["=", UNDER_P, 0]),
            ],
        ],
        opened(["q", "p"], 2, mean_is_0("x")),
    ),
    "a normal law off 0": (["symmetric", ["normal", 1, 2]], ["law-evident"]),
    "a law of points off 0": (["symmetric", ["points", [1, 1]]], ["law-evident"]),
    "a law of points with other weights": (
        ["symmetric", ["points", [1, ["/", 1, 3]], [-1, ["/", 2, 3]]]],
        ["law-evident"],
    ),
    "nothing is evident of a law variable": (
        ["forall-law", "p", ["symmetric", "p"]],
        opened(["p"], 0, ["law-evident"]),
    ),
    "an error that is not so small": (
        forall(
            "t",
            "r",
            given(["rounds", ["format", 3, -2], "t", "r"], ["<=", "r", ["+", "t", ["/", 1, 32]]]),
        ),
        opened(["t", "r"], 1, ["rounds-error", 0, ["cases", 1, *[["combine", [[1, 3]]]] * 3]]),
    ),
    "rounding in two formats": (
        forall(
            "t",
            "r",
            "q",
            given(
                ["rounds", ["format", 3, -2], "t", "r"],
                ["rounds", ["format", 4, -2], "t", "q"],
                ["<=", "r", "q"],
            ),
        ),
        opened(["t", "r", "q"], 2, ["rounds-order", 0, 1, ["combine", []]]),
    ),
    "rounding is not strictly monotone": (
        forall(
            "t",
            "s",
            "r",
            "q",
            given(
                ["rounds", ["format", 3, -2], "t", "r"],
                ["rounds", ["format", 3, -2], "s", "q"],
                ["<", "t", "s"],
                ["<", "r", "q"],
            ),
        ),
        opened(["t", "s", "r", "q"], 3, ["rounds-order", 0, 1, ["combine", [[1, 2]]]]),
    ),
    "rounding in the wrong order": (
        forall(
            "t",
            "s",
            "r",
            "q",
            given(
                ["rounds", ["format", 3, -2], "t", "r"],
                ["rounds", ["format", 3, -2], "s", "q"],
                ["<=", "s", "t"],
                ["<=", "r", "q"],
            ),
        ),
        opened(["t", "s", "r", "q"], 3, ["rounds-order", 0, 1, ["fact", 2]]),
    ),
    "rounded to what is not near": (
        ["rounds", ["format", 3, -2], ["/", 33, 32], 1],
        ["rounds-near", ["float", -1], ["combine", [[["/", 1, 16], -1]]], ["combine", []]],
    ),
    "rounded to what is near but none": (
        ["rounds", ["format", 3, -2], ["/", 65, 64], ["/", 65, 64]],
        ["rounds-near", ["float", -1], *[["combine", [[["/", 1, 32], -1]]]] * 2],
    ),
    "rounded to the greatest": (
        ["rounds", ["format", 3, -2], 14, 14],
        ["rounds-number", ["combine", [[1, -1]]], ["combine", [[1, -1]]]],
    ),
    "rounded to a neighbour": (
        ["rounds", ["format", 3, -2], ["/", 19, 16], 1],
        ["rounds-number", ["combine", [[["/", 1, 4], -1]]], ["combine", []]],
    ),
    "a midpoint to an odd number": (
        ["rounds", ["format", 3, -2], ["/", 9, 8], ["/", 5, 4]],
        ["rounds-number", ["combine", []], ["combine", [[["/", 1, 4], -1]]]],
    ),
    "floats apart from what is none": (
        forall("x", given(["float", ["format", 3, -2], "x"], ["=", 1, 1])),
        opened(["x"], 1, ["floats-apart", 0, ["/", 9, 8], ["combine", []]]),
    ),
    "floats beyond the greatest": (
        forall("x", given(["float", ["format", 3, -2], "x"], ["<=", "x", 14])),
        opened(
            ["x"],
            1,
            ["floats-apart", 0, 14, ["cases", 1, ["fact", 2], ["contradict", ["fact", 2]]]],
        ),
    ),
    "floats that are not apart": (
        forall(
            "x", given(["float", ["format", 3, -2], "x"], ["<=", 1, "x"], ["<=", ["/", 5, 4], "x"])
        ),
        opened(
            ["x"],
            2,
            [
                "floats-apart",
                0,
                1,
                ["cases", 2, ["contradict", ["combine", [[1, 1], [1, 3]]]], ["fact", 3]],
            ],
        ),
    ),
    "another number": (
        forall(
            "x", "y", given(["float", ["format", 3, -2], "x"], ["float", ["format", 3, -2], "y"])
        ),
        opened(["x", "y"], 1, ["float", 0]),
    ),
    "a format of large least exponent": (["float", ["format", 3, 1], 1], ["float", -1]),
    "no format": (["float", ["format", 1, 0], 1], ["float", -1]),
    "a number of another format": (
        forall("x", given(["float", ["format", 4, -2], "x"], ["float", ["format", 3, -2], "x"])),
        opened(["x"], 1, ["float", 0]),
    ),
    "a number that is no rational": (["float", ["format", 3, -2], ["pi"]], ["float", -1]),
    "a number that is too large": (["float", ["format", 3, -2], 16], ["float", -1]),
    "a number that is too small": (["float", ["format", 3, -2], ["/", 1, 32]], ["float", -1]),
    "a number with too many digits": (["float", ["format", 3, -2], ["/", 9, 8]], ["float", -1]),
}


@pytest.mark.parametrize("name", FALSE_PROOFS)
def test_a_near_miss_is_rejected(name):
    rejects(*FALSE_PROOFS[name])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_shared_cases_are_judged_as_by_the_kernel(case):
    if case.holds:
        check(case.statement, case.proof)
    else:
        rejects(case.statement, case.proof)


def test_numbers_of_a_format_are_ranked_by_their_bits():
    form, number = ("format", 53, -1022), checker.fmpq
    for x in (0.0, 5e-324, 2.2250738585072009e-308, sys.float_info.min, 0.1, 1.0, 1e300):
        (place,) = struct.unpack("<q", struct.pack("<d", x))
        v = number(*x.as_integer_ratio())
        assert checker.rank(form, v) == place
        assert checker.rank(form, -v) == -place
        after = number(*math.nextafter(x, math.inf).as_integer_ratio())
        assert checker.neighbour(form, v, 1) == after
        assert checker.neighbour(form, -after, 1) == -v
        assert checker.rank(form, (v + after) / 2) is None
    assert checker.greatest(form) == number(*sys.float_info.max.as_integer_ratio())


def test_every_rule_is_tried():
    proofs = json.dumps([*ACCEPTED.values(), "joint"])
    assert [name for name in checker.RULES if f'"{name}"' not in proofs] == []


def test_it_fits_a_sitting():
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 1_800
    assert max(map(len, lines)) <= 100


def test_a_cover_of_many_boxes():
    law = ["normal", "mu", "sigma"]
    second, first = ["E", "x", law, ["^", ["elu", "x", 1], 2]], ["E", "x", law, ["elu", "x", 1]]
    variance = ["+", second, minus(["^", first, 2])]
    sides = [
        ["<", 0, "sigma"],
        ["<=", -3, "mu"],
        ["<=", "mu", 3],
        ["<=", ["/", 1, 2], "sigma"],
        ["<=", "sigma", 2],
    ]
    names = ["mu", "sigma"]
    scope = dict.fromkeys(names, "real")
    definitions = checker.read_definitions(DEFINITIONS)
    ctx = checker.Context(definitions, checker.Algebra(32, 2), scope)
    ctx = ctx.with_facts(*(ctx.read(side, "formula") for side in sides))
    tree, low, high = "", checker.fmpq(1, 2), checker.fmpq(2)
    with checker.flint.ctx.workprec(64):
        function = checker.Cover(checker.value(ctx, ctx.read(variance)), names)
        waiting = [(0, [(-3 * low / low, 3 * low / low), (low, high)])]
        while waiting:
            depth, box = waiting.pop()
            if function.seen(box, True):
                tree += "m"
            else:
                tree += str(depth % 2)
                halves = checker.halves(box, depth % 2)
                waiting += [(depth + 1, half) for half in reversed(halves)]
    assert tree.count("m") > 500
    box = [["mu", -3, 3], ["sigma", ["/", 1, 2], 2]]

    def proof(marks):
        return opened(names, len(sides), ["cover", 64, box, marks])

    check(forall(*names, given(*sides, ["<", 0, variance])), proof(tree))
    rejects(forall(*names, given(*sides, ["<", ["/", 1, 2], variance])), proof(tree))
    rejects(forall(*names, given(*sides, ["<", 0, variance])), proof(tree[:-1]))


def test_it_imports_the_standard_library_and_flint_only():
    imported = set()
    for node in ast.walk(ast.parse(SOURCE.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(node.module)
    roots = {name.partition(".")[0] for name in imported}
    assert roots - set(sys.stdlib_module_names) == {"flint"}
    assert not roots & {"importlib", "runpy", "pickle"}


def files(folder, claims, altered=None):
    proofs = {"definitions": DEFINITIONS, "claims": claims}

    def digest(raw):
        return hashlib.sha256(json.dumps(raw, separators=(",", ":")).encode()).hexdigest()

    listed = {name: [verdict, digest(statement)] for name, verdict, statement, _ in claims}
    statements = {"definitions": digest(DEFINITIONS), "claims": {**listed, **(altered or {})}}
    (folder / "proofs.json").write_text(json.dumps(proofs), encoding="utf-8")
    (folder / "statements.json").write_text(json.dumps(statements), encoding="utf-8")


ISOLATED = """
import runpy, sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        root = name.partition(".")[0]
        if root not in sys.stdlib_module_names and root != "flint":
            raise ImportError("not allowed: " + name)
sys.meta_path.insert(0, Refuse())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run(folder):
    arguments = [str(SOURCE), str(folder / "proofs.json"), str(folder / "statements.json")]
    return subprocess.run(
        [sys.executable, "-I", "-c", ISOLATED, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


CLAIMS = [
    ["a", "PROVED", *ACCEPTED["generalize"]],
    ["b", "REFUTED", ["<", 1, 0], ["combine", [[1, -1]]]],
]


def test_files_of_true_claims_are_accepted_in_isolation(tmp_path):
    files(tmp_path, CLAIMS)
    outcome = run(tmp_path)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "b: REFUTED: (1 < 0)" in outcome.stdout


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"REFUTED"', '"PROVED"'),
        lambda text: text.replace('["combine", []]', '["guess"]'),
        lambda text: text.replace('["*", 2, "x"]', '["*", "x", 2]'),
        lambda text: text.replace('["b", ', '["c", '),
        lambda text: text.replace('["b", ', '["a", '),
        lambda text: text.replace('["<", 1, 0]', '["<", 1.0, 0]'),
        lambda text: text.replace('"claims": [', '"claims": [], "claims": ['),
        lambda text: text.replace('["relu"', '["relu2"'),
        lambda text: text.replace('["combine", []]', "[" * 100_000 + "]" * 100_000),
        lambda text: text[:-1],
    ],
)  # fmt: skip
def test_files_that_were_changed_are_rejected(tmp_path, change):
    files(tmp_path, CLAIMS)
    path = tmp_path / "proofs.json"
    before = path.read_text(encoding="utf-8")
    path.write_text(change(before), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != before
    assert run(tmp_path).returncode != 0


def test_a_claim_that_is_missing_is_noticed(tmp_path):
    files(tmp_path, CLAIMS, {"c": ["PROVED", "0"]})
    assert run(tmp_path).returncode == 1


def test_a_law_of_points_is_printed(tmp_path):
    law = ["points", ["x", ["/", 1, 2]], [0, ["/", 1, 2]]]
    statement = forall("x", ["=", ["E", "y", law, "y"], ["/", "x", 2]])
    files(tmp_path, [["a", "PROVED", statement, ["generalize", "x", ["combine", []]]]])
    outcome = run(tmp_path)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_a_deep_proof_is_no_success(tmp_path):
    files(tmp_path, [["a", "PROVED", ["<", 0, 1], "PROOF"]])
    path = tmp_path / "proofs.json"
    deep = '["contradict", ' * 30_000 + '["combine", []]' + "]" * 30_000
    path.write_text(path.read_text(encoding="utf-8").replace('"PROOF"', deep), encoding="utf-8")
    assert run(tmp_path).returncode != 0


def test_without_a_file_it_says_how_it_is_used() -> None:
    command = [sys.executable, "-I", str(SOURCE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "usage: python -I checker.py proofs.json [statements.json]\n"
