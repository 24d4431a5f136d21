/** Something that has a name if the data set gives it one, such as a class. */
export type Named<Value> = Value & { readonly name?: string };

/** Adds a name if there is one. */
export function named<Value extends object>(value: Value, name: string | undefined): Named<Value> {
  return { ...(name !== undefined && { name }), ...value };
}
