/** The JSON Schema keywords that determine a TypeScript type. Others are allowed, and checked only at run time. */
export type JsonSchema = {
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object';
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: JsonSchema;
  readonly properties?: { readonly [name: string]: JsonSchema };
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly [keyword: string]: unknown;
};

/** The schema of a stage's params, which are an object. `{}` accepts any object. */
export type ParamsSchema = JsonSchema;

type Primitive = { string: string; number: number; integer: number; boolean: boolean; null: null };

/** The properties that are always present: those that are required or have a default. */
type PresentKey<Properties, Required> = {
  [Key in keyof Properties]: Properties[Key] extends { readonly default: unknown }
    ? Key
    : Key extends Required
      ? Key
      : never;
}[keyof Properties];

type Simplify<T> = { [Key in keyof T]: T[Key] };

type ObjectType<Properties, Required> = Simplify<
  { readonly [Key in PresentKey<Properties, Required>]: FromSchema<Properties[Key]> } & {
    readonly [Key in Exclude<keyof Properties, PresentKey<Properties, Required>>]?: FromSchema<Properties[Key]>;
  }
>;

/** The TypeScript type of the values that a JSON Schema accepts. */
export type FromSchema<Schema> = Schema extends { readonly const: infer Value }
  ? Value
  : Schema extends { readonly enum: readonly (infer Value)[] }
    ? Value
    : Schema extends { readonly anyOf: readonly (infer Choice)[] }
      ? FromSchema<Choice>
      : Schema extends { readonly type: infer Type extends keyof Primitive }
        ? Primitive[Type]
        : Schema extends { readonly type: 'array'; readonly items: infer Item }
          ? readonly FromSchema<Item>[]
          : Schema extends { readonly properties: infer Properties }
            ? ObjectType<Properties, Schema extends { readonly required: readonly (infer Name)[] } ? Name : never>
            : Schema extends { readonly additionalProperties: infer Value extends object }
              ? Readonly<Record<string, FromSchema<Value>>>
              : Readonly<Record<string, unknown>>;
