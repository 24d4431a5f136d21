/** An input as a stage module declares it. */
export interface DeclaredInput {
  readonly name: string;
  /** `model?`: a pipeline may leave it out. */
  readonly optional: boolean;
  /** `models[]`: it takes what all instances of a matrix put out. */
  readonly collects: boolean;
}

/** Takes `model`, `model?`, `models[]` or `models[]?` apart. */
export function toInput(declared: string): DeclaredInput {
  const [, name = declared, list, optional] = /^(.*?)(\[\])?(\?)?$/s.exec(declared) ?? [];
  return { name, collects: list !== undefined, optional: optional !== undefined };
}
