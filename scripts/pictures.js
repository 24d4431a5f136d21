import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { Recording } from './pictures/recording.js';
import { terminalSvg } from './pictures/terminal-svg.js';
import { recolour, THEMES } from './pictures/themes.js';

/**
 * `npm run pictures`: makes the pictures in docs/images from a real run of the FashionAI pipeline on drawn garments, in
 * a copy of the project and with an empty cache. It takes about two minutes, and needs `script` of util-linux.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const images = join(root, 'docs', 'images');
const RATE = '6.0e-4';

/** @param {string} project */
async function record(project) {
  const recording = new Recording(92, 30);
  await recording.enter('npx pipeline run', { cwd: project, speed: 5 });
  recording.hold(3);
  await recording.enter(`sed -i 's/learning_rate: ${RATE}/learning_rate: 3.0e-4/' pipeline.yaml`, { cwd: project });
  await recording.enter('npx pipeline status', { cwd: project });
  recording.hold(6);
  const words = {
    columns: recording.columns,
    rows: recording.rows,
    title: 'pipeline',
    description:
      'A first run executes all eight stages. After an edit of one learning rate, pipeline status says that the ' +
      'four stages before it are cached and which four would run, and why. The run is played five times as fast.',
  };
  for (const [name, theme] of Object.entries(THEMES)) {
    writeFileSync(join(images, `run-${name}.svg`), terminalSvg(recording.frames, words, theme));
  }
}

/**
 * @param {string} project
 * @param {readonly string[]} args
 */
function pipeline(project, ...args) {
  return execFileSync(process.execPath, [join(root, 'dist', 'cli.cjs'), ...args], { cwd: project, encoding: 'utf8' });
}

/** @param {string} project */
async function draw(project) {
  const graph = pipeline(project, 'graph', '--format', 'svg');
  for (const [name, theme] of Object.entries(THEMES)) {
    writeFileSync(join(images, `graph-${name}.svg`), recolour(graph, theme));
  }
  const sheet = join(project, 'sheet.png');
  pipeline(project, 'inspect', 'resize-to-arrow-shards.shards', '--png', sheet);
  await sharp(sheet).png({ palette: true, effort: 10 }).toFile(join(images, 'garments.png'));
  // The model that was trained in the recorded run, before the edit.
  pipeline(project, 'export', 'train-stage-3.model', 'exported', '--set', `train-stage-2.learning_rate=${RATE}`);
  await sharp(join(project, 'exported', 'model', 'model.png'))
    .png({ palette: true, effort: 10 })
    .toFile(join(images, 'model.png'));
}

/** @param {string} project  an empty folder */
function copyProject(project) {
  for (const part of ['pipeline.yaml', 'stages', 'src', 'package.json']) {
    cpSync(join(root, part), join(project, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
  const garments = join('data', 'garments');
  if (existsSync(join(root, garments)))
    cpSync(join(root, garments), join(project, garments), { recursive: true, preserveTimestamps: true });
  else
    execFileSync(process.execPath, [join(root, 'dist', 'draw-garments.js'), '--out', garments], {
      cwd: project,
      stdio: 'inherit',
    });
}

const project = mkdtempSync(join(tmpdir(), 'pipeline-pictures-'));
try {
  mkdirSync(images, { recursive: true });
  copyProject(project);
  await record(project);
  await draw(project);
} finally {
  rmSync(project, { recursive: true, force: true });
}
