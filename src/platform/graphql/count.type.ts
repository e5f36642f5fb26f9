import { Field, Int, ObjectType } from 'type-graphql';
import { COUNT_MAX } from '../database/bounded-count';
import { describedEnum } from './described-enum';

type Kind = 'EXACT' | 'AT_LEAST' | 'ESTIMATE';

const CountKind = describedEnum<Kind>({
  name: 'CountKind',
  description: 'What a count says of how many there are.',
  values: {
    EXACT: 'So many.',
    AT_LEAST: 'So many, and more: counting stops there.',
    ESTIMATE: 'About so many, by statistics that are taken now and then.',
  },
});

@ObjectType({ description: 'How many there are, and how far to be believed.' })
export class Count {
  @Field(() => Int, { description: 'How many.' })
  value!: number;

  @Field(() => CountKind, { description: 'Whether that is exact.' })
  kind!: Kind;
}

/** @param counted how many were found where at most `COUNTED_MAX` were looked for */
export function countUpTo(counted: number): Count {
  return counted > COUNT_MAX
    ? { value: COUNT_MAX, kind: 'AT_LEAST' }
    : { value: counted, kind: 'EXACT' };
}
