// Decides whether an event matches an Amazon EventBridge event pattern, for the local event bus.
// Easy to get wrong: in an array, "anything-but" matches as soon as ONE element is something else; it is not "none of them".
// The whole pattern is read before the event is looked at, so a malformed pattern throws whatever the event holds.
import {
  compileOperator,
  isList,
  isObject,
  type Json,
  type JsonObject,
  OPERATORS,
  type Scalar,
  show,
  single,
  type Test,
} from "./operators.ts";

export type EventPattern = JsonObject;

/** One field of the pattern: it holds if a value at the path passes one of the tests, or if it may be absent and is. */
type Clause = { readonly path: string; readonly tests: readonly Test[]; readonly mayBeAbsent: boolean };
/** One value of the event, with the element (array number to index) of every array it sits in. */
type Leaf = { readonly value: Scalar; readonly elements: Elements };
/** The element that is chosen of each array. */
type Elements = ReadonlyMap<number, number>;

const OR_LIMIT = 1000;

// Numbers are compared by value. EventBridge compares an exact number by its text (300 is not 300.0),
// but the text is gone once the JSON is parsed.
export const matches = (pattern: EventPattern, event: Json): boolean => {
  const alternatives = compile(pattern, "");
  const leaves = new Map<string, Leaf[]>();
  flatten(event, "", new Map(), leaves, { arrays: 0 });
  return alternatives.some((clauses) => {
    // Absence is judged last, within the array elements that the other fields have settled on.
    const ordered = [...clauses.filter((clause) => !clause.mayBeAbsent), ...clauses.filter((clause) => clause.mayBeAbsent)];
    return holds(ordered, 0, new Map(), leaves);
  });
};

// Arrays of objects are matched array-consistently: no two fields may come from different elements of the same array,
// so {firstName: ["Anna"], lastName: ["Jones"]} needs one element that is both. EventBridge's user guide is silent here;
// this is what its matching engine, Event Ruler, documents for JSON events (the looser way is deprecated there).
const holds = (clauses: readonly Clause[], index: number, elements: Elements, leaves: ReadonlyMap<string, readonly Leaf[]>): boolean => {
  const clause = clauses[index];
  if (clause === undefined) return true;
  let present = false;
  const tried = new Set<string>();
  for (const leaf of leaves.get(clause.path) ?? []) {
    const joined = join(elements, leaf.elements);
    if (joined === undefined) continue;
    present = true;
    if (!clause.tests.some((test) => test(leaf.value))) continue;
    // Two leaves that lead to the same choice of elements lead to the same answer.
    const choice = JSON.stringify([...joined].toSorted(([a], [b]) => a - b));
    if (tried.has(choice)) continue;
    tried.add(choice);
    if (holds(clauses, index + 1, joined, leaves)) return true;
  }
  return clause.mayBeAbsent && !present && holds(clauses, index + 1, elements, leaves);
};

const join = (a: Elements, b: Elements): Elements | undefined => {
  const joined = new Map(a);
  for (const [array, element] of b) {
    const chosen = joined.get(array);
    if (chosen !== undefined && chosen !== element) return undefined;
    joined.set(array, element);
  }
  return joined;
};

// Only leaves count: an object or an empty array leaves no value behind, so "exists" sees neither, as in EventBridge.
const flatten = (value: Json, path: string, elements: Elements, leaves: Map<string, Leaf[]>, seen: { arrays: number }): void => {
  if (isList(value)) {
    const array = seen.arrays++;
    for (const [index, item] of value.entries()) {
      // Plain values get no element: only objects in an array bind several fields together.
      const bound = isObject(item) || isList(item) ? new Map(elements).set(array, index) : elements;
      flatten(item, path, bound, leaves, seen);
    }
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) flatten(item, pathOf(path, key), elements, leaves, seen);
  } else {
    const there = leaves.get(path);
    if (there) there.push({ value, elements });
    else leaves.set(path, [{ value, elements }]);
  }
};

/** Reads a pattern into alternatives, each a list of clauses that must all hold; `$or` is what makes more than one. */
const compile = (pattern: Json, path: string): readonly (readonly Clause[])[] => {
  const where = path === "" ? "The event pattern" : `The event pattern's field "${path}"`;
  if (!isObject(pattern)) throw new Error(`${where} must be an object, not ${show(pattern)}.`);
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw new Error(`${where} must not be an empty object.`);
  let alternatives: readonly (readonly Clause[])[] = [[]];
  for (const [key, value] of entries) {
    const choices = compileField(key, value, path, where);
    if (alternatives.length * choices.length > OR_LIMIT) {
      throw new Error(`${where} has "$or"s that combine to more than ${OR_LIMIT} alternatives.`);
    }
    alternatives = alternatives.flatMap((clauses) => choices.map((choice) => [...clauses, ...choice]));
  }
  return alternatives;
};

const compileField = (key: string, value: Json, path: string, where: string): readonly (readonly Clause[])[] => {
  if (key === "$or" && isList(value)) {
    if (value.length < 2) throw new Error(`${where} has a "$or" with fewer than two alternatives.`);
    return value.flatMap((alternative) => {
      const reserved = isObject(alternative) ? Object.keys(alternative).find((name) => OPERATORS.has(name)) : undefined;
      if (reserved !== undefined) throw new Error(`${where} has a "$or" with the operator "${reserved}" where a field name belongs.`);
      return compile(alternative, path);
    });
  }
  const inner = pathOf(path, key);
  if (isObject(value)) return compile(value, inner);
  if (!isList(value)) {
    throw new Error(`The event pattern's field "${inner}" must be an array of values or an object, not ${show(value)}.`);
  }
  if (value.length === 0) throw new Error(`The event pattern's field "${inner}" must not be an empty array.`);
  const tests: Test[] = [];
  let mayBeAbsent = false;
  for (const item of value) {
    if (isList(item)) throw new Error(`The event pattern's field "${inner}" must not hold an array inside its array.`);
    if (!isObject(item)) tests.push((found) => found === item);
    else if (isAbsence(item, inner)) mayBeAbsent = true;
    else tests.push(compileOperator(item, inner));
  }
  return [[{ path: inner, tests, mayBeAbsent }]];
};

const isAbsence = (expression: JsonObject, path: string): boolean => {
  const [operator, value] = single(expression, path);
  return operator === "exists" && value === false;
};

// Joined with a dot as Event Ruler does it, so {"a.b": …} and {"a": {"b": …}} are the same field there and here.
const pathOf = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);
