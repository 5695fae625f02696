// The operators of an event pattern's field: each is read once into a test of one value, and a malformed one throws a sentence that names it.
// Easy to get wrong: "anything-but" is about a value that is there; a field that is missing never passes it.
import { BlockList, isIP } from "node:net";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json };
export type Scalar = null | boolean | number | string;
export type Test = (value: Scalar) => boolean;

export const OPERATORS: ReadonlySet<string> = new Set([
  "prefix",
  "suffix",
  "anything-but",
  "numeric",
  "exists",
  "equals-ignore-case",
  "wildcard",
  "cidr",
]);
const NUMBER_LIMIT = 5e9;

export const compileOperator = (expression: JsonObject, path: string): Test => {
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
};

const affix = (operator: "prefix" | "suffix", value: Json, path: string): Test => {
  const has = (found: string, part: string) => (operator === "prefix" ? found.startsWith(part) : found.endsWith(part));
  if (typeof value === "string") return onText((found) => has(found, value));
  const folded = isObject(value) && Object.keys(value).length === 1 ? value["equals-ignore-case"] : undefined;
  if (typeof folded !== "string") throw malformed(operator, path, 'takes a string or {"equals-ignore-case": string}', value);
  const part = folded.toLowerCase();
  return onText((found) => has(found.toLowerCase(), part));
};

const textTest = (operator: "equals-ignore-case" | "wildcard", value: Json, path: string): Test => {
  if (typeof value !== "string") throw malformed(operator, path, "takes a string", value);
  if (operator === "wildcard") return wildcard(value, path);
  const folded = value.toLowerCase();
  return onText((found) => found.toLowerCase() === folded);
};

// The negation of what it holds, for a value that is there: a missing field never matches.
const anythingBut = (value: Json, path: string): Test => {
  const operator = "anything-but";
  if (isObject(value)) {
    const [inner, operand] = single(value, path);
    if (inner !== "prefix" && inner !== "suffix" && inner !== "wildcard" && inner !== "equals-ignore-case") {
      throw new Error(`The event pattern's field "${path}" uses the unknown operator "${inner}" in "anything-but".`);
    }
    const operands = isList(operand) ? operand : [operand];
    if (operands.length === 0) throw malformed(operator, path, `with "${inner}" takes a string or a list of strings`, operand);
    const tests = operands.map((item) => {
      if (typeof item !== "string") throw malformed(operator, path, `with "${inner}" takes a string or a list of strings`, operand);
      return inner === "prefix" || inner === "suffix" ? affix(inner, item, path) : textTest(inner, item, path);
    });
    return (found) => !tests.some((test) => test(found));
  }
  const values = isList(value) ? value : [value];
  const kinds = new Set(values.map((item) => typeof item));
  if (kinds.size !== 1 || !(kinds.has("string") || kinds.has("number"))) {
    throw malformed(operator, path, "takes a string, a number, or a list of only one of these", value);
  }
  return (found) => !values.includes(found);
};

const COMPARISONS: Readonly<Record<string, (found: number, limit: number) => boolean>> = {
  "=": (found, limit) => found === limit,
  "<": (found, limit) => found < limit,
  "<=": (found, limit) => found <= limit,
  ">": (found, limit) => found > limit,
  ">=": (found, limit) => found >= limit,
};

const numeric = (value: Json, path: string): Test => {
  const rule = 'takes ["=", n], one comparison, or a lower bound followed by a greater upper bound';
  if (!isList(value) || (value.length !== 2 && value.length !== 4)) throw malformed("numeric", path, rule, value);
  const [first, low, second, high] = value;
  for (const bound of value.length === 4 ? [low, high] : [low]) {
    if (typeof bound !== "number" || !(Math.abs(bound) <= NUMBER_LIMIT)) {
      throw malformed("numeric", path, `compares with numbers between -${NUMBER_LIMIT} and ${NUMBER_LIMIT}`, value);
    }
  }
  const comparison = (sign: Json | undefined, bound: Json | undefined): ((found: number) => boolean) => {
    const compare = typeof sign === "string" ? COMPARISONS[sign] : undefined;
    if (compare === undefined) throw malformed("numeric", path, rule, value);
    return (found) => compare(found, Number(bound));
  };
  if (value.length === 4) {
    const ordered = (first === ">" || first === ">=") && (second === "<" || second === "<=") && Number(low) < Number(high);
    if (!ordered) throw malformed("numeric", path, rule, value);
  }
  const tests = [comparison(first, low), ...(value.length === 4 ? [comparison(second, high)] : [])];
  return (found) => typeof found === "number" && tests.every((test) => test(found));
};

const cidr = (value: Json, path: string): Test => {
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
};

// Each literal piece is sought once, left to right: the leftmost place is always a right one, so nothing is ever retried
// and a hostile event cannot make a regular expression backtrack.
const wildcard = (text: string, path: string): Test => {
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
};

export const single = (expression: JsonObject, path: string): readonly [string, Json] => {
  const [entry, ...more] = Object.entries(expression);
  if (entry === undefined || more.length > 0) {
    throw new Error(`The event pattern's field "${path}" needs exactly one operator in ${show(expression)}.`);
  }
  return entry;
};

const malformed = (operator: string, path: string, rule: string, value: Json): Error =>
  new Error(`The event pattern's field "${path}" is malformed: "${operator}" ${rule}, not ${show(value)}.`);

const onText =
  (test: (found: string) => boolean): Test =>
  (found) =>
    typeof found === "string" && test(found);

export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

export const isObject = (value: Json | undefined): value is JsonObject => typeof value === "object" && value !== null && !isList(value);

export const show = (value: Json): string => JSON.stringify(value);
