import type { Change } from '../database/transaction';

/** What processes at one database say to each other. */
export type LiveMessage =
  /** Changes that were committed. */
  | { readonly kind: 'CHANGES'; readonly changes: readonly Change[] }
  /** Somebody could not say what changed: anything may have. */
  | { readonly kind: 'GAP' }
  /** A process has come, or come back, and may have something to tell from now on. */
  | { readonly kind: 'HELLO'; readonly processId: string }
  /** A process ends, and has told everything. */
  | { readonly kind: 'FAREWELL'; readonly processId: string }
  /** A process hears whether it still hears. */
  | { readonly kind: 'ECHO'; readonly processId: string };

export type SignalKind = Exclude<LiveMessage['kind'], 'CHANGES'>;

/** PostgreSQL refuses payloads of 8000 bytes or more; ids and topics are ASCII. */
const PAYLOAD_BYTES_MAX = 7_999;

/** Starts every message but changes; no topic does. */
const SIGNAL_MARK = '!';

const TOPIC_FORM = /^[a-z]+(?:[.-][a-z]+)*$/;

const UUID_FORM = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Writes changes as payloads of notifications, a line for each topic: `topic id id …`. Ids are
 * UUIDs, or several joined by colons, in 22 characters each instead of 36: of 500 profiles two
 * payloads come.
 */
export function encodeChanges(changes: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const payloads: string[] = [];
  let payload = '';
  for (const [topic, ids] of changes) {
    if (!TOPIC_FORM.test(topic)) throw new Error(`A topic cannot be called ${topic}.`);
    let isBegun = false;
    for (const id of ids) {
      const packed = packId(id);
      const begin = payload === '' ? topic : `\n${topic}`;
      const added = isBegun ? ` ${packed}` : `${begin} ${packed}`;
      if (payload.length + added.length > PAYLOAD_BYTES_MAX) {
        payloads.push(payload);
        payload = `${topic} ${packed}`;
      } else payload += added;
      isBegun = true;
    }
  }
  if (payload !== '') payloads.push(payload);
  return payloads;
}

export function encodeSignal(kind: SignalKind, processId: string): string {
  return `${SIGNAL_MARK}${kind} ${processId}`;
}

/** @returns null for what no process of this version says */
export function decodeMessage(payload: string): LiveMessage | null {
  if (payload.startsWith(SIGNAL_MARK)) return decodeSignal(payload);
  const changes: Change[] = [];
  for (const line of payload.split('\n')) {
    const [topic = '', ...packed] = line.split(' ');
    const ids = packed.map(unpackId);
    if (!TOPIC_FORM.test(topic) || !ids.every((id) => id !== null)) return null;
    changes.push({ topic, ids });
  }
  return { kind: 'CHANGES', changes };
}

function decodeSignal(payload: string): LiveMessage | null {
  const [kind, processId = ''] = payload.slice(SIGNAL_MARK.length).split(' ');
  switch (kind) {
    case 'GAP':
      return { kind };
    case 'HELLO':
    case 'FAREWELL':
    case 'ECHO':
      return { kind, processId };
    default:
      return null;
  }
}

function packId(id: string): string {
  return id.split(':').map(packUuid).join(':');
}

function packUuid(uuid: string): string {
  if (!UUID_FORM.test(uuid)) throw new Error('Only UUIDs are told of.');
  return Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url');
}

function unpackId(packed: string): string | null {
  const uuids = packed.split(':').map(unpackUuid);
  return uuids.every((uuid) => uuid !== null) ? uuids.join(':') : null;
}

function unpackUuid(packed: string): string | null {
  const hex = Buffer.from(packed, 'base64url').toString('hex');
  if (packed.length !== 22 || hex.length !== 32) return null;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
