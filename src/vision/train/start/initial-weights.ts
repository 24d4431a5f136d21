import path from 'node:path';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { reasonOf } from '../../../shared/wording.ts';
import { type DownloadOptions, download } from '../../download/download.ts';
import { describeDigest, digestOf, type PinnedDigest, type PinnedFile } from '../../download/pinned-file.ts';
import type { BackboneName } from '../../models/backbones/index.ts';
import { imagenetWeights } from '../../models/imagenet-weights.ts';

/** Where a training has the first weights from that are not drawn. */
export type WeightsSource =
  /** A file of Keras that is an input, whose content the engine knows. */
  | { readonly kind: 'input'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string; readonly digest: PinnedDigest }
  | { readonly kind: 'download'; readonly file: PinnedFile };

const OTHERWISE =
  'Check the network; or fetch the file elsewhere and connect it as the input «weights», or set weights: PATH#sha256=….';

/**
 * What the param «weights» means: `none`, `imagenet`, or a path or URL with the digest of what has to be there.
 *
 * @returns undefined for `none`.
 */
export function weightsSource(weights: string, backbone: BackboneName): Result<WeightsSource | undefined> {
  if (weights === 'none') return success(undefined);
  if (weights === 'imagenet') return publishedWeights(backbone);
  const [, place, hex] = /^(.+)#sha256=([0-9a-f]{64})$/i.exec(weights) ?? [];
  if (place === undefined || hex === undefined) {
    return problem(
      `the param «weights» is «${weights}»: a path or an address has to say what is there by its SHA-256`,
      {
        advice:
          'Set weights to none, imagenet, or PATH#sha256=… (`sha256sum FILE` tells it); or connect the file as the input «weights».',
      },
    );
  }
  const digest: PinnedDigest = { algorithm: 'sha256', hex: hex.toLowerCase() };
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) return success({ kind: 'file', path: path.resolve(place), digest });
  if (URL.canParse(place) && ['http:', 'https:'].includes(new URL(place).protocol))
    return success({ kind: 'download', file: { url: place, digest } });
  return problem(`the param «weights» names an address that cannot be fetched: ${place}`, {
    advice: 'Give one that begins with https://.',
  });
}

function publishedWeights(backbone: BackboneName): Result<WeightsSource> {
  const published = imagenetWeights[backbone];
  if (published === undefined) {
    return problem(`there are no weights of «${backbone}» that were trained on ImageNet`, {
      advice: `Leave weights out, or take another backbone: ${Object.keys(imagenetWeights).join(', ')}.`,
    });
  }
  if (published.digest === undefined) {
    return problem(`Keras publishes its weights of «${backbone}» without a digest to check them by`, {
      advice: `Fetch ${published.url}, look at it and connect the file as the input «weights», or set weights to that address with #sha256=….`,
    });
  }
  return success({ kind: 'download', file: published });
}

/**
 * The file that the weights are in: fetched if need be, and checked. Throws the signal's reason when it is aborted.
 */
export async function weightsFile(
  source: WeightsSource,
  options: Omit<DownloadOptions, 'otherwise'>,
): Promise<Result<string>> {
  switch (source.kind) {
    case 'input':
      return success(source.path);
    case 'download':
      return download(source.file, { ...options, otherwise: OTHERWISE });
    case 'file':
      return checkedFile(source);
    default:
      return source satisfies never;
  }
}

async function checkedFile({ path: file, digest }: WeightsSource & { kind: 'file' }): Promise<Result<string>> {
  try {
    const found = await digestOf(file, digest.algorithm);
    if (found.hex === digest.hex) return success(file);
    return problem(`this is another file than the one that is meant: ${describeDigest(found)}, not ${digest.hex}`, {
      at: { file },
      advice: 'Put the right file there, or set the digest of this one in the param «weights».',
    });
  } catch (error) {
    return problem(`cannot read the weights: ${reasonOf(error)}`, {
      at: { file },
      advice: 'The path in the param «weights» starts at the folder of the pipeline file.',
    });
  }
}
