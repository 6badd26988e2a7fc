/* What NVRTC knows without a header, for a compiler of the processor: one thread at a time. */

#define __CUDACC_RTC__
#define __device__
#define __forceinline__ inline
#define __global__

#include <math.h>
#include <string.h>
#undef HUGE_VAL
#undef NAN

struct extent {
    unsigned x;
};

extern "C" {
extent gridDim, blockDim, blockIdx, threadIdx;
}

static inline double __longlong_as_double(long long bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}
