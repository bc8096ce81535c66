"""The kernels in CUDA: compiled on the machine that has the GPU, at the first fit, and cached."""
