import type { MachineClass, Provenance } from '../cache/records.ts';

/** How the conditions under which a result was computed relate to those of the locked one. */
export type Conditions =
  | { readonly kind: 'same' }
  /** It was computed on another class of machine, on which its last digits depend. */
  | { readonly kind: 'other'; readonly changes: readonly string[] }
  /** They matter, but an earlier version wrote the lockfile, and did not record them. */
  | { readonly kind: 'unknown' };

/** Describes how two classes of machines differ: `onnxruntime isa avx512_core → avx2`. Empty if they are equal. */
export function changedMachine(before: MachineClass, now: MachineClass): string[] {
  return union(before, now).flatMap((runtime) => {
    const [was, is] = [before[runtime] ?? {}, now[runtime] ?? {}];
    return union(was, is).flatMap((fact) => change(`${runtime} ${fact}`, was[fact], is[fact]));
  });
}

/** Describes how the conditions differ under which two results were computed. Empty if they are equal. */
export function changedConditions(before: Provenance, now: Provenance): string[] {
  return [
    ...change('Node', before.node, now.node),
    ...change('platform', before.platform, now.platform),
    ...changedMachine(before.machine ?? {}, now.machine ?? {}),
  ];
}

function change(name: string, before = 'unknown', now = 'unknown'): string[] {
  return before === now ? [] : [`${name} ${before} → ${now}`];
}

function union(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}
