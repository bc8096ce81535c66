// Products with compressed activity on the left, `columns_out` wide, one block a row of the result.

// out = left @ right: the rows of `right` that a row of `left` names, added up by column.
extern "C" __global__ void gather_product(const real *values, const long long *indptr,
                                          const int *columns, const real *right, int columns_out,
                                          real *out) {
    long long begin = indptr[block()], end = indptr[block() + 1];
    for (int j = thread(); j < columns_out; j += threads()) {
        real sum = 0;
        for (long long entry = begin; entry < end; ++entry)
            sum += values[entry] * right[(long long)columns[entry] * columns_out + j];
        out[(long long)block() * columns_out + j] = sum;
    }
}

// out = left.T @ right, or added to it: each block looks for its unit in all rows of `left`, in their order.
extern "C" __global__ void scatter_product(const real *values, const long long *indptr,
                                           const int *columns, int rows, int units,
                                           const real *right, int columns_out, int add,
                                           real *out) {
    __shared__ real found[MOST_THREADS];
    Activity left = {values, indptr, columns, units};
    real *sums = out + (long long)block() * columns_out;
    for (int first = 0; first < rows; first += threads()) {
        int row = first + thread();
        found[thread()] = row < rows ? left.at(row, block()) : real(0);
        __syncthreads();
        int looked_at = rows - first < threads() ? rows - first : threads();
        for (int j = thread(); j < columns_out; j += threads()) {
            real sum = first > 0 || add ? sums[j] : real(0);
            for (int i = 0; i < looked_at; ++i)
                if (found[i] != real(0))
                    sum += found[i] * right[(long long)(first + i) * columns_out + j];
            sums[j] = sum;
        }
        __syncthreads();  // before the next rows are looked at
    }
}

extern "C" __global__ void add_shared(const real *part, int share, int units, real *out) {
    const real *added = part + (long long)(block() / share) * units;
    real *sums = out + (long long)block() * units;
    for (int j = thread(); j < units; j += threads()) sums[j] += added[j];
}

// out = left.T @ right, or added to it, for a few units on the left, where cuBLAS is slow: a block
// serves one of them and WIDTH columns; its threads share the rows, and add up their sums in order.
extern "C" __global__ void narrow_product(const real *left, const real *right, int rows, int units,
                                          int columns_out, int add, real *out) {
    const int WIDTH = 32, AT_ONCE = 8;
    __shared__ real sums[MOST_THREADS];
    int tiles = (columns_out + WIDTH - 1) / WIDTH, unit = block() / tiles;
    int column = block() % tiles * WIDTH + thread() % WIDTH;
    int first = thread() / WIDTH, step = threads() / WIDTH;
    real sum = 0;
    if (column < columns_out)
        for (int begin = first; begin < rows; begin += AT_ONCE * step) {
            real term[AT_ONCE];
            for (int i = 0; i < AT_ONCE; ++i) {
                int row = begin + i * step;
                long long there = row < rows ? row : rows - 1;
                real both = left[there * units + unit] * right[there * columns_out + column];
                term[i] = row < rows ? both : real(0);
            }
            for (int i = 0; i < AT_ONCE; ++i) sum += term[i];
        }
    sums[thread()] = sum;
    __syncthreads();
    if (first == 0 && column < columns_out) {
        real *result = out + (long long)unit * columns_out + column;
        for (int i = 1; i < step; ++i) sum += sums[i * WIDTH + thread()];
        *result = add ? *result + sum : sum;
    }
}
