import type { Currency } from '../../../shared/currency';
import { inLanguage, type Language, type Wording } from '../../../shared/language';
import type { FactUnit } from '../facts/fact-kinds';
import { type FactName, factDefinition } from '../facts/facts';
import type { ComparisonOperator } from '../models/model';
import type { ThresholdBasis } from './compiled';

/** A fact beside what it is compared with. */
export interface Comparison {
  readonly fact: FactName;
  /** Null where the fact says nothing yet. */
  readonly value: number | null;
  readonly operator: ComparisonOperator;
  readonly threshold: number;
  readonly unit: FactUnit;
  readonly basis: ThresholdBasis;
}

const comparisons: Readonly<Record<ComparisonOperator, Wording>> = {
  GTE: { en: 'at least', zh: '不低于' },
  GT: { en: 'more than', zh: '高于' },
  LTE: { en: 'at most', zh: '不高于' },
  LT: { en: 'less than', zh: '低于' },
};

const bases: Readonly<Record<ThresholdBasis, Wording>> = {
  CONSTANT: { en: '', zh: '' },
  OWN_CADENCE: { en: " (by the customer's own cadence)", zh: '(按个人周期)' },
  POPULATION_CADENCE: { en: ' (by the usual cadence of all customers)', zh: '(按总体周期)' },
  POPULATION_QUANTILE: { en: ' (as customers go)', zh: '(按总体分位)' },
};

/**
 * Why somebody is where they are, e.g. "Days of silence: 125, which is at least 120 (by the
 * customer's own cadence)".
 */
export function reasonInWords(
  comparison: Comparison,
  language: Language,
  currency: Currency,
): string {
  const { label, value, limit } = partsOf(comparison, language, currency);
  return language === 'ZH'
    ? `${label}为${value},${limit}`
    : `${label}: ${value}, which is ${limit}`;
}

/** What keeps somebody from a stage, e.g. "Order days: 2, and at least 3 are needed". */
export function missingInWords(
  comparison: Comparison,
  language: Language,
  currency: Currency,
): string {
  const { label, value, limit } = partsOf(comparison, language, currency);
  return language === 'ZH'
    ? `${label}为${value},需${limit}`
    : `${label}: ${value}, and it takes ${limit}`;
}

function partsOf(comparison: Comparison, language: Language, currency: Currency) {
  const { fact, value, operator, threshold, unit, basis } = comparison;
  const label = inLanguage(factDefinition(fact).label, language);
  const format = formatOf(unit, language, currency);
  const unknown = language === 'ZH' ? '暂无' : 'unknown so far';
  const compared = inLanguage(comparisons[operator], language);
  const separator = language === 'ZH' ? '' : ' ';
  return {
    label: label.charAt(0).toUpperCase() + label.slice(1),
    value: value === null ? unknown : format(value),
    limit: `${compared}${separator}${format(threshold)}${inLanguage(bases[basis], language)}`,
  };
}

function formatOf(
  unit: FactUnit,
  language: Language,
  { code, minorDigits }: Currency,
): (value: number) => string {
  const locale = language === 'ZH' ? 'zh-CN' : 'en';
  if (unit === 'RATIO' || unit === 'PROBABILITY') {
    const format = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
    return (value) => format.format(value);
  }
  if (unit === 'MONEY_MINOR') {
    const format = new Intl.NumberFormat(locale, { style: 'currency', currency: code });
    return (value) => format.format(value / 10 ** minorDigits);
  }
  const format = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  return (value) => format.format(value);
}
