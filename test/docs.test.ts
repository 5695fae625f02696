// The pages that others build on say what the code says, no less and no more.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InvalidationCause } from "../domain/content-token.ts";
import { EVENT_DETAILS } from "../domain/events.ts";

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
