// Steps of the optimisers; the equations stand in neurohm.kernels.reference.optimisers.
// `pace` holds the rate and epsilon: an array, so that a replayed step reads what they are now.

extern "C" __global__ void delta(real *parameter, const real *gradient, const double *pace,
                                 long long size) {
    real rate = real(pace[0]);
    for (long long i = begin(); i < size; i += stride()) parameter[i] += rate * gradient[i];
}

extern "C" __global__ void momentum(real *parameter, const real *gradient, real *velocity,
                                    const double *pace, double decay, long long size) {
    real rate = real(pace[0]);
    for (long long i = begin(); i < size; i += stride()) {
        real v = real(decay) * velocity[i] + gradient[i];
        velocity[i] = v;
        parameter[i] += rate * v;
    }
}

extern "C" __global__ void adam(real *parameter, const real *gradient, real *first, real *second,
                                const double *pace, double decay1, double decay2, long long size) {
    real rate = real(pace[0]), epsilon = real(pace[1]);
    for (long long i = begin(); i < size; i += stride()) {
        real g = gradient[i];
        real m = real(decay1) * first[i] + real(1 - decay1) * g;
        real v = real(decay2) * second[i] + real(1 - decay2) * g * g;
        first[i] = m;
        second[i] = v;
        parameter[i] += rate * m / (sqrt(v) + epsilon);
    }
}

extern "C" __global__ void shrink(real *parameter, const double *pace, double weight_decay,
                                  double sparsity, long long size) {
    double lost = pace[0] * weight_decay;
    real kept = real(1 - (lost < 1 ? lost : 1)), threshold = real(pace[0] * sparsity), zero = 0;
    for (long long i = begin(); i < size; i += stride()) {
        real w = kept * parameter[i];
        parameter[i] = w > threshold ? w - threshold : (w < -threshold ? w + threshold : zero);
    }
}

extern "C" __global__ void rectify(real *parameter, long long size) {
    for (long long i = begin(); i < size; i += stride())
        if (parameter[i] < real(0)) parameter[i] = real(0);
}
