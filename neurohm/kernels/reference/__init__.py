"""The kernels in NumPy: the readable reference that the compiled ones are tested against."""
