import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { InvalidInput } from '../../shared/errors';
import type { JsonObject } from '../../shared/json';
import type { EventReads, JudgedEvent, SampledEvent } from '../events';
import { countViolations, type ViolationCount } from './event-schemas.counting.rules';
import { judgeProperties } from './event-schemas.judging.rules';
import type { EventSchemaRefusal, SchemaEnforcement } from './event-schemas.model';
import { compileSchema, isCompiled } from './event-schemas.validation.rules';

/** Events looked at where nothing is said, and at most. */
export const PREVIEW_EVENTS_DEFAULT = 1_000;
export const PREVIEW_EVENTS_MAX = 10_000;

/** Events judged before others get a turn: a schema may be slow, and the server has other callers. */
const PORTION = 20;

export interface PreviewRequest {
  readonly name: string;
  readonly schema: JsonObject;
  readonly enforcement: SchemaEnforcement;
  readonly last: number | null;
}

export interface Preview {
  /** Events of the name that were judged. */
  readonly examined: number;
  /** When the first and the last of them was received; null where there are none. */
  readonly oldestAt: Date | null;
  readonly newestAt: Date | null;
  readonly violating: number;
  readonly quarantined: number;
  /** Events that would be taken with fewer properties. */
  readonly stripped: number;
  /** What is the most often wrong first. */
  readonly violations: readonly ViolationCount[];
}

/** Tries a schema on events that are stored. Writes nothing. */
export class EventSchemaPreviews {
  constructor(private readonly events: EventReads) {}

  /** @throws InvalidInput for a number of events out of bounds */
  async preview(asked: PreviewRequest): Promise<Preview | EventSchemaRefusal> {
    const last = asked.last ?? PREVIEW_EVENTS_DEFAULT;
    if (last < 1 || last > PREVIEW_EVENTS_MAX) {
      throw new InvalidInput(`\`last\` must be between 1 and ${PREVIEW_EVENTS_MAX}.`, {
        argument: 'last',
        max: PREVIEW_EVENTS_MAX,
      });
    }
    const compiled = compileSchema(asked.schema);
    if (!isCompiled(compiled)) return compiled;
    const schema = { version: 0, enforcement: asked.enforcement, compiled };
    const tally = new Tally(asked.name);
    for await (const events of this.events.latestNamed(asked.name, last)) {
      for (let start = 0; start < events.length; start += PORTION) {
        for (const event of events.slice(start, start + PORTION)) {
          tally.add(event, judgeProperties(event.properties, schema));
        }
        await yieldToOthers();
      }
    }
    return tally.result();
  }
}

class Tally {
  private examined = 0;
  private quarantined = 0;
  private stripped = 0;
  private oldestAt: Date | null = null;
  private newestAt: Date | null = null;
  private readonly judged: JudgedEvent[] = [];

  constructor(private readonly name: string) {}

  add(event: SampledEvent, verdict: ReturnType<typeof judgeProperties>): void {
    const { eventId, messageId, receivedAt } = event;
    this.examined += 1;
    if (this.oldestAt === null || receivedAt < this.oldestAt) this.oldestAt = receivedAt;
    if (this.newestAt === null || receivedAt > this.newestAt) this.newestAt = receivedAt;
    if (verdict === null) return;
    if (verdict.refusal !== null) this.quarantined += 1;
    else if (verdict.properties !== event.properties) this.stripped += 1;
    const sent = { messageId, name: this.name, identifiers: [] };
    this.judged.push({ event: sent, eventId, receivedAt, violations: verdict.violations });
  }

  result(): Preview {
    const { examined, oldestAt, newestAt, quarantined, stripped, judged } = this;
    return {
      examined,
      oldestAt,
      newestAt,
      violating: judged.length,
      quarantined,
      stripped,
      violations: countViolations(judged.toReversed(), '').toSorted(
        (one, other) => other.times - one.times,
      ),
    };
  }
}
