// Passes over any kind of units, one block a row. A kind says
//     mean(logit), draw(logit, word), log_probability(logit, value)
// for a drive that the bias is part of. A row of the drive serves `share` rows, a row of the values
// `repeat`. Where a result is not wanted, its pointer is null.

template <class Unit>
__device__ void write_means(const real *drive, int share, const real *bias, int units, real *out) {
    const real *a = drive + (long long)(block() / share) * units;
    for (int j = thread(); j < units; j += threads())
        out[(long long)block() * units + j] = Unit::mean(a[j] + bias[j]);
}

// Draws a row; `indptr` receives the number of its entries that are not zero.
template <class Unit>
__device__ void draw_row(const real *drive, int share, const real *bias, const unsigned int *keys,
                         int rows_per_key, const unsigned int *clock, int site, int units,
                         real *out, long long *indptr, double *total) {
    Row random(keys, rows_per_key, clock, site, block());
    const real *a = drive + (long long)(block() / share) * units;
    double scored = 0, entries = 0;
    for (int counter = thread(); counter < counters_of(units); counter += threads()) {
        Words words = random.at(counter);
        for (int i = 0; i < 4; ++i) {
            int j = column_of(counter, i);
            if (j >= units) continue;
            real logit = a[j] + bias[j], value = Unit::draw(logit, words.word[i]);
            if (out) out[(long long)block() * units + j] = value;
            if (total) scored += Unit::log_probability(logit, value);
            entries += value != real(0);
        }
    }
    if (total) {
        scored = sum_of_block(scored);
        if (thread() == 0) total[block()] += scored;
    }
    if (indptr) {
        entries = sum_of_block(entries);
        if (thread() == 0) indptr[block() + 1] = (long long)entries;
    }
}

// Draws the same row again and writes its entries from indptr[row] on, columns ascending. A tile
// of columns takes one counter of each thread; then each thread looks at four columns in a row.
template <class Unit>
__device__ void write_entries(const real *drive, int share, const real *bias,
                              const unsigned int *keys, int rows_per_key,
                              const unsigned int *clock, int site, int units,
                              const long long *indptr, int *columns, real *values) {
    __shared__ real drawn[4 * MOST_THREADS];
    Row random(keys, rows_per_key, clock, site, block());
    const real *a = drive + (long long)(block() / share) * units;
    long long end = indptr[block()], found;
    for (int first = 0; first < units; first += 4 * threads()) {
        int counter = first / 4 + thread();
        Words words = random.at(counter);
        for (int i = 0; i < 4; ++i) {
            int j = column_of(counter, i);
            drawn[j - first] = j < units ? Unit::draw(a[j] + bias[j], words.word[i]) : real(0);
        }
        __syncthreads();
        const real *mine = drawn + 4 * thread();
        int own = 0;
        for (int i = 0; i < 4; ++i) own += mine[i] != real(0);
        long long entry = end + sum_before(own, &found);
        for (int i = 0; i < 4; ++i)
            if (mine[i] != real(0)) {
                columns[entry] = first + 4 * thread() + i;
                values[entry] = mine[i];
                ++entry;
            }
        end += found;
        __syncthreads();  // before the next tile is drawn
    }
}

template <class Unit>
__device__ void write_errors(const real *drive, int share, const real *bias, const real *values,
                             const long long *indptr, const int *columns, int repeat, int units,
                             real *out, double *total) {
    Activity activity = {values, indptr, columns, units};
    const real *a = drive + (long long)(block() / share) * units;
    double scored = 0;
    for (int j = thread(); j < units; j += threads()) {
        real logit = a[j] + bias[j], value = activity.at(block() / repeat, j);
        if (out) out[(long long)block() * units + j] = value - Unit::mean(logit);
        if (total) scored += Unit::log_probability(logit, value);
    }
    if (total) {
        scored = sum_of_block(scored);
        if (thread() == 0) total[block()] += scored;
    }
}
