// The addresses that tokens may be sent to.
import { describe, expect, test } from "vitest";
import { APPLE_API, appleTarget, isAppleSetting } from "../../../domain/tokens/apple-api.ts";

describe("a base URL", () => {
  test.each([
    [APPLE_API, { isSecure: true, host: "vpp.itunes.apple.com", port: 443, path: "/mdm/v2/client/config" }],
    ["https://apple.example", { isSecure: true, host: "apple.example", port: 443, path: "/client/config" }],
    ["https://Apple.Example:8443/a/b//", { isSecure: true, host: "apple.example", port: 8443, path: "/a/b/client/config" }],
    ["https://[::1]/mdm", { isSecure: true, host: "::1", port: 443, path: "/mdm/client/config" }],
  ])("%s leads to one endpoint", (base, target) => {
    expect(appleTarget(base)).toEqual(target);
    expect(isAppleSetting(base)).toBe(true);
  });

  test.each([
    "",
    "vpp.itunes.apple.com",
    "http://vpp.itunes.apple.com/mdm/v2",
    "http://127.0.0.1:8080/mdm/v2",
    "ftp://apple.example/",
    "file:///etc/passwd",
    "https://",
    "https:///mdm",
    "https://user@apple.example/",
    "https://user:secret@apple.example/",
    "https://apple.example/?",
    "https://apple.example/?a=b",
    "https://apple.example/#",
    "https://apple.example\\@other.example/",
    "https://apple.example/a b",
    "https://apple.example/\r\nx: y",
    "https://äpple.example/",
    "https://apple.example:99999/",
    "OFF",
  ])("%s is refused", (base) => {
    expect(appleTarget(base)).toBeUndefined();
    expect(isAppleSetting(base)).toBe(false);
  });

  test("is plain HTTP only to this machine, and only where that is permitted", () => {
    const loopback = { loopback: "allowed" } as const;
    expect(appleTarget("http://127.0.0.1:8080/mdm/v2", loopback)).toEqual({
      isSecure: false,
      host: "127.0.0.1",
      port: 8080,
      path: "/mdm/v2/client/config",
    });
    for (const base of ["http://127.0.0.2/mdm", "http://apple.example/mdm", "http://169.254.169.254/", "http://127.0.0.1@apple.example/"])
      expect(appleTarget(base, loopback)).toBeUndefined();
  });
});

test("the setting is a base URL or off", () => {
  expect(isAppleSetting("off")).toBe(true);
});
