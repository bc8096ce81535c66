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

extern "C" __global__ void look_up(const real *bits, const real *table, int units, real *out,
                                   long long size) {
    for (long long row = begin(); row < size; row += stride()) {
        long long code = 0;
        for (int j = 0; j < units; ++j) code = 2 * code + (bits[row * units + j] != real(0));
        out[row] = table[code];
    }
}

// A column of an error whose rows are weighed by their gains.
struct Weighed {
    static const int AT_ONCE = 8;

    const real *error, *gain;
    int rows_per_gain;
    real scale;
    int units, column;

    // Rows from `first` on, `apart` from each other; zeros for those that are not before `end`. All
    // of them are asked for before one is used: a thread waits for memory once, not for each.
    __device__ void read(int first, int apart, int end, real *into) const {
        for (int i = 0; i < AT_ONCE; ++i) {
            int row = first + i * apart, there = row < end ? row : end - 1;
            real weighed =
                scale * gain[there / rows_per_gain] * error[(long long)there * units + column];
            into[i] = row < end ? weighed : real(0);
        }
    }

    // Writes rows as they are, and returns their sum.
    __device__ real single(int first, int step, int rows, real *out) const {
        real some[AT_ONCE], sum = 0;
        for (int begin = first; begin < rows; begin += AT_ONCE * step) {
            read(begin, step, rows, some);
            for (int i = 0; i < AT_ONCE; ++i) {
                int row = begin + i * step;
                if (row < rows) out[(long long)row * units + column] = some[i];
                sum += some[i];
            }
        }
        return sum;
    }

    // Writes sums of so many rows each, and returns the sum of all.
    __device__ real shared(int first, int step, int rows, int share, real *out) const {
        real some[AT_ONCE], sum = 0;
        for (int row = first; row < rows; row += step) {
            real together = 0;
            for (int k = row * share; k < (row + 1) * share; k += AT_ONCE) {
                read(k, 1, (row + 1) * share, some);
                for (int i = 0; i < AT_ONCE; ++i) together += some[i];
            }
            out[(long long)row * units + column] = together;
            sum += together;
        }
        return sum;
    }
};

// A block serves WIDTH columns; its threads share the rows, and add up their sums in order.
extern "C" __global__ void weigh_rows(const real *error, const real *gain, int rows_per_gain,
                                      double scale, int rows, int share, int units, real *out,
                                      real *total) {
    const int WIDTH = 32;
    __shared__ real sums[MOST_THREADS];
    int column = block() * WIDTH + thread() % WIDTH;
    int first = thread() / WIDTH, step = threads() / WIDTH;
    Weighed weighed = {error, gain, rows_per_gain, real(scale), units, column};
    real sum = 0;
    if (column < units)
        sum = share == 1 ? weighed.single(first, step, rows, out)
                         : weighed.shared(first, step, rows, share, out);
    sums[thread()] = sum;
    __syncthreads();
    if (first == 0 && column < units) {
        for (int i = 1; i < step; ++i) sum += sums[i * WIDTH + thread()];
        total[column] = sum;
    }
}

extern "C" __global__ void weigh_units(const real *error, const real *share, int units, real *out,
                                       long long size) {
    for (long long i = begin(); i < size; i += stride()) out[i] = error[i] * share[i % units];
}
