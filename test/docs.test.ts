// The pages that others build on say what the code says, no less and no more.
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EVENT_DETAILS } from "../domain/shared/events.ts";
import { InvalidationCause } from "../domain/tokens/content-token.ts";

const page = readFileSync(join(import.meta.dirname, "../docs/events.md"), "utf8");
const sections = new Map(page.split(/^## /m).map((section) => [/^.*/.exec(section)?.[0] ?? "", section]));
sections.delete("# Events");

/** What the first column of a section's table names. */
const fieldsOf = (section = ""): string[] =>
  [...section.matchAll(/^\| (`.+?) \|/gm)].flatMap(([, cell = ""]) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name));

describe("the page of events", () => {
  test("has a section for every type of event, and for nothing else", () => {
    expect([...sections.keys()].toSorted()).toEqual(Object.keys(EVENT_DETAILS).toSorted());
  });

  test.each(Object.entries(EVENT_DETAILS))("names every field of %s, no other, and says what to do", (type, detail) => {
    expect(fieldsOf(sections.get(type)).toSorted()).toEqual(Object.keys(detail.shape).toSorted());
    expect(sections.get(type)).toContain("\nWhat to do: ");
  });

  test("names every cause for which a token may end", () => {
    for (const cause of InvalidationCause.options) expect(sections.get("ContentTokenInvalidated")).toContain(`\`${cause}\``);
  });
});

describe("commands in the documents and messages", () => {
  const root = join(import.meta.dirname, "..");
  const pages = ["README.md", "docs/*.md", "domain/**/*.ts", "functions/**/*.ts", "infra/*.ts", "local/**/*.ts"];
  const texts = pages
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

  // Options that GNU has and macOS has not, or the other way round.
  test.each([
    /base64 +(-w|--wrap|-b|-D|-i)/,
    /\bdate [^`\n]*(-d\b|--date|-v[+-]|-j\b)/,
    /\bsed +(-i|-r)\b/,
    /\bgrep +-[a-zA-Z]*P/,
    /\breadlink +-f/,
    /\bstat +-[cf]\b/,
    /\b(sha256sum|md5sum|tac|shuf)\b +[-$<"\w]/,
    /\bxargs +-r/,
  ])("use nothing of %s, which only one of macOS and Linux has", (command) => {
    expect(texts.length).toBeGreaterThan(200);
    expect(texts.filter(({ text }) => command.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test("show how to end a credential that leaked at once", () => {
    const readme = texts.find(({ path }) => path === "README.md")?.text;
    expect(readme).toMatch(/-d '\{"revokeNow":true\}' \$API\/v1\/mdm-servers\/mdm_…\/credential/);
  });
});

describe("the decisions", () => {
  const folder = join(import.meta.dirname, "../docs/decisions");
  const index = readFileSync(join(folder, "README.md"), "utf8");
  const files = globSync("0*.md", { cwd: folder }).toSorted();
  const statusOf = (file: string): string => readFileSync(join(folder, file), "utf8").split("\n\n")[1] ?? "";

  test("are listed in the index, each once and in order", () => {
    expect([...index.matchAll(/^\| \[\d{4}\]\((.+?)\)/gm)].map(([, file]) => file)).toEqual(files);
  });

  test.each(files)("have a status and a date, and those that one changes name it: %s", (file) => {
    const status = statusOf(file);
    expect(status).toMatch(/^Status: accepted, \d{4}-\d\d-\d\d\b/);
    const [, replaced = ""] = /\bReplaces\s(.*)/s.exec(status) ?? [];
    for (const [, earlier = ""] of replaced.matchAll(/\((\d{4}-.+?\.md)\)/g)) expect(statusOf(earlier)).toContain(`(${file})`);
  });
});
