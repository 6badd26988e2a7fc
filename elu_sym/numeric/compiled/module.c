/* The formulas as universal functions of NumPy: numeric/_generated.py in C.

   `formulas.h` defines a function of a law for each formula and lists them in FORMULAS, and
   `moments`, unless a part of it is left to NumPy; here each becomes a loop over arrays. */

#define PY_SSIZE_T_CLEAN
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <Python.h>
#include <numpy/arrayobject.h>
#include <numpy/arrayscalars.h>
#include <numpy/ufuncobject.h>

#include "calls.h"
#include "formulas.h"
#include "joint_expectations.h"

#ifndef SOURCES
#error "SOURCES is the checksum of these files, which setup.py defines"
#endif

#define TOGETHER "Mean, second moment and variance of elu(X) together."

#define ARGUMENT(k) (*(const double *)(arguments[k] + i * steps[k]))
#define RESULT(k) (*(double *)(arguments[k] + i * steps[k]))

#define DECLARE_LOOP(name)                                                                       \
    static void name##_loop(char **arguments, const npy_intp *dimensions, const npy_intp *steps, \
                            void *data)

/* A loop sees every element; NaN in any argument is NaN in the result.  What the floating-point
   unit noted on the way says nothing about the results, so it is forgotten. */
#define LOOP_2(name)                                                                             \
    USES_FUSED_MULTIPLICATION DECLARE_LOOP(name)                                                       \
    {                                                                                            \
        for (npy_intp i = 0; i < dimensions[0]; i++) {                                           \
            double mu = ARGUMENT(0), sigma = ARGUMENT(1);                                        \
            law_at law = normal_law(mu, sigma);                                                  \
            RESULT(2) = isnan(mu) || isnan(sigma) ? NAN : name(&law);                            \
        }                                                                                        \
        feclearexcept(FE_ALL_EXCEPT);                                                            \
    }

#define LOOP_3(name)                                                                             \
    USES_FUSED_MULTIPLICATION DECLARE_LOOP(name)                                                       \
    {                                                                                            \
        for (npy_intp i = 0; i < dimensions[0]; i++) {                                           \
            double mu = ARGUMENT(0), sigma = ARGUMENT(1), a = ARGUMENT(2);                       \
            bool missing = isnan(mu) || isnan(sigma) || isnan(a);                                \
            law_at law = normal_law(mu, sigma);                                                  \
            RESULT(3) = missing ? NAN : name(&law, a);                                           \
        }                                                                                        \
        feclearexcept(FE_ALL_EXCEPT);                                                            \
    }

#define LOOP_4(name)                                                                             \
    USES_FUSED_MULTIPLICATION DECLARE_LOOP(name)                                                       \
    {                                                                                            \
        for (npy_intp i = 0; i < dimensions[0]; i++) {                                           \
            double mu = ARGUMENT(0), sigma = ARGUMENT(1), a = ARGUMENT(2), b = ARGUMENT(3);      \
            bool missing = isnan(mu) || isnan(sigma) || isnan(a) || isnan(b);                    \
            law_at law = normal_law(mu, sigma);                                                  \
            RESULT(4) = missing ? NAN : name(&law, a, b);                                        \
        }                                                                                        \
        feclearexcept(FE_ALL_EXCEPT);                                                            \
    }

#define LOOP(name, count, documentation) LOOP_##count(name)
FORMULAS(LOOP)

#ifdef HAS_MOMENTS
static void moments(law_at *law, double alpha, double *found)
{
    found[0] = mean(law, alpha);
    found[1] = second_moment(law, alpha);
    found[2] = variance(law, alpha);
}

USES_FUSED_MULTIPLICATION DECLARE_LOOP(moments)
{
    for (npy_intp i = 0; i < dimensions[0]; i++) {
        double mu = ARGUMENT(0), sigma = ARGUMENT(1), alpha = ARGUMENT(2);
        double found[3] = {NAN, NAN, NAN};
        law_at law = normal_law(mu, sigma);
        if (!isnan(mu) && !isnan(sigma) && !isnan(alpha))
            moments(&law, alpha, found);
        for (int k = 0; k < 3; k++)
            RESULT(3 + k) = found[k];
    }
    feclearexcept(FE_ALL_EXCEPT);
}
#endif

/* Quantities of two inputs: a universal function of their law and of the shapes of two functions. */
#define JOINT_ARGUMENTS 12
VECTORIZED DECLARE_LOOP(joint)
{
    quantity wanted = *(const quantity *)data;
    for (npy_intp i = 0; i < dimensions[0]; i++) {
        double given[JOINT_ARGUMENTS], sum = 0.0;
        for (int k = 0; k < JOINT_ARGUMENTS; k++)
            sum += given[k] = ARGUMENT(k);
        RESULT(JOINT_ARGUMENTS) = isnan(sum) ? NAN : joint_expectation(wanted, given);
    }
    feclearexcept(FE_ALL_EXCEPT);
}

typedef struct {
    const char *name, *documentation;
    int arguments, results;
    PyUFuncGenericFunction loops[1];
    void *data[1]; /* what the loop is told: which quantity of two inputs */
} entry;

#define ENTRY(name, count, documentation) {#name, documentation, count, 1, {name##_loop}, {NULL}},
#define JOINT_ENTRY(name, wanted, documentation)                                                 \
    {"joint_" #name, documentation, JOINT_ARGUMENTS, 1, {joint_loop}, {&(quantity){wanted}}},
static entry ENTRIES[] = {
    FORMULAS(ENTRY)
#ifdef HAS_MOMENTS
    {"moments", TOGETHER, 3, 3, {moments_loop}, {NULL}},
#endif
    QUANTITIES(JOINT_ENTRY)
};

static const char TYPES[JOINT_ARGUMENTS + 1] = {
    NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE,
    NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE, NPY_DOUBLE};

static int execute(PyObject *module)
{
    if (PyArray_ImportNumPyAPI() < 0 || PyUFunc_ImportUFuncAPI() < 0)
        return -1;
    legendre_rules();
    if (PyModule_AddType(module, &DIRECT_CALL) < 0)
        return -1;
    PyObject *sources = PyLong_FromUnsignedLong(SOURCES);
    if (sources == NULL || PyModule_AddObjectRef(module, "sources", sources) < 0)
        return -1;
    Py_DECREF(sources);
    for (size_t k = 0; k < sizeof(ENTRIES) / sizeof(ENTRIES[0]); k++) {
        entry *e = &ENTRIES[k];
        PyObject *function = PyUFunc_FromFuncAndData(e->loops, e->data, TYPES, 1, e->arguments,
                                                     e->results, PyUFunc_None, e->name,
                                                     e->documentation, 0);
        if (function == NULL || PyModule_AddObjectRef(module, e->name, function) < 0) {
            Py_XDECREF(function);
            return -1;
        }
        Py_DECREF(function);
    }
    return 0;
}

static PyModuleDef_Slot SLOTS[] = {{Py_mod_exec, execute}, {0, NULL}};

static struct PyModuleDef DEFINITION = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_compiled",
    .m_doc = "The formulas as universal functions, in C.",
    .m_slots = SLOTS,
};

PyMODINIT_FUNC PyInit__compiled(void)
{
    return PyModuleDef_Init(&DEFINITION);
}
