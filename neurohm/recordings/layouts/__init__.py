"""The ways in which HDF5 files hold spikes, one a file; `choose` tells them apart."""
