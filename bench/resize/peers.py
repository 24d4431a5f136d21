"""`peers.py PEER FOLDER OUT SIZE`: resizes all JPEGs of a folder with antialiasing and writes them as uint8 RGB to the file
OUT, with two processes or threads. Prints elapsed seconds and CPU seconds as JSON, without imports and process start."""

import json
import multiprocessing
import os
import sys
import time

peer, folder, out, size = sys.argv[1:]
size = int(size)
files = sorted(os.path.join(folder, name) for name in os.listdir(folder))
BYTES = size * size * 3


def with_opencv(path):
    image = cv2.imread(path, cv2.IMREAD_COLOR)
    return cv2.cvtColor(cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)


def with_pillow(path):
    with Image.open(path) as image:
        return image.convert("RGB").resize((size, size), Image.Resampling.BILINEAR).tobytes()


def convert(job):
    index, path = job
    os.pwrite(descriptor, memoryview(resize(path)).cast("B"), index * BYTES)


def in_processes():
    pool = multiprocessing.get_context("fork").Pool(2)
    pool.map(abs, range(2))
    started, before = time.perf_counter(), cpu_seconds()
    for _ in pool.imap_unordered(convert, enumerate(files), chunksize=8):
        pass
    seconds = time.perf_counter() - started
    # The CPU time of child processes is only known after they have exited.
    pool.close()
    pool.join()
    return seconds, cpu_seconds() - before


def cpu_seconds():
    return sum(os.times()[:4])


def with_tensorflow():
    def load(path):
        image = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
        image = tf.image.resize(image, (size, size), method="bilinear", antialias=True)
        return tf.cast(tf.clip_by_value(tf.round(image), 0, 255), tf.uint8)

    options = tf.data.Options()
    options.threading.private_threadpool_size = 2
    images = tf.data.Dataset.from_tensor_slices(files).map(load, num_parallel_calls=tf.data.AUTOTUNE)
    images = images.batch(32).prefetch(2).with_options(options)
    started, before = time.perf_counter(), cpu_seconds()
    for batch in images.as_numpy_iterator():
        os.write(descriptor, batch)
    return time.perf_counter() - started, cpu_seconds() - before


descriptor = os.open(out, os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
if peer == "opencv":
    import cv2

    cv2.setNumThreads(1)
    resize = with_opencv
    seconds, cpu = in_processes()
elif peer == "pillow":
    from PIL import Image

    resize = with_pillow
    seconds, cpu = in_processes()
else:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf

    seconds, cpu = with_tensorflow()
assert os.fstat(descriptor).st_size == len(files) * BYTES
os.unlink(out)
print(json.dumps({"seconds": seconds, "cpu": cpu}))
