import type { PinnedFile } from '../download/pinned-file.ts';

const PUBLISHED = 'https://storage.googleapis.com/tensorflow/keras-applications';

/** ImageNet weights published by Keras for a backbone without its top. */
export type ImagenetWeights =
  | PinnedFile
  /** A file for which Keras publishes no digest. */
  | { readonly url: string; readonly digest?: never };

/** ImageNet weights by backbone. URLs and digests are those in keras/src/applications, which only has MD5 digests. */
export const imagenetWeights: Readonly<Record<string, ImagenetWeights | undefined>> = {
  'inception-resnet-v2': {
    url: `${PUBLISHED}/inception_resnet_v2/inception_resnet_v2_weights_tf_dim_ordering_tf_kernels_notop.h5`,
    digest: { algorithm: 'md5', hex: 'd19885ff4a710c122648d3b5c3b684e4' },
    maxBytes: 250e6,
  },
  'nasnet-large': {
    url: `${PUBLISHED}/nasnet/NASNet-large-no-top.h5`,
    digest: { algorithm: 'md5', hex: 'd81d89dc07e6e56530c4e77faddd61b5' },
    maxBytes: 400e6,
  },
  'nasnet-mobile': {
    url: `${PUBLISHED}/nasnet/NASNet-mobile-no-top.h5`,
    digest: { algorithm: 'md5', hex: '1ed92395b5b598bdda52abe5c0dbfd63' },
    maxBytes: 25e6,
  },
  // keras/src/applications/mobilenet_v2.py downloads this file without a digest.
  'mobilenet-v2': {
    url: `${PUBLISHED}/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5`,
  },
};
