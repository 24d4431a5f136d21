"""`peers.py DIRECTORY IMAGES TIMES EPOCHS SIZE BATCH`: reads images of noise from TFRecords with tf.data, in shuffled
batches. Each epoch reads IMAGES images TIMES times. Creates the TFRecords if they do not exist. Prints the seconds of each
epoch as JSON."""

import json
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf

directory = sys.argv[1]
images, times, epochs, size, batch_size = map(int, sys.argv[2:])
BYTES = size * size * 3
FILES = 8
SHUFFLED = 256

paths = [os.path.join(directory, f"{number}.tfrecord") for number in range(FILES)]
if not os.path.exists(directory):
    os.mkdir(directory)
    for number, path in enumerate(paths):
        with tf.io.TFRecordWriter(path) as writer:
            for _ in range(number, images, FILES):
                pixels = tf.train.Feature(bytes_list=tf.train.BytesList(value=[os.urandom(BYTES)]))
                writer.write(tf.train.Example(features=tf.train.Features(feature={"image": pixels})).SerializeToString())


def parse(records):
    features = tf.io.parse_example(records, {"image": tf.io.FixedLenFeature([], tf.string)})
    pixels = tf.io.decode_raw(features["image"], tf.uint8, fixed_length=BYTES)
    return tf.reshape(pixels, [-1, size, size, 3])


# TFRecords can only be shuffled by file order, interleaving and a buffer of records, which is kept small.
options = tf.data.Options()
options.deterministic = False
dataset = tf.data.Dataset.from_tensor_slices(paths * times).shuffle(FILES * times)
dataset = dataset.interleave(tf.data.TFRecordDataset, num_parallel_calls=tf.data.AUTOTUNE)
dataset = dataset.shuffle(SHUFFLED).batch(batch_size).map(parse, num_parallel_calls=tf.data.AUTOTUNE)
dataset = dataset.prefetch(tf.data.AUTOTUNE).with_options(options)

seconds = []
for _ in range(epochs):
    started = time.perf_counter()
    count = sum(batch.shape[0] for batch in dataset)
    seconds.append(time.perf_counter() - started)
    assert count == images * times
print(json.dumps({"seconds": seconds}))
