"""What is said of recorded experiments: how chapters write it, and how it reads in words.

The atoms, and what they mean, are those of :mod:`elu_sym.claims.kernel.recorded`. The words of an
atom about runs were written down before the runs were made, and the seeds of the runs follow from
these very words (:mod:`elu_sym.experiments.registered`): another word, and no claim has any runs.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from elu_sym.algebra.rounding import FloatingPointFormat
from elu_sym.claims.formulas import term
from elu_sym.claims.kernel.language import Formula, Term
from elu_sym.claims.kernel.measured_thresholds import Reference, Thresholds
from elu_sym.claims.kernel.recorded import Chosen, Ratio, is_chosen

PHRASES = {
    "velocity_sign_changes": "sign changes of the velocity",
    "gradient_variation": "relative path length of the gradient",
    "overshoot": "total rise of the loss",
    "steps_to_tolerance": "steps to the tolerance, at most the length of the run",
    "final_loss": "final loss",
    "diverged": "fraction of diverged runs",
    "mean_deviation": "sum over layers of the squared standardized deviations of the means",
    "square_deviation": "sum over layers of the squared standardized deviations of the second"
    " moments",
    "second_moment": "second moment of the activations",
    "gradient_50": "mean square of the gradient sent back from layer 50",
    "gradient_100": "mean square of the gradient sent back from layer 100",
    "loss": "loss",
    "held_out_errors": "errors on held-out images",
}
"""What the measures are called in a sentence."""


class Sample(NamedTuple):
    """A measure of some runs of an experiment, the same ones for every seed.

    Attributes:
        experiment: the name of the experiment.
        measure: the column of its table.
        chosen: the columns that tell runs apart, each with the values whose runs are meant.
    """

    experiment: str
    measure: str
    chosen: Chosen


def in_every_run(sample: Sample, reference: Any, low: Any, high: Any) -> Formula:
    """That in every stored run the ratio of a measure and a reference lies in a range.

    Args:
        sample: the measure.
        reference: what it is divided by, the same measure of other runs, or a number.
        low: what the ratio exceeds; None for no bound.
        high: what it is below; None for no bound.

    Raises:
        ValueError: if there is no bound, no such measure, or the reference is another one.

    Examples:
        >>> chosen = ("rule", ("exact",)), ("step", ("0",)), ("learning_rate", ("0.01",))
        >>> in_every_run(Sample("depth_training", "loss", chosen), 1, None, 2)[:4]
        ('recorded', 'runs', 'depth_training', 'loss')
    """
    return ("recorded", "runs", *_ratio(sample, reference, low, high))


def share_of_seeds(
    sample: Sample,
    reference: Any,
    low: Any,
    high: Any,
    *,
    more_than: Any,
    differing: bool = False,
) -> Formula:
    """That for more than a share of all seeds the ratio lies in a range.

    Measures are averaged over the runs of a seed.

    Args:
        sample: as in :func:`in_every_run`, and so the other three.
        reference: what it is divided by.
        low: what the ratio exceeds.
        high: what it is below.
        more_than: what the share exceeds.
        differing: whether only the seeds count for which the two differ, as in a sign test.

    Raises:
        ValueError: as :func:`in_every_run`.
    """
    kind = "differing-seeds" if differing else "seeds"
    return ("recorded", kind, *_ratio(sample, reference, low, high), term(more_than))


def thresholds_within(
    library: str,
    functions: tuple[str, ...],
    formats: Sequence[FloatingPointFormat],
    reference: Reference,
    **numbers: int,
) -> Formula:
    """That the measured thresholds of a library lie within some floats of a reference.

    Args:
        library: as in :class:`elu_sym.claims.kernel.measured_thresholds.Thresholds`.
        functions: so, too.
        formats: the formats.
        reference: what the thresholds are compared with.
        numbers: ``least``, ``greatest``, ``cases``, and ``elements`` if there are not 4,096.
    """
    names = tuple(each.name for each in formats)
    said = Thresholds(library, functions, names, reference.value, **numbers)
    return ("recorded", "thresholds", *said)


def _ratio(sample: Sample, reference: Any, low: Any, high: Any) -> Ratio:
    if low is None and high is None:
        raise ValueError("a comparison without a bound holds of any numbers; give one")
    if sample.measure not in PHRASES:
        known = ", ".join(PHRASES)
        raise ValueError(f"measure = {sample.measure!r}; the measures are {known}")
    if isinstance(reference, Sample):
        if reference[:2] != sample[:2]:
            raise ValueError(f"reference = {reference}; give the same measure of other runs")
        unit: Any = reference.chosen
    else:
        unit = term(reference)
    return Ratio(*sample, unit, *(None if end is None else term(end) for end in (low, high)))


def recorded_in(part: Any) -> Iterator[Formula]:
    """The atoms about records in a formula."""
    if isinstance(part, tuple) and part[0] == "recorded":
        yield part
    elif isinstance(part, tuple):
        for inner in part:
            yield from recorded_in(inner)


# --- In words --------------------------------------------------------------------------------


def recorded_in_words(parts: Sequence[Any], number: Callable[[Term], str], as_latex: bool) -> str:
    """An atom as text or as LaTeX, without its head; numbers are printed by a function."""
    kind, *data = parts
    words = _thresholds(Thresholds(*data)) if kind == "thresholds" else _runs(kind, data)
    quoted = (
        each if each == "<" else _quoted(each, as_latex) if isinstance(each, str) else number(each)
        for each in words
    )
    return re.sub(r" (?=;)", "", " ".join(quoted))


def _quoted(words: str, as_latex: bool) -> str:
    escaped = re.sub(r"([{}$\\&#^_%~])", r"\\\1", words)
    return rf"\text{{{'' if escaped[0] == ';' else ' '}{escaped} }}" if as_latex else words


def _runs(kind: str, data: Sequence[Any]) -> Iterator[Any]:
    """The inequalities, of which runs they are, and for how many seeds."""
    ratio, share = Ratio(*data[:6]), data[6:]
    shared = set(ratio.chosen)
    words = PHRASES[ratio.measure]
    yield from () if ratio.low is None else (ratio.low, "<")
    if is_chosen(ratio.reference):
        shared &= set(ratio.reference)
        yield f"{words}, {_choice(ratio.chosen, shared)} / {_choice(ratio.reference, shared)}"
    else:
        yield from (f"{words} /", ratio.reference)
    yield from () if ratio.high is None else ("<", ratio.high)
    where = [f"{name} {', '.join(v)}" for name, v in ratio.chosen if (name, v) in shared]
    yield f"; {'; '.join(where)};"
    if kind == "runs":
        yield "in every run"
    else:
        yield from ("for more than", *share)
        yield "of all seeds" + " for which the two differ" * (kind == "differing-seeds")


def _choice(chosen: Chosen, shared: set[tuple[str, tuple[str, ...]]]) -> str:
    """What runs do not share with those that they are compared with."""
    return " ".join(", ".join(values) for name, values in chosen if (name, values) not in shared)


def _thresholds(said: Thresholds) -> Iterator[str]:
    """The range of the distances."""
    named = f"{', '.join(said.functions)}; {', '.join(said.formats)}; {said.elements} at a time"
    ends = (said.least, said.greatest) if said.least < said.greatest else (said.least,)
    yield f"in all {said.cases} cases of {said.library} ({named}) the threshold lies"
    yield f"{' to '.join(map(str, ends))} floats above {said.reference}"
