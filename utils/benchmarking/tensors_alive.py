"""The memory of all tensors that are made while a block runs and not gone yet."""

import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class TensorsAlive(TorchDispatchMode):
    """`peak`: the most bytes that new tensors held together. Looks after each operation which of them still exist."""

    def __init__(self):
        super().__init__()
        self.alive, self.peak = {}, 0  # a weak reference to each storage, and its bytes

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        given = {storage.cdata for storage, _ in storages((args, kwargs))}
        result = operation(*args, **(kwargs or {}))
        for storage, size in storages(result):
            if storage.cdata not in given:  # else it is a view of what was there before
                self.alive.setdefault(storage.cdata, (storage, size))
        self.alive = {key: entry for key, entry in self.alive.items() if not entry[0].expired()}
        self.peak = max(self.peak, sum(size for _, size in self.alive.values()))
        return result


def storages(tree) -> list:
    """Weak references to the memory of all tensors in nested lists and dicts, with its bytes."""
    held = [leaf.untyped_storage() for leaf in tree_leaves(tree) if isinstance(leaf, torch.Tensor)]
    return [(StorageWeakRef(storage), storage.nbytes()) for storage in held]
