import { LRUCache } from 'lru-cache';
import type { FieldDef } from 'pg';
import { GatheredRows } from './gathered-rows';

/** Texts whose columns are known, and combinations of them. */
const TEXTS_MAX = 1_000;

export interface KnownText {
  /** Stands for the text where reads are put in order. */
  readonly number: number;
  readonly rows: GatheredRows;
}

/** A read with what is known of it. */
interface KnownRead {
  readonly text: string;
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

  learn(text: string, fields: readonly FieldDef[]): void {
    if (this.texts.has(text)) return;
    this.textsLearnt += 1;
    this.texts.set(text, { number: this.textsLearnt, rows: new GatheredRows(fields) });
  }

  /** The text that has each of the reads in a column of its own, with the parameters of all in their order. */
  combine(reads: readonly KnownRead[]): string {
    const key = reads.map(({ known }) => known.number).join(' ');
    const combined = this.combinations.get(key);
    if (combined !== undefined) return combined;
    let taken = 0;
    const expressions = reads.map(({ known, text, parameters }, index) => {
      const offset = taken;
      taken += parameters.length;
      const renumbered = text.replaceAll(/\$(\d+)/g, (_, number) => `$${Number(number) + offset}`);
      return `${known.rows.expressionOf(renumbered)} as "${index}"`;
    });
    const text = `select ${expressions.join(',\n')}`;
    this.combinations.set(key, text);
    return text;
  }
}
