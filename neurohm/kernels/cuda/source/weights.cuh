// Passes over particles and rows; the equations stand in neurohm.kernels.reference.weights.

extern "C" __global__ void log_ratio(const double *numerator, const double *denominator,
                                     double *out, long long size) {
    for (long long i = begin(); i < size; i += stride()) out[i] = numerator[i] - denominator[i];
}

extern "C" __global__ void log_mixture(const double *log_probability, double shift, double second,
                                       double *out, long long size) {
    for (long long i = begin(); i < size; i += stride()) {
        double first = log_probability[i] + shift;
        double apart = first < second ? first - second : second - first;
        out[i] = (first < second ? second : first) + log1p(exp(apart));
    }
}

// One block a sample.
extern "C" __global__ void importance_weights(const double *log_weights, int particles,
                                              real *weights, double *log_mean, double *effective) {
    const double *own = log_weights + (long long)block() * particles;
    double largest = own[0];
    for (int k = thread(); k < particles; k += threads()) largest = Largest::of(own[k], largest);
    largest = largest_of_block(largest);
    double sum = 0, squares = 0;
    for (int k = thread(); k < particles; k += threads()) {
        double w = exp(own[k] - largest);
        sum += w;
        squares += w * w;
    }
    sum = sum_of_block(sum);
    squares = sum_of_block(squares);
    for (int k = thread(); k < particles; k += threads())
        weights[(long long)block() * particles + k] = real(exp(own[k] - largest) / sum);
    if (thread() == 0) {
        log_mean[block()] = largest + log(sum / particles);
        effective[block()] = sum * sum / squares;
    }
}

extern "C" __global__ void advantage(const real *weights, double baseline, real *out,
                                     long long size) {
    for (long long i = begin(); i < size; i += stride()) out[i] = weights[i] - real(baseline);
}

// A block serves WIDTH columns; its threads share the rows, and add up their sums in order. Each
// thread reads AT_ONCE rows before it writes any: what is read does not wait for what is written.
extern "C" __global__ void weigh_rows(const real *error, const real *gain, int rows_per_gain,
                                      double scale, int rows, int share, int units, real *out,
                                      real *total) {
    const int WIDTH = 32, AT_ONCE = 8;
    __shared__ real sums[MOST_THREADS];
    int column = block() * WIDTH + thread() % WIDTH;
    int first = thread() / WIDTH, step = threads() / WIDTH;
    real sum = 0;
    if (column < units)
        for (int begin = first; begin < rows; begin += AT_ONCE * step) {
            real weighed[AT_ONCE];
            for (int i = 0; i < AT_ONCE; ++i) {
                int row = begin + i * step;
                weighed[i] = 0;
                if (row < rows)
                    for (int k = row * share; k < (row + 1) * share; ++k)
                        weighed[i] += real(scale) * gain[k / rows_per_gain] *
                                      error[(long long)k * units + column];
            }
            for (int i = 0; i < AT_ONCE; ++i)
                if (begin + i * step < rows) {
                    out[(long long)(begin + i * step) * units + column] = weighed[i];
                    sum += weighed[i];
                }
        }
    sums[thread()] = sum;
    __syncthreads();
    if (first == 0 && column < units) {
        for (int i = 1; i < step; ++i) sum += sums[i * WIDTH + thread()];
        total[column] = sum;
    }
}
