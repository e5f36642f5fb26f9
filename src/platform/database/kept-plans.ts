import { LRUCache } from 'lru-cache';
import type { PoolClient } from 'pg';
import { digestOf } from '../../shared/digest';
import type { PreparedStatement } from './prepared';

/** What the driver keeps of a connection, and its types leave out. */
interface ParsedStatements {
  readonly connection: { readonly parsedStatements: Record<string, string> };
}

/** Texts of which it is known that they came once. */
const SEEN_MAX = 1_000;

/**
 * What connections keep plans for, of statements that follow what requests ask for: there is no end
 * to those, so plans are kept of the texts asked for of late, from the second time on.
 */
export class KeptPlans {
  private readonly seen = new LRUCache<string, true>({ max: SEEN_MAX });
  private readonly names: LRUCache<string, string>;
  private readonly live = new Set<string>();
  private readonly namesOf = new WeakMap<PoolClient, Set<string>>();
  private admissions = 0;

  /** @param plansMax kept in each connection; some hundred kilobytes each */
  constructor(private readonly plansMax: number) {
    this.names = new LRUCache<string, string>({
      max: plansMax,
      dispose: (name) => this.live.delete(name),
    });
  }

  /** What to run on this connection for a text: by its plan, or as it is where it came first. */
  planned(client: PoolClient, text: string): PreparedStatement | string {
    const name = this.names.get(text) ?? this.admit(text);
    if (name === null) return text;
    const names = this.namesOf.get(client) ?? new Set();
    if (!names.has(name)) {
      this.namesOf.set(client, names.add(name));
      if (names.size > this.plansMax) this.deallocate(client, names);
    }
    return { name, text };
  }

  private admit(text: string): string | null {
    if (!this.seen.has(text)) {
      this.seen.set(text, true);
      return null;
    }
    this.admissions += 1;
    // A text that comes back has another name: connections may have let go of the one before.
    const name = `r_${digestOf(text)}_${this.admissions}`;
    this.names.set(text, name);
    this.live.add(name);
    return name;
  }

  private deallocate(client: PoolClient, names: Set<string>): void {
    for (const name of names) {
      if (this.live.has(name)) continue;
      names.delete(name);
      // The driver would remember the text for as long as the connection lives.
      delete (client as PoolClient & ParsedStatements).connection.parsedStatements[name];
      // Sent before what is run next. One that fails has ended with its connection.
      client.query(`deallocate "${name}"`).catch(() => undefined);
    }
  }
}
