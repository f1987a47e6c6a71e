#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the archive of an image that holds no program: links to folders of this machine, which a container mounts.

Usage: image.py FILE      then: podman import FILE NAME, or docker import FILE NAME

With /usr mounted, what is installed on this machine runs in its containers. So one needs neither a registry nor a copy
of the engine to try containers.
"""

import io
import sys
import tarfile

# /sbin is a folder, since Docker mounts its init there before anything else at /usr.
FOLDERS = ("dev", "etc", "proc", "root", "sbin", "sys", "usr", "var")
LINKS = {"bin": "usr/bin", "lib": "usr/lib", "lib64": "usr/lib64"}
FILES = {"etc/passwd": "root:x:0:0:root:/root:/bin/sh\n", "etc/group": "root:x:0:\n"}


def write_image(path: str) -> None:
    with tarfile.open(path, "w") as archive:
        for name in (*FOLDERS, "tmp"):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
            archive.addfile(entry)
        for name, target in LINKS.items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
        for name, text in FILES.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(text), 0o644
            archive.addfile(entry, io.BytesIO(text.encode()))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write_image(sys.argv[1])
