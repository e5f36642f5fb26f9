import type { Language as LanguageName } from '../../shared/language';
import { describedEnum } from './described-enum';

export const Language = describedEnum<LanguageName>({
  name: 'Language',
  description: 'The language of what a person is told.',
  values: { EN: 'English.', ZH: 'Chinese, simplified.' },
});
