import { RE2JS } from 're2js';

/** Characters of a pattern. */
export const PATTERN_LENGTH_MAX = 500;

/**
 * Instructions of a compiled pattern. What a text costs at most is its length times this: a pattern
 * like `a.{900}` is short and has 900.
 */
export const PATTERN_INSTRUCTIONS_MAX = 300;

/** What Ajv wants of a regular expression. */
export interface Pattern {
  test(text: string): boolean;
  /** Ajv keeps patterns apart by this. */
  toString(): string;
}

/**
 * Reads a pattern for RE2, whose time grows with the text and never explodes, unlike that of
 * JavaScript's own: senders choose the texts, so a pattern that can be made slow will be.
 * @throws where RE2 does not know the syntax: back-references and looking around
 */
export function readPattern(source: string): Pattern & { readonly instructions: number } {
  const compiled = RE2JS.compile(RE2JS.translateRegExp(source));
  return {
    instructions: compiled.programSize(),
    test: (text) => compiled.test(text),
    toString: () => source,
  };
}
