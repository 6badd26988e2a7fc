/* A call of a formula with what people have: numbers and arrays of Python and NumPy.

   The arguments are mu, sigma and parameters, by position or by name, with defaults.  What is of
   another kind, outside its domain, missing, unknown or no shape to broadcast gives NotImplemented:
   numeric/arguments.py says what is wrong with it, or knows it.  Both give the same types: float64,
   and float32 if every argument with a type of its own is float32; Python's numbers have none. */

#ifndef ELU_SYM_CALLS_H
#define ELU_SYM_CALLS_H

#include <fenv.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* A processor with wide vectors gets code that uses them. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__GLIBC__)
#define VECTORIZED __attribute__((target_clones("avx2", "default")))
#else
#define VECTORIZED
#endif

#define MOST_ARGUMENTS 8

typedef enum { OTHER_KIND, WEAK_KIND, SINGLE_KIND, DOUBLE_KIND } number_kind;

typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    PyUFuncObject *function;
    PyObject *names;                    /* a tuple of interned strings, one for each argument */
    PyObject *defaults[MOST_ARGUMENTS]; /* NULL where there is none */
    PyUFuncGenericFunction loop;        /* the loop of doubles */
    void *data;
} direct_call;

/* The integers of NumPy but truth values: name(its type, the field of its value). */
#define NUMPY_INTEGERS(name)                                                                     \
    name(Long) name(Int) name(Short) name(Byte) name(LongLong)                                   \
    name(ULong) name(UInt) name(UShort) name(UByte) name(ULongLong)

/* The kind of a number, which is rounded once to a double. */
static number_kind read_number(PyObject *given, double *number)
{
    if (PyFloat_CheckExact(given)) {
        *number = PyFloat_AS_DOUBLE(given);
        return WEAK_KIND;
    }
    if (PyLong_CheckExact(given)) {
        *number = PyLong_AsDouble(given);
        if (*number == -1.0 && PyErr_Occurred()) {
            PyErr_Clear(); /* it is beyond the range */
            return OTHER_KIND;
        }
        return WEAK_KIND;
    }
    if (Py_IS_TYPE(given, &PyDoubleArrType_Type)) {
        *number = PyArrayScalar_VAL(given, Double);
        return DOUBLE_KIND;
    }
    if (Py_IS_TYPE(given, &PyFloatArrType_Type)) {
        *number = PyArrayScalar_VAL(given, Float);
        return SINGLE_KIND;
    }
#define READ_INTEGER(name)                                                                       \
    if (Py_IS_TYPE(given, &Py##name##ArrType_Type)) {                                            \
        *number = (double)PyArrayScalar_VAL(given, name);                                        \
        return DOUBLE_KIND;                                                                      \
    }
    NUMPY_INTEGERS(READ_INTEGER)
    return OTHER_KIND;
}

/* mu may be any number; sigma, argument 1, is at least 0, the parameters are above it, and all of
   them are finite.  NaN passes. */
#define OUTSIDE(x, argument, largest)                                                            \
    (((argument) > 1 ? (x) <= 0 : (x) < 0) | ((x) > (largest)))

/* Whether no element of an array is outside the domain, one axis after another; of one line without
   a branch, so that a compiler vectorizes it if the elements are neighbours.  An axis that repeats
   its elements is looked at once: it is not empty, since an empty array is in one piece. */
#define INSIDE(type, word, largest)                                                              \
    VECTORIZED static bool type##_line_inside(int argument, const char *data, npy_intp length,   \
                                              npy_intp step)                                     \
    {                                                                                            \
        const type *x = (const type *)data;                                                      \
        word outside = 0; /* as wide as the numbers */                                           \
        if (step != (npy_intp)sizeof(type))                                                      \
            for (npy_intp i = 0; i < length; i++)                                                \
                outside |= OUTSIDE(*(const type *)(data + i * step), argument, largest);         \
        else if (argument > 1)                                                                   \
            for (npy_intp i = 0; i < length; i++)                                                \
                outside |= (word)OUTSIDE(x[i], 2, largest);                                      \
        else                                                                                     \
            for (npy_intp i = 0; i < length; i++)                                                \
                outside |= (word)OUTSIDE(x[i], 1, largest);                                      \
        return outside == 0;                                                                     \
    }                                                                                            \
    static bool type##_inside(int argument, const char *data, int axes, const npy_intp *lengths, \
                              const npy_intp *steps)                                             \
    {                                                                                            \
        npy_intp length = steps[0] == 0 ? 1 : lengths[0];                                        \
        if (axes == 1)                                                                           \
            return type##_line_inside(argument, data, length, steps[0]);                         \
        for (npy_intp i = 0; i < length; i++)                                                    \
            if (!type##_inside(argument, data + i * steps[0], axes - 1, lengths + 1, steps + 1)) \
                return false;                                                                    \
        return true;                                                                             \
    }
INSIDE(double, npy_int64, DBL_MAX)
INSIDE(float, npy_int32, FLT_MAX)

static bool array_inside(int argument, PyArrayObject *array)
{
    if (argument == 0)
        return true;
    bool single = PyArray_TYPE(array) == NPY_FLOAT, in_one_piece = PyArray_ISONESEGMENT(array);
    const char *data = PyArray_BYTES(array);
    npy_intp size = PyArray_SIZE(array), width = single ? sizeof(float) : sizeof(double);
    int axes = in_one_piece ? 1 : PyArray_NDIM(array);
    const npy_intp *lengths = in_one_piece ? &size : PyArray_DIMS(array);
    const npy_intp *steps = in_one_piece ? &width : PyArray_STRIDES(array);
    bool inside;
    NPY_BEGIN_THREADS_DEF;
    NPY_BEGIN_THREADS_THRESHOLDED(size);
    inside = single ? float_inside(argument, data, axes, lengths, steps)
                    : double_inside(argument, data, axes, lengths, steps);
    NPY_END_THREADS;
    return inside;
}

/* An array as the universal function takes it, a new reference; NULL with an error or without one,
   for what is no array of numbers. */
static PyObject *read_array(PyObject *given, number_kind *kind)
{
    if (!PyArray_CheckExact(given))
        return NULL;
    PyArrayObject *array = (PyArrayObject *)given;
    int type = PyArray_TYPE(array);
    bool is_float = type == NPY_DOUBLE || type == NPY_FLOAT;
    if (!is_float && !PyTypeNum_ISINTEGER(type))
        return NULL;
    *kind = type == NPY_FLOAT && PyArray_ISNOTSWAPPED(array) ? SINGLE_KIND : DOUBLE_KIND;
    if (is_float && PyArray_ISBEHAVED_RO(array))
        return Py_NewRef(given);
    return PyArray_FromArray(array, PyArray_DescrFromType(NPY_DOUBLE),
                             NPY_ARRAY_ALIGNED | NPY_ARRAY_NOTSWAPPED);
}

/* A number beside arrays, as an array without axes of the type that keeps it: beside those of
   float32 a float32, where that is the same. */
static PyObject *number_beside_arrays(double number, bool single)
{
    single = single && (isnan(number) || isinf(number)
                        || (fabs(number) <= FLT_MAX && (float)number == number));
    PyObject *array = PyArray_SimpleNew(0, NULL, single ? NPY_FLOAT : NPY_DOUBLE);
    if (array == NULL)
        return NULL;
    void *place = PyArray_DATA((PyArrayObject *)array);
    if (single)
        *(float *)place = (float)number;
    else
        *(double *)place = number;
    return array;
}

static PyObject *new_number(double number, bool single)
{
    PyObject *found;
    if (single) {
        found = PyArrayScalar_New(Float);
        if (found != NULL)
            PyArrayScalar_ASSIGN(found, Float, (float)number);
        feclearexcept(FE_ALL_EXCEPT);
    } else {
        found = PyArrayScalar_New(Double);
        if (found != NULL)
            PyArrayScalar_ASSIGN(found, Double, number);
    }
    return found;
}

/* What was found, as float32; takes the reference.  NumPy would report an overflow, and no argument
   is wrong. */
static PyObject *narrowed(PyObject *found)
{
    PyObject *narrow;
    if (PyArray_IsScalar(found, Double)) {
        narrow = new_number(PyArrayScalar_VAL(found, Double), true);
    } else if (PyArray_Check(found) && PyArray_TYPE((PyArrayObject *)found) == NPY_DOUBLE) {
        /* Both are as NumPy lays out a new array: their elements have one order. */
        PyArrayObject *wide = (PyArrayObject *)found;
        narrow = PyArray_NewLikeArray(wide, NPY_KEEPORDER, PyArray_DescrFromType(NPY_FLOAT), 0);
        if (narrow != NULL) {
            const double *from = PyArray_DATA(wide);
            float *to = PyArray_DATA((PyArrayObject *)narrow);
            npy_intp size = PyArray_SIZE(wide);
            for (npy_intp i = 0; i < size; i++)
                to[i] = (float)from[i];
            feclearexcept(FE_ALL_EXCEPT);
        }
    } else {
        return found;
    }
    Py_DECREF(found);
    return narrow;
}

/* The results one by one, or those of a function of several as a tuple; takes the references. */
static PyObject *together(PyObject **found, int count)
{
    bool complete = true;
    for (int k = 0; k < count; k++)
        complete = complete && found[k] != NULL;
    PyObject *all = !complete || count == 1 ? NULL : PyTuple_New(count);
    if (complete && count == 1)
        return found[0];
    for (int k = 0; k < count; k++) {
        if (all != NULL)
            PyTuple_SET_ITEM(all, k, found[k]);
        else
            Py_XDECREF(found[k]);
    }
    return all;
}

static PyObject *value_of_numbers(direct_call *self, const double *numbers, bool single)
{
    int inputs = self->function->nin, results = self->function->nout;
    double values[MOST_ARGUMENTS];
    char *places[2 * MOST_ARGUMENTS];
    npy_intp one = 1, steps[2 * MOST_ARGUMENTS] = {0};
    for (int k = 0; k < inputs; k++)
        places[k] = (char *)&numbers[k];
    for (int k = 0; k < results; k++)
        places[inputs + k] = (char *)&values[k];
    self->loop(places, &one, steps, self->data);
    PyObject *found[MOST_ARGUMENTS];
    for (int k = 0; k < results; k++)
        found[k] = new_number(values[k], single);
    return together(found, results);
}

/* The result of a universal function, as float32 if that is wanted. */
static PyObject *value_of_arrays(direct_call *self, PyObject **operands, bool single)
{
    int results = self->function->nout;
    PyObject *value = PyObject_Vectorcall((PyObject *)self->function, operands,
                                          self->function->nin, NULL);
    if (value == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_ValueError))
            return NULL;
        PyErr_Clear(); /* the shapes do not broadcast */
        return Py_NewRef(Py_NotImplemented);
    }
    if (!single)
        return value;
    if (results == 1)
        return narrowed(value);
    PyObject *found[MOST_ARGUMENTS];
    for (int k = 0; k < results; k++)
        found[k] = narrowed(Py_NewRef(PyTuple_GET_ITEM(value, k)));
    Py_DECREF(value);
    return together(found, results);
}

/* The arguments of a call in order; false if one is missing, unknown, given twice, or too many. */
static bool bound_arguments(direct_call *self, PyObject *const *given, Py_ssize_t positional,
                            PyObject *by_name, PyObject **arguments)
{
    Py_ssize_t count = self->function->nin;
    if (positional > count)
        return false;
    for (Py_ssize_t k = 0; k < count; k++)
        arguments[k] = k < positional ? given[k] : NULL;
    for (Py_ssize_t i = 0; by_name != NULL && i < PyTuple_GET_SIZE(by_name); i++) {
        PyObject *name = PyTuple_GET_ITEM(by_name, i);
        Py_ssize_t k = positional;
        while (k < count && PyTuple_GET_ITEM(self->names, k) != name)
            k++;
        if (k == count) { /* nearly every name is interned: then it is the same object */
            k = positional;
            while (k < count && PyUnicode_Compare(PyTuple_GET_ITEM(self->names, k), name) != 0)
                k++;
        }
        if (k == count)
            return false;
        arguments[k] = given[positional + i];
    }
    for (Py_ssize_t k = 0; k < count; k++) {
        if (arguments[k] == NULL)
            arguments[k] = self->defaults[k];
        if (arguments[k] == NULL)
            return false;
    }
    return true;
}

static PyObject *call_directly(PyObject *callable, PyObject *const *given, size_t flags,
                               PyObject *by_name)
{
    direct_call *self = (direct_call *)callable;
    int count = self->function->nin;
    PyObject *arguments[MOST_ARGUMENTS], *operands[MOST_ARGUMENTS] = {NULL};
    double numbers[MOST_ARGUMENTS];
    bool any_single = false, any_double = false, any_array = false, mine = true;
    if (!bound_arguments(self, given, PyVectorcall_NARGS(flags), by_name, arguments))
        Py_RETURN_NOTIMPLEMENTED;
    for (int k = 0; mine && k < count; k++) {
        number_kind kind = read_number(arguments[k], &numbers[k]);
        if (kind == OTHER_KIND) {
            operands[k] = read_array(arguments[k], &kind);
            mine = operands[k] != NULL && array_inside(k, (PyArrayObject *)operands[k]);
            any_array = true;
        } else if (k > 0 && OUTSIDE(numbers[k], k, DBL_MAX)) {
            mine = false;
        }
        any_single = any_single || kind == SINGLE_KIND;
        any_double = any_double || kind == DOUBLE_KIND;
    }
    bool single = any_single && !any_double;
    PyObject *value = NULL;
    if (mine && !any_array)
        return value_of_numbers(self, numbers, single);
    for (int k = 0; mine && k < count; k++) {
        if (operands[k] == NULL)
            operands[k] = number_beside_arrays(numbers[k], single);
        mine = operands[k] != NULL;
    }
    if (mine)
        value = value_of_arrays(self, operands, single);
    else if (!PyErr_Occurred())
        value = Py_NewRef(Py_NotImplemented);
    for (int k = 0; k < count; k++)
        Py_XDECREF(operands[k]);
    return value;
}

static PyObject *new_direct_call(PyTypeObject *type, PyObject *values, PyObject *named)
{
    static char *keywords[] = {"function", "names", "defaults", NULL};
    PyUFuncObject *function;
    PyObject *names, *defaults;
    if (!PyArg_ParseTupleAndKeywords(values, named, "O!O!O!", keywords, &PyUFunc_Type, &function,
                                     &PyTuple_Type, &names, &PyDict_Type, &defaults))
        return NULL;
    int inputs = function->nin, results = function->nout, loop = function->ntypes - 1;
    for (; loop >= 0; loop--) {
        bool doubles = true;
        for (int k = 0; k < inputs + results; k++)
            doubles &= function->types[loop * (inputs + results) + k] == NPY_DOUBLE;
        if (doubles)
            break;
    }
    if (loop < 0 || inputs > MOST_ARGUMENTS || results > MOST_ARGUMENTS
        || PyTuple_GET_SIZE(names) != inputs) {
        PyErr_SetString(PyExc_ValueError, "give a function of doubles and a name an argument");
        return NULL;
    }
    for (int k = 0; k < inputs; k++) {
        if (!PyUnicode_CheckExact(PyTuple_GET_ITEM(names, k))) {
            PyErr_SetString(PyExc_TypeError, "a name is no str");
            return NULL;
        }
    }
    direct_call *self = (direct_call *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->call = call_directly;
    self->function = (PyUFuncObject *)Py_NewRef(function);
    self->names = Py_NewRef(names);
    self->loop = function->functions[loop];
    self->data = function->data == NULL ? NULL : (void *)function->data[loop];
    for (int k = 0; k < inputs; k++) {
        self->defaults[k] = PyDict_GetItemWithError(defaults, PyTuple_GET_ITEM(names, k));
        if (self->defaults[k] == NULL && PyErr_Occurred()) {
            Py_DECREF(self);
            return NULL;
        }
        Py_XINCREF(self->defaults[k]);
    }
    return (PyObject *)self;
}

static void forget_direct_call(PyObject *object)
{
    direct_call *self = (direct_call *)object;
    Py_XDECREF(self->function);
    Py_XDECREF(self->names);
    for (int k = 0; k < MOST_ARGUMENTS; k++)
        Py_XDECREF(self->defaults[k]);
    Py_TYPE(object)->tp_free(object);
}

static PyTypeObject DIRECT_CALL = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "elu_sym.numeric._compiled.DirectCall",
    .tp_doc = PyDoc_STR("DirectCall(function, names, defaults)\n--\n\n"
                        "The call of a universal function with numbers and arrays in the domains"
                        " of mu, sigma and parameters; NotImplemented for all else."),
    .tp_basicsize = sizeof(direct_call),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_vectorcall_offset = offsetof(direct_call, call),
    .tp_call = PyVectorcall_Call,
    .tp_new = new_direct_call,
    .tp_dealloc = forget_direct_call,
};

#endif
