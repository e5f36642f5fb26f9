/**
 * Reads documents that people write, e.g. a policy or a mapping: everything that is wrong with one
 * is told at once, each with its place.
 */

/** A value in a document, which tells its path when something is wrong with it. */
export class DocumentPlace {
  private constructor(
    private readonly title: string,
    private readonly path: string,
    readonly value: unknown,
    private readonly faults: string[],
  ) {}

  /**
   * @param title what the document as a whole is called: `the policy`
   * @param faults takes what is wrong, each with its path, e.g. `limits[2].max: must be …`
   */
  static root(title: string, document: unknown, faults: string[]): DocumentPlace {
    return new DocumentPlace(title, '', document, faults);
  }

  fault(expectation: string): void {
    this.faults.push(`${this.path === '' ? this.title : this.path}: ${expectation}`);
  }

  at(name: string): DocumentPlace {
    const path = this.path === '' ? name : `${this.path}.${name}`;
    return this.inside(path, this.has(name) ? this.members[name] : undefined);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.members, name);
  }

  hasOnly(names: readonly string[]): void {
    for (const [name, member] of this.entries()) {
      if (!names.includes(name)) member.fault(`must not be there; known are ${names.join(', ')}`);
    }
  }

  entries(): readonly (readonly [string, DocumentPlace])[] {
    if (!isObject(this.value)) this.fault('must be an object');
    return Object.keys(this.members).map((name) => [name, this.at(name)]);
  }

  list(min: number, max: number): readonly DocumentPlace[] {
    if (!Array.isArray(this.value) || this.value.length < min || this.value.length > max) {
      this.fault(`must be a list of ${min} to ${max}`);
      return [];
    }
    return this.value.map((value: unknown, index) => this.inside(`${this.path}[${index}]`, value));
  }

  text(form: RegExp, expectation: string): string {
    if (typeof this.value === 'string' && form.test(this.value)) return this.value;
    this.fault(`must be ${expectation}`);
    return '';
  }

  integer(min: number, max: number, alternative = ''): number {
    const { value } = this;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
      return value;
    }
    this.fault(`must be a whole number from ${min} to ${max}${alternative}`);
    return Number.NaN;
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') this.fault('must be true or false');
    return this.value === true;
  }

  oneOf<Choice extends string>(choices: readonly [Choice, ...Choice[]]): Choice {
    const choice = choices.find((candidate) => candidate === this.value);
    if (choice === undefined) this.fault(`must be one of ${choices.join(', ')}`);
    return choice ?? choices[0];
  }

  /** Tells of every member of this list whose `name` an earlier one has too. */
  findRepeated(values: readonly (string | number)[], name: string): void {
    values.forEach((value, index) => {
      const isBlank = value === '' || Number.isNaN(value);
      const first = values.indexOf(value);
      if (isBlank || first === index) return;
      this.faults.push(`${this.path}[${index}].${name}: must not be that of [${first}] as well`);
    });
  }

  private inside(path: string, value: unknown): DocumentPlace {
    return new DocumentPlace(this.title, path, value, this.faults);
  }

  private get members(): Readonly<Record<string, unknown>> {
    return isObject(this.value) ? this.value : {};
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
