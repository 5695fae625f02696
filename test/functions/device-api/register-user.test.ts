// A client user whom version 1 of the protocol registers, at once.
import { describe, expect, test } from "vitest";
import { sha256 } from "../../../functions/lib/hash.ts";
import { bearer, done, LISTENING, location, refusedWith, register, service, shown, told } from "../../support/scenarios/users-scene.ts";

describe("a user who is registered by version 1", () => {
  const FLEET = { clientUserIdStr: "f-1", managedAppleIDStr: "Eve@example.net" };

  test("is there at once, and is answered again when asked again", async () => {
    const first = await register(FLEET);
    expect(first).toEqual({
      status: 0,
      user: {
        userId: expect.any(Number),
        clientUserIdStr: "f-1",
        managedAppleIDStr: "Eve@example.net",
        status: "Associated",
        itsIdHash: sha256("eve@example.net"),
      },
      uId: location.uId,
      expirationMillis: bearer().token.expiresAt.getTime(),
      location: { locationName: location.name, locationId: location.uId },
    });
    expect(Number.isSafeInteger(first.user.userId) && first.user.userId > 0).toBe(true);
    expect(await register(FLEET)).toEqual(first);
    expect(await shown()).toEqual(["f-1 Associated"]);
    expect(await shown({ managedAppleId: FLEET.managedAppleIDStr })).toEqual(["f-1 Associated"]);
  });

  test("without an Apple Account is invited", async () => {
    const { user } = await register({ clientUserIdStr: "f-1", email: "f@example.net" });
    expect(user).toMatchObject({ status: "Registered", email: "f@example.net", inviteCode: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });

  test.each<[string, object, number]>([
    ["who is there with another Apple Account", { ...FLEET, managedAppleIDStr: "mallory@example.net" }, 9716],
    ["who is there with one, and is to have none", { clientUserIdStr: "f-1" }, 9716],
    ["whose Apple Account is another one's", { ...FLEET, clientUserIdStr: "f-2" }, 9641],
    ["with an e-mail address that is none", { clientUserIdStr: "f-3", email: "nonsense" }, 9717],
    ["without an identifier", {}, 9602],
  ])("is refused: one %s", async (_, body, errorNumber) => {
    await register(FLEET);
    expect(await refusedWith(register(body))).toMatchObject({ errorNumber });
    expect(await shown()).toEqual(["f-1 Associated"]);
  });

  test("is another registration after a retirement", async () => {
    const first = await register(FLEET);
    await done("RETIRE", { clientUserId: "f-1" });
    service.clock.now = new Date(service.clock.now.getTime() + 1000);
    expect((await register(FLEET)).user.userId).not.toBe(first.user.userId);
  });

  test("twice at once is there once", async () => {
    const answers = await Promise.all([register(FLEET), register(FLEET)]);
    expect(answers[0]).toEqual(answers[1]);
    expect(await shown()).toEqual(["f-1 Associated"]);
  });

  test("is told of as associated, to whoever wants to know", async () => {
    await register(FLEET, bearer({ config: LISTENING }));
    await register(FLEET, bearer({ config: LISTENING }));
    expect(told().map(({ type }) => type)).toEqual(["USER_ASSOCIATED"]);
    await register({ clientUserIdStr: "f-2", managedAppleIDStr: "f2@example.net" });
    expect(told()).toHaveLength(1);
  });
});
