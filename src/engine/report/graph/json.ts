import { type Graph, LEGEND, type State, statesOf } from './graph.ts';

/** Returns a graph and its legend as an object to be written as JSON. */
export function toJson(graph: Graph): object {
  const meanings = Object.entries(LEGEND).map(([state, { meaning }]) => [state, meaning]);
  const counts = statesOf(graph.stages).map(({ state, stages }): [State, number] => [state, stages]);
  return {
    type: 'graph',
    ...graph,
    legend: Object.fromEntries(meanings),
    counts: Object.fromEntries(counts),
  };
}
