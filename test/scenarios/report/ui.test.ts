import { request } from 'node:http';
import puppeteer from 'puppeteer-core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Gate } from '../../support/gate.ts';
import type { Project } from '../../support/project.ts';
import { gated, toy } from '../cli/toy-pipeline.ts';
import { printedBy } from '../stopping/printed-by.ts';
import { findChromium } from './find-chromium.ts';

/** Starts `pipeline ui`. Ended after the test, if the test has not done so. */
async function served(project: Project) {
  const child = project.start(['ui', '--json']);
  onTestFinished(() => void child.kill('SIGKILL'));
  const line = await printedBy(child)('"type":"ui"');
  return { child, address: String(/"address":"([^"]+)"/.exec(line)?.[1]) };
}

/** Answers of `fetch` hide which host was asked for. */
function statusFor(address: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(address, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

test('pipeline ui serves the page about the newest run, and about any other, until Ctrl-C', async () => {
  const project = toy();
  await project.pipeline('run', 'count');
  const { child, address } = await served(project);
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
  const page = await (await fetch(address)).text();
  expect(page).toContain('<option');
  const [, run = ''] = /<option value="(\d{8}-\d{6}-\w+)"/.exec(page) ?? [];
  expect((await fetch(`${address}?run=${run}&baseline=`)).status).toBe(200);
  const missing = await fetch(`${address}?run=nonsense`);
  expect([missing.status, await missing.text()]).toEqual([404, expect.stringContaining('no run has this id')]);
  child.kill('SIGINT');
  expect((await child).exitCode).toBe(0);
});

test('pipeline ui answers nobody who does not know the address, nor a page of another site', async () => {
  const project = toy();
  await project.pipeline('run', 'count');
  const { address } = await served(project);
  const { origin, host } = new URL(address);
  for (const path of ['/', '/events', `/${'0'.repeat(32)}/`, `/${'0'.repeat(31)}/events`]) {
    expect((await fetch(origin + path)).status).toBe(404);
  }
  expect((await fetch(address, { method: 'POST' })).status).toBe(405);
  expect(await statusFor(address, host)).toBe(200);
  expect(await statusFor(address, 'attacker.example')).toBe(404);
  expect(await statusFor(`${address}events?run=../../pipeline`, 'attacker.example')).toBe(404);
});

test('pipeline ui says which port cannot be used', async () => {
  const project = toy();
  const { address } = await served(project);
  const { stderr, exitCode } = await project.pipeline('ui', '--port', new URL(address).port);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/--port: cannot listen on port \d+: EADDRINUSE\n.*Choose another port/);
});

test.skipIf(findChromium() === undefined)('in a browser, the page follows a run', async () => {
  const gate = await Gate.open();
  const project = gated();
  const run = project.start(['run', 'a', '--json'], { GATE: gate.address });
  const stage = await gate.next();
  const { address } = await served(project);
  const browser = await puppeteer.launch({ executablePath: findChromium() ?? '', args: ['--no-sandbox'] });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  const noted: string[] = [];
  page.on('console', (message) => noted.push(message.text()));
  page.on('pageerror', (error) => noted.push(String(error)));
  await page.goto(address, { waitUntil: 'domcontentloaded' });
  const states = () => page.$$eval('.state', (cells) => cells.map(({ textContent }) => textContent)).catch(() => []);
  expect(await states()).toEqual(['running']);
  stage.finish();
  await run;
  await vi.waitFor(async () => expect(await states()).toEqual(['ran']), { timeout: 20_000 });
  expect(noted).toEqual([]);
});
