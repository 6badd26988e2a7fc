"""An independent checker of formal proofs: the standard library and python-flint, nothing else.

    python -I elu_sym/checker.py proofs.json [statements.json]

A proof holds no conclusions. The checker starts from the statement, and every rule computes what
is left to show, so nothing but the rules below has to be believed, and each says its theorem.

A formula is about all real values of its variables. A term that is undefined for some of them
(1/0, a root of a negative number, a derivative where there is none, a mean of what is not
integrable) has some value there about which nothing is known, and no rule computes with a term
before it is seen to be defined under the facts at hand. Whatever goes wrong, even an exception
that nobody foresaw, rejects the proof.
"""
# fmt: off
# mypy: ignore-errors

from __future__ import annotations

import hashlib
import json
import operator
import sys
import threading
from functools import cache, partial, reduce
from itertools import pairwise
from math import lcm
from pathlib import Path

import flint
from flint import arb, fmpq, fmpq_mpoly_ctx


class Rejected(Exception):
    """The proof does not show the statement, or is not seen to."""

def require(condition, *message):
    """Go on only where the condition holds."""
    if condition is not True:
        raise Rejected(" ".join(map(str, message)))

# ------------------------------------------------------------------ terms and formulas
# A term or formula is an integer, a name, or a tuple (head, part, ...). Definitions are unfolded
# as they are read. Names that begin with one of "#@$" are the checker's own.

TERMS = {
    "+": "term*", "*": "term*", "/": "term term", "^": "term integer", "sqrt": "term",
    "exp": "term", "log": "term", "Phi": "term", "pi": "", "if": "condition term term",
    "D": "name inner-term term", "E": "name law inner-term",
    "iterate": "integer name inner-term term",
}
CONDITIONS = {"<": "term term", "<=": "term term"}
FORMULAS = {
    **CONDITIONS, "=": "term term", "and": "formula*", "or": "formula*", "=>": "formula formula",
    "iff": "formula formula", "not": "formula", "forall": "name inner-formula",
    "exists": "name inner-formula", "exists1": "name inner-formula",
    "forall-law": "law-name inner-formula", "exists-law": "law-name inner-formula",
    "limit": "name point inner-term value", "smooth": "integer name inner-term",
    "symmetric": "law", "integrable": "law name inner-term",
    "orbit": "name inner-term term term", "float": "format term", "rounds": "format term term",
}
LAWS = {"normal": "term term", "points": "term*"}
POINTS = {"from-above": "term", "from-below": "term"}
HEADS = {"term": TERMS, "condition": CONDITIONS, "formula": FORMULAS, "law": LAWS, "point": POINTS,
         "format": {"format": "integer integer"}}
SHAPES = {head: shape.split() for table in HEADS.values() for head, shape in table.items()}
BINDERS = {head: [kind.endswith("name") for kind in shape].index(True) + 1
           for head, shape in SHAPES.items() if "name" in " ".join(shape)}
INFINITE, OPAQUE = ("oo", "-oo"), ("E", "iterate")
COMPARISONS = ("=", "<", "<=")
FALSE = ("<", 0, 0)

def kinds(head, count):
    """The kinds of the parts of a term or formula."""
    shape = SHAPES[head]
    return [shape[0][:-1]] * count if shape and shape[0][-1] == "*" else shape

def head_of(node):
    """The head of a term or formula, None for an integer or a name."""
    return node[0] if isinstance(node, tuple) else None

def rebuild(node, outer, inner=None, name=None):
    """The node with its parts mapped: those in the scope of its bound name by `inner`."""
    parts = [node[0]]
    for kind, part in zip(kinds(node[0], len(node) - 1), node[1:], strict=True):
        if kind in ("name", "law-name"):
            parts.append(name or part)
        else:
            keep = kind == "integer"
            parts.append(part if keep else (inner if kind[:5] == "inner" else outer)(part))
    return tuple(parts)

def bound_name(node):
    """The name that a term or formula binds, or None."""
    return node[BINDERS[node[0]]] if node[0] in BINDERS else None

@cache
def free(node):
    """The names that occur free."""
    if not isinstance(node, tuple):
        return frozenset([node] if isinstance(node, str) and node not in INFINITE else [])
    inner, outer = [], []
    rebuild(node, lambda part: outer.append(free(part)), lambda part: inner.append(free(part)))
    return frozenset().union(*outer, frozenset().union(*inner) - {bound_name(node)})

def fresh(name, *nodes):
    """The name with primes, the first that does not occur free in any of the nodes."""
    while any(name in free(node) for node in nodes):
        name += "'"
    return name

def substitute(node, values):
    """Replace free names by terms or laws, all at once; no name in them may be captured."""
    if isinstance(node, str):
        return values.get(node, node)
    if isinstance(node, int) or free(node).isdisjoint(values):
        return node
    bound = bound_name(node)
    inner = {name: term for name, term in values.items() if name != bound and name in free(node)}
    require(all(bound not in free(term) for term in inner.values()), "captured:", bound, "in", node)
    return rebuild(node, lambda part: substitute(part, values),
                   lambda part: substitute(part, inner))

@cache
def canonical(node, depth=0):
    """The node with its bound names numbered, so that equality is equality up to these names."""
    if not isinstance(node, tuple):
        return node
    old, new = bound_name(node), f"${depth}"
    return rebuild(node, lambda part: canonical(part, depth),
                   lambda part: canonical(substitute(part, {old: new}), depth + 1), new)

def parse(raw, kind, scope, definitions):
    """Read JSON as a term, formula, law, ... whose names are all in scope; unfold definitions."""
    kind = kind.removeprefix("inner-")
    if kind == "integer" or (kind in ("term", "value") and type(raw) is int):
        require(type(raw) is int, "not an integer:", raw)
        return raw
    if isinstance(raw, str):
        if kind in ("name", "law-name"):
            require(raw not in INFINITE and raw[:1] not in ("#", "@", "$"), "reserved:", raw)
        elif kind not in ("point", "value") or raw not in INFINITE:
            wanted = "law" if kind == "law" else "real"
            require(kind in ("term", "value", "law"), "not a", kind, raw)
            require(scope.get(raw) == wanted, raw, "is no", wanted, "variable here")
        return raw
    kind = "term" if kind == "value" else kind
    require(isinstance(raw, list) and raw != [] and isinstance(raw[0], str), "not a", kind, raw)
    head, *parts = raw
    if kind == "term" and head in definitions:
        parameters, body = definitions[head]
        require(len(parts) == len(parameters), "wrong number of arguments of", head)
        arguments = [parse(part, "term", scope, definitions) for part in parts]
        return substitute(body, dict(zip(parameters, arguments, strict=True)))
    require(head in HEADS.get(kind, ()), "not a", kind, raw)
    if head == "points":
        require(all(isinstance(pair, list) and len(pair) == 2 for pair in parts), "points:", raw)
        parts = [part for pair in parts for part in pair]
    shape = kinds(head, len(parts))
    require(len(parts) == len(shape) and (parts != [] or head == "pi"), "parts missing:", raw)
    inner = scope
    if head in BINDERS:
        name, kind = parts[BINDERS[head] - 1], shape[BINDERS[head] - 1]
        inner = {**scope, parse_name(name): "law" if kind == "law-name" else "real"}
    node = (head, *(parse(part, kind, inner if kind[:5] == "inner" else scope, definitions)
                    for part, kind in zip(parts, shape, strict=True)))
    if head == "points":
        weights = [rational(weight) for weight in node[2::2]]
        require(all(weight is not None and weight >= 0 for weight in weights), "weights:", raw)
        require(sum(weights) == 1, "the weights do not have the sum 1:", raw)
    require(head != "iterate" or (node[1] > 0 and not free(node)), "no iterate:", raw)
    require(head != "format" or (node[1] >= 2 and node[2] <= 0), "no format:", raw)
    return node

def parse_name(raw):
    """Read JSON as a name that may be bound."""
    require(isinstance(raw, str), "not a name:", raw)
    return parse(raw, "name", {}, {})

def expand_unique(formula):
    """Exists exactly one x with F: some x has F, and every x' with F is x."""
    _, x, body = formula
    other = fresh(x + "'", body)
    unique = ("forall", other, ("=>", substitute(body, {x: other}), ("=", other, x)))
    return ("exists", x, ("and", body, unique))

DUAL = {"forall": "exists", "exists": "forall", "and": "or", "or": "and",
        "forall-law": "exists-law", "exists-law": "forall-law", "<": "<=", "<=": "<"}

def negation(formula):
    """The negation, pushed inward; that of an atom is that FALSE follows."""
    head, *parts = formula
    if head in ("<", "<="):
        return (DUAL[head], parts[1], parts[0])
    if head == "=":
        return ("or", ("<", *parts), ("<", parts[1], parts[0]))
    if head in ("and", "or"):
        return (DUAL[head], *map(negation, parts))
    if head == "=>":
        return parts[0] if parts[1] == FALSE else ("and", parts[0], negation(parts[1]))
    if head == "iff":
        one, other = parts
        return ("or", ("and", one, negation(other)), ("and", negation(one), other))
    if head == "exists1":
        return negation(expand_unique(formula))
    if head in DUAL:
        return (DUAL[head], parts[0], negation(parts[1]))
    return parts[0] if head == "not" else ("=>", formula, FALSE)

def push(formula):
    """The formula with a head that is no `not`."""
    while formula[0] == "not":
        formula = negation(formula[1])
    return formula

# ------------------------------------------------------------------ building terms

def rational(term):
    """The value of a rational literal, else None."""
    if isinstance(term, int):
        return fmpq(term)
    if isinstance(term, tuple) and term[0] == "/" and term[2] != 0:
        return fmpq(*term[1:]) if all(isinstance(part, int) for part in term[1:]) else None
    return None

def literal(number):
    """A rational number as a term."""
    p, q = int(number.p), int(number.q)
    return p if q == 1 else ("/", p, q)

def collect(head, unit, terms):
    """A sum or product, its rational terms put together."""
    constant, others, waiting = fmpq(unit), [], list(terms)
    while waiting:
        term = waiting.pop(0)
        number = rational(term)
        if number is not None:
            constant = constant + number if head == "+" else constant * number
        elif isinstance(term, tuple) and term[0] == head:
            waiting[:0] = term[1:]
        else:
            others.append(term)
    if constant == 0 and head == "*":
        return 0
    parts = [*([] if constant == unit else [literal(constant)]), *others]
    return (head, *parts) if len(parts) > 1 else parts[0] if parts else unit

def add(*terms):
    """A sum."""
    return collect("+", 0, terms)

def mul(*terms):
    """A product."""
    return collect("*", 1, terms)

def sub(a, b):
    """A difference."""
    return add(a, mul(-1, b))

def div(a, b):
    """A quotient."""
    number = rational(b)
    return ("/", a, b) if number is None or number == 0 else mul(a, literal(1 / number))

def power(a, n):
    """A power with an integer exponent."""
    return 1 if n == 0 else a if n == 1 else ("^", a, n)

SQRT_2PI = ("sqrt", ("*", 2, ("pi",)))

def density(u):
    """The standard normal density at u."""
    return ("/", ("exp", mul(("/", -1, 2), power(u, 2))), SQRT_2PI)

@cache
def derivative(t, x):
    """The derivative of a resolved term by x; the caller checks that t is strictly defined."""
    if x not in free(t) or t == x:
        return 1 if t == x else 0
    head, a, *more = t
    if head in ("+", "*"):
        slopes = [derivative(part, x) for part in t[1:]]
        return add(*(slopes if head == "+" else
                     (mul(*t[1:i], slope, *t[i + 1:]) for i, slope in enumerate(slopes, 1))))
    require(head in ("/", "^", "sqrt", "exp", "log", "Phi"), "no derivative of", t)
    slope = derivative(a, x)
    if head == "/":
        (b,) = more
        return sub(div(slope, b), div(mul(a, derivative(b, x)), power(b, 2)))
    if head == "^":
        return mul(more[0], power(a, more[0] - 1), slope)
    outer = {"sqrt": div(1, mul(2, t)), "exp": t, "log": div(1, a), "Phi": density(a)}
    return mul(slope, outer[head])

# ------------------------------------------------------------------ the normal form

class Enlarge(Exception):
    """The algebra needs room for more generators, or smaller units in exponents."""

class Algebra:
    """Fractions (numerator, denominator) of polynomials over Q in generators.

    A generator stands for a term: a variable, a mean under a law variable, sqrt(2 pi), a root, a
    logarithm, a value of Phi, or e^(m / (unit d)), m a monomial and d a denominator. Terms with
    equal fractions are equal wherever they are defined; the converse is not claimed.
    """

    def __init__(self, size, unit):
        self.size, self.unit = size, unit
        self.ring = fmpq_mpoly_ctx.get([f"g{i}" for i in range(size)], "lex")
        self.zero, self.one, self.gens = *map(self.ring.constant, (0, 1)), self.ring.gens()
        self.number, self.terms = {}, []
        self.squares, self.exponents, self.logarithms = {}, {}, {}

    def generator(self, key, term, table=None, data=None):
        """The generator that stands for a term, entered into a table with what it is made from."""
        if key not in self.number:
            if len(self.terms) == self.size:
                raise Enlarge(2 * self.size, self.unit)
            self.number[key] = len(self.terms)
            self.terms.append(term)
        if table is not None:
            table[self.number[key]] = data
        return self.gens[self.number[key]]

    def fraction(self, num, den):
        """The fraction reduced: no squares of roots, no common factor, 1 leading below."""
        num, den = self.without_squares(num), self.without_squares(den)
        require(not den.is_zero(), "division by 0")
        if not den.is_constant():
            degrees = den.degrees()
            for i in self.squares:
                if degrees[i] > 0 and den.gcd(self.gens[i]) != 1:  # w divides it: w is not 0
                    return self.fraction(num * self.gens[i], den * self.gens[i])
            shared = num.gcd(den)
            num, den = num / shared, den / shared
        lead = den.leading_coefficient()
        return num / lead, den / lead

    def without_squares(self, polynomial):
        """The polynomial with the radicands put in for the squares of roots."""
        degrees = polynomial.degrees()
        i = max((i for i in self.squares if degrees[i] > 1), default=None)
        if i is None:
            return polynomial
        parts = {}
        for exponents, c in polynomial.to_dict().items():
            rest = (*exponents[:i], 0, *exponents[i + 1:])
            parts.setdefault(int(exponents[i]), {})[rest] = c
        w, square = self.gens[i], self.squares[i]
        return self.without_squares(sum((  # a root within the radicand comes before this one
            self.ring.from_dict(part) * w ** (n % 2) * square ** (n // 2)
            for n, part in parts.items()), self.zero))

    def constant(self, f):
        """The value of a rational fraction, else None."""
        num, den = f
        if not num.is_constant() or not den.is_constant():
            return None
        return fmpq(0) if num.is_zero() else num.leading_coefficient() / den.leading_coefficient()

    def term(self, polynomial):
        """A polynomial as a term."""
        products = []
        for exponents, c in polynomial.to_dict().items():
            used = [i for i, e in enumerate(exponents) if e != 0]
            factors = [power(self.terms[i], int(exponents[i])) for i in used]
            products.append(mul(literal(c), *factors))
        return add(*products)

    def quotient(self, f):
        """A fraction as a term."""
        return self.term(f[0]) if f[1] == 1 else ("/", self.term(f[0]), self.term(f[1]))

    def key(self, f):
        """A fraction as a string that determines it."""
        return f"{f[0]}/({f[1]})"

    def of(self, ctx, t):
        """The fraction of a resolved, defined term."""
        if isinstance(t, int):
            return self.ring.constant(t), self.one
        head, *parts = t if isinstance(t, tuple) else (None,)
        if head is None or head in OPAQUE:
            return self.generator(("term", canonical(t)), canonical(t)), self.one
        if t == SQRT_2PI:
            return self.generator("sqrt 2 pi", SQRT_2PI), self.one
        if head == "pi":
            return self.generator("sqrt 2 pi", SQRT_2PI) ** 2 / 2, self.one
        if head in ("sqrt", "exp", "log", "Phi"):
            return getattr(self, head)(ctx, ctx.normal(parts[0]))
        num, den = ctx.normal(parts[0])
        if head == "^":
            n = parts[1]
            return self.fraction(*((num**n, den**n) if n >= 0 else (den**-n, num**-n)))
        for part in parts[1:]:
            a, b = ctx.normal(part)
            if head == "+":
                num, den = self.sum((num, den), (a, b))
            else:
                a, b = (a, b) if head == "*" else (b, a)
                num, den = self.fraction(num * a, den * b)
        return num, den

    def sum(self, f, g):
        """The sum of two fractions."""
        (a, b), (c, d) = f, g
        return self.fraction(*((a + c, b) if b == d else (a * d + c * b, b * d)))

    def factors(self, ctx, f):
        """A constant, and each factor, positive if its sign is known, its exponent, and whether."""
        c, pairs = fmpq(1), []
        for polynomial, direction in zip(f, (1, -1), strict=True):
            content, some = polynomial.factor()
            c *= content**direction
            for g, e in some:
                e = direction * int(e)
                s = ctx.sign(self.term(g), deep=False)
                pairs.append((-g if s == {-1} else g, e, s == {1} or s == {-1}))
                c *= (-1) ** (e % 2) if s == {-1} else 1
        return c, pairs

    def split(self, ctx, f):
        """The constant 1 or -1, and the factors together with the primes of their constant."""
        c, pairs = self.factors(ctx, f)
        primes = [(self.ring.constant(p), direction * int(e), True)
                  for n, direction in ((abs(c.p), 1), (c.q, -1)) for p, e in n.factor()]
        return self.ring.constant(1 if c > 0 else -1), pairs + primes

    def sqrt(self, ctx, f):
        """The square root: factors of known sign are taken apart, and even powers out."""
        if f[0].is_zero():
            return f
        rest, pairs = self.split(ctx, f)
        num, den = self.one, self.one
        for g, e, positive in pairs:
            outside, inside = (e // 2, e % 2) if positive else (e // 4 * 2, e % 4)
            if positive and inside and self.exponential(g) is not None:
                raise Enlarge(self.size, 2 * self.unit)
            num, den = num * g ** max(outside, 0), den * g ** max(-outside, 0)
            if positive and inside:
                num *= self.root(g)
            elif inside:
                rest *= g**inside
        if not rest.is_one():
            require(not rest.is_constant(), "square root of a negative number")
            num *= self.root(rest)
        return self.fraction(num, den)

    def root(self, g):
        """The generator for the square root of a polynomial."""
        return self.generator(("root", str(g)), ("sqrt", self.term(g)), self.squares, g)

    def log(self, ctx, f):
        """The logarithm: the sum over the factors of known sign."""
        require(not f[0].is_zero(), "logarithm of 0")
        num, pairs = self.split(ctx, f)
        result, den = (self.zero, self.one), self.one
        for g, e, positive in pairs:
            if (i := self.exponential(g)) is not None:
                a, b = self.exponents[i]
                result = self.sum(result, (e * a, self.unit * b))
            elif positive:
                result = self.sum(result, (e * self.logarithm((g, self.one)), self.one))
            else:
                num, den = num * g ** max(e, 0), den * g ** max(-e, 0)
        if (num, den) == (self.one, self.one):
            return result
        require(self.constant((num, den)) is None, "logarithm of a negative number")
        return self.sum(result, (self.logarithm((num, den)), self.one))

    def logarithm(self, f):
        """The generator for the logarithm of a fraction."""
        return self.generator(("log", self.key(f)), ("log", self.quotient(f)), self.logarithms, f)

    def exponential(self, g):
        """The number of a generator that is a power of e, else None."""
        return next((i for i in self.exponents if self.gens[i] == g), None)

    def exp(self, ctx, f):
        """The exponential: e^(n log a) is a^n; one generator for each monomial of the exponent."""
        (num, den), result = f, (self.one, self.one)
        whole, rest = divmod(num, den)
        for exponents, c in whole.to_dict().items():
            i = exponents.index(1) if sum(exponents) == 1 else None
            if i in self.logarithms and c.q in (1, 2):
                base = self.logarithms[i] if c.q == 1 else self.sqrt(ctx, self.logarithms[i])
                result = self.times(result, base if c > 0 else base[::-1], abs(c.p))
                whole -= c * self.gens[i]
        for polynomial, below in ((whole, self.one), (rest, den)):
            for exponents, c in polynomial.to_dict().items():
                m, d = self.fraction(self.ring.from_dict({exponents: c}), below)
                c, m = m.leading_coefficient(), m / m.leading_coefficient()
                if (c * self.unit).q != 1:
                    raise Enlarge(self.size, lcm(self.unit, int(c.q)))
                term = ("exp", mul(("/", 1, self.unit), self.quotient((m, d))))
                g = self.generator(("exp", self.key((m, d))), term, self.exponents, (m, d))
                base = (g, self.one) if c > 0 else (self.one, g)
                result = self.times(result, base, abs((c * self.unit).p))
        return result

    def times(self, f, g, n):
        """The product of a fraction and a power of another."""
        return self.fraction(f[0] * g[0] ** int(n), f[1] * g[1] ** int(n))

    def Phi(self, ctx, f):
        """The normal distribution function at -u is 1 less that at u, and 1/2 at 0."""
        num, den = f
        if num.is_zero():
            return self.one / 2, self.one
        if num.leading_coefficient() < 0:
            return self.one - self.Phi(ctx, (-num, den))[0], self.one
        return self.generator(("Phi", self.key(f)), ("Phi", self.quotient(f))), self.one

# ------------------------------------------------------------------ facts and signs
# A sign is the set of the signs that a number may have, out of -1, 0, 1. It is empty only where the
# facts are absurd, contradict one another: anything follows there, so it is whatever is asked for.

ANY, POSITIVE, NEGATIVE, ZERO = map(frozenset, ([-1, 0, 1], [1], [-1], [0]))
AT_LEAST, AT_MOST, NONZERO, NONE = map(frozenset, ([0, 1], [-1, 0], [-1, 1], []))

def rational_sign(q):
    """The sign of a rational number."""
    return frozenset([(q > 0) - (q < 0)])

def sum_sign(signs):
    """The sign of a sum."""
    possible = frozenset().union(*signs)
    if possible <= AT_LEAST or possible <= AT_MOST:
        return NONZERO & possible if any(0 not in s for s in signs) else possible
    return ANY

def product_sign(signs):
    """The sign of a product."""
    result = POSITIVE
    for s in signs:
        result = frozenset(a * b for a in result for b in s)
    return result

def power_sign(s, n):
    """The sign of a power that is defined."""
    return frozenset(a**abs(n) for a in s if a != 0 or n >= 0)

class Context:
    """The variables, laws and facts at one place of a proof. It never changes."""

    def __init__(self, definitions, algebra, scope, facts=(), parent=None):
        self.definitions, self.algebra, self.scope, self.facts = definitions, algebra, scope, facts
        self.parent, self.memory = parent, {}
        self.absurd = parent is not None and parent.absurd

    def remember(self, what, key, compute):
        """A result under these very facts."""
        if (what, key) not in self.memory:
            self.memory[what, key] = compute()
        return self.memory[what, key]

    def read(self, raw, kind="term", bound=()):
        """Parse what a proof gives: a term by default, in which more real names may be bound."""
        scope = {**self.scope, **dict.fromkeys(map(parse_name, bound), "real")}
        return parse(raw, kind, scope, self.definitions)

    def with_name(self, name, kind="real"):
        """Add a variable or law, whose name must be new."""
        require(name not in self.scope, "the name is not new:", name)
        scope = {**self.scope, name: kind}
        return Context(self.definitions, self.algebra, scope, self.facts, self)

    def with_variable(self, x, *facts):
        """Add a variable of the checker's own, and facts in which x stands for it."""
        name = f"@{len(self.scope)}"
        facts = [substitute(fact, {x: name}) for fact in facts]
        return name, self.with_name(name).with_facts(*facts)

    def with_facts(self, *formulas):
        """Add facts: conjunctions and equivalences as facts of their own."""
        ctx = self
        for formula in map(push, formulas):
            head, *parts = formula
            if head == "and":
                ctx = ctx.with_facts(*parts)
            elif head == "iff":
                ctx = ctx.with_facts(("=>", *parts), ("=>", *reversed(parts)))
            else:
                facts = (*ctx.facts, formula)
                ctx = Context(ctx.definitions, ctx.algebra, ctx.scope, facts, ctx)
        return ctx

    def fact(self, i):
        """Fact number i."""
        require(type(i) is int and 0 <= i < len(self.facts), "there is no fact", i)
        return self.facts[i]

    def normal(self, t):
        """The normal form of a resolved, defined term, a fraction."""
        return self.remember("normal", t, lambda: self.algebra.of(self, t))

    def signs(self):
        """The signs of normal forms that the comparisons among the facts give, first to last."""
        return self.remember("signs", None, self.compute_signs) if self.parent else {}

    def compute_signs(self):
        """The signs of the parent, and what the last fact says if its terms are defined there."""
        known = self.parent.signs()
        if len(self.facts) == len(self.parent.facts) or self.facts[-1][0] not in COMPARISONS:
            return known
        ctx, (head, a, b), s = self.parent, self.facts[-1], ANY
        try:
            a, b = value(ctx, a), value(ctx, b)
            s = {"<": POSITIVE, "<=": AT_LEAST, "=": ZERO}[head]
            minus_s = product_sign([NEGATIVE, s])
            found = [(sub(b, a), s), (sub(a, b), minus_s)]
            found += [(b, sum_sign([ctx.sign(a), s]))] if isinstance(b, str) else []
            found += [(a, sum_sign([ctx.sign(b), minus_s]))] if isinstance(a, str) else []
            found = [(self.algebra.key(ctx.normal(t)), now) for t, now in found]
        except Rejected:
            return known
        return {**known, **{key: known.get(key, ANY) & now for key, now in found}}

    def sign(self, t, deep=True):
        """The sign of a resolved, defined term; deep: also by the factors of its normal form."""
        if not self.absurd and rational(t) is not None:
            return rational_sign(rational(t))
        s = NONE if self.absurd else self.remember(
            ("sign", deep), t, lambda: self.compute_sign(t, deep))
        self.absurd = s == NONE
        return s

    def compute_sign(self, t, deep):
        """By the normal form, the facts, the structure, balls, and factors."""
        f = self.normal(t)
        if (number := self.algebra.constant(f)) is not None:
            return rational_sign(number)
        s = self.structural_sign(t, deep) & self.signs().get(self.algebra.key(f), ANY)
        if len(s) > 1 and not free(t):
            s &= ground_sign(t)
        if s == ANY and deep:
            c, pairs = self.algebra.factors(self, f)
            signs = [(self.sign(self.algebra.term(g), deep=False), e) for g, e, _ in pairs]
            s = product_sign([rational_sign(c), *(power_sign(*pair) for pair in signs)])
        return s

    def structural_sign(self, t, deep):
        """The sign that the head of the term gives, from the signs of its parts."""
        if isinstance(t, str) or t[0] in OPAQUE:
            return ANY
        head, *parts = t
        if head in ("exp", "Phi", "pi"):
            return POSITIVE
        if head == "log":
            return self.sign(add(parts[0], -1), deep)
        if head in ("sqrt", "^"):
            s = self.sign(parts[0], deep)
            return power_sign(s, parts[1]) if head == "^" else s & AT_LEAST
        for one, other in (parts, parts[::-1]) if head == "+" and len(parts) == 2 else ():
            if head_of(other) == "exp" and is_zero(self, add(one, 1)):
                return self.sign(other[1], deep)
            if head_of(mul(-1, other)) == "Phi" and is_zero(self, add(one, -1)):
                return POSITIVE
        signs = [self.sign(part, deep) for part in parts]
        return sum_sign(signs) if head == "+" else product_sign(signs)

def check_defined(ctx, t, env=(), strict=False):
    """Reject unless the resolved term is defined; strict: also continuous and differentiable."""
    if isinstance(t, (int, str)):
        return
    env = env if any(bound.name in free(t) for bound in env) else ()
    if not env and ("defined", t, strict) in ctx.memory:
        return
    head, *parts = t
    require(head != "E" or not env, "it is not known how a mean depends on its parameters:", t)
    for part in parts if head not in OPAQUE else ():
        check_defined(ctx, part, env, strict)
    if head == "/" or (head == "^" and parts[1] < 0):
        require(decide(ctx, parts[head == "/"], env) <= NONZERO, "not seen to be other than 0:", t)
    if head in ("sqrt", "log"):
        wanted = AT_LEAST if head == "sqrt" and not strict else POSITIVE
        require(decide(ctx, parts[0], env) <= wanted, "not seen to be defined:", t)
    if not env:
        ctx.memory["defined", t, strict] = True

def value(ctx, t):
    """A term resolved and seen to be defined."""
    t = resolve(ctx, t)
    check_defined(ctx, t)
    return t

def difference(ctx, a, b):
    """The difference b - a, both resolved and seen to be defined."""
    return sub(value(ctx, b), value(ctx, a))

def is_zero(ctx, t):
    """Whether the normal form of a resolved, defined term is 0."""
    return ctx.normal(t)[0].is_zero()

def require_zero(ctx, t, what):
    """Reject unless a resolved, defined term is 0: by its normal form, or by its sign."""
    require(is_zero(ctx, t) or ctx.sign(t) <= ZERO, what, "is not seen to be 0:", t)

def require_sign(ctx, t, allowed):
    """Reject unless the term is defined and has one of the signs."""
    require(ctx.sign(value(ctx, t)) <= allowed, "the sign is not known to fit:", t)

def require_elementary(t, x):
    """Reject a mean under a law variable in which x occurs: it may depend on x in any way."""
    if isinstance(t, tuple):
        require(t[0] != "E" or x not in free(t), "a mean depends on", x)
        for part in t[1:]:
            require_elementary(part, x)

# ------------------------------------------------------------------ resolving terms
# Inside D and E an `if` is decided for all values of a bound variable that matter: those near a
# point, or those between two bounds. `env` lists such variables, the outer before the inner.

class Near:
    """A variable near a point."""

    def __init__(self, name, point):
        self.name, self.point = name, point

    def decide(self, ctx, w, outer):
        """The sign near the point: that at the point if w is continuous and not 0 there."""
        require_elementary(w, self.name)
        there = substitute(w, {self.name: self.point})
        check_defined(ctx, there, outer, strict=True)
        s = decide(ctx, there, outer)
        if not s <= NONZERO or len(s) > 1:
            require(is_zero(ctx, w), "not decided near the point:", w)
            s = ZERO
        return s

class Split(Exception):
    """An open interval has to be split at a point."""

class Between:
    """A variable strictly between two bounds; None: no bound."""

    def __init__(self, name, low, high):
        self.name, self.low, self.high = name, low, high

    def decide(self, ctx, w, outer):
        """The sign of a linear term with a rational slope, unless its root lies between."""
        parts = exponential_polynomial(w, self.name)
        slope = rational(parts.pop((1, 0), 0))
        if slope is None or slope == 0 or not set(parts) <= {(0, 0)}:
            check_defined(ctx, w, (*outer, self))
            return ctx.sign(w)  # of all values, as no fact is about the variable
        root = mul(parts.get((0, 0), 0), literal(-1 / slope))
        left = POSITIVE if self.low is None else decide(ctx, sub(root, self.low), outer)
        right = POSITIVE if self.high is None else decide(ctx, sub(self.high, root), outer)
        if left <= AT_MOST or right <= AT_MOST:
            return rational_sign(slope if left <= AT_MOST else -slope)
        require(left == right == POSITIVE, "not decided whether a breakpoint lies between:", root)
        raise Split(self.name, root)

def decide(ctx, w, env):
    """The sign of a resolved term for all values of the variables in env that matter."""
    for i in reversed(range(len(env))):
        if env[i].name in free(w):
            return env[i].decide(ctx, w, env[:i])
    check_defined(ctx, w)
    return ctx.sign(w)

def resolve(ctx, t, env=()):
    """The term without `if`, derivatives and means: equal to it for the values that matter."""
    if isinstance(t, (int, str)):
        return t
    if env:
        return compute_resolved(ctx, t, env)
    return ctx.remember("resolved", t, lambda: compute_resolved(ctx, t, ()))

def compute_resolved(ctx, t, env):
    """Decide every `if`, differentiate every D, integrate every E."""
    head, *parts = t
    if head == "if":
        (relation, u, v), yes, no = parts
        u, v = (resolve(ctx, side, env) for side in (u, v))
        for side in (u, v):  # a product with 0 leaves the difference without what is undefined
            check_defined(ctx, side, env)
        s = decide(ctx, sub(v, u), env)
        holds, fails = (POSITIVE, AT_MOST) if relation == "<" else (AT_LEAST, NEGATIVE)
        require(s <= holds or s <= fails, "not decided:", u, relation, v)
        return resolve(ctx, yes if s <= holds else no, env)
    if head == "D":
        x, body, at = parts
        point, y = resolve(ctx, at, env), f"#{len(env)}"
        check_defined(ctx, point, env, strict=env != ())
        inner = (*env, Near(y, point))
        body = resolve(ctx, substitute(body, {x: y}), inner)
        require_elementary(body, y)
        check_defined(ctx, substitute(body, {y: point}), env, strict=True)
        return substitute(derivative(body, y), {y: point})
    if head == "E":
        x, law, body = parts
        if isinstance(law, str):
            return canonical(t)
        if law[0] == "normal":
            return normal_mean(ctx, x, law, body, env)
        values = [resolve(ctx, substitute(body, {x: at}), env) for at in law[1::2]]
        for part in (*values, *(resolve(ctx, at, env) for at in law[1::2])):
            check_defined(ctx, part, env)
        return add(*(mul(*pair) for pair in zip(law[2::2], values, strict=True)))
    return canonical(t) if head == "iterate" else rebuild(t, lambda part: resolve(ctx, part, env))

def pieces(ctx, x, body, env=(), low=None, high=None):
    """The open intervals between the breakpoints of a body, and what it is there."""
    inner = (*env, Between(x, low, high))
    try:
        piece = resolve(ctx, body, inner)
        check_defined(ctx, piece, inner)
        return [(low, high, piece)]
    except Split as split:
        name, root = split.args
        if name != x:
            raise
        return pieces(ctx, x, body, env, low, root) + pieces(ctx, x, body, env, root, high)

def exponential_polynomial(t, x):
    """A resolved term as a sum of c x^n e^(k x): the dictionary from (n, k) to c."""
    if t == x or x not in free(t):
        return {(1, 0): 1} if t == x else {(0, 0): t}
    head, *parts = t
    if head == "exp":
        inner = exponential_polynomial(parts[0], x)
        require(set(inner) <= {(0, 0), (1, 0)}, "not a sum of c x^n e^(k x):", t)
        return {(0, inner[1, 0]): ("exp", inner.get((0, 0), 0))}
    result = {}
    if head == "+":
        for part in parts:
            for key, c in exponential_polynomial(part, x).items():
                result[key] = add(result.get(key, 0), c)
        return result
    if head == "/" and x not in free(parts[1]):
        return {key: div(c, parts[1]) for key, c in exponential_polynomial(parts[0], x).items()}
    known = head == "*" or (head == "^" and parts[1] > 0)
    require(known, "not a sum of c x^n e^(k x):", t)
    result = {(0, 0): 1}
    for part in parts if head == "*" else parts[:1] * parts[1]:
        older, result = result, {}
        for (n, k), c in exponential_polynomial(part, x).items():
            for (i, j), b in older.items():
                key = (n + i, add(k, j))
                result[key] = add(result.get(key, 0), mul(b, c))
    return result

def normal_mean(ctx, x, law, body, env):
    """The mean of a piecewise sum of c x^n e^(k x) under a normal law, by exact integration."""
    m, s = (resolve(ctx, part, env) for part in law[1:])
    for part in (m, s):
        check_defined(ctx, part, env, strict=env != ())
    require(decide(ctx, s, env) <= POSITIVE, "no positive standard deviation:", s)
    y, total = f"#{len(env)}", []
    for low, high, piece in pieces(ctx, y, substitute(body, {x: y}), env):
        for (n, k), c in exponential_polynomial(piece, y).items():
            tilted, tilt = add(m, mul(k, power(s, 2))), 1
            if k != 0:
                tilt = ("exp", add(mul(k, m), mul(("/", 1, 2), power(k, 2), power(s, 2))))
            total.append(mul(c, tilt, truncated_moment(n, low, high, tilted, s)))
    return add(*total)

def truncated_moment(n, low, high, m, s):
    """The mean of X^n where low < X < high, X of the normal law (m, s), by recursion in n."""
    ends = [(end, way) for end, way in ((high, 1), (low, -1)) if end is not None]
    below = [mul(way, ("Phi", div(sub(end, m), s))) for end, way in ends]
    moments = [add(1 if high is None else 0, *below)]
    for i in range(1, n + 1):  # s^2 times the density is s times the standard normal density
        edges = [mul(-way, s, power(end, i - 1), density(div(sub(end, m), s))) for end, way in ends]
        older = mul(i - 1, power(s, 2), moments[i - 2]) if i > 1 else 0
        moments.append(add(mul(m, moments[i - 1]), older, *edges))
    return moments[n]

# ------------------------------------------------------------------ growth

class Growth:
    """Expansions for large y: lists of (c, a, q) for c y^a e^(q(y)); c = None for O(y^a e^(q(y))).

    The exponent q is a sorted tuple of pairs: degree > 0 and coefficient, free of y.
    """

    def __init__(self, ctx, y):
        self.ctx, self.y = ctx, y

    def compare(self, s, t):
        """1, 0 or -1 as s grows faster than t, just so, or slower; None where it is not known."""
        p, q = dict(s[2]), dict(t[2])
        for degree in sorted({*p, *q}, reverse=True):
            change = self.ctx.sign(sub(p.get(degree, 0), q.get(degree, 0)))
            if change != ZERO:
                return min(change) if len(change) == 1 else None
        return (s[1] > t[1]) - (s[1] < t[1])

    def compare_1(self, t):
        """1, 0 or -1 as t grows, stays or vanishes."""
        return self.compare(t, (1, 0, ()))

    def times(self, f, g):
        """The product of two expansions."""
        result = []
        for (c, a, p), (d, b, q) in ((s, t) for s in f for t in g):
            exponent = dict(p)
            for degree, k in q:
                exponent[degree] = add(exponent.get(degree, 0), k)
            factor = None if c is None or d is None else mul(c, d)
            result.append((factor, a + b, tuple(sorted(exponent.items()))))
        return self.gathered(result)

    def scaled(self, c, f):
        """An expansion times a constant; O(f) for None."""
        return self.times([(c, 0, ())], f)

    def gathered(self, f):
        """The expansion with terms of one growth added up, and without those that are 0."""
        result = []
        for c, a, q in f:
            same = [t for t in result if None not in (c, t[0]) and self.compare(t, (c, a, q)) == 0]
            result = [t for t in result if t not in same]
            result.append((add(c, *(t[0] for t in same)) if same else c, a, q))
        result = [t for t in result if t[0] is None or self.ctx.sign(t[0]) != ZERO]
        for error in [t for t in result if t[0] is None]:  # it may swallow what is no greater
            if any(t is error for t in result):
                result = [t for t in result if t is error or self.compare(t, error) in (1, None)]
        return result

    def leading(self, f):
        """The term that grows faster than all others, errors too, and the others."""
        f = self.gathered(f)
        first = [t for t in f if all(self.compare(t, s) == 1 for s in f if s is not t)]
        require(len(first) == 1 and first[0][0] is not None, "no leading term in", f)
        require(self.ctx.sign(first[0][0]) in (POSITIVE, NEGATIVE), "may be 0:", first[0])
        return first[0], [t for t in f if t is not first[0]]

    def series(self, v, *coefficients):
        """The expansion c0 + c1 v + c2 v^2 + .. + O(v^n), v tending to 0."""
        require(all(self.compare_1(t) == -1 for t in v), "this does not tend to 0:", v)
        result, power_of_v = [], [(1, 0, ())]
        for c in coefficients:
            result += self.scaled(c, power_of_v)
            power_of_v = self.times(power_of_v, v)
        return self.gathered([*result, *self.scaled(None, power_of_v)])

    def inverse(self, f):
        """1/f = 1/c (1 - v + v^2 - ..), f = c (1 + v) with the leading term c."""
        (c, a, q), rest = self.leading(f)
        lead = [(div(1, c), -a, tuple((degree, mul(-1, k)) for degree, k in q))]
        return self.times(lead, self.series(self.times(lead, rest), 1, -1, 1, -1))

    def exp(self, f):
        """What grows goes into the exponent, a constant into the factor; the rest vanishes."""
        f = self.gathered(f)
        growing = [t for t in f if t[0] is not None and t[2] == () and t[1] > 0]
        constant = [t for t in f if t[0] is not None and t[2] == () and t[1] == 0]
        rest = [t for t in f if t not in growing + constant]
        exponent = tuple(sorted((a, c) for c, a, _ in growing))
        lead = (("exp", add(*(t[0] for t in constant))), 0, exponent)
        return self.times([lead], self.series(rest, 1, 1, ("/", 1, 2), ("/", 1, 6)))

    def Phi(self, f):
        """A tail is phi(x)/x (1 - x^-2 + O(x^-4)) for large x; near a constant, a series."""
        f = self.gathered(f)
        if all(self.compare_1(t) in (0, -1) for t in f):
            constant = [t for t in f if t[0] is not None and self.compare_1(t) == 0]
            c = add(*(t[0] for t in constant))
            at_c, rest = density(c), [t for t in f if t not in constant]
            third = mul(("/", 1, 6), at_c, add(power(c, 2), -1))
            return self.series(rest, ("Phi", c), at_c, mul(("/", -1, 2), c, at_c), third)
        negative = self.ctx.sign(self.leading(f)[0][0]) == NEGATIVE
        x = self.scaled(-1, f) if negative else f
        inverse = self.inverse(x)
        square = self.times(inverse, inverse)
        error = self.scaled(None, self.times(square, square))
        series = [(1, 0, ()), *self.scaled(-1, square), *error]
        tail = self.times(self.exp(self.scaled(("/", -1, 2), self.times(x, x))), inverse)
        tail = self.scaled(div(1, SQRT_2PI), self.times(tail, series))
        return tail if negative else [(1, 0, ()), *self.scaled(-1, tail)]

    def of(self, t):
        """The expansion of a resolved term that is defined for large y."""
        if t == self.y or self.y not in free(t):
            return [(1, 1, ())] if t == self.y else [(t, 0, ())]
        head, *parts = t
        require(head in ("+", "*", "/", "^", "exp", "Phi"), "no expansion of", t)
        first, *others = (self.of(part) for part in (parts[:1] if head == "^" else parts))
        if head in ("exp", "Phi"):
            return getattr(self, head)(first)
        if head == "^":
            first = self.inverse(first) if parts[1] < 0 else first
            others, first = [first] * abs(parts[1]), [(1, 0, ())]
        for other in others:
            if head == "+":
                first = first + other
            else:
                first = self.times(first, self.inverse(other) if head == "/" else other)
        return self.gathered(first)

class Far:
    """A variable that is large."""

    def __init__(self, name):
        self.name = name

    def decide(self, ctx, w, outer):
        """The sign for large values: that of the leading term."""
        growth = Growth(ctx, self.name)
        f = growth.of(w)
        return ctx.sign(growth.leading(f)[0][0]) if f else ZERO

# ------------------------------------------------------------------ enclosures
# A ball contains the true values of a term, wherever the term is defined.

def on_ends(function):
    """A monotone function of a ball, by its values at the ends."""
    return lambda ball: function(ball.lower()).union(function(ball.upper()))

def ball_power(ball, n):
    """An integer power of a ball; an even one is not negative."""
    result = ball ** abs(n)
    if n % 2 == 0 and not result > 0:
        result = arb(0).union(ball.abs_upper() ** abs(n))
    return result if n >= 0 else 1 / result

FUNCTIONS = {
    "sqrt": on_ends(arb.sqrt), "log": on_ends(arb.log), "exp": on_ends(arb.exp),
    "Phi": on_ends(lambda ball: (-ball / arb(2).sqrt()).erfc() / 2),
}
OPERATIONS = {"+": operator.add, "*": operator.mul, "/": operator.truediv}

def enclosure(terms, variables):
    """A function from balls of the variables to balls of resolved terms.

    It is for one precision, as constants are enclosed here. Each subterm is computed once, at its
    place in a list of balls, by a step that knows its function and the places of the arguments.
    """
    places, balls, steps = {x: i for i, x in enumerate(variables)}, [None] * len(variables), []

    def step(function, i, j=None):
        steps.append((len(balls), function, i, j))
        balls.append(None)
        return len(balls) - 1

    def place(t):
        if t in places:
            return places[t]
        number, head = arb.pi() if t == ("pi",) else rational(t), head_of(t)
        if number is not None:
            balls.append(arb(number))
            places[t] = len(balls) - 1
        elif head in OPERATIONS:
            places[t] = reduce(partial(step, OPERATIONS[head]), map(place, t[1:]))
        elif head == "^":
            places[t] = step(lambda ball: ball_power(ball, t[2]), place(t[1]))
        else:
            require(head in FUNCTIONS, "no number:", t)
            places[t] = step(FUNCTIONS[head], place(t[1]))
        return places[t]

    results = [place(t) for t in terms]

    def run(*arguments):
        values = [*arguments, *balls[len(arguments):]]
        for at, function, i, j in steps:
            values[at] = function(values[i]) if j is None else function(values[i], values[j])
        return [values[i] for i in results]
    return run

def is_positive(ball):
    """Whether a ball is finite and positive."""
    return ball.is_finite() and ball > 0

def ground_sign(t):
    """The sign of a resolved, defined term without variables, by ball arithmetic."""
    for bits in (64, 128, 256, 512, 1024):
        with flint.ctx.workprec(bits):
            try:
                (ball,) = enclosure([t], [])()
            except Rejected:  # an iterate
                return ANY
            if is_positive(ball) or is_positive(-ball):
                return POSITIVE if ball > 0 else NEGATIVE
    return ANY

class Cover:
    """A function on a box with its gradient, to be seen positive on the leaves of a tree."""

    def __init__(self, t, names):
        self.plain = enclosure([t], names)
        self.full = enclosure([t, *(derivative(t, name) for name in names)], names)

    def positive(self, box, mean_value, halvings=8):
        """Whether the function is seen to be positive on a box, or on its halves."""
        if self.seen(box, mean_value):
            return True
        if halvings == 0 or box == ():
            return False
        axis = max(range(len(box)), key=lambda i: box[i][1] - box[i][0])
        return all(self.positive(half, True, halvings - 1) for half in halves(box, axis))

    def seen(self, box, mean_value):
        """By the natural extension, or F(x) >= F(c) + sum of min g_i (x_i - c_i)."""
        balls = [arb(low).union(arb(high)) for low, high in box]
        ball, *gradient = (self.full if mean_value else self.plain)(*balls)
        if is_positive(ball) or not mean_value:
            return is_positive(ball)
        if not all(slope.is_finite() for slope in gradient):
            return False
        center, least = [], arb(0)
        for (a, b), slope in zip(box, gradient, strict=True):
            low, high = slope.lower(), slope.upper()
            c = base_point(a, b, low, high)
            center.append(arb(c))
            least += (low * arb(b - c)).min(high * arb(a - c))
        return is_positive(self.plain(*center)[0] + least)

def base_point(a, b, low, high):
    """The end where a function with such slopes is least, or a point between where it may be."""
    if low >= 0 or high <= 0:
        return a if low >= 0 else b
    low, high = (fmpq(*float(end.mid()).as_integer_ratio()) for end in (low, high))
    return min(max((high * a - low * b) / (high - low), a), b) if low < high else a

def halves(box, axis):
    """The lower and the upper half of a box along an axis."""
    low, high = box[axis]
    middle = (low + high) / 2
    return [(*box[:axis], side, *box[axis + 1:]) for side in ((low, middle), (middle, high))]

# ------------------------------------------------------------------ the rules of logic

RULES = {}

def rule(name):
    """Enter a function as the rule of that name."""
    return lambda function: RULES.setdefault(name, function)

def check(goal, ctx, proof):
    """Reject unless the proof shows the goal in the context."""
    require(isinstance(proof, list) and proof != [], "no proof:", proof)
    require(isinstance(proof[0], str) and proof[0] in RULES, "there is no rule", proof[0])
    RULES[proof[0]](push(goal), ctx, *proof[1:])

def parts_of(formula, *heads):
    """The parts of a formula, whose head must be one of these."""
    require(formula[0] in heads, "needed is", *heads, "but there is", formula)
    return formula[1:]

def check_all(goals, ctx, proofs):
    """Show each goal by its proof."""
    require(len(goals) == len(proofs), len(goals), "proofs are needed")
    for goal, proof in zip(goals, proofs, strict=True):
        check(goal, ctx, proof)

def instantiate(ctx, formula, raw):
    """The body of a quantified formula at a defined term, or at a law: known, normal or finite."""
    head, name, body = formula
    if not head.endswith("-law"):
        t = ctx.read(raw)
        value(ctx, t)
        return substitute(body, {name: t})
    law = ctx.read(raw, "law")
    value(ctx, ("E", name, law, 1))
    return substitute(body, {name: law})

@rule("generalize")
def generalize(goal, ctx, name, proof):
    """What holds of a new variable holds of every real number (of a new law: of every law)."""
    old, body = parts_of(goal, "forall", "forall-law")
    ctx = ctx.with_name(parse_name(name), "law" if goal[0] == "forall-law" else "real")
    check(substitute(body, {old: name}), ctx, proof)

@rule("assume")
def assume(goal, ctx, proof):
    """Deduction."""
    condition, result = parts_of(goal, "=>")
    check(result, ctx.with_facts(condition), proof)

@rule("split")
def split(goal, ctx, *proofs):
    """A conjunction from its parts, an equivalence from both directions."""
    parts = parts_of(goal, "and", "iff")
    check_all(parts if goal[0] == "and" else [("=>", *parts), ("=>", *parts[::-1])], ctx, proofs)

@rule("witness")
def witness(goal, ctx, raw, proof):
    """An existential statement from an instance, a disjunction from one of its parts."""
    parts = parts_of(goal, "exists", "exists1", "exists-law", "or")
    if goal[0] == "or":
        require(type(raw) is int and 0 <= raw < len(parts), "there is no part", raw)
        return check(parts[raw], ctx, proof)
    goal = expand_unique(goal) if goal[0] == "exists1" else goal
    check(instantiate(ctx, goal, raw), ctx, proof)

@rule("obtain")
def obtain(goal, ctx, i, name, proof):
    """A new name for what exists."""
    formula = ctx.fact(i)
    parts_of(formula, "exists", "exists1", "exists-law")
    head, old, body = expand_unique(formula) if formula[0] == "exists1" else formula
    ctx = ctx.with_name(parse_name(name), "law" if head == "exists-law" else "real")
    check(goal, ctx.with_facts(substitute(body, {old: name})), proof)

@rule("have")
def have(goal, ctx, raw, first, second):
    """Cut."""
    formula = ctx.read(raw, "formula")
    check(formula, ctx, first)
    check(goal, ctx.with_facts(formula), second)

@rule("use")
def use(goal, ctx, i, steps, proof):
    """Instances of universal facts, and modus ponens."""
    formula = ctx.fact(i)
    for step, data in steps:
        require(step in ("at", "by"), "no step:", step)
        if step == "at":
            parts_of(formula, "forall", "forall-law")
            formula = instantiate(ctx, formula, data)
        else:
            condition, formula = parts_of(formula, "=>")
            check(condition, ctx, data)
    check(goal, ctx.with_facts(formula), proof)

@rule("cases")
def cases(goal, ctx, raw, *proofs):
    """Each case of a disjunction: of the fact of that number, or of the excluded middle."""
    if type(raw) is int:
        parts = parts_of(ctx.fact(raw), "or")
    else:
        formula = ctx.read(raw, "formula")
        parts = formula, negation(formula)
    require(len(parts) == len(proofs), len(parts), "proofs are needed")
    for part, proof in zip(parts, proofs, strict=True):
        check(goal, ctx.with_facts(part), proof)

@rule("contradict")
def contradict(goal, ctx, proof):
    """Proof by contradiction; anything from FALSE."""
    check(FALSE, ctx.with_facts(negation(goal)), proof)

@rule("fact")
def fact(goal, ctx, i):
    """The goal is a fact, up to the names of bound variables."""
    require(canonical(goal) == canonical(ctx.fact(i)), "another fact:", ctx.fact(i))

@rule("replace")
def replace(goal, ctx, i, name, raw, proof):
    """Equals for equals."""
    a, b = parts_of(ctx.fact(i), "=")
    difference(ctx, a, b)
    require(parse_name(name) not in ctx.scope, "the name is not new:", name)
    formula = ctx.read(raw, "formula", [name])
    require(canonical(substitute(formula, {name: a})) == canonical(goal), "the goal is not T[a]")
    check(substitute(formula, {name: b}), ctx, proof)

# ------------------------------------------------------------------ the rules of mathematics

def forall(x, *formulas):
    """For all x: F1 => (F2 => ... Fn)."""
    *conditions, result = formulas
    for condition in reversed(conditions):
        result = ("=>", condition, result)
    return ("forall", x, result)

def require_absent(x, *terms):
    """Reject where x would be captured."""
    require(all(x not in free(t) for t in terms), "a bound name occurs elsewhere:", x)

@rule("combine")
def combine(goal, ctx, terms):
    """A sum of comparisons times factors that are not negative (any factors at equations).

    Of none it is that equal normal forms are equal numbers where both terms are defined.
    """
    rest, strict = difference(ctx, *parts_of(goal, *COMPARISONS)), False
    for raw, i in terms:
        relation, a, b = ("<", 0, 1) if type(i) is int and i == -1 else ctx.fact(i)
        require(relation in COMPARISONS, "no comparison: fact", i)
        m = value(ctx, ctx.read(raw))
        if relation != "=":
            require(goal[0] != "=", "an equation follows from equations only")
            require(ctx.sign(m) <= AT_LEAST, "the multiplier may be negative:", m)
            strict = strict or (relation == "<" and ctx.sign(m) <= POSITIVE)
        rest = sub(rest, mul(m, difference(ctx, a, b)))
    require(goal[0] != "<" or strict, "no strict comparison has a positive multiplier")
    require_zero(ctx, rest, "what the facts do not give")

@rule("cover")
def cover(goal, ctx, bits, axes, tree):
    """A function is positive on a box if it is seen to be on each leaf of a tree of halvings."""
    t = difference(ctx, *parts_of(goal, "<", "<="))
    require(type(bits) is int and 2 <= bits <= 4096, "bits:", bits)
    box, names = [], [name for name, _, _ in axes]
    for name, *ends in axes:
        low, high = map(rational, map(ctx.read, ends))
        require(None not in (low, high) and low <= high, "no interval:", name, *ends)
        require_sign(ctx, sub(ctx.read(name), literal(low)), AT_LEAST)
        require_sign(ctx, sub(literal(high), name), AT_LEAST)
        box.append((low, high))
    require(len(set(names)) == len(names) <= 10, "axes:", *names)
    require(free(t) <= set(names), "other variables occur in", t)
    check_cover(t, tuple(names), tuple(box), bits, tree)

@cache
def check_cover(t, names, box, bits, tree):
    """Reject unless the term is seen to be positive on the leaves of the tree."""
    with flint.ctx.workprec(bits):
        function, waiting = Cover(t, names), [box]
        for mark in tree:
            require(waiting != [], "the tree is too long")
            box = waiting.pop()
            if mark in ("n", "m"):
                require(function.positive(box, mark == "m"), "not seen to be positive on", box)
            else:
                axis = "0123456789".index(mark)
                require(axis < len(box), "no axis:", mark)
                waiting += reversed(halves(box, axis))
    require(waiting == [], "the tree is too short")

def continuous_branch(ctx, x, f, p, q):
    """A variable @ from p to q, and f there: of one form, and continuous."""
    y, inner = ctx.with_variable("$", ("<=", p, "$"), ("<=", "$", q))
    branch = value(inner, substitute(f, {x: y}))
    require_elementary(branch, y)
    return y, branch

@rule("mean-value")
def mean_value(goal, ctx, x, f, p, q, proof):
    """For f continuous on [p, q], with 0 R f' inside: f(p) R f(q)."""
    a, b = parts_of(goal, *COMPARISONS)
    f, p, q = ctx.read(f, bound=[x]), ctx.read(p), ctx.read(q)
    require_absent(x, p, q)
    require_sign(ctx, sub(q, p), POSITIVE if goal[0] == "<" else AT_LEAST)
    y, branch = continuous_branch(ctx, x, f, p, q)
    z, inside = ctx.with_variable("$", ("<", p, "$"), ("<", "$", q))
    check_defined(inside, substitute(branch, {y: z}), strict=True)
    rise = difference(ctx, substitute(f, {x: p}), substitute(f, {x: q}))
    require_zero(ctx, sub(rise, difference(ctx, a, b)), "f(q) - f(p) - (b - a)")
    check(forall(x, ("<", p, x), ("<", x, q), (goal[0], 0, ("D", x, f, x))), ctx, proof)

@rule("root")
def root(goal, ctx, f, p, q, c, way, first, second):
    """The intermediate value theorem."""
    x, _ = parts_of(goal, "exists")
    f, p, q, c = ctx.read(f, bound=[x]), *map(ctx.read, (p, q, c))
    require_absent(x, p, q, c)
    wanted = ("exists", x, ("and", ("<", p, x), ("<", x, q), ("=", f, c)))
    require(canonical(goal) == canonical(wanted), "the goal is not", wanted)
    require(way in ("rising", "falling"), "no way:", way)
    require_sign(ctx, sub(q, p), POSITIVE)
    value(ctx, c)
    continuous_branch(ctx, x, f, p, q)
    low, high = (p, q) if way == "rising" else (q, p)
    below, above = ("<", substitute(f, {x: low}), c), ("<", c, substitute(f, {x: high}))
    check_all([below, above] if way == "rising" else [above, below], ctx, [first, second])

@rule("joint")
def joint(goal, ctx, n, x, f, points, proof):
    """Smooth pieces make a smooth function just if value and derivatives agree at the joints."""
    require(type(n) is int and n >= 0, "no order:", n)
    f, points, branches = ctx.read(f, bound=[x]), [ctx.read(c) for c in points], []
    require_absent(x, *points)
    for c, d in pairwise(points):
        require_sign(ctx, sub(d, c), POSITIVE)
    for c, d in pairwise([None, *points, None]):
        ends = [end for end in ((c, "$"), ("$", d)) if None not in end]
        y, inside = ctx.with_variable("$", *(("<", *end) for end in ends))
        branches.append(resolve(inside, substitute(f, {x: y})))
        require_elementary(branches[-1], y)
        _, closed = ctx.with_variable("$", *(("<=", *end) for end in ends))
        check_defined(closed, branches[-1], strict=True)
    equations = []
    for c, (left, right) in zip(points, pairwise(branches), strict=True):
        at = {y: value(ctx, c)}
        equations.append(("=", substitute(f, {x: c}), substitute(right, at)))
        for _ in range(n + 1):
            equations.append(("=", substitute(left, at), substitute(right, at)))
            left, right = derivative(left, y), derivative(right, y)
    smooth = ("smooth", n, x, f)
    new = ("iff", smooth, ("and", *equations)) if equations else smooth
    check(goal, ctx.with_facts(new), proof)

def near_sides(ctx, x, point, bound):
    """The conditions that x is near the point of a limit: beyond a bound, or so far from it."""
    if point in INFINITE:
        return [("<", bound, x) if point == "oo" else ("<", x, bound)]
    require_sign(ctx, bound, POSITIVE)
    side, c = point
    if side == "from-above":
        return [("<", c, x), ("<", x, ("+", c, bound))]
    return [("<", ("+", c, mul(-1, bound)), x), ("<", x, c)]

@rule("limit-by-continuity")
def limit_by_continuity(goal, ctx, width):
    """A function is continuous where its terms are strictly defined."""
    x, point, body, limit = parts_of(goal, "limit")
    require(point not in INFINITE and limit not in INFINITE, "not finite:", goal)
    y, inner = ctx.with_variable("$", *near_sides(ctx, "$", point, ctx.read(width)))
    branch = resolve(inner, substitute(body, {x: y}))
    require_elementary(branch, y)
    there = substitute(branch, {y: value(ctx, point[1])})
    check_defined(ctx, there, strict=True)
    require_zero(ctx, sub(there, value(ctx, limit)), "the value there less the limit")

@rule("limit-by-growth")
def limit_by_growth(goal, ctx, bound):
    """A sum tends to the limit of its leading term."""
    x, point, body, limit = parts_of(goal, "limit")
    bound = ctx.read(bound)
    value(ctx, bound)
    if point in INFINITE:
        at = "#0" if point == "oo" else mul(-1, "#0")
    else:
        at = add(value(ctx, point[1]), div(1 if point[0] == "from-above" else -1, "#0"))
    y, inner = ctx.with_variable("$", *near_sides(ctx, "$", point, bound))
    t = resolve(inner, substitute(body, {x: y}))
    require_elementary(t, y)
    t, growth = substitute(t, {y: at}), Growth(ctx, "#0")
    check_defined(ctx, t, (Far("#0"),))
    if limit in INFINITE:
        first, _ = growth.leading(growth.of(t))
        wanted = POSITIVE if limit == "oo" else NEGATIVE
        require(growth.compare_1(first) == 1 and ctx.sign(first[0]) == wanted, "another limit")
    else:
        rest = growth.gathered([*growth.of(t), (mul(-1, value(ctx, limit)), 0, ())])
        require(all(growth.compare_1(t) == -1 for t in rest), "another limit:", rest)

@rule("squeeze")
def squeeze(goal, ctx, lower, upper, first, second, third):
    """A function between two that have the same limit has it, too."""
    x, point, body, limit = parts_of(goal, "limit")
    require(limit not in INFINITE, "the limit is not finite")
    require_absent(x, point, limit)
    lower, upper = ctx.read(lower, bound=[x]), ctx.read(upper, bound=[x])
    sides = near_sides(ctx, x, point, -1 if point == "-oo" else 1)
    between = forall(x, *sides, ("and", ("<=", lower, body), ("<=", body, upper)))
    goals = [("limit", x, point, lower, limit), ("limit", x, point, upper, limit), between]
    check_all(goals, ctx, [first, second, third])

@rule("near")
def near(goal, ctx, i, bound, way, proof):
    """Near the point of a limit the function is beyond whatever the limit is beyond."""
    x, point, body, limit = parts_of(ctx.fact(i), "limit")
    bound, below = ctx.read(bound), way == "below"
    value(ctx, bound)
    require(way in ("below", "above"), "no way:", way)
    if limit != ("oo" if below else "-oo"):
        require(limit not in INFINITE, "the limit is on the other side")
        require_sign(ctx, sub(limit, bound) if below else sub(bound, limit), POSITIVE)
    require_absent(x, bound, point, limit)
    y = fresh(x + "'", ctx.fact(i), body, bound)
    claim = ("<", bound, body) if below else ("<", body, bound)
    if point in INFINITE:
        result = forall(x, ("<", y, x) if point == "oo" else ("<", x, y), claim)
    else:
        side, c = point
        low, high = (c, y) if side == "from-above" else (y, c)
        result = ("and", ("<", low, high), forall(x, ("<", low, x), ("<", x, high), claim))
    check(goal, ctx.with_facts(("exists", y, result)), proof)

@rule("orbit-monotone")
def orbit_monotone(goal, ctx, first, second):
    """An orbit that falls (rises) and stays above (below) the only fixed point tends to it."""
    x, body, start, end = parts_of(goal, "orbit")
    require_absent(x, start, end)
    way = ctx.sign(difference(ctx, end, start))
    require(way in (POSITIVE, NEGATIVE), "start - L has no known sign")
    falling = way == POSITIVE
    continuous_branch(ctx, x, body, *((end, start) if falling else (start, end)))
    require_zero(ctx, difference(ctx, end, substitute(body, {x: end})), "body[L] - L")
    if falling:
        sides, claims = (("<", end, x), ("<=", x, start)), (("<=", end, body), ("<", body, x))
    else:
        sides, claims = (("<=", start, x), ("<", x, end)), (("<=", body, end), ("<", x, body))
    check_all([forall(x, *sides, claim) for claim in claims], ctx, [first, second])

@rule("iterated")
def iterated(goal, ctx, raw, lower, upper, bits, proof):
    """Each iterate is in a ball, by the mean value theorem: F(x) = F(c) + F'(between) (x - c)."""
    term, lower, upper = ctx.read(raw), ctx.read(lower), ctx.read(upper)
    n, x, body, start = parts_of(term, "iterate")
    low, high = rational(lower), rational(upper)
    start = ctx.algebra.constant(ctx.normal(value(ctx, start)))
    require(None not in (low, high, start), "not rational:", lower, upper, start)
    require(n <= 10_000 and type(bits) is int and 53 <= bits <= 1024, "too many:", n, bits)
    y, inner = ctx.with_variable("$", ("<", 0, "$"))
    f = value(inner, substitute(body, {x: y}))
    check_defined(inner, f, strict=True)
    with flint.ctx.workprec(bits):
        function, ball = enclosure([f, derivative(f, y)], [y]), arb(start)
        for _ in range(n):
            require(is_positive(ball), "not seen to be positive:", ball)
            center = ball.mid()
            ball = function(center)[0] + function(ball)[1] * (ball - center)
        require(is_positive(ball - arb(low)) and is_positive(arb(high) - ball), "it is", ball)
    check(goal, ctx.with_facts(("<", lower, term), ("<", term, upper)), proof)

def require_integrable(ctx, law, x, body):
    """Reject unless a fact says that the body is integrable, or it takes finitely many values.

    Under a normal law, or one on points, its mean is to be a defined term.
    """
    if isinstance(law, tuple):
        return value(ctx, ("E", x, law, body))
    known = canonical(("integrable", law, x, body)) in map(canonical, ctx.facts)
    require(known or has_finitely_many_values(x, body), "no fact says that it has a mean:", body)

def has_finitely_many_values(x, body):
    """Whether x decides only which of finitely many constants the body is."""
    if x not in free(body):
        return True
    return head_of(body) == "if" and is_composed(x, body[1]) and all(
        has_finitely_many_values(x, part) for part in body[2:])

def is_composed(x, t):
    """Whether no derivative or mean depends on x: then t is measurable in x."""
    if x not in free(t) or t == x:
        return True
    return t[0] not in ("D", "E") and all(is_composed(x, part) for part in t[1:])

@rule("law-positive")
def law_positive(goal, ctx, first, other=None, *proofs):
    """The mean of g >= 0; it is > 0 if g > 0 where h > 0, and h has a positive mean."""
    zero, mean = parts_of(goal, "<", "<=")
    require(zero == 0 and head_of(mean) == "E", "the goal is not 0 < E ..")
    _, x, law, body = mean
    require_integrable(ctx, law, x, body)
    check(forall(x, ("<=", 0, body)), ctx, first)
    if goal[0] == "<":
        other = ctx.read(other, bound=[x])
        require_integrable(ctx, law, x, other)
        goals = ("<", 0, ("E", x, law, other)), forall(x, ("<", 0, other), ("<", 0, body))
        check_all(goals, ctx, proofs)

@rule("law-linear")
def law_linear(goal, ctx, law, x, terms, proof, mirrored=()):
    """Means are linear: 0 = sum of c g everywhere gives 0 = sum of c E g.

    Under a symmetric law, under which g(X) and g(-X) have the same mean, it may be some g(-x).
    """
    rest, total, law = difference(ctx, *parts_of(goal, "=")), [0], ctx.read(law, "law")
    require(len(mirrored) == 0 or ("symmetric", law) in ctx.facts, "not symmetric:", law)
    for i, (c, body) in enumerate([*terms, *mirrored]):
        c, body = ctx.read(c), ctx.read(body, bound=[x])
        require_absent(x, c)
        require_integrable(ctx, law, x, body)
        of_body = ("E", x, law, body) if x in free(body) else body
        rest = sub(rest, mul(value(ctx, c), value(ctx, of_body)))
        at = x if i < len(terms) else ("*", -1, x)
        total.append(("*", c, substitute(body, {x: at})))
    require_zero(ctx, rest, "b - a less the sum of c E g")
    check(forall(x, ("=", 0, ("+", *total))), ctx, proof)

@rule("law-dominated")
def law_dominated(goal, ctx, c, terms, proof):
    """A measurable function is integrable if it is bounded by a sum of such."""
    law, x, body = parts_of(goal, "integrable")
    require(isinstance(law, str), "no law variable:", law)
    if not is_composed(x, body):  # else it has to be, on each of finitely many intervals
        for _, _, piece in pieces(ctx, "#0", substitute(body, {x: "#0"})):
            require_elementary(piece, "#0")
    bound = [ctx.read(c)]
    for m, h in terms:
        m, h = ctx.read(m), ctx.read(h, bound=[x])
        require_absent(x, m)
        value(ctx, m)
        require_integrable(ctx, law, x, h)
        bound.append(("*", m, ("if", ("<=", 0, h), h, ("*", -1, h))))
    require_absent(x, bound[0])
    value(ctx, bound[0])
    bound = ("+", *bound)
    sides = ("and", ("<=", ("*", -1, bound), body), ("<=", body, bound))
    check(forall(x, sides), ctx, proof)

@rule("law-evident")
def law_evident(goal, ctx):
    """Symmetry and integrability that can be seen: of normal laws and of laws of points."""
    law, *function = parts_of(goal, "symmetric", "integrable")
    require(isinstance(law, tuple), "nothing is evident of a law variable:", law)
    if function:
        value(ctx, ("E", function[0], law, function[1]))
    elif law[0] == "normal":
        require_sign(ctx, law[2], POSITIVE)
        require_zero(ctx, value(ctx, law[1]), "the mean")
    else:
        points = [(value(ctx, at), rational(w)) for at, w in zip(law[1::2], law[2::2], strict=True)]

        def mass(a):
            return sum((w for b, w in points if is_zero(ctx, sub(a, b))), fmpq(0))
        same = all(mass(at) == mass(mul(-1, at)) for at, _ in points)
        require(same, "other weights on the other side:", law)

# ------------------------------------------------------------------ the rules of rounding
# The numbers of ("format", p, k) are m 2^e with |m| < 2^p and k - p + 1 <= e <= 2 - k - p.

def least_spacing(form):
    """The distance of neighbours about 0."""
    return fmpq(2) ** (form[2] - form[1] + 1)

def greatest(form):
    """The greatest number of the format."""
    _, p, k = form
    return (2**p - 1) * fmpq(2) ** (2 - k - p)

def rank(form, v):
    """The place of a rational number among those of the format, that of 0 being 0; else None."""
    n, p = abs(v) / least_spacing(form), form[1]
    if n.q != 1 or abs(v) > greatest(form):
        return None
    n = int(n.p)
    shift = max(n.bit_length() - p, 0)
    place = (shift << (p - 1)) + (n >> shift)
    return None if n % 2**shift else place if v >= 0 else -place

def neighbour(form, v, step):
    """The number of the format whose rank is greater by the step."""
    place, p = rank(form, v) + step, form[1]
    shift = max((abs(place) >> (p - 1)) - 1, 0)
    n = (abs(place) - (shift << (p - 1))) << shift
    result = (n if place >= 0 else -n) * least_spacing(form)
    require(abs(result) <= greatest(form), "beyond the greatest number:", v)
    return result

def format_number(ctx, form, t):
    """The value of a term that is a rational number of the format."""
    number = ctx.algebra.constant(ctx.normal(value(ctx, t)))
    require(number is not None and rank(form, number) is not None, "no number of the format:", t)
    return number

@rule("float")
def float_rule(goal, ctx, i):
    """A number of the format; what is known to be one, or rounded; the negative of such."""
    form, x = parts_of(goal, "float")
    if type(i) is int and i == -1:
        format_number(ctx, form, x)
        return
    other, *_, y = parts_of(ctx.fact(i), "float", "rounds")
    require(other == form, "another format:", other)
    x, y = value(ctx, x), value(ctx, y)
    require(is_zero(ctx, sub(x, y)) or is_zero(ctx, add(x, y)), "another number:", y)

@rule("floats-apart")
def floats_apart(goal, ctx, i, number, proof):
    """Between two neighbours there is no number of the format."""
    (form, x), number = parts_of(ctx.fact(i), "float"), ctx.read(number)
    value(ctx, x)
    after = literal(neighbour(form, format_number(ctx, form, number), 1))
    check(goal, ctx.with_facts(("or", ("<=", x, number), ("<=", after, x))), proof)

@rule("rounds-number")
def rounds_number(goal, ctx, first, second):
    """What lies between the midpoints to the neighbours; a midpoint if the number is even."""
    form, t, r = parts_of(goal, "rounds")
    r = format_number(ctx, form, r)
    low, high = (literal((neighbour(form, r, step) + r) / 2) for step in (-1, 1))
    relation = "<=" if rank(form, r) % 2 == 0 else "<"
    check_all([(relation, low, t), (relation, t, high)], ctx, [first, second])

@rule("rounds-near")
def rounds_near(goal, ctx, *proofs):
    """A number of the format that is nearer than half of the least spacing."""
    form, t, r = parts_of(goal, "rounds")
    half = least_spacing(form) / 2
    low, high = ("+", r, literal(-half)), ("+", r, literal(half))
    check_all([("float", form, r), ("<", low, t), ("<", t, high)], ctx, proofs)

@rule("rounds-order")
def rounds_order(goal, ctx, i, j, proof):
    """Rounding is monotone."""
    (form, t, r), (other, s, q) = (parts_of(ctx.fact(n), "rounds") for n in (i, j))
    require(form == other, "another format:", other)
    change = difference(ctx, *parts_of(goal, "<="))
    require_zero(ctx, sub(change, difference(ctx, r, q)), "the difference from the rounded numbers")
    check(("<=", t, s), ctx, proof)

@rule("rounds-error")
def rounds_error(goal, ctx, i, proof):
    """The error is at most half of the least spacing, or at most u |t|."""
    form, t, r = parts_of(ctx.fact(i), "rounds")
    difference(ctx, t, r)
    half, error = least_spacing(form) / 2, ("+", r, ("*", -1, t))
    scaled = ("*", literal(fmpq(1, 2 ** form[1])), t)
    minus = ("*", -1, scaled)
    ends = [(literal(-half), literal(half)), (minus, scaled), (scaled, minus)]
    either = [("and", ("<=", low, error), ("<=", error, high)) for low, high in ends]
    check(goal, ctx.with_facts(("or", *either)), proof)

# ------------------------------------------------------------------ files

INFIX = {head: f" {sign} " for head, sign in {
    **dict(zip("+*/^=<", "+*/^=<", strict=True)), "<=": "<=", "and": "and", "or": "or",
    "=>": "=>", "iff": "<=>"}.items()}

def text(raw):
    """A statement as JSON, in readable form."""
    if not isinstance(raw, list):
        return str(raw)
    head, *parts = raw
    if isinstance(head, str) and head in INFIX:
        return f"({INFIX[head].join(map(text, parts))})"
    return f"{text(head)}({', '.join(map(text, parts))})"

def read_json(path):
    """The content of a JSON file; no numbers but integers, no key twice."""
    def refuse(number):
        raise Rejected(f"not an integer: {number}")

    def unique(pairs):
        require(len(dict(pairs)) == len(pairs), "a key occurs twice")
        return dict(pairs)
    return json.loads(Path(path).read_text(encoding="utf-8"), parse_float=refuse,
                      parse_constant=refuse, object_pairs_hook=unique)

def digest(raw):
    """The SHA-256 of canonical JSON."""
    return hashlib.sha256(json.dumps(raw, separators=(",", ":")).encode()).hexdigest()

def read_definitions(raw):
    """The definitions: name -> (parameters, body), each in terms of earlier ones."""
    definitions = {}
    for name, parameters, body in raw:
        scope = dict.fromkeys(map(parse_name, parameters), "real")
        require(parse_name(name) not in {*definitions, *SHAPES}, "the name is taken:", name)
        require(len(scope) == len(parameters), "a parameter occurs twice:", name)
        definitions[name] = (tuple(parameters), parse(body, "term", scope, definitions))
    return definitions

def check_claim(definitions, verdict, raw, proof):
    """Reject unless the proof shows the statement, or its negation if it is REFUTED."""
    require(verdict in ("PROVED", "REFUTED"), "no verdict:", verdict)
    statement = parse(raw, "formula", {}, definitions)
    size, unit = 48, 2
    while True:
        try:
            goal = statement if verdict == "PROVED" else negation(statement)
            return check(goal, Context(definitions, Algebra(size, unit), {}), proof)
        except Enlarge as larger:
            size, unit = larger.args

def check_files(proofs_path, statements_path):
    """The number of claims that are missing, altered, unlisted or not shown."""
    proofs, statements = read_json(proofs_path), read_json(statements_path)
    require(digest(proofs["definitions"]) == statements["definitions"], "altered definitions")
    definitions = read_definitions(proofs["definitions"])
    for name, parameters, body in proofs["definitions"]:
        print(f"{text([name, *parameters])} := {text(body)}")
    listed, seen, failures = statements["claims"], set(), 0
    for name, verdict, statement, proof in proofs["claims"]:
        problem = shown = ""
        try:
            shown = text(statement)
            require(name not in seen, "twice")
            require(listed.get(name) == [verdict, digest(statement)], "not listed, or altered")
            check_claim(definitions, verdict, statement, proof)
        except Exception as error:  # whatever goes wrong, the statement is not shown
            problem = f"REJECTED ({type(error).__name__}: {str(error)[:300]}), not "
        failures += problem != ""
        seen.add(name)
        print(f"{name}: {problem}{verdict}: {shown}", flush=True)
    for name in set(listed) - seen:
        failures += 1
        print(f"{name}: MISSING", flush=True)
    print(f"{len(seen)} claims, {failures} failures")
    return failures

def main():
    """Check the files named on the command line; exit with 0 only if every claim is shown."""
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python -I checker.py proofs.json [statements.json]")
    statements = sys.argv[2] if len(sys.argv) > 2 else Path(__file__).with_name("statements.json")
    outcome = []
    sys.setrecursionlimit(20_000)
    threading.stack_size(512 * 2**20)

    def run():
        try:
            outcome.append(check_files(sys.argv[1], statements))
        except Exception as error:  # files that cannot be read show nothing
            print(f"REJECTED ({type(error).__name__}: {error})")
    worker = threading.Thread(target=run)
    worker.start()
    worker.join()
    sys.exit(0 if outcome == [0] else 1)

if __name__ == "__main__":
    main()
