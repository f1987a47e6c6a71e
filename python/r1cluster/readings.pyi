# SPDX-License-Identifier: Apache-2.0
# Written by tools/update_stubs.py.
import enum
from collections.abc import Mapping, Sequence

from ._core import Value

__all__ = [
    "Answer",
    "CheckpointText",
    "ImportedFiles",
    "PathProbe",
    "Readings",
    "ReasonCode",
    "Recording",
    "Scrubbed",
    "ShardText",
    "from_folder",
    "import_files",
    "is_imported",
    "kind_of_document",
    "scrub",
    "to_folder",
]

class Answer(Value):
    """One answer of a host, verbatim, or the reason why there is none. Exactly one of the two is set."""

    text: str | None = ...
    """verbatim; unset: `because` says why there is none"""
    because: str = ...
    """why there is no text: "No such file or directory", "libnvidia-ml.so.1 not found" """
    code: ReasonCode | None = ...
    """of `because`; unset: none of those, or a recording from before 0.2"""

class CheckpointText(Value):
    """The small files of a checkpoint and the headers of its shards, without weights."""

    path: str = ...
    """folder it was read from"""
    config: str = ...
    """config.json"""
    index: str = ...
    """model.safetensors.index.json; empty if absent"""
    shards: Sequence[ShardText] = ...
    """ordered by name"""

class ImportedFiles(Value):
    """Files that describe one machine, with paths relative to their folder."""

    files: Mapping[str, str] = ...
    """content by path"""
    links: Mapping[str, str] = ...
    """symbolic links: path -> target"""

class PathProbe(Value):
    """A TCP connection that one host's agent tried to another host's agent, with an echo test."""

    from_host: str = ...
    """name in the spec"""
    to_host: str = ...
    """name in the spec"""
    from_address: str = ...
    """local address that the kernel chose; empty if not connected"""
    to_address: str = ...
    """that was tried"""
    to_port: int = ...
    """that was tried"""
    is_connected: bool = ...
    """a TCP connection came about"""
    round_trip_us: float | None = ...
    """one small message, minimum of three"""
    because: str = ...
    """why it did not connect"""

class Readings(Value):
    """What one host reported, without interpretation. Readings are saved to a folder (see recording.hpp) that
    serves as bug report and test fixture."""

    host: str = ...
    """name in the spec"""
    reader: str = ...
    """"r1cluster 0.1.0" """
    taken_at: str = ...
    """time by the host's clock, RFC 3339 UTC"""
    unreachable_because: str = ...
    """if not empty, nothing else was read"""
    files: Mapping[str, Answer] = ...
    """absolute path -> content"""
    links: Mapping[str, Answer] = ...
    """absolute path -> target of the symbolic link"""
    listings: Mapping[str, Answer] = ...
    """absolute path of a folder -> sorted names, one a line"""
    calls: Mapping[str, Answer] = ...
    """System and library calls, written as calls: "uname()", "statvfs(/dev/shm)", "nvmlDeviceGetName(0)",
    "route(10.0.0.2)". One value is plain text, several are JSON."""
    documents: Mapping[str, str] = ...
    """Complete documents of other tools about this host: kind (see import.hpp) -> text."""
    def _repr_html_(self) -> str: ...

class ReasonCode(enum.Enum):
    """Why something could not be seen, where code decides on it: an errno or an NVML error, named once for all
    sources."""

    not_asked = ...
    """nobody asked for it"""
    not_found = ...
    """ENOENT, ENOTDIR: seen not to be there"""
    no_permission = ...
    """EACCES, EPERM, NVML_ERROR_NO_PERMISSION"""
    not_supported = ...
    """NVML_ERROR_NOT_SUPPORTED: the device has no such thing"""
    invalid_argument = ...
    """NVML_ERROR_INVALID_ARGUMENT"""
    no_function = ...
    """NVML_ERROR_FUNCTION_NOT_FOUND, or the library is too old to have it"""
    no_library = ...
    """the library was not found"""
    driver_not_loaded = ...
    """NVML_ERROR_DRIVER_NOT_LOADED"""
    driver_mismatch = ...
    """NVML_ERROR_LIB_RM_VERSION_MISMATCH"""
    gpu_lost = ...
    """NVML_ERROR_GPU_IS_LOST"""

class Recording(Value):
    """Everything that was read for one deployment."""

    hosts: Sequence[Readings] = ...
    """in the order of the spec"""
    probes: Sequence[PathProbe] = ...
    """connections that hosts tried to each other"""
    checkpoint: CheckpointText | None = ...
    """unset: no host gave one"""

class Scrubbed(Value):
    """A scrubbed recording and what was replaced: "host names: 2, MAC addresses: 4"."""

    recording: Recording = ...
    """without names and addresses"""
    replaced: Mapping[str, int] = ...
    """kind -> how many distinct values"""

class ShardText(Value):
    """The header of one safetensors file, and the size of the file."""

    name: str = ...
    """plain file name"""
    size_bytes: int = ...
    """size of the whole file"""
    declared_header_bytes: int = ...
    """the number in its first 8 bytes"""
    header: Answer = ...
    """the JSON that follows; no text if the number is invalid"""

def from_folder(folder: Mapping[str, str]) -> Recording:
    """The reverse of to_folder()."""

def import_files(files: ImportedFiles, host: str) -> Readings:
    """The readings of one host, made of other tools' documents and of pieces of its /sys and /proc."""

def is_imported(readings: Readings) -> bool:
    """Whether readings come from import_files()."""

def kind_of_document(text: str) -> str:
    """ "nccl_topology", "hwloc", "nvidia_smi", "lspci", "topo_matrix", or empty, by the content."""

def scrub(recording: Recording) -> Scrubbed:
    """Replaces names, addresses, UUIDs and serial numbers by made-up ones, consistently."""

def to_folder(recording: Recording) -> dict[str, bytes]:
    """The folder form of a recording: relative path -> content."""
