import type { IdentifierKey } from './identity.model';

/** A map by identifier. In two steps, which is faster than one text put together of both parts. */
export class KeyMap<Value> {
  private readonly namespaces = new Map<string, Map<string, Value>>();

  get({ namespace, value }: IdentifierKey): Value | undefined {
    return this.namespaces.get(namespace)?.get(value);
  }

  set({ namespace, value }: IdentifierKey, held: Value): void {
    const values = this.namespaces.get(namespace);
    if (values === undefined) this.namespaces.set(namespace, new Map([[value, held]]));
    else values.set(value, held);
  }

  values(): Value[] {
    return [...this.namespaces.values()].flatMap((values) => [...values.values()]);
  }
}
