/** A value that JSON can express. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** An object that JSON can express. */
export type JsonObject = { readonly [key: string]: Json };
