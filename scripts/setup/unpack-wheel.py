"""Unpacks what TensorFlow's C library needs of a wheel: python3 unpack-wheel.py WHEEL DIRECTORY

Prints how much is done, a number from 0 to 1 a line.
"""

import os
import sys
import zipfile

WANTED = (
    "tensorflow/libtensorflow",
    "tensorflow/include/tensorflow/c/",
    "tensorflow/include/tensorflow/core/platform/ctstring",
    "tensorflow/include/tsl/platform/ctstring",
    "tensorflow/include/xla/tsl/c/",
    "nvidia/",
)
CHUNK = 16 * 1024 * 1024


def is_wanted(member):
    name = member.filename
    is_inside = not member.is_dir() and ".." not in name.split("/")
    return is_inside and (name.startswith(WANTED) or ".dist-info/" in name)


def unpack(archive, member, path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with archive.open(member) as source, open(path, "wb") as target:
        while chunk := source.read(CHUNK):
            target.write(chunk)
            yield len(chunk)
    # TensorFlow runs CUDA's assembler: it has to stay executable.
    os.chmod(path, member.external_attr >> 16 & 0o777 or 0o644)


def main(wheel, directory):
    with zipfile.ZipFile(wheel) as archive:
        members = [member for member in archive.infolist() if is_wanted(member)]
        total = sum(member.file_size for member in members)
        done = 0
        for member in members:
            for size in unpack(archive, member, os.path.join(directory, member.filename)):
                done += size
                print(done / total, flush=True)


try:
    main(*sys.argv[1:])
except (OSError, zipfile.BadZipFile) as error:
    sys.exit(str(error))
