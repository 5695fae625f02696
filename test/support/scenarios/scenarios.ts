// What each handler does, set in scene: what there was before, and the act. Run on any ports, whole or cut short.

import { takeIdentityEvent } from "../../../functions/accounts/identity-event.ts";
import { retryParkedFacts } from "../../../functions/accounts/retry-parked-facts.ts";
import { sealCustody } from "../../../functions/custody/seal.ts";
import { accountIdOf } from "../../../functions/lib/account-id.ts";
import { measure } from "../../../functions/operations/measure.ts";
import { sweepOutbox } from "../../../functions/operations/sweep-outbox.ts";
import { Founding, foundOrganization } from "../../../functions/organization/found-organization.ts";
import { scanExpiry } from "../../../functions/tokens/scan-expiry.ts";
import { busInMemory, filesInMemory } from "../adapters/outside.ts";
import { ACCOUNT_SCENARIOS } from "./accounts.ts";
import { APPLE_SCENARIOS } from "./apple.ts";
import { CHECK_SCENARIOS } from "./checks.ts";
import { CLAIM_SCENARIOS } from "./claims.ts";
import { LEDGER_SCENARIOS } from "./ledger.ts";
import { MDM_SCENARIOS } from "./mdm.ts";
import {
  ada,
  asking,
  call,
  event,
  FETCH,
  FOUNDING,
  fileOf,
  here,
  issue,
  later,
  link,
  manager,
  neverTimeUp,
  other,
  register,
  type Scenario,
  START,
} from "./scene.ts";
import { USER_SCENARIOS } from "./users.ts";

export { type Host, type HostPorts, later, makeHost, neverTimeUp, organize, type Scenario } from "./scene.ts";

export const SCENARIOS: readonly Scenario[] = [
  { name: "issuing", ...asking("POST /v1/content-tokens", () => ({ body: { locationId: here.id } })) },
  {
    name: "issuing with a key",
    again: true,
    ...asking("POST /v1/content-tokens", () => ({ body: { locationId: here.id }, key: "k-1" })),
  },
  {
    name: "issuing without an overlap",
    before: async (host) => {
      await call(host.ports, host.clock.now, { route: "PATCH /v1/organization", body: { renewalOverlapDays: 0 } });
      const older = await issue(host);
      later(host, 86_400);
      return [older];
    },
    ...asking("POST /v1/content-tokens", () => ({ body: { locationId: here.id } })),
  },
  {
    name: "importing",
    ...asking("POST /v1/content-tokens/import", () => ({
      body: { locationId: here.id, fileName: `sToken_for_${other.name}.vpptoken`, file: fileOf("x"), downloadedBy: manager.id },
    })),
  },
  {
    name: "downloading",
    before: async (host) => [await issue(host)],
    ...asking("POST /v1/content-tokens/{id}/downloads", (path) => ({ path, body: {} })),
  },
  {
    name: "revoking",
    before: async (host) => [await issue(host)],
    ...asking("POST /v1/content-tokens/{id}/revocation", (path) => ({ path, body: { reason: "lost" } })),
  },
  ...ACCOUNT_SCENARIOS,
  ...APPLE_SCENARIOS,
  ...LEDGER_SCENARIOS,
  ...CHECK_SCENARIOS,
  ...CLAIM_SCENARIOS,
  ...MDM_SCENARIOS,
  ...USER_SCENARIOS,
  { name: "creating a location", ...asking("POST /v1/locations", () => ({ body: { name: "Third" } })) },
  { name: "renaming a location", ...asking("PATCH /v1/locations/{id}", () => ({ path: [other.id], body: { name: "New" } })) },
  { name: "changing the organization", ...asking("PATCH /v1/organization", () => ({ body: { name: "New", reminderLadder: [90, 1] } })) },
  { name: "registering an MDM server", ...asking("POST /v1/mdm-servers", () => ({ body: { name: "Fleet", vendor: "fleet" } })) },
  {
    name: "changing an MDM server",
    before: async (host) => [(await register(host, "Fleet")).id],
    ...asking("PATCH /v1/mdm-servers/{id}", (path) => ({ path, body: { name: "Fleet at home" } })),
  },
  {
    name: "founding the organization",
    again: true,
    begins: "unfounded",
    by: "setup",
    act: (ports) => foundOrganization(Founding.parse(FOUNDING), ports),
  },
  {
    name: "replacing a credential",
    before: async (host) => [(await register(host, "Fleet")).id],
    ...asking("POST /v1/mdm-servers/{id}/credential", (path) => ({ path, body: {} })),
  },
  {
    name: "linking a second MDM server",
    before: async (host) => {
      const token = await issue(host);
      await link(host, (await register(host, "Fleet")).id, token);
      return [(await register(host, "Zentral")).id, token];
    },
    ...asking("PUT /v1/mdm-servers/{id}/links/{tokenId}", (path) => ({ path, body: {} })),
  },
  {
    name: "unlinking",
    before: async (host) => {
      const [server, token] = [await register(host, "Fleet"), await issue(host)];
      await link(host, server.id, token);
      return [server.id, token];
    },
    ...asking("DELETE /v1/mdm-servers/{id}/links/{tokenId}", (path) => ({ path })),
  },
  {
    name: "unlinking the latest token of an MDM server, which closes the earlier one",
    before: async (host) => {
      const [server, older] = [await register(host, "Fleet"), await issue(host)];
      await link(host, server.id, older);
      later(host, 86_400);
      const newer = await issue(host);
      await call(host.ports, host.clock.now, { route: FETCH, bearer: server.credential });
      return [server.id, newer];
    },
    ...asking("DELETE /v1/mdm-servers/{id}/links/{tokenId}", (path) => ({ path })),
  },
  {
    name: "removing an MDM server with links at two locations",
    again: true,
    before: async (host) => {
      const server = await register(host, "Fleet");
      for (const location of [here.id, other.id]) await link(host, server.id, await issue(host, location));
      return [server.id];
    },
    ...asking("DELETE /v1/mdm-servers/{id}", (path) => ({ path })),
  },
  {
    name: "resolving a conflict",
    before: async (host) => {
      const token = await issue(host);
      const [fleet, zentral] = [await register(host, "Fleet"), await register(host, "Zentral")];
      await link(host, fleet.id, token);
      const { body } = await link(host, zentral.id, token);
      return [body.conflictId, fleet.id];
    },
    ...asking("POST /v1/conflicts/{id}/resolution", ([conflict = "", keptBy]) => ({
      path: [conflict],
      body: { keptBy, reason: "moved" },
    })),
  },
  {
    name: "fetching",
    before: async (host) => {
      const server = await register(host, "Fleet");
      await link(host, server.id, await issue(host));
      return [server.credential];
    },
    ...asking(FETCH, ([bearer = ""]) => ({ bearer })),
  },
  {
    name: "being seen to have the newer token, as the last to move on from an earlier one",
    before: async (host) => {
      const [server, older] = [await register(host, "Fleet"), await issue(host)];
      await link(host, server.id, older);
      later(host, 86_400);
      await issue(host);
      const { etag } = await call(host.ports, host.clock.now, { route: FETCH, bearer: server.credential });
      return [server.credential, etag ?? ""];
    },
    ...asking(FETCH, ([bearer = "", etag]) => ({ bearer, etag })),
  },
  ...(["account.password-changed", "account.disabled"] as const).map(
    (type): Scenario => ({
      name: `taking ${type} of an account with two tokens`,
      again: true,
      before: async (host) => [await issue(host), await issue(host, other.id)],
      by: "identity-events",
      act: (ports) => takeIdentityEvent(event(type, { accountId: ada.id, occurredAt: "2026-06-01T12:00:20Z" }), "pool", ports, neverTimeUp),
    }),
  ),
  {
    name: "taking a fact about nobody",
    again: true,
    by: "identity-events",
    act: (ports) => takeIdentityEvent(event("account.password-changed", { subject: "unknown" }), "pool", ports, neverTimeUp),
  },
  {
    changesNothing: true,
    name: "scanning: one to be reminded of, one that ended, one that a password killed",
    again: true,
    before: async (host) => {
      await issue(host);
      const import_ = (token: string, end: string, downloadedBy: string) =>
        call(host.ports, host.clock.now, {
          route: "POST /v1/content-tokens/import",
          body: {
            locationId: other.id,
            fileName: "a.vpptoken",
            downloadedBy,
            file: Buffer.from(Buffer.from(JSON.stringify({ expDate: end, token, orgName: "P" })).toString("base64")).toString("base64"),
          },
        });
      await import_("ending", "2026-06-08T00:00:00+0000", "unknown");
      await import_("ended", "2026-06-02T00:00:00+0000", "unknown");
      await import_("killed", "2026-06-08T00:00:00+0000", manager.id);
      await host.ports.accounts.recordPasswordChange(manager.id, START);
      later(host, 2 * 86_400);
      return [];
    },
    by: "expiry-scan",
    act: (ports) => scanExpiry(ports, neverTimeUp),
  },
  {
    changesNothing: true,
    name: "scanning after an overlap",
    again: true,
    before: async (host) => {
      await issue(host);
      later(host, 86_400);
      await issue(host);
      later(host, 31 * 86_400);
      return [];
    },
    by: "expiry-scan",
    act: (ports) => scanExpiry(ports, neverTimeUp),
  },
  ...(["changed", "gone"] as const).map(
    (meaning): Scenario => ({
      changesNothing: true,
      name: `retrying a parked fact: ${meaning}`,
      again: true,
      before: async (host) => {
        await host.ports.parking.park({ accountId: ada.id, eventId: "e", meaning, occurredAt: START });
        await issue(host);
        return [];
      },
      by: "identity-events",
      act: (ports) => retryParkedFacts(ports, neverTimeUp),
    }),
  ),
  {
    name: "sweeping",
    changesNothing: true,
    again: true,
    before: async (host) => {
      const { ports } = host;
      const untold = { ...ports, bus: busInMemory([], () => false), files: filesInMemory(host.files, () => true) };
      const { body } = await call(untold, host.clock.now, { route: "POST /v1/content-tokens", body: { locationId: here.id } });
      await call(untold, host.clock.now, {
        route: "POST /v1/content-tokens/{id}/revocation",
        path: [body.id],
        body: { reason: "lost" },
      });
      later(host, 600);
      return [];
    },
    by: "outbox",
    act: (ports) => sweepOutbox(ports, neverTimeUp),
  },
  {
    name: "sealing",
    again: true,
    before: async (host) => {
      await issue(host);
      return [];
    },
    by: "custody-seal",
    act: (ports) => sealCustody(ports, neverTimeUp),
  },
  {
    name: "measuring",
    changesNothing: true,
    again: true,
    before: async (host) => {
      const { id } = await register(host, "Fleet");
      await link(host, id, await issue(host));
      await host.ports.parking.park({ accountId: accountIdOf("nobody"), eventId: "e", meaning: "changed", occurredAt: START });
      return [];
    },
    by: "outbox",
    act: (ports) => measure(ports, neverTimeUp),
  },
];
