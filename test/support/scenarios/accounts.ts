// Accounts in scene: who is invited, registered, changed, disabled, removed.
import { accountIdOf } from "../../../functions/lib/account-id.ts";
import { asking, call, fileOf, type Host, here, manager, type Scenario, START } from "./scene.ts";

const invite = async ({ ports, clock }: Host): Promise<string> =>
  (await call(ports, clock.now, { route: "POST /v1/accounts", body: { email: "eve@example.org" } })).body.id;

/** A token whose file the account was given. */
const give = async ({ ports, clock }: Host, downloadedBy: string): Promise<void> => {
  const body = { locationId: here.id, fileName: "a.vpptoken", file: fileOf("x"), downloadedBy };
  await call(ports, clock.now, { route: "POST /v1/content-tokens/import", body });
};

export const ACCOUNT_SCENARIOS: readonly Scenario[] = [
  {
    name: "registering an account of which a fact was parked",
    before: async (host) => {
      await host.ports.parking.park({ accountId: accountIdOf("late"), eventId: "e", meaning: "changed", occurredAt: START });
      return [];
    },
    ...asking("POST /v1/accounts", () => ({ body: { subject: "late", email: "late@example.org" } })),
  },
  { name: "changing an account", ...asking("PATCH /v1/accounts/{id}", () => ({ path: [manager.id], body: { grants: [] } })) },
  {
    name: "inviting somebody",
    again: true,
    ...asking("POST /v1/accounts", () => ({ body: { email: "eve@example.org" } })),
  },
  {
    name: "inviting somebody again",
    before: async (host) => [await invite(host)],
    ...asking("POST /v1/accounts/{id}/invitation", (path) => ({ path, body: {} })),
  },
  {
    name: "disabling an account and taking its grants",
    before: async (host) => {
      await give(host, manager.id);
      return [];
    },
    ...asking("PATCH /v1/accounts/{id}", () => ({ path: [manager.id], body: { enabled: false, grants: [] } })),
  },
  {
    name: "enabling an account again",
    before: async ({ ports }) => {
      await ports.accounts.recordDisabled(manager.id, START);
      return [];
    },
    ...asking("PATCH /v1/accounts/{id}", () => ({ path: [manager.id], body: { enabled: true } })),
  },
  {
    name: "removing an account",
    again: true,
    before: async (host) => {
      const id = await invite(host);
      await give(host, id);
      return [id];
    },
    ...asking("DELETE /v1/accounts/{id}", (path) => ({ path })),
  },
  {
    name: "reporting a password change",
    ...asking("POST /v1/accounts/{id}/password-changes", () => ({ path: [manager.id], body: {} })),
  },
];
