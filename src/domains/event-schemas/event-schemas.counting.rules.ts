import { storableText } from '../../shared/text';
import type { JudgedEvent } from '../events';

/** One event that showed a violation: enough to find it, and nothing of what it holds. */
export interface ViolationSample {
  readonly messageId: string;
  /** Null where the event was quarantined. */
  readonly eventId: string | null;
  /** When it was received, ISO 8601. */
  readonly receivedAt: string;
  /** Where exactly; the path of the counter says so in the words of the schema. */
  readonly place: string;
  /** The version that the event named. */
  readonly schemaVersion: number | null;
}

/** How often one source broke one rule at one path. */
export interface ViolationCount {
  readonly name: string;
  /** Of the schema it was judged by; 0 where there was none to judge by. */
  readonly version: number;
  readonly source: string;
  readonly path: string;
  readonly rule: string;
  /** Events. */
  readonly times: number;
  /** The latest, newest first. */
  readonly samples: readonly ViolationSample[];
}

/** Samples kept of each counter. */
export const SAMPLES_MAX = 10;

interface OpenCount extends ViolationCount {
  times: number;
  samples: ViolationSample[];
}

/**
 * Adds the violations of a batch up: each event counts once at each path and rule.
 * @param events in the order received
 */
export function countViolations(
  events: readonly JudgedEvent[],
  source: string,
): readonly ViolationCount[] {
  const counts = new Map<string, OpenCount>();
  for (let index = events.length - 1; index >= 0; index -= 1) {
    const judged = events[index];
    if (judged === undefined) continue;
    const { name, messageId, schemaVersion = null } = judged.event;
    const seen = new Set<OpenCount>();
    for (const { version, path, rule, place } of judged.violations) {
      const key = JSON.stringify([name, version, path, rule]);
      const open = counts.get(key) ?? { name, version, source, path, rule, times: 0, samples: [] };
      counts.set(key, open);
      if (seen.has(open)) continue;
      seen.add(open);
      open.times += 1;
      if (open.samples.length === SAMPLES_MAX) continue;
      open.samples.push({
        messageId: storableText(messageId),
        eventId: judged.eventId,
        receivedAt: judged.receivedAt.toISOString(),
        place: storableText(place),
        schemaVersion,
      });
    }
  }
  // One order for all, so that two batches never wait for each other in a circle.
  return [...counts.entries()]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, count]) => count);
}
