// Real-valued units; the equations stand in neurohm.kernels.reference.gaussian.

// The normal number of a word, by Wichura's AS 241 (1988), as in neurohm.kernels.cpu.normal. No
// word lies so far out that its third approximation is due.
__device__ inline double normal(unsigned int word) {
    double q = (double(word) + 0.5) * (1.0 / 4294967296.0) - 0.5;
    double outside = q < 0 ? -q : q;
    if (outside <= 0.425) {
        double r = 0.180625 - q * q;
        double above = 2509.0809287301226727;
        above = above * r + 33430.575583588128105;
        above = above * r + 67265.770927008700853;
        above = above * r + 45921.953931549871457;
        above = above * r + 13731.693765509461125;
        above = above * r + 1971.5909503065514427;
        above = above * r + 133.14166789178437745;
        above = above * r + 3.387132872796366608;
        double below = 5226.495278852854561;
        below = below * r + 28729.085735721942674;
        below = below * r + 39307.89580009271061;
        below = below * r + 21213.794301586595867;
        below = below * r + 5394.1960214247511077;
        below = below * r + 687.1870074920579083;
        below = below * r + 42.313330701600911252;
        below = below * r + 1.0;
        return q * above / below;
    }
    double r = sqrt(-log(0.5 - outside)) - 1.6;
    double above = 7.7454501427834140764e-4;
    above = above * r + 0.0227238449892691845833;
    above = above * r + 0.24178072517745061177;
    above = above * r + 1.27045825245236838258;
    above = above * r + 3.64784832476320460504;
    above = above * r + 5.7694972214606914055;
    above = above * r + 4.6303378461565452959;
    above = above * r + 1.42343711074968357734;
    double below = 1.05075007164441684324e-9;
    below = below * r + 5.475938084995344946e-4;
    below = below * r + 0.0151986665636164571966;
    below = below * r + 0.14810397642748007459;
    below = below * r + 0.68976733498510000455;
    below = below * r + 1.6763848301838038494;
    below = below * r + 2.05319162663775882187;
    below = below * r + 1.0;
    return q > 0 ? above / below : -above / below;
}

const double LEAST_LOG_DEVIATION = -6.907755278982137;  // of LEAST_DEVIATION

__device__ inline double held(real log_deviation) {
    return log_deviation > LEAST_LOG_DEVIATION ? double(log_deviation) : LEAST_LOG_DEVIATION;
}

__device__ inline double log_density(real surprise, real log_deviation) {
    double z = surprise * exp(-held(log_deviation));
    return -0.5 * z * z - held(log_deviation) - 0.9189385332046727;  // log(2 pi) / 2
}

extern "C" __global__ void gaussian_mean(const real *drive, int share, const real *bias, int units,
                                         real *out) {
    const real *a = drive + (long long)(block() / share) * units;
    for (int j = thread(); j < units; j += threads())
        out[(long long)block() * units + j] = a[j] + bias[j];
}

extern "C" __global__ void gaussian_draw(const real *drive, int share, const real *bias,
                                         const real *log_deviation, const unsigned int *keys,
                                         int rows_per_key, const unsigned int *clock, int site,
                                         int units, real *out, double *total) {
    Row random(keys, rows_per_key, clock, site, block());
    const real *a = drive + (long long)(block() / share) * units;
    double scored = 0;
    for (int counter = thread(); counter < counters_of(units); counter += threads()) {
        Words words = random.at(counter);
        for (int i = 0; i < 4; ++i) {
            int j = column_of(counter, i);
            if (j >= units) continue;
            real mean = a[j] + bias[j], deviation = real(exp(held(log_deviation[j])));
            real value = mean + deviation * real(normal(words.word[i]));
            out[(long long)block() * units + j] = value;
            if (total) scored += log_density(value - mean, log_deviation[j]);
        }
    }
    if (total) {
        scored = sum_of_block(scored);
        if (thread() == 0) total[block()] += scored;
    }
}

extern "C" __global__ void gaussian_error(const real *drive, int share, const real *bias,
                                          const real *log_deviation, const real *values,
                                          int repeat, int units, real *out, double *total) {
    const real *a = drive + (long long)(block() / share) * units;
    const real *x = values + (long long)(block() / repeat) * units;
    double scored = 0;
    for (int j = thread(); j < units; j += threads()) {
        real surprise = x[j] - (a[j] + bias[j]);
        if (out)
            out[(long long)block() * units + j] =
                surprise * real(exp(-2 * held(log_deviation[j])));
        if (total) scored += log_density(surprise, log_deviation[j]);
    }
    if (total) {
        scored = sum_of_block(scored);
        if (thread() == 0) total[block()] += scored;
    }
}

// A thread serves a unit, row after row.
extern "C" __global__ void deviation_gradient(const real *error, const real *log_deviation,
                                              const real *gain, int rows_per_gain, double scale,
                                              int rows, int units, real *out) {
    int j = block() * threads() + thread();
    if (j >= units) return;
    real variance = real(exp(2 * held(log_deviation[j]))), sum = 0;
    for (int row = 0; row < rows; ++row) {
        real e = error[(long long)row * units + j];
        sum += real(scale) * gain[row / rows_per_gain] * (e * e * variance - real(1));
    }
    bool least = log_deviation[j] <= real(LEAST_LOG_DEVIATION);
    out[j] = least && sum < real(0) ? real(0) : sum;
}
