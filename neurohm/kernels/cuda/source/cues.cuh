// Passes around cues; the equations stand in neurohm.kernels.reference.cues. One block a row.

extern "C" __global__ void coarsen(const real *values, const long long *indptr, const int *columns,
                                   const long long *ends, const int *seen, const double *share,
                                   int units, int rows, int pixels, int largest, int shift,
                                   double *level) {
    Activity x = {values, indptr, columns, units};
    int to = (block() + shift) % rows;
    for (int p = thread(); p < pixels; p += threads()) {
        double found = 0;
        for (long long k = ends[p]; k < ends[p + 1]; ++k) {
            double value = double(x.at(block(), seen[k]));
            if (!largest)
                found += share[k] * value;
            else if (k == ends[p] || value > found)
                found = value;
        }
        level[(long long)to * pixels + p] = found;
    }
}

extern "C" __global__ void decide(double threshold, double doubt, double *level, long long size) {
    for (long long i = begin(); i < size; i += stride())
        level[i] = level[i] > threshold ? 1 - doubt : doubt;
}

extern "C" __global__ void stretch(double contrast, double doubt, double *level, long long size) {
    for (long long i = begin(); i < size; i += stride()) {
        double stretched = (level[i] - 0.5) * contrast + 0.5;
        level[i] = stretched < doubt ? doubt : stretched > 1 - doubt ? 1 - doubt : stretched;
    }
}

// The log-odds that units have of themselves, of one row.
__device__ inline real *own_log_odds(const real *drive, int share, const real *bias, int units,
                                     real *out) {
    const real *a = drive + (long long)(block() / share) * units;
    real *own = out + (long long)block() * units;
    for (int j = thread(); j < units; j += threads()) own[j] = a[j] + bias[j];
    __syncthreads();
    return own;
}

extern "C" __global__ void mix_cue(const real *drive, int share, const real *bias,
                                   const double *told, int repeat, const long long *chosen,
                                   int pixels, double strength, double sure, int units, real *out) {
    real *own = own_log_odds(drive, share, bias, units, out);
    const double *v = told + (long long)(block() / repeat) * pixels;
    for (int i = thread(); i < pixels; i += threads()) {
        double q = 1 / (1 + exp(-double(own[chosen[i]])));
        double p = (1 - strength) * q + strength * v[i];
        p = p < sure ? sure : p > 1 - sure ? 1 - sure : p;
        own[chosen[i]] = real(log(p / (1 - p)));
    }
}

extern "C" __global__ void mix_log_odds(const real *drive, int share, const real *bias,
                                        const double *told, int repeat, const long long *chosen,
                                        int pixels, double strength, int units, real *out) {
    real *own = own_log_odds(drive, share, bias, units, out);
    const double *v = told + (long long)(block() / repeat) * pixels;
    for (int i = thread(); i < pixels; i += threads())
        own[chosen[i]] = real((1 - strength) * double(own[chosen[i]])
                              + strength * log(v[i] / (1 - v[i])));
}
