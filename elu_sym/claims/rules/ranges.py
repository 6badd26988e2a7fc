"""What an experiment says of a range: an interval inside it supports, one outside contradicts."""

from sympy import Rational

from elu_sym.certify.witness import Evidence
from elu_sym.claims.assertion import Assertion, Step


class InRange(Assertion):
    """That a measured number lies in a range; a subclass has the fields and measures it.

    Attributes:
        low: what the number exceeds; None for no bound.
        high: what it is below; None for no bound.
    """

    low: Rational | None
    high: Rational | None

    def __post_init__(self) -> None:
        """Refuse what no number could contradict.

        Raises:
            ValueError: if there is no bound.
        """
        if self.low is None and self.high is None:
            raise ValueError("a comparison without a bound holds of any numbers; give one")

    def bounded(self, number: str) -> str:
        """The inequalities, for a number given in words or as a formula."""
        low = "" if self.low is None else f"{self.low} < "
        high = "" if self.high is None else f" < {self.high}"
        return f"{low}{number}{high}"

    def judged(self, low: float, high: float, detail: str) -> Step:
        """What an interval of confidence says; where it overlaps an end, it decides nothing.

        Args:
            low: the lower end of the interval.
            high: the upper end.
            detail: the figures, for the step.
        """
        above = self.low is None or low > self.low
        below = self.high is None or high < self.high
        if above and below:
            return self.proved(detail, evidence=Evidence.EXPERIMENT)
        if (self.low is not None and high <= self.low) or (
            self.high is not None and low >= self.high
        ):
            return self.refuted(detail, {}, evidence=Evidence.EXPERIMENT)
        return self.undecided(f"{detail}; an end of the range is inside")
