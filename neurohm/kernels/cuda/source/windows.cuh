// Samples of a recording or a matrix, one block a row of the result. `indptr` says where the
// spikes of each bin begin; `starts` the first bin of each window; column = unit * lags + lag.

extern "C" __global__ void dense_windows(const long long *indptr, const int *unit,
                                         const int *count, const long long *starts, int lags,
                                         int columns_out, real *out) {
    real *window = out + (long long)block() * columns_out;
    for (int j = thread(); j < columns_out; j += threads()) window[j] = real(0);
    __syncthreads();
    const long long *bins = indptr + starts[block()];
    for (int lag = 0; lag < lags; ++lag)
        for (long long i = bins[lag] + thread(); i < bins[lag + 1]; i += threads())
            window[unit[i] * lags + lag] = real(count[i]);
}

extern "C" __global__ void window_sizes(const long long *indptr, const long long *starts, int lags,
                                        long long *indptr_out, int rows) {
    int row = int(begin());
    if (row < rows)
        indptr_out[row + 1] = indptr[starts[row] + lags] - indptr[starts[row]];
}

// An entry lies behind all entries of its window whose columns are smaller.
extern "C" __global__ void sparse_windows(const long long *indptr, const int *unit,
                                          const int *count, const long long *starts, int lags,
                                          const long long *indptr_out, int *columns,
                                          real *values) {
    const long long *bins = indptr + starts[block()];
    for (long long i = bins[0] + thread(); i < bins[lags]; i += threads()) {
        int lag = 0;
        while (i >= bins[lag + 1]) ++lag;
        int column = unit[i] * lags + lag;
        long long entry = indptr_out[block()];
        for (int other = 0; other < lags; ++other)
            for (long long k = bins[other]; k < bins[other + 1]; ++k)
                entry += unit[k] * lags + other < column;
        columns[entry] = column;
        values[entry] = real(count[i]);
    }
}

extern "C" __global__ void rows_of(const real *data, const long long *indices, int units,
                                   real *out) {
    const real *source = data + indices[block()] * units;
    for (int j = thread(); j < units; j += threads())
        out[(long long)block() * units + j] = source[j];
}

// Rows of a compressed matrix, each column at most once in a row.
extern "C" __global__ void compressed_to_dense(const long long *indptr, const int *columns,
                                               const real *values, const long long *indices,
                                               int units, real *out) {
    real *target = out + (long long)block() * units;
    for (int j = thread(); j < units; j += threads()) target[j] = real(0);
    __syncthreads();
    long long row = indices[block()];
    for (long long i = indptr[row] + thread(); i < indptr[row + 1]; i += threads())
        target[columns[i]] = values[i];
}

extern "C" __global__ void compressed_to_compressed(const long long *indptr, const int *columns,
                                                    const real *values, const long long *indices,
                                                    const long long *indptr_out, int *columns_out,
                                                    real *values_out) {
    long long row = indices[block()], first = indptr[row], length = indptr[row + 1] - first;
    for (long long i = thread(); i < length; i += threads()) {
        columns_out[indptr_out[block()] + i] = columns[first + i];
        values_out[indptr_out[block()] + i] = values[first + i];
    }
}
