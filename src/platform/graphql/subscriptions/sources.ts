import type { PubSub } from 'type-graphql';
import { InvalidInput } from '../../../shared/errors';
import type { RequestContext } from '../context';

/** What a subscription field was asked with, and by whom. */
export interface SubscriptionRequest<Arguments = Readonly<Record<string, unknown>>> {
  readonly args: Arguments;
  readonly context: RequestContext;
}

/** What a field's resolver is then called with, one after the other. */
export type SubscriptionSource = (request: SubscriptionRequest) => AsyncIterable<unknown>;

/** Sources by the name that a field gives as its `topics`. */
export type SubscriptionSources = ReadonlyMap<string, SubscriptionSource>;

/**
 * What type-graphql asks where a subscription's events come from. It knows topics with an id; the
 * id of ours is the whole request (`requestOf`). Nothing is published by it: sources know for
 * themselves.
 */
export function sourcesAsPubSub(sources: SubscriptionSources): PubSub {
  return {
    publish: (topic) => {
      throw new Error(`Nothing is published by hand, so neither is ${topic}.`);
    },
    subscribe: (topic, request) => {
      const source = sources.get(topic);
      if (source === undefined) throw new Error(`There is no source of ${topic}.`);
      if (!isRequest(request)) throw new InvalidInput('The subscription came without a request.');
      return source(request);
    },
  };
}

/** The `topicId` of every subscription. */
export function requestOf({ args, context }: SubscriptionRequest): SubscriptionRequest {
  return { args, context };
}

function isRequest(value: unknown): value is SubscriptionRequest {
  return typeof value === 'object' && value !== null && 'args' in value && 'context' in value;
}
