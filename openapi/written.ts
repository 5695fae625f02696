// Every file that is made from the routes, by its path, with the text it has to have.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mdmRoutes } from "../functions/device-api/routes.ts";
import { adminRoutes } from "../functions/routes/admin-routes.ts";
import { custodyRoutes } from "../functions/routes/custody-routes.ts";
import { documentOf } from "./document.ts";
import { describedMdmRoutes, isOfDeviceApi } from "./mdm-operations.ts";
import { describedRoutes } from "./operations.ts";
import { pageOf, tableOfRoutes } from "./page.ts";
import { partOf } from "./part.ts";
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

export const apiDocument = () => documentOf([...describedRoutes({ ...adminRoutes, ...custodyRoutes }), ...describedMdmRoutes(mdmRoutes())]);

export const writtenFiles = () => {
  const document = apiDocument();
  const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
  return {
    "docs/openapi.json": `${JSON.stringify(document, undefined, 2)}\n`,
    "docs/api.md": pageOf(document),
    // MDM servers have clients of their own.
    "client/api.ts": typesOf(partOf(document, (key) => !isOfDeviceApi(key))),
    "README.md": withTable(readme, tableOfRoutes(document)),
  };
};
