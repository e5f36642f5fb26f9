import { asOneDocument, type KnownText, PARAMETER } from './known-reads';
import { areOf, type Moment, type Source, sourcesOf } from './parameter-sources';

/** How often in a row something else may be wanted than was foreseen, before it is left to itself. */
const MISSES_MAX = 4;

/** Reads remembered of an operation; which they are may depend on its variables. */
const FOLLOWERS_MAX = 32;

/** A read that is foreseen to come after the first one. */
export interface Follower {
  readonly known: KnownText;
  readonly sources: readonly Source[];
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
  private followers = new Map<string, Follower>();
  /** How often in a row each was not wanted as it was foreseen. */
  private misses = new Map<string, number>();
  private statement: ForeseenStatement | null = null;

  /** What to send in place of the first read; null where nothing is foreseen. */
  statementFor(first: KnownText, parameters: readonly unknown[]): ForeseenStatement | null {
    if (first !== this.first) return null;
    this.statement ??= this.combine(first, parameters.length);
    return this.statement.followers.length === 0 ? null : this.statement;
  }

  /** It was wanted as it was foreseen. */
  hit({ known }: Follower): void {
    if (this.misses.size > 0) this.misses.delete(known.text);
  }

  /** It was sent along in vain. */
  miss({ known: { text } }: Follower): void {
    const misses = (this.misses.get(text) ?? 0) + 1;
    this.misses.set(text, misses);
    if (misses === MISSES_MAX) this.statement = null;
  }

  /** What was wanted, and had not come along. */
  learn(known: KnownText, parameters: readonly unknown[], moment: Moment): void {
    if (moment.first !== this.first) this.begin(moment.first);
    const earlier = this.followers.get(known.text);
    if (earlier === undefined) {
      if (this.followers.size >= FOLLOWERS_MAX) return;
    } else {
      // Others that were under way at the same time may have told of it already.
      if (this.isLeft(earlier) || areOf(earlier.sources, parameters, moment)) return;
      this.miss(earlier);
    }
    this.followers.set(known.text, { known, sources: sourcesOf(parameters, moment) });
    this.statement = null;
  }

  /** Whether it is left to itself. */
  private isLeft({ known }: Follower): boolean {
    return (this.misses.get(known.text) ?? 0) >= MISSES_MAX;
  }

  private begin(first: KnownText): void {
    this.first = first;
    this.followers = new Map();
    this.misses = new Map();
    this.statement = null;
  }

  private combine(first: KnownText, firstParameters: number): ForeseenStatement {
    const followers = [...this.followers.values()].filter((each) => !this.isLeft(each));
    let taken = firstParameters;
    const expressions = followers.map(({ known, sources }) => {
      const places = sources.map((source) => {
        if (source.kind === 'COLUMN') return `array(select ${source.column} from first)`;
        taken += 1;
        return `$${taken}`;
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
