import type { Scope } from './scopes';

/** Who may ask for a field. A rule names a scope, customers, or both, or goes along; never none. */
export interface FieldRule {
  /** The scope an API key or a write key needs. */
  readonly scope?: Scope;
  /** Another scope that will do as well. */
  readonly orScope?: Scope;
  /** Whether every key may that was let so far: the field goes with the one that led to it. */
  readonly goesAlong?: true;
  /** Whether any key may: what it reaches by the field is decided for each thing anew. */
  readonly anyKey?: true;
  /** Whether a customer may, with a token of their own. */
  readonly customer?: true;
  /** The types that customers come to by a field whose type is abstract; all of them where left out. */
  readonly customersReach?: readonly string[];
  /** Personal data: by which mask keys see it that may not read such. Customers see their own. */
  readonly masked?: string;
  /** What may be of another customer: to customers it is shown as a pseudonym. */
  readonly pseudonymous?: true;
  /** A connection over what is of other customers: to customers its cursors are sealed. */
  readonly sealsCursors?: true;
}

/** Rules by `Type.field`. */
export type FieldAccessTable = Readonly<Record<string, FieldRule>>;

/**
 * Of types whose fields go with the field that led to them, or some of them: the names of these
 * fields with spaces between, by type. Nothing of them depends on who asks.
 */
export type FieldsByType = Readonly<Record<string, string>>;

/** What is decided of every field of every object type, once each. */
export interface FieldAccess {
  readonly rules: FieldAccessTable;
  /** Where customers get to as well. */
  readonly alongForCustomers: FieldsByType;
  /** Where only keys get to. */
  readonly alongForKeys: FieldsByType;
}
