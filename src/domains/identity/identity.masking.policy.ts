/** Whether callers see a trait or a property who may not read personal data. */
export const maskings = ['MASKED', 'SHOWN'] as const;

export type Masking = (typeof maskings)[number];

/** By the names of traits or properties, as `placeOfName` has them. */
export type MaskingByName = ReadonlyMap<string, Masking>;

/** `first_name`, `First Name` and `firstName` are one name. */
export function placeOfName(name: string): string {
  return name.replaceAll(/[\s_.-]+/gu, '').toLowerCase();
}

/** What is personal wherever it stands. */
const PERSONAL = [
  ['firstName', 'middleName', 'lastName', 'fullName', 'givenName', 'familyName', 'surname'],
  ['nickname', 'username', 'displayName', 'recipient', 'contact'],
  ['email', 'emailAddress', 'phone', 'phoneNumber', 'mobile', 'mobilePhone', 'telephone', 'tel'],
  ['fax', 'whatsapp', 'wechat', 'openid', 'unionid'],
  ['address', 'shippingAddress', 'billingAddress', 'street', 'postalCode', 'postcode', 'zip'],
  ['zipCode', 'latitude', 'longitude', 'lat', 'lng', 'location'],
  ['birthday', 'birthDate', 'dateOfBirth', 'dob', 'birthYear', 'age', 'gender'],
  ['nationalId', 'idNumber', 'passport', 'ssn', 'taxId', 'iban', 'cardNumber', 'accountNumber'],
  ['ip', 'ipAddress', 'userAgent', 'advertisingId', 'avatar', 'photo', 'password', 'token'],
  // In the customer's own words.
  ['comment', 'message', 'text', 'note', 'notes', 'feedback', 'review'],
].flat();

/** Of traits that are texts: those that many people have in common. */
const COMMON = ['country', 'currency', 'language', 'locale', 'plan', 'timezone'];

export const defaultTraitMasking: MaskingByName = maskingOf({
  MASKED: ['name', ...PERSONAL],
  SHOWN: COMMON,
});

/** `name` is not among them: that of a product or a page is none of a person. */
export const defaultPropertyMasking: MaskingByName = maskingOf({ MASKED: PERSONAL, SHOWN: [] });

function maskingOf(names: Readonly<Record<Masking, readonly string[]>>): MaskingByName {
  return new Map(
    maskings.flatMap((masking) => names[masking].map((name) => [placeOfName(name), masking])),
  );
}
