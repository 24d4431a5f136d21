import { describe, expect, test } from 'vitest';
import { actionKey } from '../../../../src/engine/fingerprint/action-key.ts';
import { documentOf, executorOn, KEY, succeeds } from './played-executor.ts';

describe('a job', () => {
  test('whose key has other runtime facts than this machine has succeeded', async () => {
    const document = documentOf('new', { tensorflow: { gpu: 'yes' } });
    const { run } = await executorOn((scheduler, _job, id) => succeeds(scheduler, id, document));
    expect(await run()).toMatchObject({ type: 'succeeded', record: { key: actionKey(document) } });
  });

  test('that was begun before an input changed is submitted again', async () => {
    const { run, scheduler } = await executorOn((played, _job, id) =>
      succeeds(played, id, id === '1' ? documentOf('old') : undefined),
    );
    expect(await run()).toMatchObject({ type: 'succeeded', record: { key: KEY } });
    expect(scheduler.submitted).toHaveLength(2);
  });

  test('of a stage whose input was changed during the run fails, and names the input', async () => {
    const { run } = await executorOn((scheduler, _job, id) => succeeds(scheduler, id, documentOf('newest')));
    expect(await run()).toMatchObject({
      type: 'failed',
      failure: {
        problems: [
          {
            message: 'the job of stage "train" read another content than this run did: data',
            advice: expect.stringContaining('Run the pipeline again'),
          },
        ],
      },
    });
  });
});
