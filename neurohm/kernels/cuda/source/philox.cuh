// Philox 4x32 with ten rounds: the random bits of one matrix of draws, in the word order of
// neurohm.backend.random: the words of a counter lie LANE columns apart in a block of 4 * LANE.

const int LANE = 16;

struct Words {
    unsigned int word[4];
};

__device__ inline Words philox(unsigned int x0, unsigned int x1, unsigned int x2, unsigned int x3,
                               unsigned int key0, unsigned int key1) {
    for (int round = 0; round < 10; ++round) {
        unsigned int high0 = __umulhi(0xD2511F53u, x0), low0 = 0xD2511F53u * x0;
        unsigned int high1 = __umulhi(0xCD9E8D57u, x2), low1 = 0xCD9E8D57u * x2;
        x0 = high1 ^ x1 ^ key0;
        x1 = low1;
        x2 = high0 ^ x3 ^ key1;
        x3 = low0;
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    return {{x0, x1, x2, x3}};
}

// Counters that a row of so many columns takes, and the column that a word of one serves.
__device__ inline int counters_of(int columns) {
    return (columns + 4 * LANE - 1) / (4 * LANE) * LANE;
}
__device__ inline int column_of(int counter, int word) {
    return counter / LANE * 4 * LANE + word * LANE + counter % LANE;
}

// The random numbers of one row.
struct Row {
    unsigned int key0, key1, row, site, step;

    __device__ Row(const unsigned int *keys, int rows_per_key, const unsigned int *clock, int site,
                   int row)
        : key0(keys[2 * (row / rows_per_key)]),
          key1(keys[2 * (row / rows_per_key) + 1]),
          row(clock[1] + (unsigned int)(row % rows_per_key)),
          site((unsigned int)site),
          step(clock[0]) {}

    __device__ Words at(int counter) const {
        return philox((unsigned int)counter, row, site, step, key0, key1);
    }
};

// A uniform number in [0, 1) of 24 bits: exact in either precision.
__device__ inline real uniform(unsigned int word) {
    return real(word >> 8) * real(1.0 / 16777216.0);
}

// For tests: the uniform numbers of a matrix, one block a row.
extern "C" __global__ void uniforms(const unsigned int *keys, int rows_per_key,
                                    const unsigned int *clock, int site, int columns, real *out) {
    Row random(keys, rows_per_key, clock, site, block());
    for (int counter = thread(); counter < counters_of(columns); counter += threads()) {
        Words words = random.at(counter);
        for (int i = 0; i < 4; ++i) {
            int j = column_of(counter, i);
            if (j < columns) out[(long long)block() * columns + j] = uniform(words.word[i]);
        }
    }
}
