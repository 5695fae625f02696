// POST /v1/licenses/import: licenses that were acquired, as CSV. Every bad line is told and then nothing is taken; a dry run takes nothing either way.
// A file is taken in parts, each with a use of the idempotency key: one that was cut short goes on when it is sent again.
import * as z from "zod";
import { assertMay } from "../../domain/account.ts";
import { LocationId } from "../../domain/ids.ts";
import { type Asset, type AssetKey, assetText } from "../../domain/licenses.ts";
import { assertOpen } from "../../domain/organization.ts";
import { acquiring, merged, posted } from "../../domain/postings.ts";
import { Refusal } from "../../domain/refusal.ts";
import { announce, eventOf } from "../announce.ts";
import { callerNow } from "../caller.ts";
import { existing, type Handle, judgedAgain, ok } from "../handle.ts";
import type { Idempotency, Ports } from "../ports.ts";
import { madeBefore, useOf } from "../replayed.ts";
import { type LicenseLine, licenseLines, Problem } from "./license-lines.ts";

export const ImportLicensesInput = z.strictObject({
  locationId: LocationId,
  csv: z
    .string()
    .min(1)
    .describe(
      "The file's text. Its first line names the columns: adamId, productType and quantity are needed; pricingParam, name, deviceAssignable, revocable and supportedPlatforms (separated by spaces) are not.",
    ),
  dryRun: z.boolean().default(false).describe("Tells what is wrong with the file, and takes nothing."),
});
export const ImportLicensesReply = z.object({
  dryRun: z.boolean(),
  lines: z.int().min(0).describe("Lines that are good."),
  assets: z.int().min(0).describe("How many assets they are about."),
  quantity: z.int().min(0).describe("How many licenses they add up to."),
  problems: z.array(Problem).describe("Every bad line. With one, nothing is taken."),
});

/** Assets of one part: of each its counts, its traits and an event, in a transaction that takes 100 items. */
const ASSETS_AT_ONCE = 30;

const keyIn = (locationId: LocationId, { adamId, pricingParam }: LicenseLine): AssetKey => ({ locationId, adamId, pricingParam });

const isRefusal = (error: unknown): error is Refusal => error instanceof Refusal;

/** What the rules say against lines, each after those before it. */
const refusedLines = (lines: readonly LicenseLine[], locationId: LocationId, known: ReadonlyMap<string, Asset>): Problem[] => {
  const assets = new Map(known);
  const problems: Problem[] = [];
  for (const line of lines) {
    const before = assets.get(assetText(line));
    try {
      assets.set(assetText(line), posted(before, acquiring(keyIn(locationId, line), before, line)));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      problems.push({ line: line.line, problem: error.message });
    }
  }
  return problems;
};

/** The lines of each asset together, so many assets at once. */
const partsOf = (lines: readonly LicenseLine[]): LicenseLine[][] => {
  const byAsset = [...Map.groupBy(lines, assetText).values()];
  return Array.from({ length: Math.ceil(byAsset.length / ASSETS_AT_ONCE) }, (_, part) =>
    byAsset.slice(part * ASSETS_AT_ONCE, (part + 1) * ASSETS_AT_ONCE).flat(),
  );
};

type Needs = "accounts" | "locations" | "licenses" | "requests" | "bus" | "outbox" | "log" | "now" | "random";
type Call = Parameters<Handle<typeof ImportLicensesInput, Needs, unknown, 200, "idempotencyKey">>[0];

const takePart = (lines: readonly LicenseLine[], { caller, input: { locationId } }: Call, use: Idempotency, ports: Pick<Ports, Needs>) =>
  judgedAgain(async () => {
    const { locations, licenses, now, random } = ports;
    const judged = await callerNow(caller, ports);
    assertMay(judged, "license:acquire", locationId);
    const location = existing(await locations.get(locationId), "location");
    if ((await madeBefore(use, ports)) !== undefined) return true;
    assertOpen(location);
    const at = now();
    const postings = await Promise.all(
      [...Map.groupBy(lines, assetText).values()].map(async ([first, ...more]) => {
        if (first === undefined) throw new Error("a group of lines has one at least");
        const key = keyIn(locationId, first);
        const quantity = [first, ...more].reduce((sum, line) => sum + line.quantity, 0);
        const posting = acquiring(key, await licenses.asset(key), { ...first, ...more.at(-1), quantity });
        return { posting, event: eventOf("LicensesAcquired", { ...key, quantity, accountId: caller.id }, { at, random }) };
      }),
    );
    const traces = postings.map(({ event }) => event);
    const more = { idempotency: { ...use, made: "", at }, judged: { accounts: [judged] } };
    if (!(await licenses.post(merged(postings.map(({ posting }) => posting)), traces, more))) return undefined;
    await announce(traces, ports);
    return true;
  });

export const importLicenses: Handle<typeof ImportLicensesInput, Needs, z.input<typeof ImportLicensesReply>, 200, "idempotencyKey"> = async (
  request,
  ports,
) => {
  const { caller, input, idempotencyKey } = request;
  const { locationId, csv, dryRun } = input;
  assertMay(caller, "license:acquire", locationId);
  const location = existing(await ports.locations.get(locationId), "location");
  // Otherwise each part says whether it was taken while the location was open.
  if (dryRun) assertOpen(location);
  if (!dryRun && idempotencyKey === undefined)
    throw new Refusal(
      "invalid_input",
      "Send an Idempotency-Key: with it, a file that is sent twice counts once, and one that was cut short goes on.",
    );
  const { found: lines, problems: unreadable } = licenseLines(csv);
  const known = new Map((await Array.fromAsync(ports.licenses.assets(locationId))).map((asset) => [assetText(asset), asset]));
  const refused = refusedLines(lines, locationId, known);
  const problems = [...unreadable, ...refused].toSorted((one, other) => one.line - other.line);
  const told = {
    lines: lines.length - refused.length,
    assets: new Set(lines.map(assetText)).size,
    quantity: lines.reduce((sum, line) => sum + line.quantity, 0),
    problems,
  };
  if (dryRun) return ok({ dryRun, ...told });
  const [first] = problems;
  if (first !== undefined)
    throw new Refusal(
      "bad_lines",
      `${problems.length} of the file's lines are bad, and nothing was taken. Line ${first.line}: ${first.problem}. A dry run (dryRun) tells of all.`,
    );
  for (const [part, some] of partsOf(lines).entries()) {
    // A space is in no key that a caller sends.
    const use = useOf(caller, `${idempotencyKey} ${part}`, { locationId, csv });
    if (use !== undefined) await takePart(some, request, use, ports);
  }
  return ok({ dryRun, ...told });
};
