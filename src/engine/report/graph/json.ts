import { type Graph, LEGEND, type State, statesOf } from './graph.ts';

/** Converts a graph and its legend to one JSON object on one line. */
export function toJson(graph: Graph): string {
  const meanings = Object.entries(LEGEND).map(([state, { meaning }]) => [state, meaning]);
  const counts = statesOf(graph.stages).map(({ state, stages }): [State, number] => [state, stages]);
  return JSON.stringify({
    type: 'graph',
    ...graph,
    legend: Object.fromEntries(meanings),
    counts: Object.fromEntries(counts),
  });
}
