// DynamoDB's own JSON, in which each value names its type, as values. Of the types that no entry holds it says no more than that they are there.

type Typed = Readonly<Record<string, unknown>>;

const isTyped = (value: unknown): value is Typed => typeof value === "object" && value !== null && !Array.isArray(value);

/** One value. What is neither text, number, truth, nothing, list nor map comes back with its type's name, which no schema takes. */
const untyped = (typed: unknown): unknown => {
  const [only, ...more] = isTyped(typed) ? Object.entries(typed) : [];
  if (only === undefined || more.length > 0) return undefined;
  const [type, value] = only;
  if (type === "S" || type === "BOOL") return value;
  if (type === "N") return Number(value);
  if (type === "NULL") return null;
  if (type === "L" && Array.isArray(value)) return value.map(untyped);
  if (type === "M" && isTyped(value)) return itemOf(value);
  return { [type]: value };
};

export const itemOf = (attributes: Typed): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).map(([name, typed]) => [name, untyped(typed)]));
