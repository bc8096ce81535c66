// The threads of a block, and what they add up together in an order that never changes.
// Each function that waits (__syncthreads) is called by all threads of a block alike.

typedef REAL real;

const int MOST_THREADS = 512;  // of any block, a power of two

__device__ inline int block() { return int(blockIdx.x); }
__device__ inline int thread() { return int(threadIdx.x); }
__device__ inline int threads() { return int(blockDim.x); }

// The elements of a long array that a thread serves: begin here, go on by `stride`.
__device__ inline long long begin() { return (long long)block() * threads() + thread(); }
__device__ inline long long stride() { return (long long)gridDim.x * threads(); }

struct Plus {
    static __device__ double of(double a, double b) { return a + b; }
};
struct Largest {
    static __device__ double of(double a, double b) { return a > b ? a : b; }
};

// What all threads of a block bring, put together as a tree; every thread gets the result.
template <class Operation>
__device__ double together(double mine) {
    __shared__ double part[MOST_THREADS];
    part[thread()] = mine;
    __syncthreads();
    for (int half = threads() / 2; half > 0; half /= 2) {
        if (thread() < half)
            part[thread()] = Operation::of(part[thread()], part[thread() + half]);
        __syncthreads();
    }
    double all = part[0];
    __syncthreads();  // before the next call writes
    return all;
}

__device__ inline double sum_of_block(double mine) { return together<Plus>(mine); }
__device__ inline double largest_of_block(double mine) { return together<Largest>(mine); }

// The sum over the threads before this one; `all` receives the sum over the block.
__device__ inline long long sum_before(long long mine, long long *all) {
    __shared__ long long up_to[MOST_THREADS];
    up_to[thread()] = mine;
    __syncthreads();
    for (int step = 1; step < threads(); step *= 2) {
        long long added = thread() >= step ? up_to[thread() - step] : 0;
        __syncthreads();
        up_to[thread()] += added;
        __syncthreads();
    }
    long long before = up_to[thread()] - mine;
    *all = up_to[threads() - 1];
    __syncthreads();  // before the next call writes
    return before;
}
