import type { Bench } from './support/bench';
import { benchRollout } from './support/lifecycle-rollout';

/** What the lifecycle engine costs. docs/benchmarks.md tells how. */
export const lifecycleBench: Bench = {
  name: 'lifecycle',
  description: 'lifecycle: judging everybody anew after an activation',
  run: (options) => benchRollout(options),
};
