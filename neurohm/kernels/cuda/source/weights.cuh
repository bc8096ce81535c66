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

// A block serves WIDTH columns; its threads share the rows, and add up their sums in order.
extern "C" __global__ void weigh_rows(const real *error, const real *gain, int rows_per_gain,
                                      double scale, int rows, int share, int units, real *out,
                                      real *total) {
    const int WIDTH = 32;
    __shared__ real sums[MOST_THREADS];
    int column = block() * WIDTH + thread() % WIDTH;
    int first = thread() / WIDTH, step = threads() / WIDTH;
    real sum = 0;
    if (column < units)
        for (int row = first; row < rows; row += step) {
            real weighed = 0;
            for (int k = row * share; k < (row + 1) * share; ++k)
                weighed +=
                    real(scale) * gain[k / rows_per_gain] * error[(long long)k * units + column];
            out[(long long)row * units + column] = weighed;
            sum += weighed;
        }
    sums[thread()] = sum;
    __syncthreads();
    if (first == 0 && column < units) {
        for (int i = 1; i < step; ++i) sum += sums[i * WIDTH + thread()];
        total[column] = sum;
    }
}
