/** The schema of a param that was replaced: no value is allowed, and the advice of the error says what to write instead. */
export function replacedParam(instead: string) {
  return { description: `Write \`${instead}\`.`, not: {} } as const;
}
