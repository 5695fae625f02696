import { describe, expect, test } from "vitest";
import { ClientConfigRequest, configAsked, isRoomFor, unnamedServer } from "../../../domain/device-api/client-config.ts";
import { MdmRefusal } from "../../../domain/device-api/mdm-error.ts";
import { noLinks } from "../../../domain/mdm-servers/links.ts";
import { anMdmServer, at, contentTokenId, locationId, mdmServerId } from "../../support/builders/make.ts";

const mdmInfo = { id: "7f0c", name: "Fleet", metadata: "https://fleet.example.org" };
const notify = { notificationUrl: "https://mdm.example.org/told", notificationAuthToken: "secret" };

const asking = (request: object) => configAsked(ClientConfigRequest.parse(request), (url) => url.startsWith("https://"));
const numberOf = (request: object): number | undefined => {
  try {
    asking(request);
  } catch (error) {
    if (error instanceof MdmRefusal) return error.error.errorNumber;
    throw error;
  }
  return undefined;
};

describe("what an MDM server says of itself", () => {
  test("is taken whole, or left alone", () => {
    expect(asking({ mdmInfo, ...notify, notificationTypes: ["ASSET_COUNT"] })).toEqual({
      mdmInfo,
      notify: { url: notify.notificationUrl, authToken: "secret" },
      notificationTypes: ["ASSET_COUNT"],
    });
    expect(asking({ mdmInfo: null })).toEqual({ mdmInfo: undefined, notify: undefined, notificationTypes: undefined });
  });

  test.each([
    [9723, { mdmInfo: { id: "a", name: "b" } }],
    [9723, { mdmInfo: { ...mdmInfo, metadata: "" } }],
    [9724, { mdmInfo: { ...mdmInfo, id: "x".repeat(101) } }],
    [9725, { mdmInfo: { ...mdmInfo, name: "x".repeat(101) } }],
    [9713, { mdmInfo: { ...mdmInfo, metadata: "x".repeat(256) } }],
    [9602, { mdmInfo: { ...mdmInfo, name: "a\u0000b" } }],
    [9710, { notificationUrl: notify.notificationUrl }],
    [9710, { notificationAuthToken: "secret" }],
    [9711, { ...notify, notificationUrl: `https://x/${"y".repeat(512)}` }],
    [9711, { ...notify, notificationAuthToken: "x".repeat(513) }],
    [9712, { ...notify, notificationUrl: "http://mdm.example.org/told" }],
    [9602, { ...notify, notificationAuthToken: "a\nb" }],
  ])("is refused with %d", (number, request) => {
    expect(numberOf(request)).toBe(number);
  });

  test("may be as long as the limits say", () => {
    const longest = { id: "x".repeat(100), name: "y".repeat(100), metadata: "z".repeat(255) };
    expect(numberOf({ mdmInfo: longest, ...notify, notificationAuthToken: "t".repeat(512) })).toBeUndefined();
  });
});

describe("whose words they are", () => {
  test("those of the only MDM server that has the token, while it never named itself", () => {
    const fleet = anMdmServer();
    expect(unnamedServer([fleet])).toBe(fleet.id);
    expect(unnamedServer([])).toBeUndefined();
    expect(unnamedServer([fleet, anMdmServer({ id: mdmServerId(2) })])).toBeUndefined();
    expect(unnamedServer([anMdmServer({ mdmInfo })])).toBeUndefined();
  });

  test("there is room for ten on one token, whatever is on others", () => {
    const sightingOf = (seed: number, tokenId = contentTokenId()) => ({
      tokenId,
      worksWith: "this-service" as const,
      mdmServerId: mdmServerId(seed),
      how: "identified" as const,
      firstAt: at("2026-01-01T00:00:00Z"),
      lastAt: at("2026-01-01T00:00:00Z"),
    });
    const nine = Array.from({ length: 9 }, (_, index) => sightingOf(index + 1));
    const elsewhere = sightingOf(20, contentTokenId(2));
    const links = (all: typeof nine) => ({ ...noLinks(locationId()), sightings: all });
    expect(isRoomFor(links([...nine, elsewhere]), contentTokenId())).toBe(true);
    expect(isRoomFor(links([...nine, sightingOf(10)]), contentTokenId())).toBe(false);
  });
});
