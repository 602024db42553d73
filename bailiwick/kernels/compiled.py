"""How kernels are compiled that make no arrays of their own."""

from numba import njit

# Without counting references to the arrays they are given: for short ones, called for each proposal, that took a third of the time. Not for
# a kernel that makes an array.
uncounted = njit(cache=True, nogil=True, _nrt=False)
