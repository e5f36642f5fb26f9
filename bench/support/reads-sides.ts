import { percentile, ratio, sum } from './measure';
import { RawConnection } from './raw-http';

/** Connections that are kept, each with one request at a time. */
const CONNECTIONS = 16;

/** A refusal begins with its errors. */
const GOOD = '{"data":{';

/** One of those that are measured in turns. */
export class Side {
  private readonly elapsedMs: number[] = [];
  private eachMs: number[] = [];
  private requests = 0;

  private constructor(
    readonly name: string,
    private readonly url: URL,
    private connections: readonly RawConnection[],
    /** The next request, written out. */
    private readonly next: () => string,
  ) {}

  static async open(name: string, url: URL, next: () => string): Promise<Side> {
    const opening = Array.from({ length: CONNECTIONS }, () => RawConnection.open(url));
    return new Side(name, url, await Promise.all(opening), next);
  }

  async takeTurn(requests: number): Promise<void> {
    // While the others had their turns the server may have closed what was idle.
    this.connections = await Promise.all(
      this.connections.map((one) => (one.isOpen ? one : RawConnection.open(this.url))),
    );
    let left = requests;
    const startedAt = performance.now();
    await Promise.all(
      this.connections.map(async (connection) => {
        while (left > 0) {
          left -= 1;
          const request = this.next();
          const sentAt = performance.now();
          const answer = await connection.send(request);
          if (answer.toString('latin1', 0, GOOD.length) !== GOOD) {
            throw new Error(`${this.name} got ${answer.toString('utf8')}`);
          }
          this.eachMs.push(performance.now() - sentAt);
        }
      }),
    );
    this.elapsedMs.push(performance.now() - startedAt);
    this.requests += requests;
  }

  /** What was until now was for warming up. */
  forget(): void {
    this.elapsedMs.length = 0;
    this.eachMs = [];
    this.requests = 0;
  }

  get perSecond(): number {
    return (this.requests / sum(this.elapsedMs)) * 1_000;
  }

  get p99Ms(): number {
    return percentile(this.eachMs, 0.99);
  }

  /** As it is told. */
  toString(): string {
    const [rate, p50, p99] = [this.perSecond, percentile(this.eachMs, 0.5), this.p99Ms];
    return `${this.name}: ${Math.round(rate)} a second, ${ratio(p50, 1)} ms, 99th percentile ${ratio(p99, 1)} ms`;
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }
}

export interface Turns {
  readonly warmUp: number;
  readonly turns: number;
}

/** Lets the sides take turns, so that all meet the same machine. */
export async function takeTurns(
  sides: readonly (readonly [Side, number])[],
  { warmUp, turns }: Turns,
): Promise<void> {
  for (let turn = -warmUp; turn < turns; turn += 1) {
    if (turn === 0) for (const [side] of sides) side.forget();
    // Who comes after whom changes with every turn: what one leaves behind does not always meet
    // the same one.
    const order = turn % 2 === 0 ? sides : [...sides].reverse();
    for (const [side, requests] of order) await side.takeTurn(requests);
  }
}
