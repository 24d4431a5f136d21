/** The longest name of a template or a task: Argo makes names of pods from it, which are shortened to 63 characters. */
const MAX_LENGTH = 63;

/** Gives things names that Argo accepts: letters, digits and `-`, the first of which is a letter. No two are equal. */
export class ArgoNames {
  readonly #names = new Map<string, string>();
  readonly #taken: Set<string>;

  constructor(reserved: readonly string[] = []) {
    this.#taken = new Set(reserved);
  }

  /** Returns the name for `text`, which begins with a letter: always the same for the same text. */
  of(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const base = slug(text, MAX_LENGTH);
    let name = base;
    for (let number = 2; this.#taken.has(name); number++) {
      const suffix = `-${number}`;
      name = base.slice(0, MAX_LENGTH - suffix.length) + suffix;
    }
    this.#taken.add(name);
    this.#names.set(text, name);
    return name;
  }
}

/** Returns a text with `-` for whatever is not a letter or a digit, without one at the end. */
function slug(text: string, length: number): string {
  return text
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .slice(0, length)
    .replace(/-+$/, '');
}

/** Returns the name of a Kubernetes object for the name of a pipeline: lower case, and never empty. */
export function objectName(pipeline: string): string {
  return slug(pipeline.toLowerCase(), 40).replace(/^-+/, '') || 'pipeline';
}
