// The metric of each unit by a matrix of its own; the equations stand in
// neurohm.kernels.reference.inverses. One block serves a unit.

// Whether the unit of this block has an input.
__device__ inline bool sees(int input, int units, int lateral) {
    return lateral < 0 || input < lateral + block() || input >= lateral + units;
}

// Makes the Cholesky factor of a lower triangle, one over its pivots on the diagonal.
__device__ void decompose(real *factor, int size, double least) {
    for (int j = 0; j < size; ++j) {
        long long own = (long long)j * size + j;
        if (thread() == 0) {
            double pivot = factor[own] > least ? double(factor[own]) : least;
            factor[own] = real(1 / sqrt(pivot));
        }
        __syncthreads();
        for (int i = j + 1 + thread(); i < size; i += threads())
            factor[(long long)i * size + j] *= factor[own];
        __syncthreads();
        for (int i = j + 1 + thread(); i < size; i += threads()) {
            real *row = factor + (long long)i * size;
            for (int k = j + 1; k <= i; ++k) row[k] -= row[j] * factor[(long long)k * size + j];
        }
        __syncthreads();
    }
}

// Solves a system of which the factor is known, in place.
__device__ void solve_back(const real *factor, int size, real *y) {
    for (int i = 0; i < size; ++i) {
        const real *row = factor + (long long)i * size;
        double sum = 0;
        for (int j = thread(); j < i; j += threads()) sum += double(row[j]) * y[j];
        sum = sum_of_block(sum);
        if (thread() == 0) y[i] = real((y[i] - sum) * row[i]);
        __syncthreads();
    }
    for (int i = size - 1; i >= 0; --i) {
        const real *row = factor + (long long)i * size;
        if (thread() == 0) y[i] *= row[i];
        __syncthreads();
        for (int j = thread(); j < i; j += threads()) y[j] -= y[i] * row[j];
        __syncthreads();
    }
}

extern "C" __global__ void solve_over_rows(const real *activity, const real *weight,
                                           const real *right, const real *anew, int rows,
                                           int inputs, int units, double damping, int lateral,
                                           real *factors, real *room, real *out) {
    real *factor = factors + (long long)block() * rows * rows;
    real *y = room + (long long)block() * rows;
    if (anew[0] != real(0)) {
        for (long long place = thread(); place < (long long)rows * rows; place += threads()) {
            int i = int(place / rows), j = int(place % rows);
            if (j > i) continue;
            double sum = 0;
            for (int k = 0; k < inputs; ++k)
                if (sees(k, units, lateral))
                    sum += double(activity[(long long)i * inputs + k]) *
                           activity[(long long)j * inputs + k];
            double d = double(weight[(long long)i * units + block()]) *
                       weight[(long long)j * units + block()];
            factor[place] = real(sqrt(d) * sum + (i == j ? rows * damping : 0));
        }
        __syncthreads();
        decompose(factor, rows, rows * damping);
    }
    for (int i = thread(); i < rows; i += threads()) {
        long long place = (long long)i * units + block();
        y[i] = real(sqrt(double(weight[place]))) * right[place];
    }
    __syncthreads();
    solve_back(factor, rows, y);
    for (int i = thread(); i < rows; i += threads()) {
        long long place = (long long)i * units + block();
        out[place] = real(sqrt(double(weight[place]))) * y[i];
    }
}

extern "C" __global__ void solve_over_inputs(const real *activity, const real *weight,
                                             const real *gradient, const real *anew, int rows,
                                             int inputs, int units, double damping, int lateral,
                                             real *factors, real *room, real *out) {
    real *factor = factors + (long long)block() * inputs * inputs;
    real *y = room + (long long)block() * inputs;
    if (anew[0] != real(0)) {
        for (long long place = thread(); place < (long long)inputs * inputs; place += threads()) {
            int i = int(place / inputs), j = int(place % inputs);
            if (j > i) continue;
            double sum = 0;
            if (sees(i, units, lateral) && sees(j, units, lateral))
                for (int row = 0; row < rows; ++row) {
                    const real *u = activity + (long long)row * inputs;
                    sum += double(weight[(long long)row * units + block()]) * u[i] * u[j];
                }
            factor[place] = real(sum / rows + (i == j ? damping : 0));
        }
        __syncthreads();
        decompose(factor, inputs, damping);
    }
    for (int i = thread(); i < inputs; i += threads())
        y[i] = gradient[(long long)i * units + block()];
    __syncthreads();
    solve_back(factor, inputs, y);
    for (int i = thread(); i < inputs; i += threads())
        out[(long long)i * units + block()] = real(1 + damping) * y[i];
}

// Makes (P^-1 + w u u')^-1 of P, with the image P u and the product u' P u.
__device__ void add_rank_one(real *p, const real *image, int size, double product, double weight) {
    real factor = real(weight / (1 + weight * product));
    for (int i = thread(); i < size; i += threads())
        for (int j = 0; j < size; ++j)
            p[(long long)i * size + j] -= factor * image[i] * image[j];
    __syncthreads();
}

extern "C" __global__ void follow(const real *activity, const real *weight, const double *events,
                                  int rows, int inputs, int units, double damping,
                                  double forgetting, int lateral, real *inverses, real *room) {
    real *p = inverses + (long long)block() * inputs * inputs;
    real *image = room + (long long)block() * inputs;
    for (int row = 0; row < rows; ++row) {
        const real *u = activity + (long long)row * inputs;
        double product = 0;
        for (int i = thread(); i < inputs; i += threads()) {
            real *own = p + (long long)i * inputs, sum = 0;
            for (int j = 0; j < inputs; ++j) {
                own[j] *= real(1 / forgetting);
                if (sees(j, units, lateral)) sum += own[j] * u[j];
            }
            image[i] = sum;
            if (sees(i, units, lateral)) product += double(u[i]) * sum;
        }
        product = sum_of_block(product);
        double d = weight[(long long)row * units + block()];
        add_rank_one(p, image, inputs, product, (1 - forgetting) * d);
        int place = int(((long long)events[0] + row) % inputs);
        for (int i = thread(); i < inputs; i += threads())
            image[i] = p[(long long)place * inputs + i];
        __syncthreads();
        double own = image[place];
        __syncthreads();
        add_rank_one(p, image, inputs, own, (1 - forgetting) * damping * inputs);
    }
}

extern "C" __global__ void turn(const real *inverses, const real *gradient, int inputs, int units,
                                double damping, real *out) {
    for (int i = thread(); i < inputs; i += threads()) {
        const real *row = inverses + ((long long)block() * inputs + i) * inputs;
        real sum = 0;
        for (int j = 0; j < inputs; ++j) sum += row[j] * gradient[(long long)j * units + block()];
        out[(long long)i * units + block()] = real(1 + damping) * sum;
    }
}
