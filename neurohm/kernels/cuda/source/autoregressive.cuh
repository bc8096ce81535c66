// Autoregressive units; the equations stand in neurohm.kernels.reference.autoregressive. A block
// goes through the units of a row; its threads add a unit's lateral weights to the logits after it.

__device__ inline void begin_logits(const real *drive, int share, const real *bias, int units,
                                    real *logit) {
    const real *a = drive + (long long)(block() / share) * units;
    for (int j = thread(); j < units; j += threads()) logit[j] = a[j] + bias[j];
}

__device__ inline void add_lateral(real value, const real *lateral, int unit, int units,
                                   real *logit) {
    const real *weights = lateral + (long long)unit * units;
    for (int i = unit + 1 + thread(); i < units; i += threads()) logit[i] += value * weights[i];
}

extern "C" __global__ void autoregressive_mean(const real *drive, int share, const real *bias,
                                               const real *lateral, int units, real *out,
                                               real *logits) {
    real *logit = logits + (long long)block() * units, *p = out + (long long)block() * units;
    begin_logits(drive, share, bias, units, logit);
    __syncthreads();
    for (int j = 0; j < units; ++j) {
        real probability = Bernoulli::mean(logit[j]);
        if (thread() == 0) p[j] = probability;
        add_lateral(probability, lateral, j, units, logit);
        __syncthreads();
    }
}

extern "C" __global__ void autoregressive_draw(const real *drive, int share, const real *bias,
                                               const real *lateral, const unsigned int *keys,
                                               int rows_per_key, const unsigned int *clock,
                                               int site, int units, real *out, real *logits,
                                               double *total) {
    real *logit = logits + (long long)block() * units, *s = out + (long long)block() * units;
    begin_logits(drive, share, bias, units, logit);
    Row random(keys, rows_per_key, clock, site, block());
    for (int counter = thread(); counter < counters_of(units); counter += threads()) {
        Words words = random.at(counter);
        for (int i = 0; i < 4; ++i)
            if (column_of(counter, i) < units) s[column_of(counter, i)] = uniform(words.word[i]);
    }
    __syncthreads();
    for (int j = 0; j < units; ++j) {
        bool fired = s[j] * (real(1) + Bernoulli::small(logit[j])) < Bernoulli::up(logit[j]);
        __syncthreads();  // all have read the uniform number before the draw takes its place
        if (thread() == 0) s[j] = fired ? real(1) : real(0);
        if (fired) add_lateral(real(1), lateral, j, units, logit);
        __syncthreads();
    }
    if (!total) return;
    double scored = 0;
    for (int j = thread(); j < units; j += threads())
        scored += Bernoulli::log_probability(logit[j], s[j]);
    scored = sum_of_block(scored);
    if (thread() == 0) total[block()] += scored;
}
