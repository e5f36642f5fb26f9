import { GraphQLScalarType, Kind } from 'graphql';
import { InvalidInput } from '../../shared/errors';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** Points are 64 bits wide and JSON numbers are not: they travel as decimal strings. */
export const Int64 = new GraphQLScalarType<bigint, string>({
  name: 'Int64',
  description:
    'A 64-bit signed integer. Sent as a decimal string, e.g. "1200"; taken as one, or as an integer.',
  serialize: (value) => BigInt(value as bigint | number | string).toString(),
  parseValue: toInt64,
  parseLiteral: (node) => {
    if (node.kind === Kind.INT || node.kind === Kind.STRING) return toInt64(node.value);
    throw new InvalidInput('Int64 takes an integer or a string of decimal digits.');
  },
});

function toInt64(value: unknown): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new InvalidInput('Int64 takes whole numbers; send large ones as a string.');
  }
  if (typeof value !== 'number' && !(typeof value === 'string' && /^-?\d{1,19}$/.test(value))) {
    throw new InvalidInput('Int64 takes an integer or a string of decimal digits.');
  }
  const integer = BigInt(value);
  if (integer > INT64_MAX || integer < INT64_MIN)
    throw new InvalidInput('Out of the range of Int64.');
  return integer;
}
