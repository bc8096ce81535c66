// Natural gradients by conjugate gradients; the equations stand in neurohm.kernels.reference.fisher.
// What belongs to a unit lies in a row, and one block serves it; sums are in double precision.

extern "C" __global__ void transpose(const real *values, int rows, int columns, real *out) {
    for (int row = thread(); row < rows; row += threads())
        out[(long long)block() * rows + row] = values[(long long)row * columns + block()];
}

extern "C" __global__ void sums_of_rows(const real *values, int columns, real *out) {
    double sum = 0;
    for (int j = thread(); j < columns; j += threads())
        sum += values[(long long)block() * columns + j];
    sum = sum_of_block(sum);
    if (thread() == 0) out[block()] = real(sum);
}

// Solves in the direction of the mean; `residual` holds the error.
extern "C" __global__ void fisher_start(const real *weight, const real *mean, const double *setting,
                                        int rows, real *residual, real *solution, real *p, real *kp,
                                        double *energy, double *inverse, double *before,
                                        long long *spent) {
    long long own = (long long)block() * rows;
    double ridge = rows * setting[0], norm = 0, projection = 0;
    for (int i = thread(); i < rows; i += threads()) {
        norm += (ridge + weight[own + i] * mean[i]) * mean[i];
        projection += mean[i] * residual[own + i];
    }
    norm = sum_of_block(norm);
    projection = sum_of_block(projection);
    double start = norm > 0 ? projection / norm : 0;
    for (int i = thread(); i < rows; i += threads()) {
        solution[own + i] = real(start);
        residual[own + i] -= real(start * (ridge + weight[own + i] * mean[i]));
        p[own + i] = kp[own + i] = real(0);
    }
    if (thread() == 0) {
        energy[block()] = start * start * norm;
        inverse[block()] = norm > 0 ? 1 / norm : 0;
        before[block()] = 1;
        spent[block()] = -1;
    }
}

// One step of a unit that is not done; `image` is K times the residual.
extern "C" __global__ void fisher_step(const real *weight, const real *mean, const real *image,
                                       const double *setting, const double *inverse, int rows,
                                       int step, real *residual, real *solution, real *p, real *kp,
                                       double *energy, double *before, long long *spent) {
    if (spent[block()] >= 0) return;
    long long own = (long long)block() * rows;
    double ridge = rows * setting[0], power = 0, along = 0, norm = 0;
    for (int i = thread(); i < rows; i += threads()) {
        power += double(residual[own + i]) * image[own + i];
        along += (ridge + weight[own + i] * mean[i]) * image[own + i];
    }
    power = sum_of_block(power);
    along = sum_of_block(along) * inverse[block()];
    if (!(power > setting[1] * setting[1] * ridge * energy[block()])) {
        if (thread() == 0) spent[block()] = step;
        return;
    }
    double kept = power / before[block()];
    for (int i = thread(); i < rows; i += threads()) {
        p[own + i] = real(residual[own + i] - along + kept * p[own + i]);
        kp[own + i] = real(image[own + i] - along * mean[i] + kept * kp[own + i]);
        norm += (ridge * p[own + i] + weight[own + i] * kp[own + i]) * kp[own + i];
    }
    double length = power / sum_of_block(norm);
    for (int i = thread(); i < rows; i += threads()) {
        solution[own + i] += real(length * p[own + i]);
        residual[own + i] -= real(length * (ridge * p[own + i] + weight[own + i] * kp[own + i]));
    }
    if (thread() == 0) {
        energy[block()] += length * power;
        before[block()] = power;
    }
}
