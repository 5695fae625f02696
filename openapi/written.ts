// Every file that is made from the routes, by its path, with the text it has to have.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { adminRoutes } from "../functions/api/admin-routes.ts";
import { custodyRoutes } from "../functions/api/custody-routes.ts";
import { documentOf } from "./document.ts";
import { pageOf, tableOfRoutes } from "./page.ts";
import { typesOf } from "./typescript.ts";

const BEGIN = "<!-- Made by `npm run openapi`. -->";
const END = "<!-- End of what `npm run openapi` makes. -->";

/** The README with the table of routes between its marks. */
const withTable = (readme: string, table: string): string => {
  const [before, rest] = readme.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`README.md must hold ${BEGIN} and ${END}, where the table of routes goes`);
  return `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
};

export const apiDocument = () => documentOf({ ...adminRoutes, ...custodyRoutes });

export const writtenFiles = () => {
  const document = apiDocument();
  const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
  return {
    "docs/openapi.json": `${JSON.stringify(document, undefined, 2)}\n`,
    "docs/api.md": pageOf(document),
    "client/api.ts": typesOf(document),
    "README.md": withTable(readme, tableOfRoutes(document)),
  };
};
