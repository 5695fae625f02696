// POST /v1/licenses/import: licenses that were acquired, as CSV. Every bad line is told and then nothing is taken; a dry run takes nothing either way.
// A file is taken in parts, each with a use of the idempotency key: one that was cut short goes on when it is sent again, and one that can't go on since
// somebody else acquired the same otherwise says which lines are left.
import * as z from "zod";
import { type Account, assertMay } from "../../domain/accounts/account.ts";
import { assetText } from "../../domain/licenses/licenses.ts";
import { acquiring, refusedOf, together } from "../../domain/licenses/postings.ts";
import { assertOpen } from "../../domain/organization/organization.ts";
import { LocationId } from "../../domain/shared/ids.ts";
import { Refusal } from "../../domain/shared/refusal.ts";
import { fileBase64 } from "../../domain/shared/text.ts";
import { madeBefore, useOf } from "../lib/idempotency.ts";
import { createEvent, publishEffects } from "../lib/publish.ts";
import { loadCurrentCaller } from "../middleware/current-caller.ts";
import { getOrThrow, type Handle, ok, retryOnConflict } from "../middleware/handler.ts";
import type { Ports } from "../ports/ports.ts";
import type { Idempotency } from "../ports/shared.ts";
import { type LicenseLine, licenseLines, Problem, type ReadLines } from "./csv-lines.ts";
import { decodeCsv, Encoding, Separator } from "./csv-text.ts";

export const ImportLicensesInput = z.strictObject({
  locationId: LocationId,
  csv: z
    .string()
    .min(1)
    .optional()
    .describe(
      "The file's text. Its first line names the columns: adamId, productType and quantity are needed; pricingParam, name, deviceAssignable, revocable and supportedPlatforms (separated by spaces; iOS for a new asset without it) are not.",
    ),
  file: fileBase64()
    .optional()
    .describe("Base64 of the file's bytes, instead of `csv`: UTF-8, or UTF-16 with a byte order mark. White space in it is ignored."),
  dryRun: z.boolean().default(false).describe("Tells what is wrong with the file, and takes nothing."),
});
export const ImportLicensesReply = z.object({
  dryRun: z.boolean(),
  lines: z.int().min(0).describe("Lines that are good."),
  assets: z.int().min(0).describe("How many assets they are about."),
  quantity: z.int().min(0).describe("How many licenses they add up to."),
  problems: z.array(Problem).describe("Every bad line. With one, nothing is taken."),
  encoding: Encoding.optional().describe("The encoding that was found. Left out if the file has bytes of no supported encoding."),
  separator: Separator.optional().describe("The separator that was found. Left out if the first line does not show one."),
});

/** Assets of one part: of each its counts, its traits and an event, in a transaction that takes 100 items. */
const ASSETS_PER_BATCH = 30;
/** One part after the other, within the time that a request has. */
const MAX_ASSETS = 1000;

/** The lines of each asset together, so many assets at once. */
const partsOf = (lines: readonly LicenseLine[]): LicenseLine[][] => {
  const byAsset = [...Map.groupBy(lines, assetText).values()];
  return Array.from({ length: Math.ceil(byAsset.length / ASSETS_PER_BATCH) }, (_, part) =>
    byAsset.slice(part * ASSETS_PER_BATCH, (part + 1) * ASSETS_PER_BATCH).flat(),
  );
};

type Needs = "accounts" | "locations" | "licenses" | "requests" | "bus" | "outbox" | "log" | "now" | "random";
type Part = { readonly lines: readonly LicenseLine[]; readonly locationId: LocationId; readonly use: Idempotency };

/** Acquired licenses of one asset: the sum of its lines. */
const acquisitionOf = async (
  [first, ...more]: readonly LicenseLine[],
  locationId: LocationId,
  at: Date,
  { licenses }: Pick<Ports, "licenses">,
) => {
  if (first === undefined) throw new Error("a group of lines has one at least");
  const key = { locationId, adamId: first.adamId, pricingParam: first.pricingParam };
  const quantity = [first, ...more].reduce((sum, line) => sum + line.quantity, 0);
  return { key, quantity, posting: acquiring(key, await licenses.asset(key), Object.assign({}, first, ...more, { quantity }), at) };
};

/** Those of parts that were not taken by an earlier request with the key: by what is there now, the licenses of the others would speak against them. */
const linesLeft = async (
  parts: readonly LicenseLine[][],
  useFor: (part: number) => Idempotency,
  ports: Pick<Ports, "requests" | "now">,
): Promise<readonly LicenseLine[]> => {
  const made = await Promise.all(parts.map((_, part) => madeBefore(useFor(part), ports)));
  return parts.flatMap((lines, part) => (made[part] === undefined ? lines : []));
};

/** The first part of a refusal after some parts were taken: sending the whole file again would count those twice. */
const takenText = (lines: readonly LicenseLine[], left: readonly LicenseLine[]): string => {
  if (left.length === lines.length) return "Nothing was taken.";
  const waiting = left.map(({ line }) => line).toSorted((one, other) => one - other);
  return `All lines but ${waiting.join(", ")} were taken before. Mend those and send them alone, with another key.`;
};

const takePart = (caller: Account, { lines, locationId, use }: Part, ports: Pick<Ports, Needs>): Promise<true> =>
  retryOnConflict(async () => {
    const { locations, licenses, now, random } = ports;
    const currentCaller = await loadCurrentCaller(caller, ports);
    assertMay(currentCaller, "license:acquire", locationId);
    const location = getOrThrow(await locations.get(locationId), "location");
    if ((await madeBefore(use, ports)) !== undefined) return true;
    assertOpen(location);
    const at = now();
    const ofEach = [...Map.groupBy(lines, assetText).values()].map((group) => acquisitionOf(group, locationId, at, ports));
    const acquisitions = await Promise.all(ofEach);
    const effects = acquisitions.map(({ key, quantity }) =>
      createEvent("LicensesAcquired", { ...key, quantity, accountId: caller.id }, { at, random }),
    );
    const more = { idempotency: { ...use, made: "", at }, preconditions: { accounts: [currentCaller] } };
    const postings = acquisitions.map(({ posting }) => posting);
    if (!(await licenses.post(together(postings, at), effects, more))) return undefined;
    await publishEffects(effects, ports);
    return true;
  });

type Source = Pick<z.infer<typeof ImportLicensesInput>, "csv" | "file">;

/** The file's text and lines. Refuses with `invalid_input` when it is sent twice or not at all. */
const readSource = ({ csv, file }: Source): ReadLines & { readonly text: string; readonly encoding?: Encoding } => {
  if ((csv === undefined) === (file === undefined))
    throw new Refusal("invalid_input", "Send the file either as text (csv) or as the base64 of its bytes (file).");
  const decoded = file === undefined ? { encoding: "UTF-8" as const, text: csv ?? "" } : decodeCsv(Buffer.from(file, "base64"));
  if ("problem" in decoded) return { found: [], problems: [decoded.problem], text: "" };
  return { ...licenseLines(decoded.text), ...decoded };
};

export const importLicenses: Handle<typeof ImportLicensesInput, Needs, z.input<typeof ImportLicensesReply>, 200, "idempotencyKey"> = async (
  request,
  ports,
) => {
  const { caller, input, idempotencyKey } = request;
  const { locationId, dryRun } = input;
  assertMay(caller, "license:acquire", locationId);
  const location = getOrThrow(await ports.locations.get(locationId), "location");
  // Otherwise each part says whether it was taken while the location was open.
  if (dryRun) assertOpen(location);
  if (!dryRun && idempotencyKey === undefined)
    throw new Refusal(
      "invalid_input",
      "Send an Idempotency-Key: with it, a file that is sent again within a day counts once, and one that was cut short goes on.",
    );
  const { found: lines, problems: unreadable, text, encoding, separator } = readSource(input);
  const count = new Set(lines.map(assetText)).size;
  if (count > MAX_ASSETS)
    throw new Refusal("invalid_input", `A file may be about at most ${MAX_ASSETS} assets; this one is about ${count}. Split it.`);
  // The first part uses the key itself, so that it stands for nothing else; a space is in no key that a caller sends.
  const useFor = (part: number) => useOf(caller, part === 0 ? `${idempotencyKey}` : `${idempotencyKey} ${part}`, { locationId, csv: text });
  const parts = partsOf(lines);
  const left = dryRun ? lines : await linesLeft(parts, useFor, ports);
  const refused = refusedOf(left, locationId, await ports.licenses.assets(locationId));
  const wrong = refused.map(({ line: { line }, refusal }) => ({ line, problem: refusal.message }));
  const problems = [...unreadable, ...wrong].toSorted((one, other) => one.line - other.line);
  const bad = new Set(refused.map(({ line }) => line));
  const good = lines.filter((line) => !bad.has(line));
  const told = {
    lines: good.length,
    assets: new Set(good.map(assetText)).size,
    quantity: good.reduce((sum, line) => sum + line.quantity, 0),
    problems,
    ...(encoding === undefined ? {} : { encoding }),
    ...(separator === undefined ? {} : { separator }),
  };
  if (dryRun) return ok({ dryRun, ...told });
  const [first] = problems;
  if (first !== undefined)
    throw new Refusal(
      "bad_lines",
      `${takenText(lines, left)} Problems: ${problems.length}; line ${first.line}: ${first.problem.replace(/\.$/, "")}. A dry run (dryRun) tells of all.`,
    );
  for (const [part, some] of parts.entries()) await takePart(caller, { lines: some, locationId, use: useFor(part) }, ports);
  return ok({ dryRun, ...told });
};
