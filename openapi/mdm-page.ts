// What the page says of errors of the device management API: which numbers are a route's own, and what each number means.
import { MDM_ERROR_NUMBERS, MDM_ERRORS } from "../domain/device-api/mdm-error.ts";
import { SHARED_NUMBERS } from "./mdm-numbers.ts";
import type { Schema } from "./schema.ts";
import { type Document, type Operation, responseOf } from "./types.ts";

const numbersIn = ({ anyOf = [], properties }: Schema): readonly unknown[] => [
  ...(properties?.errorNumber?.enum ?? []),
  ...anyOf.flatMap(numbersIn),
];

const isOwn = (number: unknown): boolean => ![...SHARED_NUMBERS].some((shared) => shared === number);

/** Those that not every route has. */
export const ownNumbers = (document: Document, { responses }: Operation): readonly string[] =>
  Object.values(responses).flatMap((response) => {
    const schema = responseOf(document, response).content?.["application/json"]?.schema;
    return numbersIn(schema ?? {})
      .filter(isOwn)
      .map((number) => `\`${number}\``);
  });

/** Of version 2; each error of version 1 has the status 200. */
const tableOfNumbers = (): string =>
  [
    "| number | status | says |",
    "|---|---|---|",
    ...MDM_ERROR_NUMBERS.map((number) => `| \`${number}\` | ${MDM_ERRORS[number].join(" | ")} |`),
  ].join("\n");

export const sectionOfNumbers = (): readonly string[] => {
  const shared = [...SHARED_NUMBERS].toSorted().map((number) => `\`${number}\``);
  return [
    "## Error numbers",
    `The device management API's closed list, with each number's status. Those of the token, rights, pace and the request's form (${shared.join(", ")}) are not repeated above; the OpenAPI document has every number of every route by its status. One that is no route's stands among the \`failures\` of a piece of work, if anywhere.`,
    tableOfNumbers(),
  ];
};
