import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'How many identifiers of a namespace one profile may gain.' })
export class NamespaceLimitSetting {
  @Field(() => Int, { description: 'At most so many, first seen within the window.' })
  max!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'The days up to an event that the limit looks at; null for ever.',
  })
  windowDays!: number | null;
}

@ObjectType({ description: 'What the company knows of a kind of identifier.' })
export class NamespaceSetting {
  @Field({ description: 'As events name it, e.g. `user_id`.' })
  name!: string;

  @Field({ description: 'How values are brought into one form: ID, EMAIL or PHONE.' })
  normaliser!: string;

  @Field(() => Int, {
    description: "The higher one wins when an event's identifiers cannot all be true.",
  })
  priority!: number;

  @Field(() => NamespaceLimitSetting, { description: 'How many one profile may gain.' })
  limit!: NamespaceLimitSetting;

  @Field({ description: 'Whether two values are two people, who never merge.' })
  uniqueToPerson!: boolean;

  @Field({
    description: 'Whether, used by two people, it stands for the one who signed in on it last.',
  })
  followsPerson!: boolean;
}

@ObjectType({ description: 'A mail provider that delivers several spellings to one mailbox.' })
export class EmailProviderSetting {
  @Field({ description: 'The domain that is kept.' })
  domain!: string;

  @Field(() => [String], { description: 'Other domains of the same mailboxes.' })
  aliases!: readonly string[];

  @Field({ description: 'Whether dots before the @ make no difference.' })
  ignoreDots!: boolean;

  @Field({ description: 'Whether what follows a plus before the @ makes no difference.' })
  dropPlusTags!: boolean;
}

@ObjectType({ description: 'How the values of a trait become one.' })
export class TraitStrategySetting {
  @Field({ description: 'The name of the trait.' })
  trait!: string;

  @Field({ description: 'LATEST, OLDEST, MAX, MIN or UNION.' })
  strategy!: string;
}

@ObjectType({
  description: 'Whether a trait or a property is shown to callers without `personal-data:read`.',
})
export class MaskingSetting {
  @Field({ description: 'The name, in lower case, without spaces, dots, hyphens and underscores.' })
  name!: string;

  @Field({ description: 'MASKED or SHOWN.' })
  masking!: string;
}

@ObjectType({ description: 'By what rules customers are told apart and recognised.' })
export class IdentityPolicySettings {
  @Field(() => [NamespaceSetting], { description: 'The kinds of identifier that are known.' })
  namespaces!: readonly NamespaceSetting[];

  @Field(() => [String], { description: 'Values that name nobody, in lower case.' })
  junkValues!: readonly string[];

  @Field({ description: 'Region of phone numbers written without a country code.' })
  phoneRegion!: string;

  @Field(() => [EmailProviderSetting], {
    description: 'Mail providers whose spellings of one mailbox are known.',
  })
  emailProviders!: readonly EmailProviderSetting[];

  @Field(() => Int, { description: 'Characters of a value.' })
  valueLengthMax!: number;

  @Field(() => Int, { description: 'Identifiers of one profile.' })
  identifiersPerProfileMax!: number;

  @Field(() => Int, { description: 'Profiles that one profile may have absorbed.' })
  mergesPerProfileMax!: number;

  @Field(() => Int, { description: 'People one identifier may stand for, one after the other.' })
  tenantsPerIdentifierMax!: number;

  @Field({
    description:
      'Whether events may join again what an operator took apart: NEVER, or NEW_EVIDENCE, by ' +
      'what happened afterwards.',
  })
  relinking!: string;

  @Field(() => [TraitStrategySetting], {
    description: 'Traits whose values do not merge by LATEST, as all others do.',
  })
  traitStrategies!: readonly TraitStrategySetting[];

  @Field(() => [MaskingSetting], {
    description: 'Traits whose masking is set. Of others texts and long numbers are masked.',
  })
  traitMasking!: readonly MaskingSetting[];

  @Field(() => [MaskingSetting], {
    description:
      'Properties of events whose masking is set. In others e-mail addresses and telephone ' +
      'numbers are masked.',
  })
  propertyMasking!: readonly MaskingSetting[];
}
