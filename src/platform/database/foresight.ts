import pg from 'pg';
import { asOneDocument, type KnownText, PARAMETER } from './known-reads';
import { areOf, type Moment, type Source, sourcesOf } from './parameter-sources';

/** How often in a row something else may be wanted than was foreseen, before it is left to itself. */
const MISSES_MAX = 4;

/** How often in a row it has to be wanted as it would have been foreseen, before it is again. */
const AGREEMENTS_MIN = 100;

/** Reads remembered of an operation; which they are may depend on its variables. */
const FOLLOWERS_MAX = 32;

/** A read that is foreseen to come after the first one. */
export interface Follower {
  readonly known: KnownText;
  readonly sources: readonly Source[];
}

/** What is remembered of a read that came after the first one. */
interface Memory {
  /** As it was the last time. */
  follower: Follower;
  /** How often in a row it was not wanted like this. */
  misses: number;
  /** How often in a row it was, since it is left to itself. */
  agreements: number;
}

/** The first read, with all that is foreseen to follow it, as one statement. */
export interface ForeseenStatement {
  readonly text: string;
  /** Whose rows come after those of the first read, in this order. */
  readonly followers: readonly Follower[];
}

/**
 * What one operation reads next when it has found whom it is about. What it read the last time it
 * will most likely read again, of whomever it finds this time: so that can be sent along, and the
 * way there and back is spared. It is no more than a guess; what is wanted then decides.
 */
export class Foresight {
  private first: KnownText | null = null;
  /** By text. */
  private memories = new Map<string, Memory>();
  private statement: ForeseenStatement | null = null;

  /** What to send in place of the first read; null where nothing is foreseen. */
  statementFor(first: KnownText, parameters: readonly unknown[]): ForeseenStatement | null {
    if (first !== this.first) return null;
    this.statement ??= this.combine(first, parameters.length);
    return this.statement.followers.length === 0 ? null : this.statement;
  }

  /** It was wanted as it was foreseen. */
  hit({ known }: Follower): void {
    const memory = this.memories.get(known.text);
    if (memory !== undefined) memory.misses = 0;
  }

  /** It was sent along in vain. */
  miss({ known }: Follower): void {
    const memory = this.memories.get(known.text);
    if (memory === undefined) return;
    memory.misses += 1;
    memory.agreements = 0;
    if (memory.misses === MISSES_MAX) this.statement = null;
  }

  /** What was wanted, and had not come along. */
  learn(known: KnownText, parameters: readonly unknown[], moment: Moment): void {
    if (moment.first !== this.first) this.begin(moment.first);
    const memory = this.memories.get(known.text);
    // Others that were under way at the same time may have told of it already.
    if (memory !== undefined && areOf(memory.follower.sources, parameters, moment)) {
      this.agree(memory);
      return;
    }
    const sources = sourcesOf(parameters, moment);
    if (memory !== undefined) this.miss(memory.follower);
    const hasRoom = memory !== undefined || this.memories.size < FOLLOWERS_MAX;
    if (sources === null || !hasRoom) return;
    const follower = { known, sources };
    if (memory !== undefined) memory.follower = follower;
    else this.memories.set(known.text, { follower, misses: 0, agreements: 0 });
    this.statement = null;
  }

  private agree(memory: Memory): void {
    if (memory.misses < MISSES_MAX) return;
    memory.agreements += 1;
    if (memory.agreements < AGREEMENTS_MIN) return;
    memory.misses = 0;
    this.statement = null;
  }

  private begin(first: KnownText): void {
    this.first = first;
    this.memories = new Map();
    this.statement = null;
  }

  private combine(first: KnownText, firstParameters: number): ForeseenStatement {
    const followers = [...this.memories.values()]
      .filter(({ misses }) => misses < MISSES_MAX)
      .map(({ follower }) => follower);
    let taken = firstParameters;
    const expressions = followers.map(({ known, sources }) => {
      const places = sources.map((source) => {
        if (source.kind === 'COLUMN') return columnOf(source);
        taken += 1;
        return source.kind === 'EACH'
          ? `array(select unnest($${taken}::text[]) from first)`
          : `$${taken}`;
      });
      return known.rows.expressionOf(
        known.text.replaceAll(PARAMETER, (_, number) => places[Number(number) - 1] ?? ''),
      );
    });
    const all = [first.rows.expressionOf('select * from first'), ...expressions];
    const text = `with first as materialized (${first.text})\nselect ${asOneDocument(all)}`;
    return { text, followers };
  }
}

/** The values of a column of the first read, in the order of its rows. */
function columnOf({ name, times }: { readonly name: string; readonly times: number }): string {
  const column = pg.escapeIdentifier(name);
  const each = times === 1 ? column : `unnest(array_fill(${column}, array[${times}]))`;
  return `array(select ${each} from first)`;
}
