import type { ErrorObject } from 'ajv';
import leven from 'leven';
import { factNames } from '../facts/facts';

/**
 * What is wrong with the form of a document, each with its place. Of what was written only names
 * are repeated, and only those that look like one: it may be long, or about somebody.
 */
export function faultsOfForm(errors: readonly ErrorObject[]): string[] {
  return [...new Set(errors.filter(tellsSomething).map(faultOf))];
}

/** That none of a choice fits is told once, and not of each. */
function tellsSomething({ keyword, schemaPath }: ErrorObject): boolean {
  return keyword !== 'if' && !/\/oneOf\/\d+\//.test(schemaPath);
}

function faultOf(error: ErrorObject): string {
  const place = placeOf(error.instancePath);
  const { keyword, params } = error;
  const missing: unknown = params['missingProperty'];
  if (keyword === 'dependentRequired') return `${place}.uncalibrated: is missing`;
  if (typeof missing === 'string') {
    const at = error.instancePath === '' ? missing : `${place}.${missing}`;
    return `${at}: is missing${consequenceOf(at)}`;
  }
  return `${place === '' ? 'the model' : place}: ${expectationOf(error)}`;
}

function consequenceOf(place: string): string {
  return place === 'otherwise' || place === 'otherwise.stage'
    ? '; whoever no rule applies to would have no stage'
    : '';
}

function expectationOf(error: ErrorObject): string {
  const { keyword, params, parentSchema = {} } = error;
  switch (keyword) {
    case 'type':
      return `must be ${typesInWords(params['type'])}`;
    case 'additionalProperties': {
      const known = Object.keys(parentSchema['properties'] ?? {}).join(', ');
      return `${nameInWords(params['additionalProperty'])} is not known; known are ${known}`;
    }
    case 'enum':
      return error.instancePath.endsWith('/fact')
        ? `must be the name of a fact${nearestTo(error.data)}`
        : `must be one of ${params['allowedValues'].join(', ')}`;
    case 'minimum':
    case 'maximum':
      return `must be from ${parentSchema['minimum']} to ${parentSchema['maximum']}`;
    case 'minItems':
    case 'maxItems':
      return `must be a list of ${parentSchema['minItems']} to ${parentSchema['maxItems']}`;
    case 'maxLength':
      return `must be ${params['limit']} characters at most`;
    case 'pattern':
      return parentSchema['maxLength'] === undefined
        ? 'must be upper-case letters, digits and underscores, a letter first, 64 at most'
        : 'must be one line of text';
    case 'uniqueItems':
      return 'must not name one twice';
    case 'oneOf':
      return 'must be a number, or have one of ownCadences, populationCadences and quantile';
    case 'false schema':
      return 'must not be there: what is their own needs no calibration';
    default:
      return 'has another form than a model';
  }
}

const articles: Readonly<Record<string, string>> = {
  array: 'a list',
  integer: 'a whole number',
  number: 'a number',
  object: 'an object',
  string: 'a text',
};

function typesInWords(types: unknown): string {
  return [types]
    .flat()
    .map((type) => articles[String(type)] ?? String(type))
    .join(' or ');
}

function nameInWords(name: unknown): string {
  return typeof name === 'string' && /^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(name)
    ? `the name ${name}`
    : 'a name';
}

/** The fact that was probably meant. */
function nearestTo(written: unknown): string {
  if (typeof written !== 'string' || written.length > 40) return '';
  const changes = (fact: string) => leven(fact.toLowerCase(), written.toLowerCase());
  const [nearest] = [...factNames].sort((left, right) => changes(left) - changes(right));
  if (nearest === undefined || changes(nearest) > nearest.length / 3) return '';
  return `; did you mean ${nearest}?`;
}

/** `/rules/0/when` as `rules[0].when`. */
function placeOf(pointer: string): string {
  return pointer
    .replace(/\/(\d+)/g, '[$1]')
    .replace(/\//g, '.')
    .replace(/^\./, '');
}
