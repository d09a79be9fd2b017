#!/usr/bin/env python3
"""Fits the rational functions of MathVector: gelu, geluTanh and their derivatives.

With S the standard normal distribution function, or for the tanh form S(x) = (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2:

    gelu(x) = max(x, 0) - |x| P(|x|) / Q(|x|)        which stands for |x| S(-|x|)
    gelu'(x) = 1/2 + x P(x^2) / Q(x^2)               which stands for S(x) - 1/2 + x S'(x)

on [-limit, limit], Q(0) = 1. The largest error, of the first over min(|x|, 1), is made small by weighted least squares of P - f Q,
weights from the errors before (Lawson 1961) and from Q before (Sanathanan and Koerner 1963). Prints the coefficients as floats,
lowest power first, and the error with them in exact arithmetic; MathVectorTest measures the kernels' own.

    python3 -m venv V && V/bin/pip install mpmath && V/bin/python tools/fit/fit_gelu.py
"""

import struct

from mpmath import cos, lu_solve, matrix, mp, mpf, ncdf, npdf, pi, polyval, sqrt, tanh

NODES = 240
ROUNDS = 40


def nearest_float(value):
    return struct.unpack("f", struct.pack("f", float(value)))[0]


def fit(f, limit, power, degrees, unit):
    """P and Q with f(x) = x P(x^power) / Q(x^power); errors count in units of unit(x)."""
    x = [limit * (1 - cos(pi * (i + mpf(1) / 2) / NODES)) / 2 for i in range(NODES)]
    y = [f(v) for v in x]
    u = [(v / limit) ** power for v in x]  # powers of x itself differ too much in size
    weight, q_before, best = [mpf(1)] * NODES, [mpf(1)] * NODES, None
    for _ in range(ROUNDS):
        rows, right = [], []
        for i in range(NODES):
            s = sqrt(weight[i]) / q_before[i] / unit(x[i])
            p_terms = [s * x[i] * u[i] ** j for j in range(degrees[0] + 1)]
            rows.append(p_terms + [-s * y[i] * u[i] ** j for j in range(1, degrees[1] + 1)])
            right.append(s * y[i])
        a = matrix(rows)
        c = list(lu_solve(a.T * a, a.T * matrix(right)))
        p, q = c[: degrees[0] + 1], [mpf(1)] + c[degrees[0] + 1 :]
        q_before = [polyval(q[::-1], v) for v in u]
        error = [abs(x[i] * polyval(p[::-1], u[i]) / q_before[i] - y[i]) / unit(x[i]) for i in range(NODES)]
        if min(q_before) > 0 and (best is None or max(error) < best[0]):
            best = (max(error), p, q)
        weight = [w * (e / max(error) + mpf(1) / 1000) for w, e in zip(weight, error)]
        weight = [w * NODES / sum(weight) for w in weight]
    return [[nearest_float(c / limit ** (power * j)) for j, c in enumerate(poly)] for poly in best[1:]]


def show(name, f, limit, power, degrees, unit):
    p, q = fit(f, mpf(limit), power, degrees, unit)
    worst = 0
    for i in range(1, 4001):
        x = mpf(limit) * i / 4000
        worst = max(worst, abs(x * polyval(p[::-1], x**power) / polyval(q[::-1], x**power) - f(x)) / unit(x))
    print(f"{name} up to {limit}: largest error {float(worst):.2e}")
    print("  P", " ".join(f"{c:.9g}f" for c in p))
    print("  Q", " ".join(f"{c:.9g}f" for c in q))


def tanh_form(x):
    return (1 + tanh(sqrt(2 / pi) * (x + CUBIC * x**3))) / 2


def tanh_form_slope(x):
    return 2 * tanh_form(x) * tanh_form(-x) * sqrt(2 / pi) * (1 + 3 * CUBIC * x * x)


mp.dps = 60
CUBIC = mpf("0.044715")
show("exact: x S(-x)", lambda x: x * ncdf(-x), 5.5, 1, (5, 7), lambda x: min(x, 1))
show("exact: S(x) - 1/2 + x S'(x)", lambda x: ncdf(x) - mpf(1) / 2 + x * npdf(x), 6, 2, (5, 5), lambda x: 1)
show("tanh: x S(-x)", lambda x: x * tanh_form(-x), 5.1, 1, (5, 7), lambda x: min(x, 1))
show("tanh: S(x) - 1/2 + x S'(x)", lambda x: tanh_form(x) - mpf(1) / 2 + x * tanh_form_slope(x), 5.3, 2, (6, 6), lambda x: 1)
