// Passes over any arrays.

extern "C" __global__ void fill(real *out, double value, long long size) {
    for (long long i = begin(); i < size; i += stride()) out[i] = real(value);
}

extern "C" __global__ void add(const real *values, real *out, long long size) {
    for (long long i = begin(); i < size; i += stride()) out[i] += values[i];
}

extern "C" __global__ void keep_upper(int units, real *out, long long size) {
    for (long long i = begin(); i < size; i += stride())
        if (i % units <= i / units) out[i] = real(0);
}

// A single block.
extern "C" __global__ void accumulate(const double *values, long long size, double *out) {
    double sum = 0;
    for (long long i = thread(); i < size; i += threads()) sum += values[i];
    sum = sum_of_block(sum);
    if (thread() == 0) out[0] += sum;
}
