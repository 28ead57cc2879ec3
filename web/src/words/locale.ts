// How the chosen language writes numbers, times and lists, and which name comes before which: all that is Intl's.
let locale = "en";

/** From now on everything is written as there, a language tag such as `en-GB`. */
export function setLocale(tag: string): void {
  locale = tag;
}

/** Something that is made of the locale: once, and anew when there is another. */
export function ofLocale<Made>(make: (locale: string) => Made): () => Made {
  let of = "";
  let made: Made;
  return () => {
    if (of !== locale) made = make((of = locale));
    return made;
  };
}

const numbers = ofLocale((tag) => new Intl.NumberFormat(tag));
const plurals = ofLocale((tag) => new Intl.PluralRules(tag));
const lists = ofLocale((tag) => new Intl.ListFormat(tag));
const order = ofLocale((tag) => new Intl.Collator(tag, { numeric: true }));
const rightToLeft = ofLocale((tag) => /^(ar|fa|he|ur)\b/.test(tag));

export function number(count: number): string {
  return numbers().format(count);
}

const measures = ofLocale((tag) => (unit: string) => new Intl.NumberFormat(tag, { style: "unit", unit, unitDisplay: "long" }));

/** So many of a unit that Intl knows: "2 hours". */
export function measure(count: number, unit: string): string {
  return measures()(unit).format(count);
}

/** A count that is exact up to 99, as the server counts what is unread. */
export function capped(count: number): string {
  return count >= 100 ? `${number(99)}+` : number(count);
}

/** The texts for a count: `other` where a language has no form of its own. `{n}` stands for the count. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

export function plural(count: number, forms: Forms, shown = number(count)): string {
  return (forms[plurals().select(count)] ?? forms.other).replace("{n}", shown);
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A name that keeps its own direction within a sentence, and leaves that of the sentence alone. */
export function isolate(name: string): string {
  return rightToLeft() || RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;
}

/** A sentence: its numbers are written as the language does, and its names keep their direction. */
export function say(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return String.raw({ raw: parts }, ...values.map((value) => (typeof value === "number" ? number(value) : isolate(value))));
}

/** All of them: "ann, bob and carl". */
export function list(names: readonly string[]): string {
  return lists().format(names.map(isolate));
}

/** At most four of them: "ann, bob, carl and 3 others". */
export function some(names: readonly string[], others: (count: number) => string): string {
  return list(names.length <= 4 ? names : [...names.slice(0, 3), others(names.length - 3)]);
}

/** Which of two names comes first; numbers in them count as numbers. */
export function byName(one: string, other: string): number {
  return order().compare(one, other);
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
const sizes = ofLocale((tag) =>
  UNITS.map((unit) => new Intl.NumberFormat(tag, { style: "unit", unit, unitDisplay: unit === "byte" ? "long" : "short", maximumSignificantDigits: 3 })),
);
const milliseconds = ofLocale(
  (tag) => new Intl.NumberFormat(tag, { style: "unit", unit: "millisecond", unitDisplay: "short", maximumSignificantDigits: 2 }),
);
const short = ofLocale((tag) => new Intl.NumberFormat(tag, { maximumSignificantDigits: 3 }));

/** Bytes, in a unit that fits. */
export function sizeOf(bytes: number): string {
  let [rest, unit] = [bytes, 0];
  while (rest >= 1_000 && unit < UNITS.length - 1) [rest, unit] = [rest / 1_000, unit + 1];
  return sizes()[unit]?.format(rest) ?? "";
}

export function millisecondsOf(count: number): string {
  return milliseconds().format(count);
}

/** A number of which the first digits tell enough. */
export function rateOf(count: number): string {
  return count >= 100 ? number(Math.round(count)) : short().format(count);
}
