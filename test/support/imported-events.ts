const eventOf = (index: number) =>
  `{"name":"Page Viewed","identifiers":[{"namespace":"user_id","value":"u${index % 40}"}]}`;

/** So many events, a line each, of forty customers. */
export function linesOf(count: number): string {
  return Array.from({ length: count }, (_, index) => `${eventOf(index)}\n`).join('');
}

/** Accepted, duplicates and quarantined, as the import sums them up. */
export function countsOf(output: string): readonly number[] {
  return ['accepted', 'duplicates', 'quarantined'].map((name) => {
    const found = new RegExp(`^${name} +([\\d,]+)$`, 'm').exec(output);
    return Number((found?.[1] ?? 'none').replaceAll(',', ''));
  });
}
