import { type Alias, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, Scalar, type YAMLMap } from 'yaml';
import type { Json, JsonObject } from '../../shared/json.ts';

/** An error in a YAML text that is syntactically valid. */
export interface YamlFault {
  readonly message: string;
  readonly node: Node | undefined;
}

export interface YamlValue {
  readonly value: Json;
  readonly faults: readonly YamlFault[];
  /** The node that each alias refers to. */
  readonly targets: ReadonlyMap<Alias, Node>;
}

/** The maximum number of values after the expansion of aliases: more is an alias bomb. */
const MAX_VALUES = 1_000_000;

/** A value, and the number of values in it after the expansion of aliases. */
interface Converted {
  readonly value: Json;
  readonly size: number;
}

/**
 * Converts parsed YAML to plain values: aliases and merge keys are resolved, keys are strings. `yaml` can do this too,
 * but in quadratic time in the number of aliases, and without the places of errors.
 */
export function toValue(contents: unknown): YamlValue {
  const conversion = new Conversion();
  const { value } = conversion.convert(contents);
  return { value, faults: conversion.faults, targets: conversion.targets };
}

/** Returns whether a pair is `<<: …`. */
export function isMerge({ key }: Pair<unknown, unknown>): boolean {
  return isScalar(key) && key.value === '<<' && key.type === Scalar.PLAIN;
}

/** Whether a value is written as an integer, and is one that a number may not hold exactly. */
function isRounded(value: number, { source = '' }: Scalar): boolean {
  return !Number.isSafeInteger(value) && /^[-+]?(\d+|0x[\da-f]+|0o[0-7]+)$/i.test(source);
}

class Conversion {
  readonly faults: YamlFault[] = [];
  readonly targets = new Map<Alias, Node>();
  readonly #anchors = new Map<string, { readonly node: Node; readonly converted?: Converted }>();
  #bomb = false;

  convert(node: unknown): Converted {
    if (isAlias(node)) return this.#alias(node);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, { node: node as Node });
    const converted = this.#unaliased(node);
    if (anchor !== undefined) this.#anchors.set(anchor, { node: node as Node, converted });
    return converted;
  }

  #unaliased(node: unknown): Converted {
    if (isMap(node)) return this.#map(node);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.convert(isPair(item) ? null : item));
      return { value: items.map(({ value }) => value), size: this.#sum(items, node) };
    }
    const value = isScalar(node) ? node.value : null;
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.#fault(`${value} is not a finite number`, node as Node);
      return { value: null, size: 1 };
    }
    if (typeof value === 'number' && isRounded(value, node as Scalar)) {
      this.#fault(`${(node as Scalar).source} is too large for an integer: it would become ${value}`, node as Node);
    }
    return { value: (value ?? null) as Json, size: 1 };
  }

  #alias(alias: Alias): Converted {
    const target = this.#anchors.get(alias.source);
    if (target?.converted === undefined) {
      this.#fault(
        target === undefined
          ? `no anchor "${alias.source}" precedes this alias`
          : `the alias "*${alias.source}" refers to a value that contains it`,
        alias,
      );
      return { value: null, size: 1 };
    }
    this.targets.set(alias, target.node);
    return target.converted;
  }

  #map(map: YAMLMap): Converted {
    const own = new Map<string, Converted>();
    const merged = new Map<string, Json>();
    const sizes: Converted[] = [];
    for (const pair of map.items) {
      if (isMerge(pair)) {
        sizes.push(...this.#merge(pair, merged));
        continue;
      }
      const key = this.#key(pair);
      const converted = this.convert(pair.value);
      sizes.push(converted);
      if (key === undefined) continue;
      if (own.has(key)) this.#fault(`duplicate key "${key}"`, pair.key as Node);
      own.set(key, converted);
    }
    const entries = new Map([...merged, ...[...own].map(([key, { value }]): [string, Json] => [key, value])]);
    return { value: Object.fromEntries(entries), size: this.#sum(sizes, map) };
  }

  /** Adds the keys of a map, or of a list of maps, to `merged`. The first map that has a key gives its value. */
  #merge(pair: Pair<unknown, unknown>, merged: Map<string, Json>): Converted[] {
    const converted = this.convert(pair.value);
    const sources = Array.isArray(converted.value) ? converted.value : [converted.value];
    for (const source of sources) {
      if (typeof source !== 'object' || source === null || Array.isArray(source)) {
        this.#fault('"<<" must be a map or a list of maps', pair.key as Node);
        break;
      }
      for (const [key, value] of Object.entries(source as JsonObject)) if (!merged.has(key)) merged.set(key, value);
    }
    return [converted];
  }

  #key({ key, value }: Pair<unknown, unknown>): string | undefined {
    if (isScalar(key) && key.value !== null && key.value !== undefined) return String(key.value);
    if (isAlias(key)) {
      const { value: text } = this.#alias(key);
      if (text !== null && typeof text !== 'object') return String(text);
    }
    const node = (isScalar(key) || isAlias(key) || isMap(key) || isSeq(key) ? key : value) as Node | undefined;
    this.#fault('a key must be a string', node);
    return undefined;
  }

  #sum(parts: readonly Converted[], node: Node): number {
    let size = 1;
    for (const part of parts) size += part.size;
    if (size > MAX_VALUES && this.targets.size > 0 && !this.#bomb) {
      this.#bomb = true;
      this.#fault(`its aliases expand to more than ${MAX_VALUES.toLocaleString('en-US')} values`, node);
    }
    return size;
  }

  #fault(message: string, node: Node | undefined): void {
    this.faults.push({ message, node });
  }
}
