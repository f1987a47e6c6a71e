# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
from .facts import Machine

__all__ = [
    "parse_document",
    "to_dot",
    "to_hwloc_text",
    "to_nccl_topology",
]

def parse_document(kind: str, text: str, source: str) -> Machine:
    """What one document of another tool says of a machine; nothing is derived. Raises InvalidInput."""

def to_dot(machine: Machine) -> str:
    """The machine as a graph for Graphviz."""

def to_hwloc_text(machine: Machine) -> str:
    """NUMA nodes, bridges and devices as lstopo prints."""

def to_nccl_topology(machine: Machine) -> str:
    """The machine as NCCL_TOPO_FILE takes it."""
