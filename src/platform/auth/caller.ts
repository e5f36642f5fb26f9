import type { Scope } from './scopes';

/** Who is asking. */
export type Caller = KeyCaller | SourceCaller | CustomerCaller;

/** A partner or an internal tool, with an API key. */
export interface KeyCaller {
  readonly kind: 'KEY';
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** An integration that sends events, with a write key of its own. */
export interface SourceCaller {
  readonly kind: 'SOURCE';
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** A customer, with a JWT of the company's own issuer: sees `me` and nothing else. */
export interface CustomerCaller {
  readonly kind: 'CUSTOMER';
  readonly identifier: { readonly namespace: string; readonly value: string };
}

/** Names the caller in records that outlive the request, e.g. `key:crm-sync`. */
export function actorOf(caller: Caller): string {
  switch (caller.kind) {
    case 'KEY':
      return `key:${caller.name}`;
    case 'SOURCE':
      return `source:${caller.name}`;
    case 'CUSTOMER':
      return 'customer';
  }
}

/** Whether personal data come as they are. A customer sees nobody's but their own. */
export function seesPersonalData(caller: Caller): boolean {
  return caller.kind === 'CUSTOMER' || caller.scopes.has('personal-data:read');
}
