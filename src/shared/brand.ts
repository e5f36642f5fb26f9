declare const brand: unique symbol;

/** A type that only its own constructor functions can make, so that ids and units do not mix. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
