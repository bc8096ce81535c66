// NADE; the equations stand in neurohm.kernels.reference.nade. Until a unit fires the inner units are
// what they were: so a block, which serves a row, takes several units at a time, a team of threads each.

const int TEAM = 32;

// The inner units of a row: each thread keeps some of them.
struct Inner {
    const real *recurrent, *readout;
    int size;
    real *alpha, *gate;

    __device__ void begin(const real *drive, const real *bias) {
        for (int h = thread(); h < size; h += threads()) {
            alpha[h] = drive[h] + bias[h];
            gate[h] = Bernoulli::mean(alpha[h]);
        }
        __syncthreads();
    }

    __device__ void take_up(real value, int unit) {
        const real *weights = recurrent + (long long)unit * size;
        for (int h = thread(); h < size; h += threads()) {
            alpha[h] += value * weights[h];
            gate[h] = Bernoulli::mean(alpha[h]);
        }
        __syncthreads();
    }

    // What drives a few units, at most one a team, what the inner ones bring included.
    __device__ void read_out(int first, int count, const real *drive, real *out) const {
        __shared__ real part[MOST_THREADS];
        int unit = thread() / TEAM, lane = thread() % TEAM;
        const real *weights = readout + (long long)(first + unit) * size;
        real sum = 0;
        if (unit < count)
            for (int h = lane; h < size; h += TEAM) sum += gate[h] * weights[h];
        part[thread()] = sum;
        __syncthreads();
        if (unit < count && lane == 0) {
            for (int i = 1; i < TEAM; ++i) sum += part[thread() + i];
            out[first + unit] = drive[first + unit] + sum;
        }
        __syncthreads();
    }
};

__device__ inline const real *row_of(const real *matrix, int row, int columns) {
    return matrix + (long long)row * columns;
}
__device__ inline real *row_of(real *matrix, int row, int columns) {
    return matrix + (long long)row * columns;
}

extern "C" __global__ void nade_mean(const real *drive, int share, const real *bias,
                                     const real *inner_drive, int inner_share,
                                     const real *inner_bias, const real *recurrent,
                                     const real *readout, int units, int size, real *out,
                                     real *alpha, real *gate) {
    const real *a = row_of(drive, block() / share, units);
    real *p = row_of(out, block(), units);
    Inner inner = {recurrent, readout, size, row_of(alpha, block(), size),
                   row_of(gate, block(), size)};
    inner.begin(row_of(inner_drive, block() / inner_share, size), inner_bias);
    for (int i = 0; i < units; ++i) {
        inner.read_out(i, 1, a, p);
        real probability = Bernoulli::mean(p[i] + bias[i]);
        __syncthreads();  // all have read the drive before the probability takes its place
        if (thread() == 0) p[i] = probability;
        inner.take_up(probability, i);
    }
}

extern "C" __global__ void nade_draw(const real *drive, int share, const real *bias,
                                     const real *inner_drive, int inner_share,
                                     const real *inner_bias, const real *recurrent,
                                     const real *readout, const unsigned int *keys,
                                     int rows_per_key, const unsigned int *clock, int site,
                                     int units, int size, real *out, real *whole_drive,
                                     real *alpha, real *gate) {
    const real *a = row_of(drive, block() / share, units);
    real *s = row_of(out, block(), units), *v = row_of(whole_drive, block(), units);
    Inner inner = {recurrent, readout, size, row_of(alpha, block(), size),
                   row_of(gate, block(), size)};
    Row random(keys, rows_per_key, clock, site, block());
    for (int counter = thread(); counter < counters_of(units); counter += threads()) {
        Words words = random.at(counter);
        for (int i = 0; i < 4; ++i)
            if (column_of(counter, i) < units) s[column_of(counter, i)] = uniform(words.word[i]);
    }
    inner.begin(row_of(inner_drive, block() / inner_share, size), inner_bias);
    for (int first = 0; first < units;) {
        int end = first + threads() / TEAM < units ? first + threads() / TEAM : units, i = first;
        inner.read_out(first, end - first, a, v);
        bool fired = false;
        for (; i < end && !fired; ++i) {
            real logit = v[i] + bias[i];
            fired = s[i] * (real(1) + Bernoulli::small(logit)) < Bernoulli::up(logit);
        }
        __syncthreads();  // all have read the uniform numbers before the draws take their place
        int own = first + thread();
        if (own < i) s[own] = fired && own == i - 1 ? real(1) : real(0);
        if (fired) inner.take_up(real(1), i - 1);
        first = i;
    }
}

extern "C" __global__ void nade_drive(const real *drive, int share, const real *inner_drive,
                                      int inner_share, const real *inner_bias,
                                      const real *recurrent, const real *readout,
                                      const real *values, int repeat, int units, int size,
                                      real *out, real *alpha, real *gate) {
    const real *a = row_of(drive, block() / share, units);
    const real *s = row_of(values, block() / repeat, units);
    Inner inner = {recurrent, readout, size, row_of(alpha, block(), size),
                   row_of(gate, block(), size)};
    inner.begin(row_of(inner_drive, block() / inner_share, size), inner_bias);
    for (int first = 0; first < units;) {
        int most = first + threads() / TEAM < units ? first + threads() / TEAM : units;
        int end = first + 1;
        while (end < most && s[end - 1] == real(0)) ++end;
        inner.read_out(first, end - first, a, row_of(out, block(), units));
        if (s[end - 1] != real(0)) inner.take_up(s[end - 1], end - 1);
        first = end;
    }
}

// What synapses learn from some rows. A thread serves an inner unit, which needs no other to learn,
// and goes through the rows of its group, forward and back; the groups are added up afterwards.
extern "C" __global__ void nade_change(const real *inner_drive, int inner_share,
                                       const real *inner_bias, const real *recurrent,
                                       const real *readout, const real *values, int repeat,
                                       const real *error, const real *gain, int rows_per_gain,
                                       double scale, int rows, int groups, int units, int size,
                                       real *inner_error, real *recurrent_parts,
                                       real *readout_parts, real *gates) {
    int blocks_a_group = (size + threads() - 1) / threads(), group = block() / blocks_a_group;
    int h = block() % blocks_a_group * threads() + thread();
    if (h >= size) return;
    real *recurrent_part = recurrent_parts + (long long)group * units * size + h;
    real *readout_part = readout_parts + (long long)group * units * size + h;
    real *gate = gates + (long long)group * (units + 1) * size + h;
    for (int i = 0; i < units; ++i)
        *row_of(recurrent_part, i, size) = *row_of(readout_part, i, size) = real(0);
    int end = int((long long)(group + 1) * rows / groups);
    for (int row = int((long long)group * rows / groups); row < end; ++row) {
        const real *s = row_of(values, row / repeat, units), *e = row_of(error, row, units);
        real weight = real(scale) * gain[row / rows_per_gain], back = 0, delta = 0;
        real alpha = row_of(inner_drive, row / inner_share, size)[h] + inner_bias[h];
        real g = Bernoulli::mean(alpha);
        int stretch = 0;
        gate[0] = g;
        for (int i = 0; i < units; ++i)
            if (s[i] != real(0)) {
                alpha += s[i] * row_of(recurrent, i, size)[h];
                *row_of(gate, ++stretch, size) = g = Bernoulli::mean(alpha);
            }
        for (int i = units - 1; i >= 0; --i) {
            if (s[i] != real(0)) {
                delta += back * g * (real(1) - g);
                back = 0;
                *row_of(recurrent_part, i, size) += s[i] * delta;
                g = *row_of(gate, --stretch, size);
            }
            back += weight * e[i] * row_of(readout, i, size)[h];
            *row_of(readout_part, i, size) += weight * e[i] * g;
        }
        row_of(inner_error, row, size)[h] = delta + back * g * (real(1) - g);
    }
}

extern "C" __global__ void sum_of_parts(const real *parts, int count, real *out, long long size) {
    for (long long i = begin(); i < size; i += stride()) {
        real sum = 0;
        for (int part = 0; part < count; ++part) sum += parts[part * size + i];
        out[i] = sum;
    }
}
