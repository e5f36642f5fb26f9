/** For an enum whose values tell clients the same sentence as the refusals that carry them. */
export function describedValues<Name extends string>(
  messages: Readonly<Record<Name, string>>,
): Record<Name, { description: string }> {
  const entries = Object.entries(messages) as [Name, string][];
  return Object.fromEntries(
    entries.map(([name, description]) => [name, { description }]),
  ) as Record<Name, { description: string }>;
}
