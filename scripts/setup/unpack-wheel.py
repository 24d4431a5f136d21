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


def is_wanted(name):
    return name.startswith(WANTED) or ".dist-info/" in name


def main(wheel, directory):
    with zipfile.ZipFile(wheel) as archive:
        members = [member for member in archive.infolist() if is_wanted(member.filename)]
        total = sum(member.file_size for member in members)
        done = 0
        for member in members:
            path = archive.extract(member, directory)
            permissions = member.external_attr >> 16 & 0o777
            if permissions and not member.is_dir():
                # zipfile leaves them out, and TensorFlow runs CUDA's assembler.
                os.chmod(path, permissions)
            done += member.file_size
            print(done / total, flush=True)


try:
    main(*sys.argv[1:])
except (OSError, zipfile.BadZipFile) as error:
    sys.exit(str(error))
