import { expect, test } from 'vitest';
import { describeOpTimes, opTimes } from '../../bench/training/op-times.ts';

const line = (microseconds: number, event: string, run: number, node: string) =>
  `I0000 00:00:1795528247.${String(microseconds).padStart(6, '0')}   12981 executor.cc:879] ${event}: ${node}[T=DT_FLOAT](x) device: CPU`.replace(
    'RUN',
    String(run),
  );

test("opTimes parses the log of TensorFlow's executor into times by run and kind of op", () => {
  const log = [
    'something else',
    line(1000, 'Process node', 2, '0 step RUN {{node x}} = _MklNativeConv2D'),
    line(4000, 'Synchronous kernel done', 2, '0 step RUN {{node x}} = _MklNativeConv2D'),
    line(4000, 'Process node', 2, '1 step RUN {{node scope/y}} = Relu'),
    line(5000, 'Synchronous kernel done', 2, '1 step RUN {{node scope/y}} = Relu'),
    line(5000, 'Process node', 2, '2 step RUN {{node z}} = Relu'),
    line(11000, 'Synchronous kernel done', 2, '2 step RUN {{node z}} = Relu'),
    line(12000, 'Process node', 3, '0 step RUN {{node x}} = Relu'),
    line(14000, 'Synchronous kernel done', 3, '0 step RUN {{node x}} = Relu'),
  ];
  const runs = opTimes(log.join('\n'));
  const rounded = runs.map((run) => run.map((time) => ({ ...time, milliseconds: Math.round(time.milliseconds) })));
  expect(rounded).toEqual([
    [
      { op: 'Relu', milliseconds: 7, count: 2 },
      { op: 'Conv2D', milliseconds: 3, count: 1 },
    ],
    [{ op: 'Relu', milliseconds: 2, count: 1 }],
  ]);
  expect(describeOpTimes(rounded[0] ?? [], 1)).toEqual([
    ['  Relu', '7.0 ms', '70.0 %', '2×'],
    ['  others', '3.0 ms', '30.0 %', '1×'],
  ]);
});
