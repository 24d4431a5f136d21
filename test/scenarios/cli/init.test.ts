import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { execaNode } from 'execa';
import { describe, expect, test } from 'vitest';
import { Project } from '../../support/project.ts';

const PACKAGES = resolve(import.meta.dirname, '../../../node_modules');

/** The files that `pipeline init` creates in an empty folder, besides `package.json` and `.gitignore`. */
const MADE = [
  'data/samples.csv',
  'lib/line.ts',
  'stages/evaluate.ts',
  'stages/split.ts',
  'stages/train.ts',
  'tsconfig.json',
  'pipeline.yaml',
];

/** Creates a folder with installed packages, as after the suggested `npm install`. */
function installed(): Project {
  const project = new Project({});
  project.install('@types', 'undici-types', 'typescript');
  return project;
}

const typeErrors = async (project: Project, folder = '.') => {
  const compiler = resolve(PACKAGES, 'typescript/bin/tsc');
  const { stdout } = await execaNode(compiler, [], { cwd: project.path(folder), reject: false });
  return stdout;
};

describe('pipeline init in an empty folder', () => {
  test('the created pipeline runs, and is up to date in a second run', async () => {
    const project = new Project({});
    expect((await project.pipeline('init')).exitCode).toBe(0);
    const { exitCode, which } = await project.run();
    expect(exitCode).toBe(0);
    expect(which('ran')).toEqual(['split', 'train', 'evaluate']);
    expect((await project.run()).which('cached')).toEqual(['split', 'train', 'evaluate']);
  });

  test('the created pipeline learns the relation in the samples: y = 2 x + 1', async () => {
    const project = new Project({});
    await project.pipeline('init');
    await project.run();
    await project.pipeline('export', 'train', 'results');
    const { slope, intercept } = JSON.parse(project.read('results/model.json'));
    expect(slope).toBeCloseTo(2, 0);
    expect(intercept).toBeCloseTo(1, 0);
  });

  test('a changed learning rate reruns the training, but not the split', async () => {
    const project = new Project({});
    await project.pipeline('init');
    await project.run();
    project.edit('pipeline.yaml', 'learning_rate: 0.5', 'learning_rate: 0.4');
    const { which } = await project.run();
    expect(which('cached')).toEqual(['split']);
    expect(which('ran')).toEqual(['train', 'evaluate']);
  });

  test('its profile and its shared param can be applied and overridden', async () => {
    const project = new Project({});
    await project.pipeline('init');
    const { exitCode } = await project.run('--profile', 'quick', '--set', 'seed=7');
    expect(exitCode).toBe(0);
  });

  test('the created project type-checks strictly, and a misspelt param is a type error', async () => {
    const project = installed();
    await project.pipeline('init');
    expect(await typeErrors(project)).toBe('');
    project.edit('stages/train.ts', 'epoch <= params.epochs', 'epoch <= params.epoch');
    expect(await typeErrors(project)).toContain("Property 'epoch' does not exist");
  });

  test('the first line of pipeline.yaml gives editors the path of the schema', async () => {
    const project = new Project({});
    await project.pipeline('init', 'deep/demo');
    const [, schema = ''] =
      /^# yaml-language-server: \$schema=(.*)\n/.exec(project.read('deep/demo/pipeline.yaml')) ?? [];
    expect(schema).toBe('../../node_modules/pipeline/dist/pipeline.schema.json');
    expect(JSON.parse(project.read(`deep/demo/${schema}`))).toMatchObject({ title: 'pipeline.yaml' });
  });

  test('pipeline init lists the created files and the next steps', async () => {
    const project = new Project({});
    const { stdout } = await project.pipeline('init', 'my demo');
    for (const file of [...MADE, 'package.json', '.gitignore']) expect(stdout).toContain(`✓ my demo/${file}\n`);
    expect(stdout).toMatch(
      /→ cd 'my demo'\n→ npm install \S+\n→ npx pipeline run\n→ Then change a param in pipeline\.yaml, .+: npx pipeline status$/,
    );
  });

  test('pipeline init --json prints one object', async () => {
    const project = new Project({});
    const { stdout } = await project.pipeline('init', '--json');
    expect(JSON.parse(stdout)).toEqual({
      type: 'initialized',
      directory: project.directory,
      files: [...MADE.slice(0, -1), 'package.json', '.gitignore', 'pipeline.yaml'],
      next: [expect.stringMatching(/^npm install \//), 'npx pipeline run'],
    });
  });

  test('the name of the pipeline is the name of the folder, whatever characters it has', async () => {
    const project = new Project({});
    for (const folder of ['true', '1e3', 'a: b # c', '${x}', "it's"]) {
      await project.pipeline('init', folder);
      const { stdout, exitCode } = await project.start(['status', '--json'], {}, folder);
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ pipeline: folder });
    }
  });
});

describe('pipeline init --template', () => {
  test.each(['vision', 'digits', 'multi-label', 'garments', 'fashionai'])(
    'makes a project of the template %s whose stages type-check and whose plan is valid',
    async (template) => {
      const project = installed();
      project.install('@tensorflow', 'pure-rand', 'sharp');
      const { exitCode, stdout } = await project.pipeline('init', '--template', template);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('→ npx pipeline setup\n');
      expect(await typeErrors(project)).toBe('');
      project.write('data/garments/Images/1.jpg', '');
      expect(await project.pipeline('status')).toMatchObject({ exitCode: 0, stderr: '' });
    },
  );

  test('the next steps name the folder into which npm installs: that of the nearest package.json', async () => {
    const project = new Project({ 'package.json': '{ "private": true, "type": "module" }' });
    rmSync(project.path('node_modules'), { recursive: true });
    const { stdout } = await project.pipeline('init', '--template', 'fashionai', 'fa');
    expect(stdout).toContain('→ node ../node_modules/pipeline/dist/draw-garments.js --out data/garments\n');
    expect(project.read('fa/pipeline.yaml')).toContain('$schema=../node_modules/pipeline/dist/pipeline.schema.json');
  });

  test('what the stages import are dependencies of the new project', async () => {
    const project = new Project({});
    await project.pipeline('init', '--template', 'vision');
    const own = JSON.parse(project.read('node_modules/pipeline/package.json')) as { dependencies: object };
    expect(JSON.parse(project.read('package.json')).dependencies).toEqual({
      'pure-rand': expect.stringMatching(/^\^\d/),
      sharp: expect.stringMatching(/^\^\d/),
    });
    expect(own.dependencies).toMatchObject({ sharp: expect.any(String), 'pure-rand': expect.any(String) });
  });

  test('in a project with a package.json, only packages that are missing are to be installed', async () => {
    const project = installed();
    project.install('sharp');
    project.write('package.json', '{}');
    const { stdout } = await project.pipeline('init', '--template', 'vision');
    expect(stdout).toContain('→ npm install pure-rand\n→ npx pipeline setup\n');
  });

  test('data files are copied as they are, and a README that is there is kept', async () => {
    const project = new Project({ 'README.md': 'mine' });
    expect((await project.pipeline('init', '--template', 'digits')).exitCode).toBe(0);
    const example = resolve(PACKAGES, '../examples/digits/data/digits.csv.gz');
    expect(readFileSync(project.path('data/digits.csv.gz')).equals(readFileSync(example))).toBe(true);
    expect(project.read('README.md')).toBe('mine');
  });

  test('an unknown name is answered with all names, and nothing is written', async () => {
    const project = new Project({});
    const { exitCode, stderr } = await project.pipeline('init', '--template', 'visoin');
    expect(exitCode).toBe(2);
    expect(stderr).toBe(`error: there is no template "visoin"
  → These are the templates.
    digits: scikit-learn's 1,797 handwritten digits, as images in class folders
    fashionai: the whole FashionAI pipeline, with its profiles
    garments: drawn dresses with an ordered, a class and a number as labels, in one model
    multi-label: drawn scenes with several things in each: any number of labels an image
    starter: a line through points: three small stages of your own
    vision: images in class folders: train, evaluate and use a classifier`);
    expect(project.list('.')).toEqual(['node_modules']);
  });
});

describe('pipeline init in a folder with files', () => {
  test('existing files are named and not overwritten, and nothing is written', async () => {
    const project = new Project({ 'pipeline.yaml': 'mine', 'stages/train.ts': 'mine too' });
    const { exitCode, stdout, stderr } = await project.pipeline('init');
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toBe(`error: stages/train.ts: the file already exists
error: pipeline.yaml: the file already exists
  → Nothing was written. Choose an empty folder, or move the existing files away.`);
    expect(project.read('pipeline.yaml')).toBe('mine');
    expect(readdirSync(project.directory).sort()).toEqual(['node_modules', 'pipeline.yaml', 'stages']);
  });

  test('an existing package.json and tsconfig.json are kept unchanged', async () => {
    const project = new Project({ 'package.json': '{"name":"mine"}', 'tsconfig.json': '{"include":[]}' });
    const { stdout } = await project.pipeline('init');
    expect(project.read('package.json')).toBe('{"name":"mine"}');
    expect(project.read('tsconfig.json')).toBe('{"include":[]}');
    expect(stdout).toContain('→ npm install --save-dev @types/node typescript\n');
  });

  test('a package.json in a parent folder is used', async () => {
    const project = new Project({ 'package.json': '{"devDependencies":{"typescript":"7","@types/node":"20"}}' });
    const { stdout } = await project.pipeline('init', 'demo');
    expect(project.exists('demo/package.json')).toBe(false);
    expect(stdout).toContain('→ npm install\n→ npx pipeline run');
  });

  test('no install command is suggested if all packages are installed', async () => {
    const project = installed();
    project.write('package.json', '{}');
    const { stdout } = await project.pipeline('init');
    expect(stdout).not.toContain('npm install');
  });

  test.each([
    ['dist', 'dist\ncache/\n'],
    ['dist\n', 'dist\ncache/\n'],
    ['/cache\n', '/cache\n'],
    ['cache/\n', 'cache/\n'],
  ])('a missing line is added to the .gitignore %j', async (before, after) => {
    const project = new Project({ '.gitignore': before });
    await project.pipeline('init');
    expect(project.read('.gitignore')).toBe(after);
  });
});

describe('pipeline init without write access', () => {
  test.each([
    ['a file', (project: Project) => writeFileSync(project.path('there'), ''), 'a parent folder is a file'],
    [
      'a folder with a folder in the place of a file',
      (project: Project) => mkdirSync(project.path('there/.gitignore'), { recursive: true }),
      'cannot write: a folder of this name exists',
    ],
    [
      'a link that leads nowhere',
      (project: Project) => symlinkSync('nowhere', project.path('there')),
      'cannot write: ',
    ],
  ])('%s is reported, and no file is left behind', async (_what, prepare, message) => {
    const project = new Project({});
    prepare(project);
    const before = readdirSync(project.directory, { recursive: true });
    const { exitCode, stderr } = await project.pipeline('init', 'there');
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(project.directory, { recursive: true })).toEqual(before);
  });
});
