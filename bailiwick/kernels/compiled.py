"""How kernels are compiled that make no arrays of their own."""

from numba import njit
from numba.core.registry import cpu_target

# Without counting references to the arrays they are given: for short ones, called for each proposal, that took a third of the time. Numba refuses
# to compile a kernel so that makes an array. The option is not a documented one: a Numba that has it no more is slower, that is all.
_COUNTING = {"_nrt": False} if hasattr(cpu_target.options, "_nrt") else {}
uncounted = njit(cache=True, nogil=True, **_COUNTING)
