import { Field, ObjectType } from 'type-graphql';
import type { Currency } from '../../shared/currency';
import { formatMinor } from '../../shared/money';

@ObjectType({ description: 'An amount of money.' })
export class Money {
  @Field(() => String, { description: 'Decimal, e.g. "19.90": JSON numbers would round it.' })
  amount!: string;

  @Field(() => String, { description: 'ISO 4217, e.g. "USD".' })
  currency!: string;
}

/** @param minor whole minor units (cents) */
export function toMoney(minor: bigint | number, currency: Currency): Money {
  return { amount: formatMinor(minor, currency.minorDigits), currency: currency.code };
}
