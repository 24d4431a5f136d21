import { expect, test } from 'vitest';
import { pageOf, parsePage } from '../../../../src/vision/setup/index/simple-index.ts';

const SHA256 = 'ab'.repeat(32);
const BASE = 'https://pypi.example/simple/a/';

test('parses a page in HTML: relative links, digests, withdrawn files and escaped characters', () => {
  const page = `<!DOCTYPE html><html><body><h1>Links for a</h1>
    <a href="../../packages/a-1.0-py3-none-any.whl#sha256=${SHA256.toUpperCase()}" data-requires-python="&gt;=3.9">
      a-1.0-py3-none-any.whl</a>
    <A data-yanked="broken" HREF='https://files.example/a-1.1.whl?x=1&amp;y=2#md5=00'>a-1.1.whl</A>
    <a name="top">top</a></body></html>`;
  expect(parsePage(page, 'text/html; charset=utf-8', BASE)).toEqual([
    {
      filename: 'a-1.0-py3-none-any.whl',
      url: 'https://pypi.example/packages/a-1.0-py3-none-any.whl',
      sha256: SHA256,
      yanked: false,
    },
    { filename: 'a-1.1.whl', url: 'https://files.example/a-1.1.whl?x=1&y=2', yanked: true },
  ]);
});

test('parses a page in JSON', () => {
  const files = [
    { filename: 'a-1.0.whl', url: '/packages/a-1.0.whl', hashes: { sha256: SHA256 }, yanked: false },
    { filename: 'a-1.1.whl', url: 'https://files.example/a-1.1.whl', hashes: {}, yanked: 'broken' },
  ];
  expect(parsePage(JSON.stringify({ files }), 'application/vnd.pypi.simple.v1+json', BASE)).toEqual([
    { filename: 'a-1.0.whl', url: 'https://pypi.example/packages/a-1.0.whl', sha256: SHA256, yanked: false },
    { filename: 'a-1.1.whl', url: 'https://files.example/a-1.1.whl', yanked: true },
  ]);
});

test('asks for the page of a distribution by its normalized name', () => {
  expect(pageOf('https://pypi.example/simple/', 'NVIDIA_nccl.cu12')).toBe(
    'https://pypi.example/simple/nvidia-nccl-cu12/',
  );
});
