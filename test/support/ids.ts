import type { IdSource } from '../../src/shared/ids';

/** Ids that count up: readable, and in the order they were made. */
export function countingIds(): IdSource {
  let count = 0;
  return {
    next: <Id extends string>() => {
      count += 1;
      return `00000000-0000-7000-8000-${String(count).padStart(12, '0')}` as Id;
    },
  };
}
