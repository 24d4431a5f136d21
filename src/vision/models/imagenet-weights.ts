import type { PinnedFile } from '../download/pinned-file.ts';

const PUBLISHED = 'https://storage.googleapis.com/tensorflow/keras-applications';

/** ImageNet weights published by Keras for a backbone without its top. */
export type ImagenetWeights =
  | PinnedFile
  /** A file for which Keras publishes no digest. */
  | { readonly url: string; readonly digest?: never };

/** ImageNet weights by backbone. URLs and digests are those in keras/src/applications, mostly MD5. */
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
  'resnet50-v2': {
    url: `${PUBLISHED}/resnet/resnet50v2_weights_tf_dim_ordering_tf_kernels_notop.h5`,
    digest: { algorithm: 'md5', hex: 'fac2f116257151a9d068a22e544a4917' },
    maxBytes: 110e6,
  },
  'efficientnet-v2-b0': {
    url: `${PUBLISHED}/efficientnet_v2/efficientnetv2-b0_notop.h5`,
    digest: { algorithm: 'md5', hex: '893217f2bb855e2983157299931e43ff' },
    maxBytes: 30e6,
  },
  'efficientnet-v2-b1': {
    url: `${PUBLISHED}/efficientnet_v2/efficientnetv2-b1_notop.h5`,
    digest: { algorithm: 'md5', hex: '0e80663031ca32d657f9caa404b6ec37' },
    maxBytes: 35e6,
  },
  'efficientnet-v2-b2': {
    url: `${PUBLISHED}/efficientnet_v2/efficientnetv2-b2_notop.h5`,
    digest: { algorithm: 'md5', hex: '1dfe2e7a5d45b6632553a8961ea609eb' },
    maxBytes: 45e6,
  },
  'efficientnet-v2-b3': {
    url: `${PUBLISHED}/efficientnet_v2/efficientnetv2-b3_notop.h5`,
    digest: { algorithm: 'md5', hex: 'f6abf7b5849ac99a89b50dd3fd532856' },
    maxBytes: 65e6,
  },
  'efficientnet-v2-s': {
    url: `${PUBLISHED}/efficientnet_v2/efficientnetv2-s_notop.h5`,
    digest: { algorithm: 'md5', hex: 'af0682fb74e8c54910f2d4393339c070' },
    maxBytes: 100e6,
  },
  'convnext-tiny': {
    url: `${PUBLISHED}/convnext/convnext_tiny_notop.h5`,
    digest: { algorithm: 'sha256', hex: 'd547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1' },
    maxBytes: 130e6,
  },
  'convnext-small': {
    url: `${PUBLISHED}/convnext/convnext_small_notop.h5`,
    digest: { algorithm: 'sha256', hex: '6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab' },
    maxBytes: 230e6,
  },
  // keras/src/applications/mobilenet_v2.py downloads this file without a digest.
  'mobilenet-v2': {
    url: `${PUBLISHED}/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5`,
  },
};
