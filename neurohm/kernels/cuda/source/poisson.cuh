// Poisson units; the equations stand in neurohm.kernels.reference.poisson.

struct Poisson {
    static __device__ real log_rate(real logit) {
        const real limit = real(6.214608098422191);  // of RATE_LIMIT
        return logit < limit ? logit : limit;
    }

    static __device__ real mean(real logit) { return exp(log_rate(logit)); }

    static __device__ real draw(real logit, unsigned int word) {
        const real least = sizeof(real) == 4 ? real(87) : real(700);
        real rate = mean(logit);
        real silent = exp(-(rate < least ? rate : least));
        return uniform(word) < silent ? real(0) : positive(double(rate), word);
    }

    // The first count from one on whose cumulative probability exceeds a number of 32 bits.
    static __device__ real positive(double rate, unsigned int word) {
        double u = (double(word) + 0.5) * (1.0 / 4294967296.0);
        double probability = exp(-rate) * rate, cumulative = exp(-rate) + probability, count = 1;
        while (u >= cumulative && probability > 1e-300) {
            count += 1;
            probability *= rate / count;
            cumulative += probability;
        }
        return real(count);
    }

    static __device__ double log_probability(real logit, real value) {
        real rate = log_rate(logit);
        double log_factorial = value > real(1) ? lgamma(double(value) + 1) : 0;
        return double(value * rate - exp(rate)) - log_factorial;
    }
};

extern "C" __global__ void poisson_mean(const real *drive, int share, const real *bias, int units,
                                        real *out) {
    write_means<Poisson>(drive, share, bias, units, out);
}

extern "C" __global__ void poisson_draw(const real *drive, int share, const real *bias,
                                        const unsigned int *keys, int rows_per_key,
                                        const unsigned int *clock, int site, int units, real *out,
                                        long long *indptr, double *total) {
    draw_row<Poisson>(drive, share, bias, keys, rows_per_key, clock, site, units, out, indptr,
                      total);
}

extern "C" __global__ void poisson_entries(const real *drive, int share, const real *bias,
                                           const unsigned int *keys, int rows_per_key,
                                           const unsigned int *clock, int site, int units,
                                           const long long *indptr, int *columns, real *values) {
    write_entries<Poisson>(drive, share, bias, keys, rows_per_key, clock, site, units, indptr,
                           columns, values);
}

extern "C" __global__ void poisson_error(const real *drive, int share, const real *bias,
                                         const real *values, const long long *indptr,
                                         const int *columns, int repeat, int units, real *out,
                                         double *total) {
    write_errors<Poisson>(drive, share, bias, values, indptr, columns, repeat, units, out, total);
}
