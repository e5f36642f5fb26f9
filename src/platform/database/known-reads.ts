import { LRUCache } from 'lru-cache';
import type { FieldDef } from 'pg';
import { GatheredRows } from './gathered-rows';

/** Texts whose columns are known, and combinations of them. */
const TEXTS_MAX = 1_000;

export interface KnownText {
  readonly text: string;
  /** Stands for the text where reads are put in order. */
  readonly number: number;
  readonly rows: GatheredRows;
}

/** A read with what is known of it. */
interface KnownRead {
  readonly parameters: readonly unknown[];
  readonly known: KnownText;
}

/** What is known of the texts of reads: what columns they have, and how several are one. */
export class KnownReads {
  private readonly texts = new LRUCache<string, KnownText>({ max: TEXTS_MAX });
  private readonly combinations = new LRUCache<string, string>({ max: TEXTS_MAX });
  private textsLearnt = 0;

  find(text: string): KnownText | undefined {
    return this.texts.get(text);
  }

  learn(text: string, fields: readonly FieldDef[]): KnownText {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    this.textsLearnt += 1;
    const learnt = { text, number: this.textsLearnt, rows: new GatheredRows(fields) };
    this.texts.set(text, learnt);
    return learnt;
  }

  /** The text that gives the rows of each of the reads, with the parameters of all in their order. */
  combine(reads: readonly KnownRead[]): string {
    const key = reads.map(({ known }) => known.number).join(' ');
    const combined = this.combinations.get(key);
    if (combined !== undefined) return combined;
    let taken = 0;
    const expressions = reads.map(({ known, parameters }) => {
      const offset = taken;
      taken += parameters.length;
      const text = known.text.replaceAll(PARAMETER, (_, number) => `$${Number(number) + offset}`);
      return known.rows.expressionOf(text);
    });
    const text = `select ${asOneDocument(expressions)}`;
    this.combinations.set(key, text);
    return text;
  }
}

/** Where a text has a parameter; its number counts from one. */
export const PARAMETER = /\$(\d+)/g;

/** Values that are JSON, or null, as one document under the name `answer`: to be read at once. */
export function asOneDocument(expressions: readonly string[]): string {
  const values = expressions.map((expression) => `coalesce(${expression}::text, 'null')`);
  return `'[' || ${values.join(` || ',' ||\n`)} || ']' as answer`;
}

/** What a statement gives that `asOneDocument` made. */
export interface OneDocument {
  readonly answer: string;
}
