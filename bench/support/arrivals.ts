import type { Random } from '../../seeds/random';

/** An identifier that is seen for the first time, with one of the same person seen before. */
export interface Arrival {
  /** The person it belongs to: the component that the graph has to find. */
  readonly person: number;
  readonly identifier: PersonsIdentifier;
  /** Null where it is the person's first. */
  readonly earlier: PersonsIdentifier | null;
}

export interface PersonsIdentifier {
  readonly namespace: string;
  readonly value: string;
}

/** Identifiers of one person: P(size ≥ k) = k^-1.2, so most have one and some have hundreds. */
const POWER = 1.2;
const SIZE_MAX = 300;

/** The part of all arrivals in which one person's identifiers come. */
const SPAN = 0.05;

/**
 * The identifiers of people in the order they arrive. Who begins when is uniform, and so is when,
 * in the twentieth of the whole that follows, each of their identifiers comes: the mix of new and
 * known people is the same at the beginning of what is measured and at its end.
 * @returns the arrivals in batches, made when they are asked for: what is kept of a million would
 * keep the garbage collector busy in the middle of what is measured
 */
export function* drawBatches(
  count: number,
  batchSize: number,
  random: Random,
): Generator<{ readonly isWarmUp: boolean; readonly arrivals: readonly Arrival[] }> {
  const people = drawPeople(count * (1 + 4 * SPAN), random);
  // Until the first people are complete there are more new ones than later on.
  const warmUp = Math.ceil((people.length * SPAN) / batchSize) * batchSize;
  const seen = new Uint16Array(people.length);
  for (let start = 0; start < warmUp + count; start += batchSize) {
    const batch = people.subarray(start, Math.min(start + batchSize, warmUp + count));
    const arrivals = Array.from(batch, (person): Arrival => {
      const before = seen[person] ?? 0;
      seen[person] = before + 1;
      const identifier = identifierOf(person, before);
      if (before === 0) return { person, identifier, earlier: null };
      return { person, identifier, earlier: identifierOf(person, random.integer(0, before - 1)) };
    });
    yield { isWarmUp: start < warmUp, arrivals };
  }
}

/** Whose identifier each arrival is, in their order; at least as many as asked for. */
function drawPeople(countMin: number, random: Random): Uint32Array {
  const moments: number[] = [];
  const people: number[] = [];
  for (let person = 0; moments.length < countMin; person += 1) {
    const begin = random.next();
    const size = Math.min(SIZE_MAX, Math.floor((1 - random.next()) ** (-1 / POWER)));
    for (let one = 0; one < size; one += 1) {
      moments.push(begin + random.between(0, SPAN));
      people.push(person);
    }
  }
  const order = Uint32Array.from(moments.keys()).sort(
    (left, right) => (moments[left] ?? 0) - (moments[right] ?? 0),
  );
  return order.map((index) => people[index] ?? 0);
}

/** The n-th identifier of a person, in the form the graph keeps it in. */
function identifierOf(person: number, index: number): PersonsIdentifier {
  // Spread over the alphabet, as real ones are: neighbours in time are none in the index.
  const stem = (Math.imul(person + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  const value = `${stem}-${person.toString(36)}-${index}`;
  if (index === 0) return { namespace: 'user_id', value };
  if (index === 1) return { namespace: 'email', value: `${value}@example.com` };
  return { namespace: index < 8 ? 'device_id' : 'anonymous_id', value };
}
