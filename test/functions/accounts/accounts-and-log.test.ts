// What is kept of accounts and acts: one that is enabled again, and the custody log by its filters.
import { beforeEach, describe, expect, test } from "vitest";
import { at } from "../../support/builders/make.ts";
import { makeMdmService, manager, other } from "../../support/scenarios/mdm-service.ts";

let service: Awaited<ReturnType<typeof makeMdmService>>;
beforeEach(async () => {
  service = await makeMdmService();
});

describe("an account that is enabled again", () => {
  test("signs in again; what it was given before stays dead, and an old report disables it no more", async () => {
    const token = await service.issue(other.id, "manager");
    service.later(10);
    await service.call("PATCH /v1/accounts/{id}", [manager.id], { body: { enabled: false } });
    service.later(10);
    const enabled = await service.call("PATCH /v1/accounts/{id}", [manager.id], { body: { enabled: true } });
    expect(enabled.body.disabledAt).toBeUndefined();
    service.later(10);
    expect((await service.call("GET /v1/locations", [], { as: "manager" })).status).toBe(200);
    expect(await service.shown(token)).toMatchObject({ state: "invalidated", cause: "password-changed" });
    await service.ports.accounts.recordDisabled(manager.id, at("2026-06-01T12:00:10Z"));
    expect((await service.call("GET /v1/locations", [], { as: "manager" })).status).toBe(200);
  });
});

describe("the custody log", () => {
  test("is filtered by subject, actor, kind, location and time, and is for administrators", async () => {
    const token = await service.issue(other.id, "manager");
    const log = async (query: Record<string, string>) =>
      (await service.call("GET /v1/custody-log", [], { query })).body.items.map(({ act }: { act: string }) => act);
    expect(await log({ subject: token })).toEqual(["token-issued"]);
    expect(await log({ by: manager.id })).toEqual(["token-issued"]);
    expect(await log({ act: "mdm-server-registered" })).toHaveLength(2);
    expect(await log({ locationId: other.id })).toEqual(["token-issued"]);
    expect(await log({ from: "2026-06-01T12:00:01Z" })).toEqual([]);
    expect((await service.call("GET /v1/custody-log", [], { as: "manager" })).status).toBe(403);
    expect((await service.call("GET /v1/content-tokens/{id}/history", [token], { as: "manager" })).body.items).toHaveLength(1);
  });
});
