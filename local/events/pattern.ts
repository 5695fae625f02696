// Decides whether an event matches an Amazon EventBridge event pattern, for the local event bus.
// Easy to get wrong: in an array, "anything-but" matches as soon as ONE element is something else; it is not "none of them".
// The whole pattern is read before the event is looked at, so a malformed pattern throws whatever the event holds.

import { BlockList, isIP } from "node:net";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type EventPattern = { [field: string]: Json };

type Scalar = null | boolean | number | string;
type Test = (value: Scalar) => boolean;
/** One field of the pattern: it holds if a value at the path passes one of the tests, or if it may be absent and is. */
type Clause = { path: string; tests: Test[]; mayBeAbsent: boolean };
/** One value of the event, with the element (array number to index) of every array it sits in. */
type Leaf = { value: Scalar; elements: Map<number, number> };

const OPERATORS = new Set(["prefix", "suffix", "anything-but", "numeric", "exists", "equals-ignore-case", "wildcard", "cidr"]);
const OR_LIMIT = 1000;
const NUMBER_LIMIT = 5e9;

// Numbers are compared by value. EventBridge compares an exact number by its text (300 is not 300.0),
// but the text is gone once the JSON is parsed.
export function matches(pattern: EventPattern, event: Json): boolean {
  const alternatives = compile(pattern, "");
  const leaves = new Map<string, Leaf[]>();
  flatten(event, "", new Map(), leaves, { arrays: 0 });
  return alternatives.some((clauses) => {
    // Absence is judged last, within the array elements that the other fields have settled on.
    const ordered = [...clauses.filter((clause) => !clause.mayBeAbsent), ...clauses.filter((clause) => clause.mayBeAbsent)];
    return holds(ordered, 0, new Map(), leaves);
  });
}

// Arrays of objects are matched array-consistently: no two fields may come from different elements of the same array,
// so {firstName: ["Anna"], lastName: ["Jones"]} needs one element that is both. EventBridge's user guide is silent here;
// this is what its matching engine, Event Ruler, documents for JSON events (the looser way is deprecated there).
function holds(clauses: Clause[], index: number, elements: Map<number, number>, leaves: Map<string, Leaf[]>): boolean {
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
    const choice = JSON.stringify([...joined].sort(([a], [b]) => a - b));
    if (tried.has(choice)) continue;
    tried.add(choice);
    if (holds(clauses, index + 1, joined, leaves)) return true;
  }
  return clause.mayBeAbsent && !present && holds(clauses, index + 1, elements, leaves);
}

function join(a: Map<number, number>, b: Map<number, number>): Map<number, number> | undefined {
  const joined = new Map(a);
  for (const [array, element] of b) {
    const chosen = joined.get(array);
    if (chosen !== undefined && chosen !== element) return undefined;
    joined.set(array, element);
  }
  return joined;
}

// Only leaves count: an object or an empty array leaves no value behind, so "exists" sees neither, as in EventBridge.
function flatten(value: Json, path: string, elements: Map<number, number>, leaves: Map<string, Leaf[]>, seen: { arrays: number }): void {
  if (Array.isArray(value)) {
    const array = seen.arrays++;
    for (const [index, item] of value.entries()) {
      // Plain values get no element: only objects in an array bind several fields together.
      const bound = isObject(item) || Array.isArray(item) ? new Map(elements).set(array, index) : elements;
      flatten(item, path, bound, leaves, seen);
    }
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) flatten(item, pathOf(path, key), elements, leaves, seen);
  } else {
    const there = leaves.get(path);
    if (there) there.push({ value, elements });
    else leaves.set(path, [{ value, elements }]);
  }
}

/** Reads a pattern into alternatives, each a list of clauses that must all hold; `$or` is what makes more than one. */
function compile(pattern: Json, path: string): Clause[][] {
  const where = path === "" ? "The event pattern" : `The event pattern's field "${path}"`;
  if (!isObject(pattern)) throw new Error(`${where} must be an object, not ${show(pattern)}.`);
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw new Error(`${where} must not be an empty object.`);
  let alternatives: Clause[][] = [[]];
  for (const [key, value] of entries) {
    const choices = compileField(key, value, path, where);
    if (alternatives.length * choices.length > OR_LIMIT) {
      throw new Error(`${where} has "$or"s that combine to more than ${OR_LIMIT} alternatives.`);
    }
    alternatives = alternatives.flatMap((clauses) => choices.map((choice) => [...clauses, ...choice]));
  }
  return alternatives;
}

function compileField(key: string, value: Json, path: string, where: string): Clause[][] {
  if (key === "$or" && Array.isArray(value)) {
    if (value.length < 2) throw new Error(`${where} has a "$or" with fewer than two alternatives.`);
    return value.flatMap((alternative) => {
      const reserved = isObject(alternative) ? Object.keys(alternative).find((name) => OPERATORS.has(name)) : undefined;
      if (reserved !== undefined) throw new Error(`${where} has a "$or" with the operator "${reserved}" where a field name belongs.`);
      return compile(alternative, path);
    });
  }
  const inner = pathOf(path, key);
  if (isObject(value)) return compile(value, inner);
  if (!Array.isArray(value)) {
    throw new Error(`The event pattern's field "${inner}" must be an array of values or an object, not ${show(value)}.`);
  }
  if (value.length === 0) throw new Error(`The event pattern's field "${inner}" must not be an empty array.`);
  const clause: Clause = { path: inner, tests: [], mayBeAbsent: false };
  for (const item of value) {
    if (Array.isArray(item)) throw new Error(`The event pattern's field "${inner}" must not hold an array inside its array.`);
    if (!isObject(item)) clause.tests.push((found) => found === item);
    else if (readOperator(item, inner) === "absent") clause.mayBeAbsent = true;
    else clause.tests.push(compileOperator(item, inner));
  }
  return [[clause]];
}

function readOperator(expression: { [key: string]: Json }, path: string): "absent" | "test" {
  single(expression, path);
  return expression.exists === false ? "absent" : "test";
}

function compileOperator(expression: { [key: string]: Json }, path: string): Test {
  const [operator, value] = single(expression, path);
  switch (operator) {
    case "prefix":
    case "suffix":
      return affix(operator, value, path);
    case "equals-ignore-case":
    case "wildcard":
      return textTest(operator, value, path);
    case "anything-but":
      return anythingBut(value, path);
    case "numeric":
      return numeric(value, path);
    case "cidr":
      return cidr(value, path);
    case "exists":
      if (value !== true) throw malformed(operator, path, "takes true or false", value);
      return () => true;
    default:
      throw new Error(`The event pattern's field "${path}" uses the unknown operator "${operator}".`);
  }
}

function affix(operator: "prefix" | "suffix", value: Json, path: string): Test {
  const has = (found: string, part: string) => (operator === "prefix" ? found.startsWith(part) : found.endsWith(part));
  if (typeof value === "string") return onText((found) => has(found, value));
  const folded = isObject(value) && Object.keys(value).length === 1 ? value["equals-ignore-case"] : undefined;
  if (typeof folded !== "string") throw malformed(operator, path, 'takes a string or {"equals-ignore-case": string}', value);
  const part = folded.toLowerCase();
  return onText((found) => has(found.toLowerCase(), part));
}

function textTest(operator: "equals-ignore-case" | "wildcard", value: Json, path: string): Test {
  if (typeof value !== "string") throw malformed(operator, path, "takes a string", value);
  if (operator === "wildcard") return wildcard(value, path);
  const folded = value.toLowerCase();
  return onText((found) => found.toLowerCase() === folded);
}

// The negation of what it holds, for a value that is there: a missing field never matches.
function anythingBut(value: Json, path: string): Test {
  const operator = "anything-but";
  if (isObject(value)) {
    const [inner, operand] = single(value, path);
    if (inner !== "prefix" && inner !== "suffix" && inner !== "wildcard" && inner !== "equals-ignore-case") {
      throw new Error(`The event pattern's field "${path}" uses the unknown operator "${inner}" in "anything-but".`);
    }
    const operands = Array.isArray(operand) ? operand : [operand];
    if (operands.length === 0) throw malformed(operator, path, `with "${inner}" takes a string or a list of strings`, operand);
    const tests = operands.map((item) => {
      if (typeof item !== "string") throw malformed(operator, path, `with "${inner}" takes a string or a list of strings`, operand);
      return inner === "prefix" || inner === "suffix" ? affix(inner, item, path) : textTest(inner, item, path);
    });
    return (found) => !tests.some((test) => test(found));
  }
  const values = Array.isArray(value) ? value : [value];
  const kinds = new Set(values.map((item) => typeof item));
  if (kinds.size !== 1 || !(kinds.has("string") || kinds.has("number"))) {
    throw malformed(operator, path, "takes a string, a number, or a list of only one of these", value);
  }
  return (found) => !values.includes(found);
}

function numeric(value: Json, path: string): Test {
  const rule = 'takes ["=", n], one comparison, or a lower bound followed by a greater upper bound';
  if (!Array.isArray(value) || (value.length !== 2 && value.length !== 4)) throw malformed("numeric", path, rule, value);
  const [first, low, second, high] = value;
  for (const bound of value.length === 4 ? [low, high] : [low]) {
    if (typeof bound !== "number" || !(Math.abs(bound) <= NUMBER_LIMIT)) {
      throw malformed("numeric", path, `compares with numbers between -${NUMBER_LIMIT} and ${NUMBER_LIMIT}`, value);
    }
  }
  const tests = [comparison(first, low)];
  if (value.length === 4) {
    const ordered = (first === ">" || first === ">=") && (second === "<" || second === "<=") && Number(low) < Number(high);
    if (!ordered) throw malformed("numeric", path, rule, value);
    tests.push(comparison(second, high));
  }
  return (found) => typeof found === "number" && tests.every((test) => test(found));

  function comparison(sign: Json | undefined, bound: Json | undefined): (found: number) => boolean {
    const limit = Number(bound);
    switch (sign) {
      case "=":
        return (found) => found === limit;
      case "<":
        return (found) => found < limit;
      case "<=":
        return (found) => found <= limit;
      case ">":
        return (found) => found > limit;
      case ">=":
        return (found) => found >= limit;
      default:
        throw malformed("numeric", path, rule, value);
    }
  }
}

function cidr(value: Json, path: string): Test {
  const [, address = "", bits = ""] = (typeof value === "string" && /^([^/%]+)\/(\d{1,3})$/.exec(value)) || [];
  const version = isIP(address);
  if (version === 0 || Number(bits) > (version === 4 ? 32 : 128)) {
    throw malformed("cidr", path, 'takes an address range such as "10.0.0.0/24" or "2001:db8::/32"', value);
  }
  const range = new BlockList();
  range.addSubnet(address, Number(bits), version === 4 ? "ipv4" : "ipv6");
  return onText((found) => {
    const family = found.includes("%") ? 0 : isIP(found);
    return family !== 0 && range.check(found, family === 4 ? "ipv4" : "ipv6");
  });
}

// Each literal piece is sought once, left to right: the leftmost place is always a right one, so nothing is ever retried
// and a hostile event cannot make a regular expression backtrack.
function wildcard(text: string, path: string): Test {
  const pieces: string[] = [];
  let piece = "";
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === "\\") {
      const escaped = text.charAt(++i);
      if (escaped !== "*" && escaped !== "\\") throw malformed("wildcard", path, "may escape only an asterisk or a backslash", text);
      piece += escaped;
    } else if (char === "*") {
      if (text.charAt(i + 1) === "*") throw malformed("wildcard", path, "must not hold two asterisks in a row", text);
      pieces.push(piece);
      piece = "";
    } else {
      piece += char;
    }
  }
  const [start, ...middle] = pieces;
  const end = piece;
  if (start === undefined) return onText((found) => found === end);
  return onText((found) => {
    if (!found.startsWith(start)) return false;
    let from = start.length;
    for (const part of middle) {
      const at = found.indexOf(part, from);
      if (at < 0) return false;
      from = at + part.length;
    }
    return found.length - end.length >= from && found.endsWith(end);
  });
}

function single(expression: { [key: string]: Json }, path: string): [string, Json] {
  const [entry, ...more] = Object.entries(expression);
  if (entry === undefined || more.length > 0) {
    throw new Error(`The event pattern's field "${path}" needs exactly one operator in ${show(expression)}.`);
  }
  return entry;
}

function malformed(operator: string, path: string, rule: string, value: Json): Error {
  return new Error(`The event pattern's field "${path}" is malformed: "${operator}" ${rule}, not ${show(value)}.`);
}

function onText(test: (found: string) => boolean): Test {
  return (found) => typeof found === "string" && test(found);
}

// Joined with a dot as Event Ruler does it, so {"a.b": …} and {"a": {"b": …}} are the same field there and here.
function pathOf(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: Json): string {
  return JSON.stringify(value);
}
