import { readFileSync, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';
import puppeteer, { type Browser, type ElementHandle, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { saveModel } from '../../../src/vision/models/saved-model.ts';
import { type Answer, type Answers, type Classifier, loadClassifier } from '../../../src/vision/predict/index.ts';
import { answersOf, largestDifference } from '../../support/answers.ts';
import { writeFiles } from '../../support/dataset.ts';
import { KINDS_OF_TASKS } from '../../support/kinds-of-tasks.ts';
import { modelFacts } from '../../support/model-facts.ts';
import { Project } from '../../support/project.ts';
import { tensorFlow } from '../../support/tensorflow.ts';
import { variedModel } from '../../support/varied-model.ts';
import { jpeg, noise, plain, png } from '../../vision/data/images/image-makers.ts';
import { findChromium } from '../report/find-chromium.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
};
const chromium = findChromium();
if (chromium === undefined) {
  const advice = 'Install it (Debian: apt-get install chromium), or set CHROMIUM to the path of a Chromium or Chrome.';
  process.stderr.write(`\nSKIPPED: a model in a browser, since Chromium is not installed. ${advice}\n\n`);
}

/** Serves the files of a folder, as any web server does. */
async function served(folder: string): Promise<{ server: Server; url: string }> {
  const server = createServer(({ url = '/' }, response) => {
    const file = join(folder, new URL(url, 'http://localhost').pathname);
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return response.writeHead(404).end();
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    return response.writeHead(200, { 'content-type': type }).end(readFileSync(realpathSync(file)));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe.skipIf(chromium === undefined)('the page of examples/browser, in Chromium', () => {
  let browser: Browser;
  let project: Project;
  let server: Server;
  let url: string;
  let classifier: Classifier;
  const cleanUps: (() => void)[] = [];

  beforeAll(async () => {
    project = new Project(
      { 'page/index.html': readFileSync(join(ROOT, 'examples/browser/index.html'), 'utf8') },
      (cleanUp) => cleanUps.push(cleanUp),
    );
    symlinkSync(join(ROOT, 'node_modules/@tensorflow'), project.path('node_modules/@tensorflow'));
    const tf = await tensorFlow();
    const model = variedModel(tf, 'small-cnn', 32, KINDS_OF_TASKS);
    const facts = modelFacts({ tasks: KINDS_OF_TASKS, fit: 'contain' });
    await saveModel(tf, model, facts, project.path('page/model'));
    model.dispose();
    classifier = await loadClassifier(project.path('page'), { threads: 2 });
    ({ server, url } = await served(project.directory));
    browser = await puppeteer.launch({
      executablePath: chromium ?? '',
      // The user of a container is often root, under whom Chromium refuses its own sandbox.
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    await classifier?.dispose();
    for (const cleanUp of cleanUps) cleanUp();
  });

  /** Opens the page and waits until it says something that matches. */
  async function opened(says: RegExp): Promise<{ page: Page; failed: string[] }> {
    const page = await browser.newPage();
    const failed: string[] = [];
    page.on('pageerror', (error) => failed.push(`error: ${error}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url()))
        failed.push(`request: ${request.url()}`);
    });
    await page.goto(`${url}/page/index.html`);
    await said(page, says);
    return { page, failed };
  }

  const said = (page: Page, what: RegExp) =>
    page.waitForFunction(`${what}.test(document.querySelector('#message').textContent)`);

  /** Returns how far what the page has computed is from what the classifier in Node says. */
  async function difference(page: Page, bytes: Buffer): Promise<number> {
    const [result] = await classifier.classify([bytes]);
    const inBrowser = (await page.evaluate(`(async () => {
      const { loadClassifier } = await import('pipeline/vision/browser');
      const bytes = Uint8Array.from(atob('${bytes.toString('base64')}'), (each) => each.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      context.drawImage(bitmap, 0, 0);
      const classifier = await loadClassifier(tf, 'model/');
      const before = tf.memory().numTensors;
      const answers = await classifier.classify(context.getImageData(0, 0, bitmap.width, bitmap.height));
      if (tf.memory().numTensors !== before) throw new Error('tensors were left');
      classifier.dispose();
      return answers;
    })()`)) as Answers;
    const inNode = answersOf(result);
    expect(Object.keys(inBrowser)).toEqual(Object.keys(inNode));
    return largestDifference(inBrowser, inNode);
  }

  test('gives the probabilities of the stages for an image of the size of the model', async () => {
    const { page, failed } = await opened(/ready/);
    expect(await difference(page, await png(noise(32, 32)))).toBeLessThan(1e-4);
    expect(failed).toEqual([]);
  });

  test('gives nearly these probabilities for an image that has to be resized', async () => {
    const { page } = await opened(/ready/);
    const images = {
      large: await jpeg(noise(300, 200)),
      small: await png(noise(20, 12)),
      rotated: await noise(90, 60).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer(),
      transparent: await png(plain({ r: 200, g: 30, b: 40, alpha: 0.5 }, 100, 40)),
    };
    for (const [name, bytes] of Object.entries(images)) {
      expect(await difference(page, bytes), name).toBeLessThan(0.01);
    }
  });

  test('classifies an image that is chosen or dropped, shows names as text, and survives a broken one', async () => {
    const { page, failed } = await opened(/ready/);
    writeFiles(project.directory, { 'photograph.png': await png(noise(32, 32)), 'broken.png': 'no image' });
    const input = (await page.$('input')) as ElementHandle<HTMLInputElement>;
    await input.uploadFile(project.path('photograph.png'));
    await said(page, /^photograph\.png$/);
    const rows = async () =>
      await page.evaluate('[...document.querySelectorAll("tbody tr")].map((row) => row.innerText)');
    const [result] = await classifier.classify([project.path('photograph.png')]);
    const shown = (answer: Answer | undefined) => {
      if (answer === undefined || 'numbers' in answer)
        return answer?.numbers.map((each) => each.toPrecision(4)).join(', ');
      const names = 'class' in answer ? [answer.class] : answer.classes;
      return names.map((name) => `${name} (${(100 * (answer.probabilities[name] ?? 0)).toFixed(1)} %)`).join(', ');
    };
    const answers = answersOf(result);
    const expected = KINDS_OF_TASKS.map(({ name }) => `${name}\t${shown(answers[name])}`);
    expect(await rows()).toEqual(expected);

    await input.uploadFile(project.path('broken.png'));
    await said(page, /^broken\.png cannot be classified: /);
    await page.evaluate(`(async () => {
      const canvas = new OffscreenCanvas(50, 40);
      canvas.getContext('2d').fillRect(10, 10, 20, 20);
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([await canvas.convertToBlob()], 'dropped.png'));
      document.querySelector('#drop').dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
    })()`);
    await said(page, /^dropped\.png$/);
    expect(failed).toEqual([]);
  });

  test('says what is missing when there is no model', async () => {
    rmSync(project.path('page/model/pipeline.json'));
    await opened(/The model cannot be loaded: cannot load .*pipeline\.json: the server answers 404/);
  });
});
