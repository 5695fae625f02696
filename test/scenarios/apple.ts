// Scenarios of imported tokens: reports, withdrawals, and identity events about the person who downloaded one from Apple.
import { ContentTokenId, MdmServerId } from "../../domain/ids.ts";
import { takeIdentityEvent } from "../../functions/events/take-identity-event.ts";
import { TokenProved, takeTokenProof } from "../../functions/events/take-token-proof.ts";
import { recordArrival } from "../../functions/record-arrival.ts";
import { scanExpiry } from "../../functions/schedule/scan-expiry.ts";
import { fileAround } from "../make.ts";
import {
  asking,
  call,
  event,
  fileOf,
  type Host,
  here,
  later,
  link,
  manager,
  neverTimeUp,
  register,
  type Scenario,
  START,
} from "./scene.ts";

/** Imports a token that the manager downloaded from Apple, and returns its id. */
export const importToken = async ({ ports, clock }: Host, token = "x", expDate = "2027-01-01T00:00:00+0000"): Promise<string> => {
  const file = Buffer.from(fileAround(JSON.stringify({ expDate, token, orgName: "P" }))).toString("base64");
  const body = { locationId: here.id, fileName: "a.vpptoken", file, downloadedBy: manager.id };
  return (await call(ports, clock.now, { route: "POST /v1/content-tokens/import", body })).body.id;
};

const reporting = (body: object) => asking("POST /v1/content-tokens/{id}/password-change-reports", (path) => ({ path, body }));

const accountEvent = (type: string) => ({
  id: `e-${type}`,
  "detail-type": type,
  source: "content-tokens",
  time: "2026-06-01T12:00:00Z",
  detail: { accountId: manager.id },
});

/** Two imported tokens of one location, the first of which an MDM server is linked to and polls. */
const renewed = async (host: Host): Promise<string[]> => {
  const server = await register(host, "Jamf");
  const older = await importToken(host);
  await link(host, server.id, older);
  later(host, 86_400);
  return [await importToken(host, "y", "2027-02-01T00:00:00+0000"), server.id];
};

export const APPLE_SCENARIOS: readonly Scenario[] = [
  {
    name: "scanning after an overlap of imported tokens",
    changesNothing: true,
    again: true,
    before: async (host) => {
      const given = await renewed(host);
      later(host, 31 * 86_400);
      return given;
    },
    by: "expiry-scan",
    act: (ports) => scanExpiry(ports, neverTimeUp),
  },
  {
    name: "being told that the MDM server of an imported token proved the newer one",
    again: true,
    before: async (host) => {
      const [newer = "", serverId = ""] = await renewed(host);
      const found = await host.ports.tokens.get(ContentTokenId.parse(newer));
      const before = await host.ports.links.of(here.id);
      if (found === undefined) throw new Error("the token was not imported");
      const arrival = { mdmServerId: MdmServerId.parse(serverId), how: "proved" as const, at: host.clock.now, isProof: true };
      await recordArrival({ before, token: found, arrival, by: MdmServerId.parse(serverId), traces: [], judged: {} }, host.ports);
      return [newer, serverId];
    },
    by: "identity-events",
    act: (ports, _, [tokenId, mdmServerId]) =>
      takeTokenProof(TokenProved.parse(event("ContentTokenProved", { tokenId, locationId: here.id, mdmServerId })), ports),
  },
  {
    name: "withdrawing an imported token",
    before: async (host) => [await importToken(host)],
    ...asking("POST /v1/content-tokens/{id}/revocation", (path) => ({ path, body: { reason: "lost" } })),
  },
  {
    name: "importing a withdrawn token again",
    before: async (host) => {
      const id = await importToken(host);
      await call(host.ports, host.clock.now, {
        route: "POST /v1/content-tokens/{id}/revocation",
        path: [id],
        body: { reason: "by mistake" },
      });
      later(host, 60);
      return [];
    },
    ...asking("POST /v1/content-tokens/import", () => ({
      body: { locationId: here.id, fileName: "a.vpptoken", file: fileOf("x"), managedAppleAccount: "apps@example.org" },
    })),
  },
  {
    name: "reporting a password change at Apple",
    before: async (host) => [await importToken(host)],
    ...reporting({ occurredAt: START.toISOString(), evidence: "an MDM server answers 9625" }),
  },
  {
    name: "reporting a password change at Apple without evidence",
    before: async (host) => [await importToken(host)],
    ...reporting({ occurredAt: START.toISOString() }),
  },
  {
    name: "requesting a check with Apple",
    // It enqueues a check and records nothing.
    changesNothing: true,
    again: true,
    before: async (host) => [await importToken(host)],
    ...asking("POST /v1/content-tokens/{id}/check", (path) => ({ path, body: {} })),
  },
  ...["account.password-changed", "account.disabled"].map(
    (type): Scenario => ({
      name: `doubting an imported token by ${type}`,
      by: "identity-events",
      again: true,
      before: async (host) => [await importToken(host)],
      act: (ports) => takeIdentityEvent(accountEvent(type), "pool", ports, neverTimeUp),
    }),
  ),
];
