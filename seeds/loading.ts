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

/**
 * The order in which a population can be loaded: as it happened, in the longest runs of events
 * that allow it. Each code is created after the first events of its owner (who would not exist
 * before) and before anybody claims it; adjustments come last.
 */
export function* loadingSteps({ events, codes, adjustments }: Population): Generator<LoadingStep> {
  const created = new Set<string>();
  let run: PopulationEvent[] = [];
  const due = (instant: Date) =>
    codes.filter(({ code, createdAt }) => !created.has(code) && createdAt < instant);

  for (const event of events) {
    const claimed = event.properties?.['code'];
    if (event.name === 'Referral Claimed' && typeof claimed === 'string' && !created.has(claimed)) {
      if (run.length > 0) yield { kind: 'EVENTS', events: run };
      run = [];
      const codesDue = due(event.occurredAt);
      for (const { code } of codesDue) created.add(code);
      yield { kind: 'CODES', codes: codesDue };
    }
    run.push(event);
  }
  if (run.length > 0) yield { kind: 'EVENTS', events: run };
  const unclaimed = codes.filter(({ code }) => !created.has(code));
  if (unclaimed.length > 0) yield { kind: 'CODES', codes: unclaimed };
  if (adjustments.length > 0) yield { kind: 'ADJUSTMENTS', adjustments };
}
