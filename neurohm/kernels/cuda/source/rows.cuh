// Activity dense or compressed, and the compression of rows.

// Rows of activity: dense where there is no `indptr`, else the entries of each row by column.
struct Activity {
    const real *values;
    const long long *indptr;
    const int *columns;
    int units;

    __device__ real at(int row, int unit) const {
        if (!indptr) return values[(long long)row * units + unit];
        long long low = indptr[row], end = indptr[row + 1], high = end;
        while (low < high) {
            long long middle = (low + high) / 2;
            if (columns[middle] < unit)
                low = middle + 1;
            else
                high = middle;
        }
        return low < end && columns[low] == unit ? values[low] : real(0);
    }
};

// From the number of entries of each row, at indptr[row + 1], to where they end: a single block.
extern "C" __global__ void ends_of_rows(long long *indptr, int rows) {
    long long before = 0;
    for (int first = 0; first < rows; first += threads()) {
        int row = first + thread();
        long long own = row < rows ? indptr[row + 1] : 0, all;
        long long earlier = sum_before(own, &all);
        if (row < rows) indptr[row + 1] = before + earlier + own;
        before += all;
    }
    if (thread() == 0) indptr[0] = 0;
}
