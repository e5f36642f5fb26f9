/** The languages that people are told things in. */
export const languages = ['EN', 'ZH'] as const;

export type Language = (typeof languages)[number];

/** What a person is told, in each language. */
export type Wording = Readonly<Record<Lowercase<Language>, string>>;

export function inLanguage(wording: Wording, language: Language): string {
  return language === 'ZH' ? wording.zh : wording.en;
}
