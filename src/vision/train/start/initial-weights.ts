import path from 'node:path';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { reasonOf } from '../../../shared/wording.ts';
import { type DownloadOptions, download } from '../../download/download.ts';
import { describeDigest, digestOf, type PinnedDigest, type PinnedFile } from '../../download/pinned-file.ts';
import { weightsFiles } from '../../keras/saved-weights.ts';
import type { Backbones } from '../../models/backbones/backbone.ts';

/** Where the initial weights come from if they are not random. */
export type WeightsSource =
  /** A file of Keras or a model of TensorFlow.js that is an input of the stage, so its digest is part of the action key. */
  | { readonly kind: 'input'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string; readonly digest: PinnedDigest }
  | { readonly kind: 'download'; readonly file: PinnedFile };

const OTHERWISE =
  'Check the network; or download the file on another machine and connect it as the input "weights", or set weights: PATH#sha256=….';

/**
 * Parses the param `weights`: `none`, `imagenet`, or a path or URL followed by `#sha256=` and the digest of the file; a URL
 * also by `&bytes=` and the size of the file, which a download then does not exceed.
 *
 * @returns undefined for `none`, or a problem if the value is invalid or no weights are published for the backbone.
 */
export function weightsSource(
  weights: string,
  backbone: string,
  backbones: Backbones,
): Result<WeightsSource | undefined> {
  if (weights === 'none') return success(undefined);
  if (weights === 'imagenet') return publishedWeights(backbone, backbones);
  const [, place, hex, size] = /^(.+)#sha256=([0-9a-f]{64})(?:&bytes=(\d{1,12}))?$/i.exec(weights) ?? [];
  if (place === undefined || hex === undefined) {
    return problem(
      `the param "weights" is "${weights}", but a path or URL must be followed by the SHA-256 digest of the file`,
      {
        advice:
          'Set weights to none, imagenet, or PATH#sha256=… (`sha256sum FILE` prints it); or connect the file as the input "weights".',
      },
    );
  }
  const digest: PinnedDigest = { algorithm: 'sha256', hex: hex.toLowerCase() };
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) return success({ kind: 'file', path: path.resolve(place), digest });
  if (URL.canParse(place) && ['http:', 'https:'].includes(new URL(place).protocol))
    return success({
      kind: 'download',
      file: { url: place, digest, ...(size !== undefined && { maxBytes: Number(size) }) },
    });
  return problem(`the param "weights" has an unsupported URL: "${place}"`, {
    advice: 'Use a URL that begins with https://.',
  });
}

function publishedWeights(backbone: string, backbones: Backbones): Result<WeightsSource> {
  const published = backbones[backbone]?.imagenet;
  if (published === undefined) {
    const others = Object.entries(backbones).flatMap(([name, { imagenet }]) => (imagenet === undefined ? [] : [name]));
    return problem(`there are no ImageNet weights for the backbone "${backbone}"`, {
      advice: `Remove weights, or use another backbone: ${others.join(', ')}.`,
    });
  }
  if (published.digest === undefined) {
    return problem(`Keras publishes the weights for the backbone "${backbone}" without a digest to verify them by`, {
      advice: `Download ${published.url}, and set weights to the file: PATH#sha256=… (\`sha256sum FILE\` prints the digest).`,
    });
  }
  return success({ kind: 'download', file: published });
}

/**
 * Returns the path of the file with the weights, after downloading it if necessary and verifying its digest.
 *
 * @throws the signal's reason if it is aborted.
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
    const files = await weightsFiles(file);
    if (!files.ok) return files;
    const found = await digestOf(files.value, digest.algorithm);
    if (found.hex === digest.hex) return success(file);
    return problem(`the file has the digest ${describeDigest(found)}, expected ${digest.hex}`, {
      at: { file },
      advice: 'Replace the file, or change the digest in the param "weights".',
    });
  } catch (error) {
    return problem(`cannot read the weights: ${reasonOf(error)}`, {
      at: { file },
      advice: 'The path in the param "weights" is relative to the folder of the pipeline file.',
    });
  }
}
