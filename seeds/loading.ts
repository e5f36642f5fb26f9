import { MS_PER_DAY } from '../src/shared/days';
import type {
  DemoAdjustment,
  DemoReferralCode,
  Population,
  PopulationEvent,
} from './population.model';

export type LoadingStep =
  | { readonly kind: 'EVENTS'; readonly events: readonly PopulationEvent[] }
  | { readonly kind: 'CODES'; readonly codes: readonly DemoReferralCode[] }
  | { readonly kind: 'ADJUSTMENTS'; readonly adjustments: readonly DemoAdjustment[] };

const SLICE_MS = 45 * MS_PER_DAY;

/**
 * The order in which a population can be loaded fast: slice by slice of 45 days, and within a
 * slice customer by customer, so that each is reckoned anew a few times instead of after each
 * event; the slices let profiles grow up apart before they are merged. Codes come when all their
 * owners exist, then the claims of them, and adjustments last. Every customer ends as if
 * everything had been loaded as it happened: the order of arrival does not change the result.
 */
export function loadingSteps({ events, codes, adjustments }: Population): readonly LoadingStep[] {
  const isClaim = (event: PopulationEvent): boolean => event.name === 'Referral Claimed';
  return [
    { kind: 'EVENTS', events: events.filter((event) => !isClaim(event)).sort(bySliceAndCustomer) },
    { kind: 'CODES', codes },
    { kind: 'EVENTS', events: events.filter(isClaim) },
    { kind: 'ADJUSTMENTS', adjustments },
  ];
}

/** Message ids begin with the customer's key and count up as things happened. */
function bySliceAndCustomer(left: PopulationEvent, right: PopulationEvent): number {
  return sliceOf(left) - sliceOf(right) || (left.messageId < right.messageId ? -1 : 1);
}

function sliceOf({ occurredAt }: PopulationEvent): number {
  return Math.floor(occurredAt.getTime() / SLICE_MS);
}
