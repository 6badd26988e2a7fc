"""What belongs to the language of statements, and what a definition stands for."""

import pytest

from elu_sym.claims.kernel import RejectedError, prove
from elu_sym.claims.kernel.language import DEFINITIONS, LanguageError, define, require

HALF = ("/", 1, 2)
POLE = ("limit", "x", ("from-above", 0), ("/", 1, "x"), "oo")


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("term", "a"),
        ("term", ("E", "x", "p", ("^", "x", 2))),
        ("term", ("D", "x", ("mills", "x"), "a")),
        ("term", ("pi",)),
        ("formula", POLE),
        ("formula", ("forall-law", "q", ("symmetric", "q"))),
        ("formula", ("recorded", "runs", None)),
        ("law", ("points", (0, HALF), ("a", HALF))),
    ],
    ids=str,
)
def test_what_belongs_to_it(kind, part) -> None:
    require(kind, part, {"a"}, {"p"})


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("term", "p"),
        ("term", "b"),
        ("term", "oo"),
        ("term", True),
        ("term", 1.0),
        ("term", None),
        ("term", ()),
        ("term", ["+", 1, 2]),
        ("term", (("+",), 1)),
        ("term", ("+",)),
        ("term", ("exp", 1, 2)),
        ("term", ("^", 2, True)),
        ("term", ("mills", 1, 2)),
        ("term", ("pi", 1)),
        ("term", ("if", "a", 0, 1)),
        ("term", ("E", "x", "a", "x")),
        ("term", ("E", "p", "p", ("E", "x", "p", "x"))),
        ("term", ("D", "oo", "oo", 1)),
        ("term", ("D", "#0", "#0", 1)),
        ("term", ("D", 1, 1, 1)),
        ("term", ("D", "x", "x", "x")),
        ("formula", "a"),
        ("formula", 1),
        ("formula", ("and",)),
        ("formula", ("<", 0, 1, 2)),
        ("formula", ("forall", "oo", POLE)),
        ("formula", ("forall", ("+", 0, 1), ("<", 0, 1))),
        ("formula", (*POLE[:2], "x", *POLE[3:])),
        ("formula", ("recorded", "runs", 1.0)),
        ("formula", ("float", ("format", 53, "a"), 1)),
        ("law", "a"),
        ("law", ("points",)),
        ("law", ("points", (0, "a"))),
        ("law", ("normal", 0)),
    ],
    ids=str,
)
def test_what_does_not(kind, part) -> None:
    with pytest.raises((LanguageError, TypeError, ValueError)):
        require(kind, part, {"a"}, {"p"})


def test_a_definition_gives_no_word_another_meaning() -> None:
    for name in ("exp", "<", "forall", "normal", "points", "recorded"):
        with pytest.raises(LanguageError, match="is a word of the language"):
            define(name, ("t",), 0)
    for body in ("s", "oo", ("exp",), ("E", "x", "t", "x")):
        with pytest.raises(LanguageError):
            define("defined", ("t",), body)


def test_parameters_are_told_apart_whatever_the_arguments_are_called(monkeypatch) -> None:
    """With primes the names that stand in for two parameters were once the same."""
    name, parameters = "rise", ("a", "a'")
    monkeypatch.setitem(DEFINITIONS, name, (parameters, ("+", "a", ("*", -1, "a'"))))
    equal = ("forall", "x", ("forall", "y", ("=", (name, "x", "y"), 0)))
    for first in ("rise.a", "rise.0", "rise.1", "a'"):
        with pytest.raises(RejectedError, match="what is left is"):
            prove(equal, ("generalize", first, ("generalize", "y", ("combine", ()))))
