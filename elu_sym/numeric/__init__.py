"""Numbers: the hand-written primitives under every published quantity, and what is made of them.

Nothing here imports SymPy.  Modules with an underscore are private to the rooms that generate or
select them; they and ``mills_table`` are written by ``elu_sym.generate``.

With X ~ N(mu, sigma^2), ELU splits into two parts that are never positive together,

    f(X) = X_+ - (alpha (1 - e^X))_+,

so its moments are sums of the partial moments here, without a subtraction of equals.  The
primitives are functions of a law (``law``) and of parameters, written once for arrays of any
library (``operations``); all of them come down to divided differences of the Mills ratio
(``mills``).  ``compiled`` holds the same in C.  Arguments have been checked (``arguments``):
sigma >= 0, alpha > 0, both finite; mu may be infinite; NaN in any argument gives NaN at that
element (``evaluation``).

Accuracy is stated as abs(computed - F) / (ulp(F) + 2^-52 sum abs(x dF/dx)), the sum over the
arguments: in units of what rounding the result once and each argument once would cost.  It is
measured against Arb for mu of 1e-300 to 1e150 of both signs, sigma of 1e-300 to 1e150 and alpha of
1e-10 to 1e10, with dense samples where regimes meet: ``make accuracy`` prints the table.
"""
