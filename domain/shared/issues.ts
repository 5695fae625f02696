// Error texts for invalid input: the field and what was expected. They never quote the value, which may be a secret.
import type * as z from "zod";

type Issue = z.core.$ZodIssue;

const EXPECTED: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  date: "a date and time",
};

/** Forms of text that schemas check without words of their own. */
const FORMS: Readonly<Record<string, string>> = {
  datetime: "a date and time in ISO 8601, like 2030-11-08T22:33:22Z or 2030-11-08T22:33:22+01:00",
  uuid: "a UUID",
  url: "a URL",
  email: "an e-mail address",
  base64: "base64",
};

/** The schema library's default message begins with "Invalid" and does not say what was expected; a message that a schema gives does. */
const formOf = (issue: Extract<Issue, { readonly code: "invalid_format" }>): string =>
  issue.message.startsWith("Invalid ") ? `must be ${FORMS[issue.format] ?? "of another form"}` : issue.message;

const sizeOf = (origin: string, count: number | bigint): string => {
  if (origin === "string") return `${count} character${Number(count) === 1 ? "" : "s"}`;
  return origin === "array" ? `${count} element${Number(count) === 1 ? "" : "s"}` : String(count);
};

const wordsOf = (issue: Issue): string => {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined && /received undefined/.test(issue.message)
        ? "is missing"
        : `must be ${EXPECTED[issue.expected] ?? issue.expected}`;
    case "too_small":
      return Number(issue.minimum) === 1 && issue.origin !== "number"
        ? "must not be empty"
        : `must be at least ${sizeOf(issue.origin, issue.minimum)}`;
    case "too_big":
      return `must be at most ${sizeOf(issue.origin, issue.maximum)}`;
    case "unrecognized_keys":
      return `unknown field ${issue.keys.map((key) => JSON.stringify(key.slice(0, 64))).join(", ")}`;
    case "invalid_value":
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "invalid_format":
      return formOf(issue);
    case "invalid_union":
      return [...new Set(issue.errors.flat().map(wordsOf))].join(", or ");
    default:
      return issue.message;
  }
};

/** One issue as a phrase: "linkSeconds must be at most 900". */
export const issueText = (issue: Issue): string => {
  const words = wordsOf(issue);
  const at = issue.path.join(".");
  return at === "" ? words : `${at} ${words}`;
};
