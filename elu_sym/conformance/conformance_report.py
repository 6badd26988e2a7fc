"""What is known of all libraries: a table of grades, and what to tell those who maintain one."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby

from elu_sym.conformance.graded_checks import MEANINGS
from elu_sym.conformance.grades import Grade
from elu_sym.conformance.measured_rows import Row
from elu_sym.conformance.reproduction import snippet

COLUMNS: Mapping[str, Callable[[Row], bool]] = {
    "value": lambda row: row.of == "value" and row.check == "rounding",
    "near 0": lambda row: row.check == "near 0",
    "f'": lambda row: row.of == "derivative" and row.check == "rounding",
    "tail": lambda row: row.of == "derivative" and row.check == "tail",
    "f''": lambda row: row.of == "second derivative" and row.check in ("rounding", "tail"),
    "large x": lambda row: row.check == "large x",
    "0, -0": lambda row: row.check == "zero",
    "NaN, inf": lambda row: row.check in ("NaN", "infinity"),
    "tiny": lambda row: row.check == "subnormal",
    "alpha<=0": lambda row: row.check == "alpha <= 0",
}
"""The columns of the table, and which checks are in each."""

SEVERITY = {grade: place for place, grade in enumerate(Grade)}

Part = tuple[str, str]
"""A library and its mode."""


@dataclass(frozen=True, repr=False)
class ConformanceReport:
    """How right ELU, CELU and SELU are in each library.

    Attributes:
        rows: one a check, measured now or stored.
        fresh: the libraries with their modes that were measured now; the others are as stored.
        messages: what was not measured and why.

    Examples:
        >>> report = ConformanceReport(())
        >>> report
        <ConformanceReport of 0 checks of 0 libraries; to_text() says all>
    """

    rows: tuple[Row, ...]
    fresh: frozenset[Part] = frozenset()
    messages: tuple[str, ...] = ()

    @property
    def parts(self) -> dict[Part, list[Row]]:
        """The rows of each library in each of its modes."""
        found: dict[Part, list[Row]] = {}
        for row in self.rows:
            found.setdefault((row.library, row.mode), []).append(row)
        return found

    @property
    def checks(self) -> list[Row]:
        """The rows that are checks, not single values."""
        return [row for row in self.rows if row.check != "sample"]

    @property
    def counts(self) -> dict[str, int]:
        """How many checks have each grade, from best to worst."""
        counted = Counter(row.grade for row in self.checks)
        return {str(grade): counted[grade] for grade in Grade if counted[grade]}

    def __repr__(self) -> str:
        counts = "".join(f", {count} {grade}" for grade, count in self.counts.items())
        libraries = len({row.library for row in self.rows})
        return (
            f"<ConformanceReport of {len(self.checks)} checks of {libraries} libraries{counts};"
            " to_text() says all>"
        )

    def grades(self, library: str, mode: str) -> dict[str, str]:
        """The worst grade of a library in each column; those of what it does not have are empty.

        Raises:
            KeyError: if there are no rows of it.
        """
        rows = self.parts[library, mode]
        return {name: worst(filter(chosen, rows)) for name, chosen in COLUMNS.items()}

    def _lines(self) -> list[tuple[str, list[str]]]:
        lines = []
        for (library, mode), rows in self.parts.items():
            stored = " *" if self.fresh and (library, mode) not in self.fresh else ""
            lines.append(
                (f"{library} {rows[0].version} {mode}{stored}", [*self._cells(library, mode)])
            )
        return lines

    def _cells(self, library: str, mode: str) -> Iterable[str]:
        rows = self.parts[library, mode]
        if rows[0].grade == Grade.NOT_RUN:
            return [f"not run: {rows[0].found}"]
        return (grade or "-" for grade in self.grades(library, mode).values())

    def to_text(self) -> str:
        """The table of the worst grades, with the counts below it."""
        lines = [("", list(COLUMNS)), *self._lines()]
        width = max(len(name) for name, _ in lines) + 2
        table = [f"{name:{width}s}{''.join(f'{cell:10s}' for cell in row)}" for name, row in lines]
        counts = ", ".join(f"{count} {grade}" for grade, count in self.counts.items())
        notes = [f"{len(self.checks)} checks: {counts}. A cell is the worst of all formats."]
        if len(self.fresh) < len(self.parts):
            mark = "* as" if self.fresh else "As"
            notes.append(f"{mark} stored, not measured now.")
        return "\n".join([*(line.rstrip() for line in table), "", *notes])

    def _repr_html_(self) -> str:
        """The table of the worst grades."""
        body = ""
        for name, row in [("", list(COLUMNS)), *self._lines()]:
            span = f' colspan="{len(COLUMNS)}"' if len(row) == 1 else ""  # why it does not run
            cells = "".join(f"<td{span}>{escape(cell)}</td>" for cell in row)
            body += f"<tr><td>{escape(name)}</td>{cells}</tr>"
        caption = escape(f"The worst grade of {len(self.checks)} checks")
        return f"<table><caption>{caption}</caption>{body}</table>"

    def to_issue(self, library: str) -> str:
        """What is not right in a library, in Markdown: numbers, exact values, and how to see it.

        Args:
            library: its name.

        Raises:
            ValueError: if there are no rows of it.
        """
        rows = [row for row in self.checks if row.library == library]
        if not rows:
            names = ", ".join(dict.fromkeys(row.library for row in self.rows))
            raise ValueError(f"nothing is known of {library!r}; there is {names or 'nothing'}")
        bad = [row for row in rows if row.grade in (Grade.WRONG, Grade.DEGRADED)]
        bad.sort(key=_group)
        parts = [
            f"# ELU, CELU and SELU in {library} {rows[0].version}",
            f"On {rows[0].platform}. Of {len(rows)} checks {len(bad)} are not right. Exact values"
            " are by Arb with 128 bits; ulp is the distance of the floats around them.",
        ]
        for (grade, mode, of, check), group in groupby(bad, key=_group):
            parts += _section(str(list(Grade)[-grade]), mode, of, check, list(group))
        return "\n\n".join(parts) + "\n"


def _group(row: Row) -> tuple[int, str, str, str]:
    return -SEVERITY[Grade(row.grade)], row.mode, row.of, row.check


def worst(rows: Iterable[Row]) -> str:
    """The worst grade of some rows; empty if there are none."""
    grades = (Grade(row.grade) for row in rows)
    return str(max(grades, key=SEVERITY.__getitem__, default=""))


def _section(grade: str, mode: str, of: str, check: str, rows: list[Row]) -> list[str]:
    """A heading, a table, and for what is wrong a program."""
    names = ("function", "format", "x", "found", "exact", "error in ulp")
    shown = ("format", "where", "found", "exact", "error")
    cells = [
        (f"{row.function} {row.alpha}".strip(), *(getattr(row, name) for name in shown))
        for row in rows
    ]
    lines = [f"| {' | '.join(line)} |" for line in [names, ["---"] * len(names), *cells]]
    meaning = MEANINGS[check]
    parts = [f"## {mode}, {of}, {check}: {grade}", f"Reported is {meaning}.", "\n".join(lines)]
    if grade == Grade.WRONG and (program := snippet(rows[0])):
        parts.append(f"```python\n{program}```")
    return parts
