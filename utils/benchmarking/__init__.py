"""How fast a model is, how much memory it takes and what of its work is waste, measured on this machine. Lesson 08.

Times are in milliseconds, memory is in megabytes (10^6 bytes), arithmetic in 10^9 operations a second. Intervals hold
95 %. Nothing here prints.
"""

from utils.benchmarking.arithmetic import limit_shares, matmul_limit, operations
from utils.benchmarking.inputs import encoder_input
from utils.benchmarking.memory_use import memory
from utils.benchmarking.padding import padding_waste
from utils.benchmarking.reading import in_batches, throughput
from utils.benchmarking.timing import latency, speedups, sweep

__all__ = [
    "encoder_input",
    "in_batches",
    "latency",
    "limit_shares",
    "matmul_limit",
    "memory",
    "operations",
    "padding_waste",
    "speedups",
    "sweep",
    "throughput",
]
