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

extern "C" __global__ void scale(real *out, double factor, long long size) {
    for (long long i = begin(); i < size; i += stride()) out[i] *= real(factor);
}

// One block a row.
extern "C" __global__ void take_rows(const real *chosen, const real *values, int units,
                                     real *out) {
    if (chosen[block()] == real(0)) return;
    long long first = (long long)block() * units;
    for (int j = thread(); j < units; j += threads()) out[first + j] = values[first + j];
}
