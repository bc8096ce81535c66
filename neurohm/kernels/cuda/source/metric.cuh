// Passes around a metric; the equations stand in neurohm.kernels.reference.metric.

// One block a row of `out`.
extern "C" __global__ void place_activity(const real *values, const long long *indptr,
                                          const int *columns, int units, int share, int inputs,
                                          int first, real *out) {
    Activity given = {values, indptr, columns, units};
    for (int j = thread(); j < units; j += threads())
        out[(long long)block() * inputs + first + j] = given.at(block() / share, j);
}

extern "C" __global__ void variances(real *out, long long size) {
    for (long long i = begin(); i < size; i += stride()) out[i] *= real(1) - out[i];
}

extern "C" __global__ void precisions(const real *log_deviation, int units, real *out,
                                      long long size) {
    for (long long i = begin(); i < size; i += stride())
        out[i] = real(exp(-2 * held(log_deviation[i % units])));
}

extern "C" __global__ void multiply_by(const real *values, real *out, long long size) {
    for (long long i = begin(); i < size; i += stride()) out[i] *= values[i];
}

extern "C" __global__ void copy_values(const real *values, real *out, long long size) {
    for (long long i = begin(); i < size; i += stride()) out[i] = values[i];
}

extern "C" __global__ void squares(const real *values, real *out, long long size) {
    for (long long i = begin(); i < size; i += stride()) out[i] = values[i] * values[i];
}

extern "C" __global__ void metric_step(const real *gradient, const real *explained, double damping,
                                       real *out, long long size) {
    real factor = real((1 + damping) / damping);
    for (long long i = begin(); i < size; i += stride())
        out[i] = factor * (gradient[i] - explained[i]);
}

extern "C" __global__ void diagonal_step(const real *gradient, const real *information,
                                         double damping, double share, real *out, long long size) {
    for (long long i = begin(); i < size; i += stride())
        out[i] = real(1 + damping) * gradient[i] /
                 (information[i] * real(share) + real(damping));
}
