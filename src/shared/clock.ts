/** Where the present comes from. Passed in, so that tests and reports can choose it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
