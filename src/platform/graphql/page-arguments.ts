import { ArgsType, Field, Int } from 'type-graphql';
import { InvalidInput } from '../../shared/errors';
import type { PageRange } from '../database/keyset';
import { type CursorForm, decodeCursor } from './cursor';

export const PAGE_SIZE_DEFAULT = 20;
export const PAGE_SIZE_MAX = 100;

/** Which page of a list is wanted: every list of the API takes these. */
@ArgsType()
export class PageArguments {
  @Field(() => Int, {
    nullable: true,
    description: `This many from the beginning, 1 … ${PAGE_SIZE_MAX}; ${PAGE_SIZE_DEFAULT} where neither this nor \`last\` is given.`,
  })
  first?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Only what comes after this cursor: the `endCursor` of the page before.',
  })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `This many from the end, 1 … ${PAGE_SIZE_MAX}, in the same order; not together with \`first\`.`,
  })
  last?: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Only what comes before this cursor, e.g. the `startCursor` of the page after. Takes `last`, ' +
      'or `first`.',
  })
  before?: string | null;
}

/** A page as it was asked for, checked. */
export interface PageRequest<Position> extends PageRange<Position> {
  /** Of the page. `limit` is one more, which tells whether there is more. */
  readonly size: number;
  readonly form: CursorForm<Position>;
}

/**
 * The page that is asked for.
 * @param form of the list's cursors
 * @throws InvalidInput for sizes outside 1 … 100, both sizes at once, `before` without a size, and
 *   what is no cursor of the list
 */
export function readPageArguments<Position>(
  { first, after, last, before }: PageArguments,
  form: CursorForm<Position>,
): PageRequest<Position> {
  if (isGiven(first) && isGiven(last)) {
    throw new InvalidInput('Ask for `first` or for `last`, not for both.', { argument: 'last' });
  }
  if (isGiven(before) && !isGiven(first) && !isGiven(last)) {
    throw new InvalidInput('Say how many are wanted `before` the cursor, with `last`.', {
      argument: 'last',
    });
  }
  const size = isGiven(last)
    ? requireSize('last', last)
    : requireSize('first', first ?? PAGE_SIZE_DEFAULT);
  return {
    size,
    limit: size + 1,
    isBackward: isGiven(last),
    after: isGiven(after) ? decodeCursor(after, form, 'after') : null,
    before: isGiven(before) ? decodeCursor(before, form, 'before') : null,
    form,
  };
}

function requireSize(argument: 'first' | 'last', size: number): number {
  if (size >= 1 && size <= PAGE_SIZE_MAX) return size;
  throw new InvalidInput(`\`${argument}\` must be between 1 and ${PAGE_SIZE_MAX}.`, {
    argument,
    max: PAGE_SIZE_MAX,
  });
}

function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined;
}
