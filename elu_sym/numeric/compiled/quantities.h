/* The quantities of two inputs; see ../joint_expectations.py. */

#ifndef ELU_SYM_QUANTITIES_H
#define ELU_SYM_QUANTITIES_H

#define PAIR_ARGUMENTS 12

typedef enum {
    KERNEL,
    DERIVATIVE_KERNEL,
    CROSS_KERNEL,
    COVARIANCE,
    DISTANCE,
    COVARIANCE_MEAN_SLOPE,
    COVARIANCE_DEVIATION_SLOPE
} quantity;

#define QUANTITIES(X)                                                                            \
    X(kernel, KERNEL, "E f(X) g(Y).")                                                            \
    X(derivative_kernel, DERIVATIVE_KERNEL, "E f'(X) g'(Y).")                                    \
    X(cross_kernel, CROSS_KERNEL, "E f(X) g'(Y).")                                               \
    X(covariance, COVARIANCE, "The covariance of f(X) and g(Y).")                                \
    X(distance, DISTANCE, "E (f(X) - g(Y))^2.")                                                  \
    X(covariance_mean_slope, COVARIANCE_MEAN_SLOPE, "The derivative of the covariance in mu1.")  \
    X(covariance_deviation_slope, COVARIANCE_DEVIATION_SLOPE, "That in sigma1, at a fixed rho.")

#endif
