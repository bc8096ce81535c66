// CUDA's language as plain C++: a kernel runs on the host, block after block. The threads of a block
// are fibers: each runs up to the next barrier; then, in the other order, up to the one after it.
// So a result that depends on the order of threads between two barriers comes out wrong somewhere,
// and a barrier that not all threads reach is found.

#include <math.h>
#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#define __device__
#define __global__
#define __shared__ static

struct Index {
    unsigned int x;
};
static Index threadIdx, blockIdx, blockDim, gridDim;

inline unsigned int __umulhi(unsigned int a, unsigned int b) {
    return (unsigned int)((unsigned long long)a * b >> 32);
}

struct Fiber {
    static constexpr std::size_t STACK = 1 << 16;
    ucontext_t context;
    std::unique_ptr<char[]> stack{new char[STACK]};
    bool done = false;
};

static ucontext_t scheduler;
static std::vector<Fiber> fibers;
static std::function<void()> of_thread;

inline void __syncthreads() {
    unsigned int own = threadIdx.x;
    swapcontext(&fibers[own].context, &scheduler);
    threadIdx.x = own;
}

static void begin_fiber() {
    unsigned int own = threadIdx.x;
    of_thread();
    fibers[own].done = true;
}

// Runs one block; returns whether all threads met at the same barriers.
static bool run_block() {
    for (Fiber &fiber : fibers) {
        getcontext(&fiber.context);
        fiber.context.uc_stack.ss_sp = fiber.stack.get();
        fiber.context.uc_stack.ss_size = Fiber::STACK;
        fiber.context.uc_link = &scheduler;
        fiber.done = false;
        makecontext(&fiber.context, begin_fiber, 0);
    }
    unsigned int size = (unsigned int)fibers.size(), finished = 0;
    for (bool backward = false; finished == 0; backward = !backward) {
        for (unsigned int i = 0; i < size; ++i) {
            threadIdx.x = backward ? size - 1 - i : i;
            swapcontext(&scheduler, &fibers[threadIdx.x].context);
        }
        for (Fiber &fiber : fibers) finished += fiber.done;
    }
    return finished == size;
}

template <class... Arguments, std::size_t... I>
bool run(void (*kernel)(Arguments...), int blocks, int threads, void **arguments,
         std::index_sequence<I...>) {
    fibers = std::vector<Fiber>(threads);
    of_thread = [&] { kernel(*static_cast<Arguments *>(arguments[I])...); };
    blockDim.x = threads;
    gridDim.x = blocks;
    for (int block = 0; block < blocks; ++block) {
        blockIdx.x = block;
        if (!run_block()) return false;
    }
    return true;
}

template <class... Arguments>
bool run(void (*kernel)(Arguments...), int blocks, int threads, void **arguments) {
    return run(kernel, blocks, threads, arguments, std::index_sequence_for<Arguments...>());
}

// cuBLAS, as far as it is used: column after column, products as they are defined.
template <class T>
void multiply(bool flip_a, bool flip_b, int m, int n, int k, const T *a, int lda, const T *b,
              int ldb, T beta, T *c, int ldc) {
    for (int i = 0; i < m; ++i)
        for (int j = 0; j < n; ++j) {
            T sum = 0;
            for (int l = 0; l < k; ++l)
                sum += (flip_a ? a[l + (long)i * lda] : a[i + (long)l * lda]) *
                       (flip_b ? b[j + (long)l * ldb] : b[l + (long)j * ldb]);
            c[i + (long)j * ldc] = beta == 0 ? sum : sum + beta * c[i + (long)j * ldc];
        }
}

extern "C" {
int fast_products = 0, bf16_products = 0;  // how many were asked for in TF32, in bfloat16

int cublasCreate_v2(void **handle) {
    *handle = &fast_products;
    return 0;
}
int cublasSetStream_v2(void *handle, void *) { return handle ? 0 : 1; }
int cublasSetWorkspace_v2(void *handle, void *, std::size_t) { return handle ? 0 : 1; }

int cublasGemmEx(void *handle, int flip_a, int flip_b, int m, int n, int k, const void *alpha,
                 const void *a, int type_a, int lda, const void *b, int type_b, int ldb,
                 const void *beta, void *c, int type_c, int ldc, int compute, int) {
    const int R_32F = 0, R_64F = 1, COMPUTE_32F = 68, COMPUTE_64F = 70, COMPUTE_TF32 = 77, COMPUTE_BF16 = 75;
    if (!handle || type_a != type_c || type_b != type_c) return 7;
    if (lda < (flip_a ? k : m) || ldb < (flip_b ? n : k) || ldc < m) return 7;
    if (type_c == R_32F &&
        (compute == COMPUTE_32F || compute == COMPUTE_TF32 || compute == COMPUTE_BF16)) {
        if (*(const float *)alpha != 1) return 7;
        fast_products += compute == COMPUTE_TF32;
        bf16_products += compute == COMPUTE_BF16;
        multiply(flip_a, flip_b, m, n, k, (const float *)a, lda, (const float *)b, ldb,
                 *(const float *)beta, (float *)c, ldc);
        return 0;
    }
    if (type_c != R_64F || compute != COMPUTE_64F) return 7;
    if (*(const double *)alpha != 1) return 7;
    multiply(flip_a, flip_b, m, n, k, (const double *)a, lda, (const double *)b, ldb,
             *(const double *)beta, (double *)c, ldc);
    return 0;
}
}
