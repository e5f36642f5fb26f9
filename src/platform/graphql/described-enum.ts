import { registerEnumType } from 'type-graphql';

interface DescribedEnum<Name extends string> {
  /** In the API. */
  readonly name: string;
  readonly description: string;
  /**
   * Every value with what clients are told of it; of a fault the same sentence as the refusals that
   * carry it.
   */
  readonly values: Readonly<Record<Name, string>>;
}

/** An enum of the API whose values are their own names. @returns what fields name as their type */
export function describedEnum<Name extends string>({
  name,
  description,
  values,
}: DescribedEnum<Name>): { readonly [Each in Name]: Each } {
  const names = Object.keys(values) as Name[];
  const ownNames = Object.fromEntries(names.map((each) => [each, each])) as {
    readonly [Each in Name]: Each;
  };
  const described = names.map((each) => [each, { description: values[each] }]);
  registerEnumType(ownNames, {
    name,
    description,
    valuesConfig: Object.fromEntries(described) as Record<Name, { description: string }>,
  });
  return ownNames;
}
