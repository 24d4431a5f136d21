/** An input in the declaration of a stage module. */
export interface DeclaredInput {
  readonly name: string;
  /** True for `model?`: a pipeline may omit the input. */
  readonly optional: boolean;
  /** True for `models[]`: the input collects the outputs of all instances of a matrix. */
  readonly collects: boolean;
}

/** Parses `model`, `model?`, `models[]` or `models[]?`. */
export function toInput(declared: string): DeclaredInput {
  const [, name = declared, list, optional] = /^(.*?)(\[\])?(\?)?$/s.exec(declared) ?? [];
  return { name, collects: list !== undefined, optional: optional !== undefined };
}
