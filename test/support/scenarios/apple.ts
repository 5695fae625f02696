import { takeIdentityEvent } from "../../../functions/accounts/identity-event.ts";
import { TokenProved, takeTokenProof } from "../../../functions/mdm-servers/token-proved.ts";
import { scanExpiry } from "../../../functions/tokens/scan-expiry.ts";
import { fileAround } from "../builders/make.ts";
import { asking, call, event, fileOf, type Host, here, later, manager, neverTimeUp, register, type Scenario, START } from "./scene.ts";

/** Imports a token that the manager downloaded from Apple, and returns its id. */
export const importToken = async ({ ports, clock }: Host, token = "x", expDate = "2027-01-01T00:00:00+0000"): Promise<string> => {
  const file = Buffer.from(fileAround(JSON.stringify({ expDate, token, orgName: "P" }))).toString("base64");
  const body = { locationId: here.id, fileName: "a.vpptoken", file, downloadedBy: manager.id };
  return (await call(ports, clock.now, { route: "POST /v1/content-tokens/import", body })).body.id;
};

/** Imports a token and one that renews it, and returns the newer one's id after the overlap. */
const importRenewal = async (host: Host): Promise<string> => {
  await importToken(host, "older");
  later(host, 86_400);
  const newer = await importToken(host, "newer", "2027-03-01T00:00:00+0000");
  later(host, 31 * 86_400);
  return newer;
};

const reporting = (body: object) => asking("POST /v1/content-tokens/{id}/password-change-reports", (path) => ({ path, body }));

const accountEvent = (type: string) => ({
  id: `e-${type}`,
  "detail-type": type,
  source: "content-tokens",
  time: "2026-06-01T12:00:00Z",
  detail: { accountId: manager.id },
});

export const APPLE_SCENARIOS: readonly Scenario[] = [
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
  {
    // The next scan would do the same.
    changesNothing: true,
    name: "scanning after the overlap of two imported tokens",
    again: true,
    by: "expiry-scan",
    before: async (host) => [await importRenewal(host)],
    act: (ports) => scanExpiry(ports, neverTimeUp),
  },
  {
    // The next scan would do the same.
    changesNothing: true,
    name: "taking the proof of an imported token after the overlap with an earlier one",
    again: true,
    by: "identity-events",
    before: async (host) => [await importRenewal(host), (await register(host, "Fleet")).id],
    act: (ports, _, [tokenId, mdmServerId]) =>
      takeTokenProof(TokenProved.parse(event("ContentTokenProved", { tokenId, locationId: here.id, mdmServerId })), ports),
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
