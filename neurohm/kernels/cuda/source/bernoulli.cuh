// Bernoulli units; the equations stand in neurohm.kernels.reference.bernoulli.

struct Bernoulli {
    // exp(-|logit|) never overflows; the sigmoid is up(logit) / (1 + exp(-|logit|)).
    static __device__ real small(real logit) { return exp(logit < real(0) ? logit : -logit); }
    static __device__ real up(real logit) { return logit >= real(0) ? real(1) : small(logit); }

    static __device__ real mean(real logit) { return up(logit) / (real(1) + small(logit)); }

    static __device__ real draw(real logit, unsigned int word) {
        return uniform(word) * (real(1) + small(logit)) < up(logit) ? real(1) : real(0);
    }

    static __device__ double log_probability(real logit, real value) {
        real softplus = (logit > real(0) ? logit : real(0)) + log1p(small(logit));
        return double(value * logit - softplus);
    }
};

extern "C" __global__ void bernoulli_mean(const real *drive, int share, const real *bias,
                                          int units, real *out) {
    write_means<Bernoulli>(drive, share, bias, units, out);
}

extern "C" __global__ void bernoulli_draw(const real *drive, int share, const real *bias,
                                          const unsigned int *keys, int rows_per_key,
                                          const unsigned int *clock, int site, int units, real *out,
                                          long long *indptr, double *total) {
    draw_row<Bernoulli>(drive, share, bias, keys, rows_per_key, clock, site, units, out, indptr,
                        total);
}

extern "C" __global__ void bernoulli_entries(const real *drive, int share, const real *bias,
                                             const unsigned int *keys, int rows_per_key,
                                             const unsigned int *clock, int site, int units,
                                             const long long *indptr, int *columns, real *values) {
    write_entries<Bernoulli>(drive, share, bias, keys, rows_per_key, clock, site, units, indptr,
                             columns, values);
}

extern "C" __global__ void bernoulli_error(const real *drive, int share, const real *bias,
                                           const real *values, const long long *indptr,
                                           const int *columns, int repeat, int units, real *out,
                                           double *total) {
    write_errors<Bernoulli>(drive, share, bias, values, indptr, columns, repeat, units, out, total);
}
