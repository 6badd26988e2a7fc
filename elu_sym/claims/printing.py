r"""Statements in plain words and in LaTeX, from the very data that the kernel checks."""

from collections.abc import Iterator
from typing import Any

from sympy import Symbol, latex

from elu_sym.algebra.binary_formats import FORMATS
from elu_sym.claims.kernel.language import COMPARISONS, Formula, Term, absolute
from elu_sym.claims.measured import recorded_in_words

SUM, PRODUCT, POWER, ATOM = range(4)
"""How tightly a term binds."""

_WORDS = {"=": "=", "<": "<", "<=": "<="}
_LATEX = {"=": "=", "<": "<", "<=": r"\le"}
_FORMATS = {(each.precision, each.least_exponent): each.name for each in FORMATS}
_NAMES = {"elu": "ELU", "relu": "ReLU", "celu": "CELU", "selu": "SELU", "leaky_relu": "LeakyReLU"}


def in_words(formula: Formula) -> str:
    """A formula in plain words.

    Examples:
        >>> from elu_sym.claims.formulas import equal, for_all, iff, smooth
        >>> from elu_sym.activations import Elu
        >>> from elu_sym.symbols import alpha, x
        >>> in_words(for_all(alpha, iff(smooth(1, Elu(x, alpha), x), equal(alpha, 1))))
        'for all alpha > 0: x -> ELU(x, alpha) is of class C^1 if and only if alpha = 1'
    """
    return _Printer(False).formula(formula)


def law_in_words(law: Any) -> str:
    """A law in plain words.

    Examples:
        >>> law_in_words(("points", (-1, ("/", 1, 2)), (1, ("/", 1, 2))))
        '1/2 at -1, 1/2 at 1'
    """
    return _Printer(False).law(law)


def in_latex(formula: Formula) -> str:
    """A formula in LaTeX."""
    return _Printer(True).formula(formula)


class _Printer:
    """Terms and formulas as text or as LaTeX."""

    def __init__(self, as_latex: bool) -> None:
        self.as_latex = as_latex

    def pick(self, text: str, tex: str) -> str:
        return tex if self.as_latex else text

    def word(self, text: str) -> str:
        return rf"\text{{ {text} }}" if self.as_latex else f" {text} "

    # --- Terms -------------------------------------------------------------------------------

    def name(self, name: str) -> str:
        return latex(Symbol(name)) if self.as_latex else name

    def term(self, term: Term, around: int = SUM) -> str:
        text, binds = self._term(term)
        if binds >= around:
            return text
        return rf"\left({text}\right)" if self.as_latex else f"({text})"

    def _term(self, term: Term) -> tuple[str, int]:
        if isinstance(term, int):
            return str(term), ATOM if term >= 0 else SUM
        if isinstance(term, str):
            return self.name(term), ATOM
        head, *parts = term
        if head == "+":
            return self._sum(parts), SUM
        if head == "*":
            return self._product(parts)
        if head == "/":
            return self._quotient(*parts)
        if head == "^" and parts[1] < 0:
            return self._quotient(1, parts[0] if parts[1] == -1 else ("^", parts[0], -parts[1]))
        if head == "^":
            base, exponent = self.term(parts[0], ATOM), parts[1]
            return self.pick(f"{base}^{exponent}", f"{{{base}}}^{{{exponent}}}"), POWER
        if head == "pi":
            return self.pick("pi", r"\pi"), ATOM
        if head == "exp":
            inner = self.term(parts[0])
            return self.pick(f"exp({inner})", f"e^{{{inner}}}"), ATOM
        if head == "sqrt":
            inner = self.term(parts[0])
            return self.pick(f"sqrt({inner})", rf"\sqrt{{{inner}}}"), ATOM
        if head == "if" and (known := self._chosen(*parts)):
            return known, ATOM
        if head == "if":
            (relation, left, right), first, second = parts
            condition = self.formula((relation, left, right))
            if self.as_latex:
                cases = rf"{self.term(first)} & {condition} \\ {self.term(second)} & \text{{else}}"
                return rf"\begin{{cases}} {cases} \end{{cases}}", ATOM
            return f"({self.term(first)} if {condition} else {self.term(second)})", ATOM
        if head == "D":
            return self._derivative(*parts), PRODUCT
        if head == "E":
            return self._expectation(*parts), ATOM
        if head == "iterate":
            return self._iterate(*parts), ATOM
        return self._applied(head, parts), ATOM

    def _chosen(self, condition: Formula, first: Term, second: Term) -> str:
        """An absolute value, a maximum or a minimum; else nothing."""
        relation, left, right = condition
        if ("if", condition, first, second) == absolute(first):
            inner = self.term(first)
            return self.pick(f"abs({inner})", rf"\left|{inner}\right|")
        name = {(right, left): "max", (left, right): "min"}.get((first, second))
        if relation != "<=" or name is None:
            return ""
        both = ", ".join(map(self.term, (left, right)))
        return self.pick(f"{name}({both})", rf"\{name}\left({both}\right)")

    def _sum(self, parts: list[Term]) -> str:
        text = self.term(parts[0], SUM)
        for part in parts[1:]:
            printed = self.term(part, SUM)
            text += f" - {printed[1:].lstrip()}" if printed.startswith("-") else f" + {printed}"
        return text

    def _product(self, parts: list[Term]) -> tuple[str, int]:
        if parts[0] == -1 and len(parts) > 1:
            return f"-{self.term(('*', *parts[1:]), PRODUCT)}", SUM
        upper = [part for part in parts if not _is_divisor(part)]
        if len(upper) < len(parts):
            lower = [("^", p[1], -p[2]) if p[2] < -1 else p[1] for p in parts if _is_divisor(p)]
            return self._quotient(_multiplied(upper), _multiplied(lower))
        if len(parts) == 1:
            return self._term(parts[0])
        return self.pick("*", r" \, ").join(self.term(part, PRODUCT) for part in parts), PRODUCT

    def _quotient(self, upper: Term, lower: Term) -> tuple[str, int]:
        if isinstance(upper, int) and upper < 0:
            return f"-{self._quotient(-upper, lower)[0]}", SUM
        if self.as_latex:
            return rf"\frac{{{self.term(upper)}}}{{{self.term(lower)}}}", PRODUCT
        return f"{self.term(upper, PRODUCT)}/{self.term(lower, POWER)}", PRODUCT

    def _derivative(self, name: str, body: Term, at: Term) -> str:
        variable, inner = self.name(name), self.term(body, POWER)
        slope = self.pick(f"d/d{variable} {inner}", rf"\frac{{d}}{{d{variable}}} {inner}")
        if at == name:
            return slope
        place = f"{variable} = {self.term(at)}"
        return self.pick(f"({slope} at {place})", rf"\left.{slope}\right|_{{{place}}}")

    def _iterate(self, number: int, name: str, body: Term, start: Term) -> str:
        step = f"{self.name(name)} {self.pick('->', chr(92) + 'mapsto')} {self.term(body)}"
        tex = rf"\left({step}\right)^{{{number}}}\left({self.term(start)}\right)"
        return self.pick(f"iterate {number} of {step} from {self.term(start)}", tex)

    def _expectation(self, name: str, law: Any, body: Term) -> str:
        drawn, inner = self._drawn(name, law), self.term(body)
        return self.pick(f"E[{inner}; {drawn}]", rf"\mathbb{{E}}_{{{drawn}}}\left[{inner}\right]")

    def _drawn(self, name: str, law: Any) -> str:
        """A variable and its law."""
        sim = self.pick("~", r"\sim")
        return f"{self.name(name)} {sim} {self.law(law)}"

    def law(self, law: Any) -> str:
        """A law: its name, its mean and variance, or its points."""
        if isinstance(law, str):
            return law
        if law[0] == "normal":
            return f"N({self.term(law[1])}, {self.term(('^', law[2], 2))})"
        return ", ".join(f"{self.term(m, PRODUCT)} at {self.term(p)}" for p, m in law[1:])

    def _applied(self, head: str, parts: list[Term]) -> str:
        known = {"Phi": r"\Phi", "log": r"\ln", "density": r"\varphi", "mills": "M"}
        text = _NAMES.get(head, head)
        printed = ", ".join(map(self.term, parts))
        escaped = text.replace("_", r"\_")
        tex = known.get(head) or rf"\operatorname{{{escaped}}}"
        if not parts:
            return self.pick(text, tex)
        return self.pick(f"{text}({printed})", rf"{tex}\left({printed}\right)")

    # --- Formulas ----------------------------------------------------------------------------

    def formula(self, formula: Formula, inside: bool = False) -> str:
        """A formula; in parentheses if it is a part of another one and has parts itself."""
        head, *parts = formula
        if head in COMPARISONS:
            relation = (_LATEX if self.as_latex else _WORDS)[head]
            if parts[0] == 0 and head == "<" and isinstance(parts[1], str):
                return f"{self.name(parts[1])} > 0"
            return f"{self.term(parts[0])} {relation} {self.term(parts[1])}"
        if head in ("forall", "exists", "exists1", "forall-law", "exists-law"):
            text = self._quantified(formula)
        elif head in ("and", "or"):
            text = self.word(head).join(self.formula(part, True) for part in parts)
        elif head == "=>":
            *hypotheses, conclusion = _chain(formula)
            text = self.word("and").join(self.formula(part, True) for part in hypotheses)
            text += f"{self.word('implies')}{self.formula(conclusion, True)}"
        elif head == "iff":
            text = self.word("if and only if").join(self.formula(part, True) for part in parts)
        elif head == "not":
            text = self.word("not").lstrip() + self.formula(parts[0], True)
        else:
            return self._atom(head, parts)
        return f"({text})" if inside else text

    def _quantified(self, formula: Formula) -> str:
        words = {
            "forall": ("for all", r"\forall\,"),
            "exists": ("there is", r"\exists\,"),
            "exists1": ("there is exactly one", r"\exists!\,"),
            "forall-law": ("for all laws", r"\forall\text{ laws }"),
            "exists-law": ("there is a law", r"\exists\text{ a law }"),
        }
        head, names = formula[0], []
        while formula[0] == head:
            _, name, inner = formula
            shown = self.name(name)
            at_least = self.pick(">= 0", r"\ge 0")
            bounds = {("<", 0, name): "> 0", ("<=", 0, name): at_least, ("<", name, 0): "< 0"}
            part = inner[1] if inner[0] in ("=>", "and") else None
            if part in bounds and head != "exists1":
                shown += f" {bounds[part]}"
                inner = inner[2] if inner[0] == "=>" else _rest(inner)
            names.append(shown)
            formula = inner
            if head not in ("forall", "forall-law"):
                break
        text, tex = words[head]
        colon = ":" if head.startswith("forall") else self.word("with").rstrip()
        return f"{self.pick(text, tex)} {', '.join(names)}{colon} {self.formula(formula)}"

    def _atom(self, head: str, parts: list[Any]) -> str:
        if head == "limit":
            name, point, body, value = parts
            return self._limit(self.name(name), point, body, value)
        if head == "orbit":
            name, body, start, end = parts
            step, to = f"{self.name(name)} {self.pick('->', chr(92) + 'mapsto')} ", self.term(end)
            step += self.term(body)
            words = f"{self.word('the orbit of')}{self.term(start)}{self.word('under')}{step}"
            return f"{words.lstrip()}{self.word('tends to')}{to}"
        if head == "smooth":
            order, name, body = parts
            arrow = self.pick("->", r"\mapsto")
            function = f"{self.name(name)} {arrow} {self.term(body)}"
            return self.pick(f"{function} is of class C^{order}", rf"{function} \in C^{order}")
        if head == "recorded":
            return recorded_in_words(parts, self.term, self.as_latex)
        if head in ("float", "rounds"):
            return self._rounding(head, *parts)
        if head == "integrable":
            law, name, body = parts
            inner, drawn = self.term(body), self._drawn(name, law)
            tex = rf"\mathbb{{E}}_{{{drawn}}}\left|{inner}\right| < \infty"
            return self.pick(f"E[abs({inner}); {drawn}] < oo", tex)
        return f"{self.term(parts[0])}{self.word('is symmetric').rstrip()}"

    def _rounding(self, head: str, numbers: Any, *terms: Term) -> str:
        """That a number is a float, or another one rounded."""
        name = _FORMATS.get(numbers[1:], "binary({}, {})".format(*numbers[1:]))
        where = rf"\text{{{name}}}"
        *value, result = map(self.term, terms)
        if head == "float":
            return self.pick(f"{result} is in {name}", rf"{result} \in {where}")
        tex = rf"{result} = \operatorname{{fl}}_{{{where}}}\left({value[0]}\right)"
        return self.pick(f"{result} = {name}({value[0]})", tex)

    def _limit(self, name: str, point: Any, body: Term, value: Any) -> str:
        ends = {"oo": self.pick("oo", r"\infty"), "-oo": self.pick("-oo", r"-\infty")}
        if isinstance(point, str):
            end = ends[point]
        else:
            sign = "+" if point[0] == "from-above" else "-"
            end = self.pick(f"{self.term(point[1])}{sign}", f"{self.term(point[1])}^{sign}")
        to = ends[value] if value in ends else self.term(value)
        if self.as_latex:
            return rf"\lim_{{{name} \to {end}}} {self.term(body, PRODUCT)} = {to}"
        return f"{self.term(body)} -> {to} as {name} -> {end}"


def _rest(conjunction: Formula) -> Formula:
    """A conjunction without its first part."""
    _, _, *others = conjunction
    return others[0] if len(others) == 1 else ("and", *others)


def _chain(formula: Formula) -> Iterator[Formula]:
    """The hypotheses of an implication, of an implication, and so on; and the conclusion."""
    while formula[0] == "=>":
        _, hypothesis, formula = formula
        yield hypothesis
    yield formula


def _is_divisor(term: Term) -> bool:
    return isinstance(term, tuple) and term[0] == "^" and term[2] < 0


def _multiplied(terms: list[Term]) -> Term:
    return ("*", *terms) if len(terms) > 1 else terms[0] if terms else 1
