import type { Finding } from '../pass.ts';
import type { Connection } from './accesses.ts';
import { type AskedOfNode, askedFinding } from './describe-asked.ts';
import type { Asked } from './read-notes.ts';

/** Sockets of the C library, which asks there for names of users and hosts. */
const OF_THE_SYSTEM = /^\/(var\/)?run\/(nscd|systemd\/(resolve|userdb))\//;
/** The port of name servers. */
const DNS = '53';

/**
 * Says where a stage has used the network. The calls of its code have names and places; the system has addresses, among
 * them those of native code and of programs.
 */
export function networkFindings(
  stage: string,
  asked: readonly Asked[],
  connections: readonly Connection[],
): readonly Finding[] {
  const calls = asked.filter((each): each is AskedOfNode => each.kind === 'network' && each.by !== 'other');
  const named = [...new Map(calls.map((call) => [JSON.stringify([call.subject, call.at?.line]), call])).values()];
  const ports = new Set(calls.map(({ subject }) => portOf(subject)));
  // A name without a port, such as example.org, stands for one that follows from the protocol.
  const explained = (port: string | undefined) =>
    named.length > 0 && (ports.has(port) || ports.has(undefined) || port === DNS);
  const others = connections.filter(
    ({ use, address }) => !OF_THE_SYSTEM.test(address) && (use === 'listen' || !explained(portOf(address))),
  );
  return [...named.map((call) => askedFinding(stage, call)), ...others.map((other) => connectionFinding(stage, other))];
}

function portOf(address: string): string | undefined {
  return /:(\d+)$/.exec(address)?.[1];
}

function connectionFinding(stage: string, { use, address }: Connection): Finding {
  const does = use === 'listen' ? `waits for connections at ${address}` : `connects to ${address}`;
  return {
    ...{ stage, kind: 'network', subject: address },
    problem: {
      message: `stage "${stage}" ${does}`,
      advice: 'Download data in a stage of its own and check its digest, or declare the files as an input.',
    },
  };
}
