import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { drawGarments } from '../../../src/demo/draw-garments.ts';
import { Project } from '../../support/project.ts';
import { unwrap } from '../../support/result.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');

/** Params that make the pipeline fast enough for a test; all stages still run on real TensorFlow. */
const SMALL = [
  'image_size=32',
  'batch_size=16',
  'train-stage-1.epochs=2',
  'train-stage-2.epochs=1',
  'train-stage-3.epochs=1',
];

/** Returns a copy of this repository like a fresh clone, with 216 labelled images of drawn garments. */
export async function smallClone(atEnd?: (cleanUp: () => void) => void): Promise<Project> {
  const project = new Project({}, atEnd);
  for (const part of ['pipeline.yaml', 'stages', 'src', 'package.json']) {
    cpSync(join(REPOSITORY, part), project.path(part), { recursive: true });
  }
  project.remove('node_modules');
  symlinkSync(join(REPOSITORY, 'node_modules'), project.path('node_modules'));
  cpSync(await garments(), project.path('data/garments'), { recursive: true });
  return project;
}

let drawn: Promise<string> | undefined;

/** Draws 216 labelled images, once for all tests of a file. */
function garments(): Promise<string> {
  drawn ??= (async () => {
    const directory = join(mkdtempSync(join(tmpdir(), 'pipeline-garments-')), 'garments');
    unwrap(await drawGarments({ directory, images: 216, seed: 7 }));
    process.once('exit', () => rmSync(dirname(directory), { recursive: true, force: true }));
    return directory;
  })();
  return drawn;
}

/** The arguments that make a run small. */
export const small = SMALL.flatMap((value) => ['--set', value]);
