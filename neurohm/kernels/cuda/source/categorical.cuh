// One-hot groups; the equations stand in neurohm.kernels.reference.categorical. A thread serves a
// group of so many categories.

struct Group {
    const real *drive, *bias;
    int categories;
    real largest;
    double total;

    __device__ Group(const real *drive, const real *bias, int categories)
        : drive(drive), bias(bias), categories(categories), largest(drive[0] + bias[0]), total(0) {
        for (int c = 1; c < categories; ++c) {
            real logit = drive[c] + bias[c];
            if (logit > largest) largest = logit;
        }
        for (int c = 0; c < categories; ++c) total += double(odds(c));
    }

    __device__ real logit(int c) const { return drive[c] + bias[c] - largest; }
    __device__ real odds(int c) const { return exp(logit(c)); }

    __device__ int draw(unsigned int word) const {
        double sought = (double(word) + 0.5) * (1.0 / 4294967296.0) * total;
        double cumulative = double(odds(0));
        int chosen = 0;
        while (chosen < categories - 1 && sought >= cumulative) cumulative += double(odds(++chosen));
        return chosen;
    }

    __device__ double log_probability(const real *values) const {
        double sum = 0;
        for (int c = 0; c < categories; ++c) sum += double(values[c] * logit(c));
        return sum - log(total);
    }
};

extern "C" __global__ void categorical_mean(const real *drive, int share, const real *bias,
                                            int groups, int categories, real *out) {
    int units = groups * categories;
    const real *a = drive + (long long)(block() / share) * units;
    for (int g = thread(); g < groups; g += threads()) {
        int first = g * categories;
        Group group(a + first, bias + first, categories);
        real *p = out + (long long)block() * units + first;
        for (int c = 0; c < categories; ++c) p[c] = group.odds(c) / real(group.total);
    }
}

extern "C" __global__ void categorical_draw(const real *drive, int share, const real *bias,
                                            const unsigned int *keys, int rows_per_key,
                                            const unsigned int *clock, int site, int groups,
                                            int categories, real *out, double *total) {
    Row random(keys, rows_per_key, clock, site, block());
    int units = groups * categories;
    const real *a = drive + (long long)(block() / share) * units;
    double scored = 0;
    for (int counter = thread(); counter < counters_of(groups); counter += threads()) {
        Words words = random.at(counter);
        for (int i = 0; i < 4; ++i) {
            int g = column_of(counter, i);
            if (g >= groups) continue;
            Group group(a + g * categories, bias + g * categories, categories);
            real *s = out + (long long)block() * units + g * categories;
            int chosen = group.draw(words.word[i]);
            for (int c = 0; c < categories; ++c) s[c] = c == chosen ? real(1) : real(0);
            if (total) scored += group.log_probability(s);
        }
    }
    if (total) {
        scored = sum_of_block(scored);
        if (thread() == 0) total[block()] += scored;
    }
}

extern "C" __global__ void categorical_error(const real *drive, int share, const real *bias,
                                             const real *values, int repeat, int groups,
                                             int categories, real *out, double *total) {
    int units = groups * categories;
    const real *a = drive + (long long)(block() / share) * units;
    const real *x = values + (long long)(block() / repeat) * units;
    double scored = 0;
    for (int g = thread(); g < groups; g += threads()) {
        int first = g * categories;
        Group group(a + first, bias + first, categories);
        if (out) {
            real *e = out + (long long)block() * units + first;
            for (int c = 0; c < categories; ++c)
                e[c] = x[first + c] - group.odds(c) / real(group.total);
        }
        if (total) scored += group.log_probability(x + first);
    }
    if (total) {
        scored = sum_of_block(scored);
        if (thread() == 0) total[block()] += scored;
    }
}
