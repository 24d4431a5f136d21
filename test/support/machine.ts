import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';

/** A folder that simulates a machine, with a user cache and programs that come first on PATH. Deleted after the test. */
export class Machine {
  readonly directory = mkdtempSync(join(tmpdir(), 'pipeline-machine-'));

  constructor() {
    onTestFinished(() => {
      vi.unstubAllEnvs();
      rmSync(this.directory, { recursive: true, force: true });
    });
    mkdirSync(this.path('bin'));
    vi.stubEnv('PATH', [this.path('bin'), process.env['PATH']].join(delimiter));
    vi.stubEnv('XDG_CACHE_HOME', this.path('cache'));
  }

  path(path: string): string {
    return join(this.directory, path);
  }

  write(path: string, text: string | Uint8Array): string {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
    return this.path(path);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  exists(path: string): boolean {
    return existsSync(this.path(path));
  }

  /** Returns the names in a folder, sorted. */
  list(path: string): readonly string[] {
    return this.exists(path) ? readdirSync(this.path(path)).sort() : [];
  }

  /** Installs a shell script as a program that records its calls. Returns its path. */
  install(name: string, script: string): string {
    const file = this.write(`bin/${name}`, `#!/bin/sh\necho "$*" >> '${this.path(`calls-of-${name}`)}'\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  /** Returns the arguments of each call of a program so far. */
  calls(name: string): readonly string[] {
    return this.exists(`calls-of-${name}`) ? this.read(`calls-of-${name}`).trimEnd().split('\n') : [];
  }
}
