import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { InvalidInput } from '../../shared/errors';
import type { CustomerCaller } from './caller';

/** Of the secret that pseudonyms are made with: as many as a key of AES-256 has. */
export const PSEUDONYM_SECRET_BYTES = 32;

const PREFIX = 'psn_';

/** 128 bits: nobody meets with one by chance. */
const HEX_DIGITS = 32;

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Names for other people, for customers who look at what others have to do with them. Of one
 * viewer each person always has the same; what two viewers see has nothing in common, and no name
 * leads back to anything without the secret (HMAC: RFC 2104).
 */
export class Pseudonyms {
  private readonly nameKey: Buffer;
  private readonly cursorKey: Buffer;
  private readonly nonceKey: Buffer;

  constructor(secret: Buffer) {
    if (secret.length !== PSEUDONYM_SECRET_BYTES) {
      throw new Error(`The secret of pseudonyms has ${PSEUDONYM_SECRET_BYTES} bytes.`);
    }
    // A key for each use, so that neither tells of the other.
    this.nameKey = createHmac('sha256', secret).update('names').digest();
    this.cursorKey = createHmac('sha256', secret).update('cursors').digest();
    this.nonceKey = createHmac('sha256', secret).update('nonces').digest();
  }

  /** What a customer sees in the place of an id, or another text that stands for somebody. */
  of(viewer: CustomerCaller, id: string): string {
    const digest = createHmac('sha256', this.nameKey)
      .update(JSON.stringify([nameOf(viewer), id]))
      .digest('hex');
    return PREFIX + digest.slice(0, HEX_DIGITS);
  }

  /**
   * A cursor that only this customer can use, and nobody read. The same each time, so that answers
   * are: the nonce is made of what is sealed, and so never serves for two cursors.
   */
  seal(viewer: CustomerCaller, cursor: string): string {
    const nonce = createHmac('sha256', this.nonceKey)
      .update(JSON.stringify([nameOf(viewer), cursor]))
      .digest()
      .subarray(0, NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.cursorKey, nonce).setAAD(nameBytesOf(viewer));
    const text = Buffer.concat([cipher.update(cursor, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
  }

  /**
   * The cursor that was sealed.
   * @throws InvalidInput where it was not sealed for this customer
   */
  open(viewer: CustomerCaller, sealed: string, argument: string): string {
    try {
      const bytes = Buffer.from(sealed, 'base64url');
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
      const decipher = createDecipheriv(CIPHER, this.cursorKey, nonce, { authTagLength: TAG_BYTES })
        .setAAD(nameBytesOf(viewer))
        .setAuthTag(tag);
      const text = bytes.subarray(NONCE_BYTES + TAG_BYTES);
      return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
    } catch {
      throw new InvalidInput('Not a cursor of this list. Use `pageInfo.endCursor` as it came.', {
        argument,
      });
    }
  }
}

/** Two customers never have one name, whatever stands in the values. */
function nameOf({ identifier }: CustomerCaller): string {
  return JSON.stringify([identifier.namespace, identifier.value]);
}

function nameBytesOf(viewer: CustomerCaller): Buffer {
  return Buffer.from(nameOf(viewer));
}
