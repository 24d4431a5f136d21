import { h } from 'preact';
import { problem } from '../../../shared/problem.ts';
import type { Services } from '../../execute/services.ts';
import { type LiveServer, type LiveSource, startLiveServer } from '../../page/live-server.ts';
import { RunChooser } from '../../page/run-chooser.tsx';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { ownHistory } from '../own-runs.ts';
import { pageAbout } from '../page-about.ts';
import { withSession } from '../with-session.ts';

export interface UiOptions extends CommonOptions {
  readonly port: number;
}

const SHOWN_RUNS = 50;

/** `pipeline ui`: serves the pages about all runs until it is interrupted. */
export async function ui(options: UiOptions): Promise<number> {
  return withSession(options, async ({ services }, signal) => {
    const started = await start(services, options);
    if ('code' in started) {
      const message = `cannot listen on port ${options.port}: ${started.code}`;
      const advice = 'Choose another port with --port, or leave it out for any free one.';
      return reportProblems(problem(message, { at: { file: '--port' }, advice }).failure, options);
    }
    const { print, printJson } = openConsole(options);
    printJson({ type: 'ui', address: started.address });
    print(`${started.address}\n  only from this machine, only with this address; Ctrl-C ends it`);
    await new Promise((resolve) => {
      if (signal.aborted) resolve(undefined);
      signal.addEventListener('abort', resolve, { once: true });
    });
    await started.close();
    return EXIT.ok;
  });
}

async function start(services: Services, options: UiOptions): Promise<LiveServer | { readonly code: string }> {
  try {
    return await startLiveServer(sourceFor(services, options), options.port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { code };
  }
}

function sourceFor(services: Services, options: UiOptions): LiveSource {
  const history = ownHistory(options, services.plan.name);
  const chosen = (query: URLSearchParams, name: string) => {
    const value = query.get(name);
    return value === null || value === '' || value === 'latest' ? undefined : value;
  };
  return {
    async page(query) {
      const [run, baseline] = [chosen(query, 'run'), chosen(query, 'baseline')];
      const live = { chooser: h(RunChooser, { runs: history.newest(SHOWN_RUNS), run, baseline }) };
      const page = await pageAbout({ run, baseline, live }, services, options);
      if (page.ok) return { html: page.value.html };
      return { problem: page.failure.map(({ message, advice }) => `${message}\n${advice ?? ''}`).join('\n') };
    },
    state(query) {
      const ids = history.ids();
      const [newest] = ids;
      const run = chosen(query, 'run') ?? newest;
      const record = run !== undefined && ids.includes(run) ? history.read(run) : undefined;
      // The time of a run in progress changes all the time, and is no reason to load its page again.
      const { seconds: _seconds, ...rest } = record ?? { seconds: 0 };
      return JSON.stringify([newest, rest]);
    },
  };
}
