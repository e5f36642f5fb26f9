import { SignJWT } from 'jose';
import { userIdOf } from './page-views';

/** Tokens as an app gets them for its customers, one for each. */
export async function makeTokens(secret: string, customers: number): Promise<readonly string[]> {
  const bytes = new TextEncoder().encode(secret);
  const tokens: string[] = [];
  for (let index = 0; index < customers; index += 1) {
    const token = new SignJWT({})
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(userIdOf(index))
      .setIssuedAt()
      .setExpirationTime('12h');
    tokens.push(await token.sign(bytes));
  }
  return tokens;
}
