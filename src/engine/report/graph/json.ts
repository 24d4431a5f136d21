import { type Graph, LEGEND, type State, statesOf } from './graph.ts';

/** The states that a stage can have before anything runs. */
const SURVEYED: readonly State[] = ['cached', 'would-run', 'unknown'];

/** Returns a graph and its legend as an object to be written as JSON. */
export function toJson(graph: Graph): object {
  const meanings = SURVEYED.map((state) => [state, LEGEND[state].meaning]);
  const counts = statesOf(graph.stages).map(({ state, stages }): [State, number] => [state, stages]);
  return {
    type: 'graph',
    ...graph,
    legend: Object.fromEntries(meanings),
    counts: Object.fromEntries(counts),
  };
}
