import type { PinnedFile } from '../download/pinned-file.ts';

const PUBLISHED = 'https://storage.googleapis.com/tensorflow/keras-applications';

/** The weights that Keras publishes for a backbone without its classifier, trained on ImageNet. */
export type ImagenetWeights =
  | PinnedFile
  /** Keras publishes no digest of it. */
  | { readonly url: string; readonly digest?: never };

/** By backbone. Addresses and digests are those of keras/src/applications, which has MD5 and nothing else. */
export const imagenetWeights: Readonly<Record<string, ImagenetWeights | undefined>> = {
  'inception-resnet-v2': {
    url: `${PUBLISHED}/inception_resnet_v2/inception_resnet_v2_weights_tf_dim_ordering_tf_kernels_notop.h5`,
    digest: { algorithm: 'md5', hex: 'd19885ff4a710c122648d3b5c3b684e4' },
  },
  'nasnet-large': {
    url: `${PUBLISHED}/nasnet/NASNet-large-no-top.h5`,
    digest: { algorithm: 'md5', hex: 'd81d89dc07e6e56530c4e77faddd61b5' },
  },
  'nasnet-mobile': {
    url: `${PUBLISHED}/nasnet/NASNet-mobile-no-top.h5`,
    digest: { algorithm: 'md5', hex: '1ed92395b5b598bdda52abe5c0dbfd63' },
  },
  // keras/src/applications/mobilenet_v2.py fetches it unchecked: no digest of it is published.
  'mobilenet-v2': {
    url: `${PUBLISHED}/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5`,
  },
};
